package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Run connects to the server, does what o says, and reports. It returns an
// error when nothing could be measured: bad options, a server that is not
// there or does not speak the protocol, or ctx ending.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Scenario == Rooms {
		return runRooms(ctx, o)
	}
	r, err := newRun(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.driver.close()
	rep, err := r.do()
	if err != nil && errors.Is(err, ctx.Err()) {
		return nil, context.Cause(ctx)
	}
	return rep, err
}

func (r *run) do() (*Report, error) {
	o := r.o
	rep := &Report{
		Scenario: o.Scenario, URL: o.URL, Protocol: o.Protocol, Transport: o.Transport,
		Connections: o.Connections, Senders: o.Senders, Rate: o.Rate, Size: o.Size, Failures: r.failures,
	}
	var base size
	if o.PID != 0 {
		rep.Server = &ServerReport{}
		var err error
		if base, err = sizeOf(o.PID); err != nil {
			return nil, fmt.Errorf("the server's process: %w", err)
		}
	}
	before, err := r.moment()
	if err != nil {
		return nil, err
	}
	if err := r.connectAll(); err != nil {
		return nil, err
	}
	stood, err := r.moment()
	if err != nil {
		return nil, err
	}
	rep.connected(before, stood, r)
	if err := r.settle(); err != nil {
		return nil, err
	}
	if rep.Server != nil {
		if err := rep.Server.memory(o, base); err != nil {
			return nil, err
		}
	}
	switch o.Scenario {
	case Idle:
		err = r.idle(rep)
	case Storm:
		err = r.brew(rep)
	default:
		err = r.fanout(rep)
	}
	if err != nil {
		return nil, err
	}
	if rep.Server != nil {
		end, err := sizeOf(o.PID)
		rep.Server.FinalRSS = end.rss
		return rep, err
	}
	return rep, nil
}

func (r *run) settle() error {
	r.stage = "settling"
	return r.wait(r.o.Settle, nil)
}

// idle leaves the server alone for the measured time.
func (r *run) idle(rep *Report) error {
	r.stage = "idle"
	from, to, err := r.span(r.o.Duration)
	if err != nil {
		return err
	}
	rep.span(from, to)
	if rep.Server != nil {
		rep.Server.IdleCPU = rep.Server.CPU
	}
	return nil
}

func (r *run) fanout(rep *Report) error {
	if err := r.probe(); err != nil {
		return err
	}
	r.stage = "warming up"
	r.startSending()
	if err := r.wait(r.o.Warmup, nil); err != nil {
		return err
	}
	r.stage = "measuring"
	r.measuring = true
	from, to, err := r.span(r.o.Duration)
	if err != nil {
		return err
	}
	r.measuring = false
	rep.span(from, to)
	if r.o.Rate == 0 {
		rep.Window, rep.Wait = r.o.Window, WaitEcho
		if r.waitAck {
			rep.Wait = WaitAck
		}
	}
	if err := r.drain(); err != nil {
		return err
	}
	rep.counts(r)
	return nil
}

// A moment is what has been counted, and used, up to a time.
type moment struct {
	at                      time.Duration
	deliveries, sends, acks uint64
	server, load            time.Duration
}

func (r *run) moment() (moment, error) {
	return moment{at: r.now(), deliveries: r.deliveries, sends: r.sends, acks: r.acks}.used(r.o.PID)
}

// used enters the processor time of this process and of the server's.
func (m moment) used(pid int) (moment, error) {
	m.load = ownCPU()
	if pid == 0 {
		return m, nil
	}
	var err error
	if m.server, err = cpuOf(pid); err != nil {
		err = fmt.Errorf("the server's process: %w", err)
	}
	return m, err
}

// span runs for d and returns the moments around it.
func (r *run) span(d time.Duration) (from, to moment, err error) {
	if from, err = r.moment(); err != nil {
		return
	}
	if err = r.wait(d, nil); err != nil {
		return
	}
	to, err = r.moment()
	return
}

// memory enters what the connections cost over the base.
func (s *ServerReport) memory(o Options, base size) error {
	now, err := sizeOf(o.PID)
	if err != nil {
		return err
	}
	n := float64(o.Connections + o.Slow)
	s.BaseRSS, s.RSS = base.rss, now.rss
	s.RSSPerConn = float64(now.rss-base.rss) / n
	s.PSSPerConn = float64(now.pss-base.pss) / n
	return nil
}

func (rep *Report) connected(before, stood moment, r *run) {
	seconds := (stood.at - before.at).Seconds()
	rep.Connect = ConnectReport{
		Seconds:   seconds,
		PerSecond: float64(len(r.members)+len(r.slow)) / seconds,
		Failed:    r.failed,
	}
	if rep.Server != nil {
		rep.Server.ConnectSeconds = (stood.server - before.server).Seconds()
	}
}

// span enters the rates between two moments.
func (rep *Report) span(from, to moment) {
	seconds := (to.at - from.at).Seconds()
	deliveries := float64(to.deliveries - from.deliveries)
	each := func(cpu time.Duration) float64 {
		if deliveries == 0 {
			return 0
		}
		return float64(cpu.Nanoseconds()) / 1000 / deliveries
	}
	load, server := to.load-from.load, to.server-from.server
	rep.Load = LoadReport{CPU: 100 * load.Seconds() / seconds, PerDelivery: each(load)}
	if rep.Server != nil {
		rep.Server.CPU = 100 * server.Seconds() / seconds
		rep.Server.PerDelivery = each(server)
	}
	if to.sends > 0 {
		rep.Traffic = &TrafficReport{
			Seconds:             seconds,
			SendsPerSecond:      float64(to.sends-from.sends) / seconds,
			AckedPerSecond:      float64(to.acks-from.acks) / seconds,
			DeliveriesPerSecond: deliveries / seconds,
		}
	}
}

// counts enters what the whole run has counted.
func (rep *Report) counts(r *run) {
	t := rep.Traffic
	if t == nil {
		return
	}
	t.Latency, t.AckLatency = r.latency.quantiles(), r.ackLatency.quantiles()
	t.Sent, t.Acked, t.Refused, t.Refusal, t.Stalled = r.sends, r.acks, r.refused, r.refusal, r.stalled
	t.Deliveries, t.Expected = r.deliveries, r.expected()
	if t.Expected > r.ledger.unique {
		t.Lost = t.Expected - r.ledger.unique
	}
	t.Duplicates, t.OutOfOrder = r.ledger.duplicates, r.ledger.late
	t.Dropped, t.SlowClosed, t.SlowOpen = r.dropped, r.slowGone, r.slowJoined
}

func (r *run) progress() {
	if r.o.Progress == nil {
		return
	}
	now := moment{at: r.now(), deliveries: r.deliveries, sends: r.sends}
	seconds := (now.at - r.reported.at).Seconds()
	if seconds <= 0 {
		return
	}
	r.o.Progress(Progress{
		Stage: r.stage, Elapsed: now.at, Connected: r.joined + r.slowJoined,
		SendsPerSecond:      float64(now.sends-r.reported.sends) / seconds,
		DeliveriesPerSecond: float64(now.deliveries-r.reported.deliveries) / seconds,
	})
	r.reported = now
}
