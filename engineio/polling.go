package engineio

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"
)

// noopPause is how long polls are held during an upgrade. The client stops
// polling only when its current poll has ended, so they have to end soon; if
// they ended at once, a client that is not ready to stop would spin.
const noopPause = 100 * time.Millisecond

// A poller is what a session has while it is on polling. All fields are
// guarded by the session's mu.
type poller struct {
	wake      chan struct{} // tells the GET that waits to look again; nil = none waits
	post      *http.ResponseController
	candidate *socket // the websocket that wants to take over
	pacing    bool    // and has probed: end polls soon
	ticket    *ticket // until the second request
	claimBy   time.Duration
}

// openPolling answers a polling handshake.
func (s *Server) openPolling(w http.ResponseWriter, r *request) *refusal {
	session := s.newSession(r.Request)
	session.poll = new(poller)
	if !s.register(session, 0) {
		return closing
	}
	if evicted := session.enterLobby(); evicted != nil {
		evicted.evict()
	}
	session.start(r.Request)
	session.answer(w, r, []byte(s.openPacket(session, s.upgrades())), true)
	return nil
}

// answer sends a payload, within bounded time. What a client has not taken
// cannot be sent again, so that is the end of the session.
func (s *Session) answer(w http.ResponseWriter, r *request, payload []byte, initial bool) {
	server := s.server
	h := w.Header()
	server.addHeader(h, r.Request, initial)
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(payload)))
	control := http.NewResponseController(w)
	// An error here means that the connection knows no deadlines, or is gone.
	_ = control.SetWriteDeadline(time.Now().Add(server.options.WriteTimeout))
	_, err := w.Write(payload)
	if err == nil {
		err = control.Flush()
	}
	_ = control.SetWriteDeadline(time.Time{})
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.fail(ReasonTransportError)
		return
	}
	server.stats.out.Add(int64(len(payload)))
}

// enterLobby starts the clocks of a new session and returns the session that
// has to leave the lobby for it.
func (s *Session) enterLobby() (evicted *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open() {
		return nil
	}
	s.poll.ticket, evicted = s.server.lobby.enter(s)
	s.poll.claimBy = s.server.wheel.now() + s.server.options.ClaimTimeout
	s.startHeartbeat()
	return evicted
}

// claim notes that the client has come back. mu is held.
func (s *Session) claim() {
	if t := s.poll.ticket; t != nil {
		s.poll.ticket = nil
		s.server.lobby.leave(t)
	}
}

func (s *Session) unclaimed() bool { return s.poll != nil && s.poll.ticket != nil }

// evict ends a session that has to leave the lobby, unless it was claimed in
// the meantime.
func (s *Session) evict() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unclaimed() {
		s.abort(ReasonUnclaimed)
	}
}

// servePoll answers a GET: with what is queued, or else once something is.
func (s *Session) servePoll(w http.ResponseWriter, r *request) *refusal {
	wake, pacing, refused := s.beginPoll()
	if refused != nil {
		return refused
	}
	if wake != nil {
		// A server's ReadTimeout is for requests, not for waiting.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		if !waitPoll(r, wake, pacing) {
			s.pollGone(wake)
			return nil
		}
	}
	payload, refused := s.endPoll()
	if refused != nil {
		return refused
	}
	s.answer(w, r, payload, false)
	return nil
}

// beginPoll returns the channel to wait for; nil if there is something to
// answer right away.
func (s *Session) beginPoll() (wake chan struct{}, pacing bool, refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.poll
	switch {
	case s.state.Load() == stateGone:
		return nil, false, unknownSession
	case p == nil:
		return nil, false, badRequest
	case p.wake != nil:
		s.abort(ReasonTransportError)
		return nil, false, badRequest
	}
	s.claim()
	if s.lapsed() {
		return nil, false, unknownSession
	}
	if s.queue != nil {
		return nil, false, nil
	}
	p.wake = make(chan struct{}, 1)
	return p.wake, p.pacing, nil
}

