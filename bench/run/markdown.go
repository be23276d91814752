package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A goal is one line of what is to be reached: a figure of Causerie's, by
// itself or divided by another server's.
type goal struct {
	title string
	row   string
	of    metric
	by    []string // the servers it is compared with; the lowest of them counts
	byOf  metric   // their figure, if it is another one
	least float64  // at least, or
	most  float64  // at most
	scale float64  // what the figure is divided by for printing
	unit  string
}

var goals = []goal{
	{title: "deliveries/s ÷ the article's, 1 in flight", row: "one", of: deliveries, by: []string{article}, least: 8},
	{title: "deliveries/s ÷ centrifuge's, 1 in flight", row: "one", of: deliveries, by: []string{gopeer}, least: 1},
	{title: "p99 latency, 1 in flight", row: "one", of: p99, most: 50, unit: "ms"},
	{title: "deliveries/s ÷ the article's, 10 in flight", row: "ten", of: deliveries, by: []string{article}, least: 12},
	{title: "deliveries/s ÷ centrifuge's, 10 in flight", row: "ten", of: deliveries, by: []string{gopeer}, least: 1.5},
	{title: "deliveries/s ÷ the batched bare loop's, 10 in flight", row: "ten", of: deliveries, by: []string{floorBatched}, least: 0.3},
	{title: "CPU per delivery ÷ the bare loop's, 50 messages/s", row: "rate", of: perDelivery, by: []string{floor}, most: 1.25},
	{title: "p99 latency ÷ the best peer's, 50 messages/s", row: "rate", of: p99, by: []string{article, gopeer}, most: 1},
	{title: "acknowledged sends/s ÷ the article's sends/s", row: "sends", of: ackedRate, by: []string{article}, byOf: sendsRate, least: 3},
	{title: "memory per idle connection", row: "storm", of: perConn, most: 5, scale: 1024, unit: "KB"},
	{title: "idle processor time", row: "storm", of: idleCPU, most: 1, unit: "% of a core"},
	{title: "everybody current again after the cut", row: "storm", of: current, most: 15, unit: "s"},
	{title: "messages missed after the cut, per client", row: "storm", of: missed, most: 0},
}

// value is the goal's figure for one server.
func (g goal) value(t *table, server string) (float64, bool) {
	v, ok := t.get(g.row, server, g.of)
	if !ok {
		return 0, false
	}
	if g.scale != 0 {
		v /= g.scale
	}
	if g.by == nil {
		return v, true
	}
	of := g.of
	if g.byOf != "" {
		of = g.byOf
	}
	best, found := 0.0, false
	for _, peer := range g.by {
		if p, ok := t.get(g.row, peer, of); ok && p > 0 && (!found || p < best) {
			best, found = p, true
		}
	}
	if !found {
		return 0, false
	}
	return v / best, true
}

func (g goal) wanted() string {
	if g.least != 0 {
		return strings.TrimSpace("≥ " + decimal(g.least) + " " + g.unit)
	}
	return strings.TrimSpace("≤ " + decimal(g.most) + " " + g.unit)
}

func (g goal) cell(t *table, server string) string {
	v, ok := g.value(t, server)
	if !ok {
		return "–"
	}
	unit := g.unit
	if g.by != nil {
		unit = "×"
	}
	text := strings.TrimSpace(decimal(v) + " " + unit)
	if g.least != 0 && v < g.least || g.least == 0 && v > g.most {
		return text + " ✗"
	}
	return text + " ✓"
}

