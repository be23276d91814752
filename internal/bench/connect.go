package bench

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	handshakeTimeout = 30 * time.Second
	maxTries         = 30
)

// connectAll opens every connection, Options.Handshakes at a time, and
// returns when all have joined.
func (r *run) connectAll() error {
	r.stage, r.keepUp = "connecting", true
	all := append(append([]*client(nil), r.members...), r.slow...)
	next := 0
	err := r.wait(10*time.Minute, func() bool {
		for next < len(all) && r.opening < r.o.Handshakes {
			r.dial(all[next])
			next++
		}
		return r.joined == len(r.members) && r.slowJoined == len(r.slow)
	})
	if err == nil && r.joined < len(r.members) {
		err = fmt.Errorf("only %d of %d connections could join in 10 minutes: %s", r.joined, len(r.members), r.firstFailure())
	}
	r.keepUp = false
	return err
}

func (r *run) dial(c *client) {
	c.phase, c.since, c.awaits = dialing, r.now(), "the connection"
	c.tries++
	r.opening++
	r.driver.dial(c)
}

// join is called by the protocol when c is in the room under its nickname.
func (r *run) join(c *client) {
	if c.phase != opening {
		return
	}
	c.phase, c.tries = joined, 0
	r.opening--
	if c.receiver < 0 {
		r.slowJoined++
		r.driver.slow(c, r.o.SlowRate)
		return
	}
	r.joined++
	if r.storm != nil {
		r.storm.joined(c)
	}
}

// nameRefused tries again a little later: after a cut the server may not have
// noticed yet that the nickname is free.
func (r *run) nameRefused(c *client, reason []byte) {
	if c.phase != opening {
		return
	}
	r.nameTries++
	r.note(fmt.Errorf("nickname refused: %s", clip(reason)))
	since := c.since
	r.agenda.add(r.now()+jitter(300*time.Millisecond), func() {
		if c.phase == opening && c.since == since {
			socketIO{}.claim(c)
		}
	})
}

// lost is called by drivers when a connection has ended, or could not be
// made.
func (r *run) lost(c *client, err error) {
	was := c.phase
	if was == closed {
		return
	}
	c.phase = closed
	c.sent.inFlight = 0
	switch {
	case was != joined:
		r.opening--
		r.failed++
		r.note(err)
	case c.receiver < 0:
		r.slowJoined--
		r.slowGone++
		return
	default:
		r.joined--
		r.dropped++
		r.note(fmt.Errorf("dropped: %w", err))
	}
	if !r.keepUp {
		return
	}
	if c.tries >= maxTries || r.joined == 0 && r.failed >= 5 && r.storm == nil {
		r.fatal = fmt.Errorf("cannot join %s: %w", r.o.URL, err)
		return
	}
	r.dialLater(c, jitter(min(250*time.Millisecond<<min(c.tries, 4), 2*time.Second)))
}

func (r *run) dialLater(c *client, d time.Duration) {
	r.agenda.add(r.now()+d, func() {
		switch {
		case c.phase != closed:
		case r.opening >= r.o.Handshakes && r.storm == nil:
			r.dialLater(c, jitter(50*time.Millisecond))
		default:
			r.dial(c)
		}
	})
}

// jitter returns a random duration between half of d and one and a half.
func jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(rand.Int64N(int64(d)+1))
}

// sweep ends handshakes that take too long and forgets messages that nobody
// answers, so that a lost message cannot stop a closed loop.
func (r *run) sweep(now time.Duration) {
	for _, group := range [][]*client{r.members, r.slow} {
		for _, c := range group {
			if c.phase != closed && c.phase != joined && now-c.since > handshakeTimeout {
				r.driver.cut(c)
				r.lost(c, fmt.Errorf("no answer for %v, waiting for %s", handshakeTimeout, c.awaits))
			}
		}
	}
	if !r.sending || r.o.Rate > 0 {
		return
	}
	for _, c := range r.members[:r.o.Senders] {
		if c.phase == joined && now-c.sent.moved > stallAfter {
			r.stalled += uint64(c.sent.inFlight)
			c.sent.inFlight = 0
			r.pump(c)
		}
	}
}

// note counts a failure by its text; the number of different texts is
// bounded.
func (r *run) note(err error) {
	text := clip([]byte(err.Error()))
	if _, known := r.failures[text]; !known && len(r.failures) >= 20 {
		text = "other"
	}
	r.failures[text]++
}

func (r *run) firstFailure() string {
	best, n := "no answer", 0
	for text, k := range r.failures {
		if k > n {
			best, n = text, k
		}
	}
	return best
}

func clip(b []byte) string { return string(b[:min(len(b), 200)]) }
