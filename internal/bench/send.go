package bench

import (
	"errors"
	"fmt"
	"time"
)

// stallAfter is how long a sender of the closed loop waits for a message that
// does not come back.
const stallAfter = 10 * time.Second

var errMute = errors.New("the first message did not come back to every connection within 15 s")

// probe sends one message, waits until everybody has it, and learns whether
// the server acknowledges.
func (r *run) probe() error {
	r.stage = "probing"
	r.post(r.members[0], r.now().Microseconds())
	all := uint64(len(r.members))
	if err := r.wait(15*time.Second, func() bool { return r.ledger.unique >= all || r.refused > 0 }); err != nil {
		return err
	}
	if r.ledger.unique == 0 {
		return fmt.Errorf("%w: no connection got it %s", errMute, r.refusal)
	}
	answered := func() bool { return r.acks+r.refused > 0 }
	if err := r.wait(300*time.Millisecond, answered); err != nil {
		return err
	}
	r.acksSeen = r.acks > 0
	r.waitAck = r.o.Wait == WaitAck || r.o.Wait == WaitAuto && r.acksSeen
	if r.waitAck && !r.acksSeen {
		return errors.New("the server does not acknowledge messages; use wait echo")
	}
	return nil
}

// startSending begins the closed loop or the schedule.
func (r *run) startSending() {
	r.sending, r.schedule = true, r.now()
	if r.o.Rate > 0 {
		return
	}
	for _, c := range r.members[:r.o.Senders] {
		c.sent.inFlight = 0
		r.pump(c)
	}
}

// pump fills c's window.
func (r *run) pump(c *client) {
	for r.sending && r.o.Rate == 0 && c.phase == joined && c.sent.inFlight < r.o.Window && c.sent.next < maxNumber-1 {
		r.post(c, r.now().Microseconds())
	}
}

func (r *run) sendScheduled(now time.Duration) {
	interval := time.Duration(float64(time.Second) / r.o.Rate)
	for ; r.schedule <= now; r.schedule += interval {
		c := r.members[r.turnOf%r.o.Senders]
		r.turnOf++
		if c.phase == joined && c.sent.next < maxNumber-1 {
			r.post(c, r.schedule.Microseconds())
		}
	}
}

// post sends c's next message, marked with the given time.
func (r *run) post(c *client, micros int64) {
	s := &c.sent
	n := s.next
	s.next++
	s.inFlight++
	s.moved = r.now()
	s.ring[n%ringSize] = flight{number: n, micros: micros}
	marker{sender: c.sender, number: n, micros: micros}.put(r.text, r.tag)
	r.packet = r.protocol.message(r.packet[:0], n, r.text, !r.o.NoAck)
	r.sends++
	r.driver.send(c, r.packet)
}

// echoed is called when a sender's own message has come back to it.
func (r *run) echoed(c *client, m marker) {
	f := c.sent.flight(m.number)
	if f == nil || f.echoed {
		return
	}
	f.echoed = true
	if !r.waitAck {
		r.release(c)
	}
}

// acked is called with the server's answer to message n.
func (r *run) acked(c *client, n uint32, ok bool, answer []byte) {
	if c.sender < 0 {
		return
	}
	f := c.sent.flight(n)
	if f == nil || f.acked {
		return
	}
	f.acked = true
	if !ok {
		r.refused++
		r.refusal = clip(answer)
		r.release(c)
		return
	}
	r.acks++
	if r.measuring {
		r.ackLatency.add(r.nowMicros - f.micros)
	}
	if r.waitAck {
		r.release(c)
	}
}

func (r *run) release(c *client) {
	c.sent.moved = r.now()
	if c.sent.inFlight > 0 {
		c.sent.inFlight--
	}
	r.pump(c)
}

// drain stops sending and waits for what is under way: until everything has
// arrived and nothing more comes for a moment, which would be duplicates, or
// until nothing has come for as long as patience lasts.
func (r *run) drain() error {
	r.stage, r.sending = "draining", false
	seen, since := r.deliveries, r.now()
	return r.wait(r.o.Drain, func() bool {
		if r.deliveries != seen {
			seen, since = r.deliveries, r.now()
		}
		quiet := r.now() - since
		return quiet > 200*time.Millisecond && r.ledger.unique >= r.expected() || quiet > r.o.patience
	})
}

// expected is how many deliveries make a run without loss.
func (r *run) expected() uint64 { return (r.sends - r.refused) * uint64(len(r.members)) }
