package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	loadgen "github.com/causerie-chat/causerie/internal/bench"
)

// A table is everything that was measured.
type table struct {
	Host    string    `json:"host"`
	At      time.Time `json:"at"`
	Rounds  int       `json:"rounds"`
	Quick   bool      `json:"quick"`
	Busy    float64   `json:"busy_percent"` // what others took of all cores before the first row
	Seconds float64   `json:"seconds"`
	Rows    []result  `json:"rows"`
}

// A result is one row, measured.
type result struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Cells []cell `json:"servers"`
}

// A cell is one server in one row.
type cell struct {
	Server  string             `json:"server"`
	Medians map[metric]float64 `json:"medians,omitempty"`
	Failure string             `json:"failure,omitempty"`
	Reports []*loadgen.Report  `json:"reports,omitempty"`
}

// A metric is one number of a report.
type metric string

const (
	deliveries  metric = "deliveries_per_second"
	p50         metric = "latency_p50_ms"
	p99         metric = "latency_p99_ms"
	sendsRate   metric = "sends_per_second"
	ackedRate   metric = "acked_per_second"
	ackP99      metric = "ack_latency_p99_ms"
	lost        metric = "lost"
	twice       metric = "duplicates"
	perDelivery metric = "server_cpu_micros_per_delivery"
	serverCPU   metric = "server_cpu_percent"
	loadCPU     metric = "load_cpu_percent"
	perConn     metric = "memory_bytes_per_connection"
	idleCPU     metric = "idle_cpu_percent"
	connects    metric = "connects_per_second"
	current     metric = "all_current_seconds"
	missed      metric = "missed_per_client"
	memoryBack  metric = "memory_after_by_before"
	views       metric = "views_compared"
	broken      metric = "promises_broken"
)

// numbers takes a report apart.
func numbers(r *loadgen.Report) map[metric]float64 {
	n := map[metric]float64{connects: r.Connect.PerSecond, loadCPU: r.Load.CPU}
	if t := r.Traffic; t != nil {
		n[deliveries], n[p50], n[p99] = t.DeliveriesPerSecond, t.Latency.P50, t.Latency.P99
		n[sendsRate], n[ackedRate], n[ackP99] = t.SendsPerSecond, t.AckedPerSecond, t.AckLatency.P99
		n[lost], n[twice] = float64(t.Lost), float64(t.Duplicates)
	}
	if s := r.Server; s != nil {
		n[perDelivery], n[serverCPU], n[perConn] = s.PerDelivery, s.CPU, s.RSSPerConn
		if r.Scenario == loadgen.Idle || r.Scenario == loadgen.Storm {
			n[idleCPU] = s.IdleCPU
		}
	}
	if h := r.Rooms; h != nil {
		n[views], n[broken] = float64(h.Views), float64(len(h.Breaches))
	}
	if s := r.Storm; s != nil {
		n[current], n[missed] = s.AllCurrent, s.MissedEach
		if s.NotCurrent > 0 {
			delete(n, current)
		}
		if s.RSSBefore > 0 {
			n[memoryBack] = float64(s.RSSAfter) / float64(s.RSSBefore)
		}
	}
	return n
}

func (t *table) add(r row, reports map[string][]*loadgen.Report, failures map[string]string) {
	res := result{Name: r.Name, Title: r.Title}
	for _, name := range r.on {
		all := map[metric][]float64{}
		for _, rep := range reports[name] {
			for m, v := range numbers(rep) {
				all[m] = append(all[m], v)
			}
		}
		c := cell{Server: name, Reports: reports[name], Failure: failures[name], Medians: map[metric]float64{}}
		for m, values := range all {
			c.Medians[m] = median(values)
		}
		res.Cells = append(res.Cells, c)
	}
	t.Rows = append(t.Rows, res)
}

func median(values []float64) float64 {
	slices.SortFunc(values, cmp.Compare[float64])
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// get returns a median; ok is false when it was not measured.
func (t *table) get(row, server string, m metric) (v float64, ok bool) {
	for _, r := range t.Rows {
		if r.Name != row {
			continue
		}
		for _, c := range r.Cells {
			if c.Server == server && c.Failure == "" {
				v, ok = c.Medians[m]
				return v, ok
			}
		}
	}
	return 0, false
}

// write puts results.json, results.md and chart.svg into dir.
func (t *table) write(dir string) error {
	asJSON, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"results.json": append(asJSON, '\n'),
		"results.md":   []byte(t.markdown()),
		"chart.svg":    []byte(t.chart()),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
