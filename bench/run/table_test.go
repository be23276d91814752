package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	loadgen "github.com/causerie-chat/causerie/internal/bench"
)

func report(deliveries, p99, cpu float64) *loadgen.Report {
	return &loadgen.Report{
		Scenario: loadgen.Fanout,
		Traffic:  &loadgen.TrafficReport{DeliveriesPerSecond: deliveries, Latency: loadgen.Quantiles{P99: p99}},
		Server:   &loadgen.ServerReport{PerDelivery: cpu},
	}
}

func sample() *table {
	t := &table{Rounds: 3}
	t.add(row{Name: "one", Title: "<one>", on: []string{causerieRedis, article, gopeer}}, map[string][]*loadgen.Report{
		causerieRedis: {report(900, 40, 1), report(100, 90, 1), report(1000, 20, 1)},
		article:       {report(90, 300, 10), report(100, 300, 10), report(110, 300, 10)},
	}, map[string]string{gopeer: "did not\nstart"})
	return t
}

func TestMedianOfRounds(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{5}, 5}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v: got %v, want %v", c.values, got, c.want)
		}
	}
}

func TestRatiosComeFirst(t *testing.T) {
	got := sample().markdown()
	for _, want := range []string{
		"| deliveries/s ÷ the article's, 1 in flight | 9.00 × ✓ | – | ≥ 8.00 |",
		"| p99 latency, 1 in flight | 40.0 ms ✓ | – | ≤ 50.0 ms |",
		"| centrifuge (Go), Redis | failed: did not start |",
		"| Causerie, Redis | 900 |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "centrifuge's, 1 in flight") {
		t.Errorf("a ratio to a server that failed:\n%s", got)
	}
}

func TestAGoalThatIsMissedIsMarked(t *testing.T) {
	tab := sample()
	tab.Rows[0].Cells[0].Medians[deliveries] = 500
	if got := goals[0].cell(tab, causerieRedis); got != "5.00 × ✗" {
		t.Errorf("got %q, want 5.00 × ✗", got)
	}
}

func TestChartIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(sample().chart()))
	bars := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			bars++
		}
	}
	if bars != 2 {
		t.Errorf("got %d bars, want one for each server that was measured, 2", bars)
	}
}

func TestDocsKeepWhatIsAroundTheResults(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "performance.md")
	if err := os.WriteFile(page, []byte("before\n"+docsBegin+"old\n"+docsEnd+"\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := sample().renewDocs(dir); err != nil {
			t.Fatal(err)
		}
	}
	b, _ := os.ReadFile(page)
	got := string(b)
	if !strings.HasPrefix(got, "before\n") || !strings.HasSuffix(got, "\nafter\n") ||
		strings.Contains(got, "old") || strings.Count(got, "9.00 ×") != 1 {
		t.Errorf("got\n%s", got)
	}
}

func TestEveryRowHasServersAndBounds(t *testing.T) {
	names := map[string]bool{}
	for _, quick := range []bool{true, false} {
		for _, r := range (&bench{quick: quick}).rows() {
			names[r.Name] = true
			for _, s := range r.on {
				if serverNamed(s).Title == "" {
					t.Errorf("row %s: no server %s", r.Name, s)
				}
			}
		}
	}
	for _, g := range goals {
		if !names[g.row] {
			t.Errorf("goal %q is about row %s, which does not exist", g.title, g.row)
		}
	}
}
