package bench

import (
	"fmt"
	"io"
	"time"
)

// A Report is the outcome of a run. Durations are in the unit of their name.
type Report struct {
	Scenario    Scenario `json:"scenario"`
	URL         string   `json:"url"`
	Protocol    string   `json:"protocol"`
	Transport   string   `json:"transport"`
	Connections int      `json:"connections"`
	Senders     int      `json:"senders"`
	Window      int      `json:"window,omitempty"`
	Rate        float64  `json:"rate,omitempty"`
	Size        int      `json:"size"`
	Wait        string   `json:"wait,omitempty"`

	Connect  ConnectReport  `json:"connect"`
	Traffic  *TrafficReport `json:"traffic,omitempty"`
	Storm    *StormReport   `json:"storm,omitempty"`
	Rooms    *RoomsReport   `json:"rooms,omitempty"`
	Server   *ServerReport  `json:"server,omitempty"`
	Load     LoadReport     `json:"load"`
	Failures map[string]int `json:"failures,omitempty"`
}

// A ConnectReport is about getting everybody into the room.
type ConnectReport struct {
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
	Failed    int     `json:"failed"`
}

// A TrafficReport is about messages. Rates and latencies are of the measured
// time; the counts of what went wrong are of the whole run.
type TrafficReport struct {
	Seconds             float64   `json:"seconds"`
	SendsPerSecond      float64   `json:"sends_per_second"`
	AckedPerSecond      float64   `json:"acked_per_second"`
	DeliveriesPerSecond float64   `json:"deliveries_per_second"`
	Latency             Quantiles `json:"latency_ms"`
	AckLatency          Quantiles `json:"ack_latency_ms"`

	Sent       uint64 `json:"sent"`
	Acked      uint64 `json:"acked"`
	Refused    uint64 `json:"refused"`
	Refusal    string `json:"refusal,omitempty"`
	Stalled    uint64 `json:"stalled"` // own messages that did not come back in 10 s
	Deliveries uint64 `json:"deliveries"`
	Expected   uint64 `json:"expected"`
	Lost       uint64 `json:"lost"`
	Duplicates uint64 `json:"duplicates"`
	OutOfOrder uint64 `json:"out_of_order"`
	Dropped    int    `json:"dropped"`      // connections that ended
	SlowClosed int    `json:"slow_closed"`  // slow readers that the server closed
	SlowOpen   int    `json:"slow_readers"` // slow readers still connected
}

// A ServerReport is about the process under Options.PID.
type ServerReport struct {
	CPU            float64 `json:"cpu_percent"` // of one core, while measured
	IdleCPU        float64 `json:"idle_cpu_percent,omitempty"`
	PerDelivery    float64 `json:"cpu_micros_per_delivery,omitempty"`
	BaseRSS        int64   `json:"base_rss_bytes"`
	RSS            int64   `json:"rss_bytes"`
	RSSPerConn     float64 `json:"rss_bytes_per_connection"`
	PSSPerConn     float64 `json:"pss_bytes_per_connection,omitempty"`
	FinalRSS       int64   `json:"final_rss_bytes"`
	ConnectSeconds float64 `json:"connect_cpu_seconds"`
}

// A size is a process's memory in bytes: resident, and proportional where the
// kernel tells.
type size struct{ rss, pss int64 }

// A LoadReport is what the load generator itself cost.
type LoadReport struct {
	CPU         float64 `json:"cpu_percent"`
	PerDelivery float64 `json:"cpu_micros_per_delivery,omitempty"`
}

// A StormReport is about everybody coming back at once. Seconds count from
// the cut and include the delay before each client tried again.
type StormReport struct {
	Cut          int     `json:"cut"`
	Back         float64 `json:"back_delay_seconds"`
	AllJoined    float64 `json:"all_joined_seconds"`
	AllCurrent   float64 `json:"all_current_seconds"` // joined, and has every message there is
	HalfCurrent  float64 `json:"half_current_seconds"`
	NotCurrent   int     `json:"not_current"`
	Failed       int     `json:"failed"` // attempts that did not succeed
	NameRefused  int     `json:"name_refused"`
	MissedEach   float64 `json:"missed_per_client"` // messages that nothing brought back
	RSSBefore    int64   `json:"rss_before_bytes,omitempty"`
	RSSAfter     int64   `json:"rss_after_bytes,omitempty"`
	MessagesSent uint64  `json:"messages_sent"`
}

// Progress is where a run is.
type Progress struct {
	Stage               string
	Elapsed             time.Duration
	Connected           int
	SendsPerSecond      float64
	DeliveriesPerSecond float64
}

