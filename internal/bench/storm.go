package bench

import (
	"errors"
	"time"
)

// stormLimit is how long a storm may take before the run gives up on those
// who are not back.
const stormLimit = time.Minute

// A storm is the state of the scenario of that name. One member, who is not
// cut, sends throughout, so that those who come back have something to catch
// up with.
type storm struct {
	run        *run
	cut        time.Duration
	toJoin     int
	toCatchUp  int
	lastJoined time.Duration
	current    histogram // microseconds from the cut
}

func (r *run) brew(rep *Report) error {
	if len(r.members) < 2 {
		return errors.New("a storm needs at least 2 connections")
	}
	if err := r.idle(rep); err != nil {
		return err
	}
	if err := r.probe(); err != nil {
		return err
	}
	r.stage = "before the storm"
	r.startSending()
	r.measuring = true
	if err := r.wait(time.Second, nil); err != nil {
		return err
	}
	failed := r.failed
	from, err := r.moment()
	if err != nil {
		return err
	}
	s := r.unleash()
	if err := r.wait(stormLimit, func() bool { return s.toCatchUp == 0 }); err != nil {
		return err
	}
	to, err := r.moment()
	if err != nil {
		return err
	}
	r.keepUp, r.measuring = false, false
	rep.span(from, to)
	if err := r.drain(); err != nil {
		return err
	}
	if err := r.settle(); err != nil {
		return err
	}
	rep.counts(r)
	return s.report(rep, failed)
}

// unleash cuts everybody but the sender, and lets them come back as stock
// clients do, each after a delay of its own.
func (r *run) unleash() *storm {
	cut := r.members[r.o.Senders:]
	s := &storm{run: r, cut: r.now(), toJoin: len(cut), toCatchUp: len(cut)}
	r.stage, r.storm, r.keepUp = "storm", s, true
	for _, c := range r.members[:r.o.Senders] {
		c.current = true
	}
	for _, c := range cut {
		r.driver.cut(c)
		c.phase = closed
		r.joined--
		r.dialLater(c, jitter(r.o.Back))
	}
	return s
}

// joined is called when c is in the room again: it is current as soon as it
// has what had been sent by now.
func (s *storm) joined(c *client) {
	if c.current {
		return
	}
	c.mark, c.paging = s.run.members[0].sent.next, false
	s.toJoin--
	s.lastJoined = s.run.now() - s.cut
	s.delivered(c)
}

// history books every message of a page that the server sent to c. As a page
// in a browser would, c asks for older ones while it misses some.
func (r *run) history(c *client, page []byte) {
	if c.receiver < 0 {
		return
	}
	for rest, ok := page, true; ok; {
		var m marker
		if m, rest, ok = nextMarker(rest, &r.tag); ok && m.sender < r.o.Senders {
			r.ledger.enterHistory(c.receiver, m)
		}
	}
	if r.storm == nil {
		return
	}
	c.paging = false
	if !r.ledger.whole(c.receiver, 0) {
		if packet, ok := (socketIO{}).olderThan(page); ok {
			c.paging = true
			r.driver.send(c, packet)
		}
	}
	r.storm.delivered(c)
}

func (s *storm) delivered(c *client) {
	if c.current || c.paging || c.phase != joined || c.receiver < 0 || !s.run.ledger.has(c.receiver, 0, c.mark-1) {
		return
	}
	c.current = true
	s.toCatchUp--
	s.current.add((s.run.now() - s.cut).Microseconds())
}

func (s *storm) report(rep *Report, failedBefore int) error {
	r := s.run
	out := &StormReport{
		Cut: len(r.members) - r.o.Senders, Back: r.o.Back.Seconds(),
		AllJoined:   s.lastJoined.Seconds(),
		AllCurrent:  float64(s.current.max) / 1e6,
		HalfCurrent: float64(s.current.quantile(0.5)) / 1e6,
		NotCurrent:  s.toCatchUp,
		Failed:      r.failed - failedBefore, NameRefused: r.nameTries,
		MessagesSent: r.sends,
	}
	if rep.Traffic != nil {
		out.MissedEach = float64(rep.Traffic.Lost) / float64(out.Cut)
	}
	rep.Storm = out
	if rep.Server == nil {
		return nil
	}
	out.RSSBefore = rep.Server.RSS
	after, err := sizeOf(r.o.PID)
	out.RSSAfter = after.rss
	return err
}