// markdown is the table for people, ratios first.
func (t *table) markdown() string {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("Measured %s on %s. Medians of %d alternating rounds.", t.At.Format(time.DateOnly), t.Host, t.Rounds)
	if t.Busy > 5 {
		p("\n**The machine was busy with other work (%s %% of its cores), so these figures say little.**", decimal(t.Busy))
	}
	if t.Quick {
		p("\nThis was a quick look: short rounds, and fewer connections than the titles of the full table say.")
	}
	p("\n| ratio or figure | %s | %s | wanted |", serverNamed(causerieRedis).Title, serverNamed(causerieSQLite).Title)
	p("|---|---:|---:|---:|")
	for _, g := range goals {
		redis, sqlite := g.cell(t, causerieRedis), g.cell(t, causerieSQLite)
		if redis != "–" || sqlite != "–" {
			p("| %s | %s | %s | %s |", g.title, redis, sqlite, g.wanted())
		}
	}
	for _, r := range t.Rows {
		p("\n**%s**\n", r.Title)
		r.markdown(p)
	}
	return b.String()
}

// columns of a row's own table; one appears when any server has its figure.
var columns = []struct {
	title string
	of    metric
	scale float64
}{
	{"deliveries/s", deliveries, 1},
	{"p50 ms", p50, 1},
	{"p99 ms", p99, 1},
	{"sends/s", sendsRate, 1},
	{"acknowledged/s", ackedRate, 1},
	{"CPU µs per delivery", perDelivery, 1},
	{"CPU %", serverCPU, 1},
	{"idle CPU %", idleCPU, 1},
	{"KB per connection", perConn, 1024},
	{"all current, s", current, 1},
	{"missed each", missed, 1},
	{"memory after ÷ before", memoryBack, 1},
	{"views compared", views, 1},
	{"promises broken", broken, 1},
	{"lost", lost, 1},
	{"twice", twice, 1},
	{"load's CPU %", loadCPU, 1},
}

// hidden are columns that say nothing about a row's question; the memory of a
// thousand connections, for one, is mostly the server's start.
var hidden = map[string][]metric{
	"":      {perConn},
	"storm": {deliveries, p50, p99, sendsRate, ackedRate, perDelivery, serverCPU, lost, twice, loadCPU},
	"idle":  {serverCPU, loadCPU, perDelivery},
	// Their memory is that of the rooms they are in.
	"rooms": {}, "rooms-rate": {},
}

func (r result) markdown(p func(string, ...any)) {
	hide := map[metric]bool{}
	ms, special := hidden[r.Name]
	if !special {
		ms = hidden[""]
	}
	for _, m := range ms {
		hide[m] = true
	}
	head, rule := "| server |", "|---|"
	for _, c := range columns {
		if r.has(c.of) && !hide[c.of] {
			head += " " + c.title + " |"
			rule += "---:|"
		}
	}
	p("%s\n%s", head, rule)
	for _, cell := range r.Cells {
		line := "| " + serverNamed(cell.Server).Title + " |"
		if cell.Failure != "" {
			p("%s failed: %s |", line, strings.ReplaceAll(cell.Failure, "\n", " "))
			continue
		}
		for _, c := range columns {
			if !r.has(c.of) || hide[c.of] {
				continue
			}
			if v, ok := cell.Medians[c.of]; ok {
				line += " " + decimal(v/c.scale) + " |"
			} else {
				line += " – |"
			}
		}
		p("%s", line)
	}
}

func (r result) has(m metric) bool {
	for _, c := range r.Cells {
		if _, ok := c.Medians[m]; ok {
			return true
		}
	}
	return false
}

// decimal prints three significant digits, thousands apart.
func decimal(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// The part of docs/performance.md between these is printed.
const (
	docsBegin = "<!-- results: printed by go run ./bench/run -docs -->\n"
	docsEnd   = "<!-- end of results -->"
)

// renewDocs puts the table and the chart into dir.
func (t *table) renewDocs(dir string) error {
	path := filepath.Join(dir, "performance.md")
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), docsBegin)
	_, after, ok2 := strings.Cut(rest, docsEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s: the marks around the results are gone", path)
	}
	const picture = "\n![Deliveries per second of Causerie and of other servers](performance.svg)\n\n"
	page = []byte(before + docsBegin + picture + t.markdown() + "\n" + docsEnd + after)
	if err := os.WriteFile(path, page, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "performance.svg"), []byte(t.chart()), 0o644)
}
