package engineio

import "time"

// A heartbeat is the state of the pings of one session. Deadlines are absolute
// on the scale of the wheel. The wheel wakes the session when one has passed,
// and requests check them too, so that a late timer never revives a session.
type heartbeat struct {
	due         time.Duration // when to ping or, with a ping outstanding, when to give up
	outstanding bool          // a ping has not been answered
	extended    bool          // another packet came in its place and has bought time, once
	waived      bool          // the program was busy with a message when the time was over
}

// startHeartbeat begins the first interval. mu is held.
func (s *Session) startHeartbeat() {
	s.setDue(s.server.wheel.now() + s.server.options.PingInterval)
}

func (s *Session) setDue(due time.Duration) {
	s.beat.due = due
	s.schedule()
}

func (s *Session) schedule() {
	due := s.beat.due
	if s.unclaimed() {
		due = min(due, s.poll.claimBy)
	}
	s.server.wheel.schedule(s, due)
}

// wake is called by the wheel.
func (s *Session) wake(now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state.Load() == stateGone:
	case s.ws != nil && !s.open(): // the connection's own deadline bounds it
	case s.unclaimed() && now >= s.poll.claimBy:
		s.abort(ReasonUnclaimed)
	case now < s.beat.due:
		s.schedule()
	case !s.open():
		s.end(ReasonForcedClose) // the last poll did not come
	case s.beat.outstanding && s.waive(now):
		s.schedule()
	case s.beat.outstanding:
		s.pingTimeout()
	default:
		s.ping(now)
	}
}

func (s *Session) ping(now time.Duration) {
	due := s.beat.due
	// The deadline counts from when the ping was due, unless this machine was
	// too busy to send it to a client that listens: that is not the client's
	// fault. One that does not even poll gets no more time.
	if now > due+2*s.server.wheel.tick && s.listening() {
		due = now
	}
	s.beat.outstanding, s.beat.extended, s.beat.waived = true, false, false
	s.setDue(due + s.server.options.PingTimeout)
	s.writeFirst(pingMessage)
}

// listening tells whether what is sent can reach the client now. mu is held.
func (s *Session) listening() bool { return s.ws != nil || s.poll.wake != nil }

// pong notes the answer to a ping. One that nobody asked for changes nothing.
func (s *Session) pong() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open() && s.beat.outstanding {
		s.beat.outstanding = false
		s.setDue(s.server.wheel.now() + s.server.options.PingInterval)
	}
}

// alive notes any other packet: with a ping outstanding it proves that the
// client is there but busy sending, which is worth one more timeout.
func (s *Session) alive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beat.outstanding && !s.beat.extended {
		s.beat.extended = true
		s.beat.due = s.server.wheel.now() + s.server.options.PingTimeout
	}
}

// waive gives a client another timeout that may have answered in vain: while the
// program is busy with a message nothing more is read. It does so once more
// after that, so that what has come meanwhile can be read. mu is held.
func (s *Session) waive(now time.Duration) bool {
	// The lock is not wanted, only whether somebody has it.
	busy := !s.receiving.TryLock()
	if !busy {
		s.receiving.Unlock()
	}
	waived := busy || s.beat.waived
	if s.beat.waived = busy; waived {
		s.beat.due = now + s.server.options.PingTimeout
	}
	return waived
}

// lapsed ends the session if it should have ended already. mu is held.
func (s *Session) lapsed() bool {
	late := s.server.wheel.now() - s.beat.due
	if !s.beat.outstanding {
		late -= s.server.options.PingTimeout
	}
	if !s.open() || late < 0 || s.beat.outstanding && s.waive(s.server.wheel.now()) {
		return false
	}
	s.pingTimeout()
	return true
}

func (s *Session) pingTimeout() {
	s.server.stats.pingTimeouts.Add(1)
	if s.ws == nil {
		s.abort(ReasonPingTimeout)
		return
	}
	// What is queued will hardly be read; the closing handshake is for a
	// client that was only too busy to answer.
	if s.queue != nil {
		s.queue.keepStarted()
	}
	s.shut(ReasonPingTimeout, closeCode(ReasonPingTimeout))
}