// WriteTo prints the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	p := &printer{w: w}
	p.line("%s of %s over %s: %d connections, %s", r.Scenario, r.URL, r.Transport, r.Connections, r.load())
	p.line("  connects    %s/s, all in %.2f s%s", count(r.Connect.PerSecond), r.Connect.Seconds, when(r.Connect.Failed, ", %d failed attempts"))
	if t := r.Traffic; t != nil {
		t.print(p)
	}
	if s := r.Storm; s != nil {
		s.print(p)
	}
	if h := r.Rooms; h != nil {
		h.print(p)
	}
	if s := r.Server; s != nil {
		s.print(p)
	}
	p.line("  load        %.1f %% of a core%s", r.Load.CPU, perDelivery(r.Load.PerDelivery))
	for text, n := range r.Failures {
		p.line("  failure     %d × %s", n, text)
	}
	return p.n, p.err
}

func (r *Report) load() string {
	switch {
	case r.Scenario == Idle:
		return "nothing sent"
	case r.Rooms != nil && r.Rate > 0:
		return fmt.Sprintf("%d rooms of %d, %g acts/s, %d bytes", r.Rooms.Rooms, r.Rooms.Members, r.Rate, r.Size)
	case r.Rooms != nil:
		return fmt.Sprintf("%d rooms of %d, %d senders, %d bytes", r.Rooms.Rooms, r.Rooms.Members, r.Senders, r.Size)
	case r.Rate > 0:
		return fmt.Sprintf("%g messages/s of %d bytes", r.Rate, r.Size)
	}
	return fmt.Sprintf("%d senders, %d in flight each, %d bytes, waiting for the %s", r.Senders, r.Window, r.Size, r.Wait)
}

func (t *TrafficReport) print(p *printer) {
	p.line("  sends       %s/s, acknowledged %s/s%s", count(t.SendsPerSecond), count(t.AckedPerSecond), latency(t.AckLatency))
	p.line("  deliveries  %s/s%s", count(t.DeliveriesPerSecond), latency(t.Latency))
	p.line("  of %s: lost %d, twice %d, out of order %d, connections dropped %d",
		count(float64(t.Expected)), t.Lost, t.Duplicates, t.OutOfOrder, t.Dropped)
	if t.Refused > 0 {
		p.line("  refused     %d, such as %s", t.Refused, t.Refusal)
	}
	if t.Stalled > 0 {
		p.line("  stalled     %d messages did not come back in 10 s", t.Stalled)
	}
	if t.SlowOpen+t.SlowClosed > 0 {
		p.line("  slow        %d readers still there, %d closed by the server", t.SlowOpen, t.SlowClosed)
	}
}

func (s *StormReport) print(p *printer) {
	p.line("  storm       %d cut; all joined after %.2f s, all current after %.2f s, half after %.2f s",
		s.Cut, s.AllJoined, s.AllCurrent, s.HalfCurrent)
	p.line("              %d not current, %d failed attempts, %d nicknames refused, %.2f messages missed per client",
		s.NotCurrent, s.Failed, s.NameRefused, s.MissedEach)
	if s.RSSBefore > 0 {
		p.line("              memory %.1f MB before, %.1f MB after", float64(s.RSSBefore)/1e6, float64(s.RSSAfter)/1e6)
	}
}

func (s *ServerReport) print(p *printer) {
	idle := ""
	if s.IdleCPU != 0 {
		idle = fmt.Sprintf("; %.2f %% when nothing was sent", s.IdleCPU)
	}
	p.line("  server      %.1f %% of a core%s%s", s.CPU, perDelivery(s.PerDelivery), idle)
	pss := ""
	if s.PSSPerConn != 0 {
		pss = fmt.Sprintf(" (PSS %.2f)", s.PSSPerConn/1024)
	}
	p.line("  memory      %.2f KB per connection%s; %.1f MB before, %.1f MB connected, %.1f MB at the end",
		s.RSSPerConn/1024, pss, float64(s.BaseRSS)/1e6, float64(s.RSS)/1e6, float64(s.FinalRSS)/1e6)
}

type printer struct {
	w   io.Writer
	n   int64
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		var n int
		n, p.err = fmt.Fprintf(p.w, format+"\n", args...)
		p.n += int64(n)
	}
}

func latency(q Quantiles) string {
	if q == (Quantiles{}) {
		return ""
	}
	return fmt.Sprintf(", p50 %.2f ms, p99 %.2f ms, max %.2f ms", q.P50, q.P99, q.Max)
}

func perDelivery(micros float64) string {
	if micros == 0 {
		return ""
	}
	return fmt.Sprintf(", %.3f µs per delivery", micros)
}

func when(n int, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

// count prints a number with thousands apart.
func count(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
