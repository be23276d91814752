package engineio

import "time"

// An upgrade, seen from here ("Upgrade"):
//
//	a websocket joins       propose   it becomes the candidate
//	2probe                  probed    3probe; polls end soon from now on
//	5                       adopt     it takes over, with what is queued
//	anything else, timeout  withdraw  it is closed, polling goes on
//
// Until the 5, polls and posts work as ever.

// propose makes c the candidate. It is false if the session cannot be upgraded
// or has a candidate.
func (s *Session) propose(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open() || s.poll == nil || s.poll.candidate != nil || s.server.options.NoUpgrade {
		return false
	}
	s.claim()
	s.poll.candidate = c
	s.server.running.Add(1)
	return true
}

// withdraw forgets a candidate that did not make it.
func (s *Session) withdraw(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll != nil && s.poll.candidate == c {
		s.poll.candidate, s.poll.pacing = nil, false
	}
}

// dropCandidate closes the candidate because the session ends. mu is held.
func (s *Session) dropCandidate() {
	if c := s.poll.candidate; c != nil {
		s.poll.candidate, s.poll.pacing = nil, false
		c.hurry()
	}
}

// probeGrace is how long the poll that waits is held after the probe. A client
// without a poll under way may change over right behind its probe; a poll that
// it sends after that must not be taken for one from before.
const probeGrace = 10 * time.Millisecond

// probed ends the poll that waits and makes later ones end soon.
func (s *Session) probed(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll == nil || s.poll.candidate != c {
		return
	}
	s.poll.pacing = true
	time.AfterFunc(probeGrace, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.poll != nil {
			s.poll.notify()
		}
	})
}

// adopt makes c the transport of the session. What was queued while the client
// had stopped polling goes out on it, in order. If the session was closed
// meanwhile, the client can only learn it here.
func (s *Session) adopt(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Load() == stateGone || s.poll == nil || s.poll.candidate != c {
		return false
	}
	p := s.poll
	s.ws, s.poll = c, nil
	p.notify()
	s.server.stats.polling.Add(-1)
	s.server.stats.websocket.Add(1)
	s.server.stats.upgrades.Add(1)
	c.attached, c.busy = true, true // may be parked from now on
	_ = c.conn.SetDeadline(time.Time{})
	if s.queue != nil {
		s.queue.remove(closeMessage)
		c.startFlush()
	}
	if !s.open() {
		c.beginClose(statusNormal)
	}
	return true
}