// waitPoll waits until there is something to answer. It is false when the
// client has gone.
func waitPoll(r *request, wake <-chan struct{}, pacing bool) bool {
	var noop <-chan time.Time
	if pacing {
		timer := time.NewTimer(noopPause)
		defer timer.Stop()
		noop = timer.C
	}
	select {
	case <-wake:
	case <-noop:
	case <-r.Context().Done():
		return false
	}
	return true
}

// endPoll returns the payload that the poll is answered with.
func (s *Session) endPoll() (payload []byte, refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.poll
	if p == nil {
		// Upgraded meanwhile. A client lets its last poll end before it
		// changes over; one that comes with the change comes too late.
		return nil, badRequest
	}
	p.wake = nil
	if s.state.Load() == stateGone {
		return []byte{byte(typeClose)}, nil
	}
	if s.queue == nil {
		return []byte{byte(typeNoop)}, nil
	}
	payload = s.queue.payload(s.server.options.MaxPayload)
	if len(s.queue.messages) == 0 {
		s.queue = nil
		if !s.open() {
			s.end(ReasonForcedClose) // that was the last word
		}
	}
	return payload, nil
}

// pollGone ends the session because the client left while its poll waited.
func (s *Session) pollGone(wake chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll != nil && s.poll.wake == wake {
		s.poll.wake = nil
		s.abort(ReasonTransportClose)
	}
}

// notify wakes the poll that waits. mu is held.
func (p *poller) notify() {
	if p.wake != nil {
		select {
		case p.wake <- struct{}{}:
		default: // it has been woken already
		}
	}
}

// beginClosePolling says goodbye with the next answer. A candidate stays: its
// client may have stopped polling. mu is held.
func (s *Session) beginClosePolling(goodbye *Message) {
	s.enqueue(goodbye)
	s.poll.notify()
	s.setDue(s.server.wheel.now() + s.server.options.CloseTimeout)
}

// abandonPolling releases everything that waits for the session. mu is held.
func (s *Session) abandonPolling() {
	s.poll.notify()
	s.dropCandidate()
	if t := s.poll.ticket; t != nil {
		s.poll.ticket = nil
		s.server.lobby.leave(t)
	}
	if s.poll.post != nil {
		_ = s.poll.post.SetReadDeadline(time.Unix(1, 0))
	}
}

// servePost takes a payload from the client.
func (s *Session) servePost(w http.ResponseWriter, r *request) *refusal {
	control := http.NewResponseController(w)
	if refused := s.beginPost(control); refused != nil {
		return refused
	}
	refused := s.receivePost(w, r, control)
	s.mu.Lock()
	if s.poll != nil {
		s.poll.post = nil
	}
	s.mu.Unlock()
	if refused != nil {
		return refused
	}
	h := w.Header()
	s.server.addHeader(h, r.Request, false)
	h.Set("Content-Type", "text/html")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok"))
	return nil
}

func (s *Session) beginPost(control *http.ResponseController) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.poll
	switch {
	case !s.open():
		return unknownSession
	case p == nil:
		return badRequest
	case p.post != nil:
		s.abort(ReasonTransportError)
		return badRequest
	}
	s.claim()
	if s.lapsed() {
		return unknownSession
	}
	p.post = control
	return nil
}

func (s *Session) receivePost(w http.ResponseWriter, r *request, control *http.ResponseController) *refusal {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/octet-stream" {
		s.fail(ReasonTransportError) // binary bodies ended with protocol 3
		return badRequest
	}
	body, refused := s.readBody(w, r, control)
	if refused != nil {
		return refused
	}
	s.server.stats.received.Add(int64(len(body)))
	if !s.receivePayload(body) {
		return badRequest
	}
	return nil
}

func (s *Session) readBody(w http.ResponseWriter, r *request, control *http.ResponseController) ([]byte, *refusal) {
	limit := s.server.options.MaxPayload
	if r.ContentLength > int64(limit) {
		return nil, tooLarge
	}
	_ = control.SetReadDeadline(time.Now().Add(s.server.options.ReadTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if err == nil {
		// Or the deadline would end the connection while the program works.
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	}
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return nil, tooLarge
	}
	s.fail(ReasonTransportError)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, bodyTimeout
	}
	return nil, badRequest
}

// fail ends the session at once.
func (s *Session) fail(reason Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abort(reason)
}
