package engineio

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Handler is told of each new session.
//
// Everything that happens to one session is serial: Open, then any number of
// Receive, then Closed once. Different sessions run at the same time.
type Handler interface {
	// Open is called when a client has completed its handshake. It returns
	// who receives what the client sends; nil closes the session. The request
	// is valid during the call only. Open may call Send and Close.
	Open(s *Session, r *http.Request) Receiver
}

// A Receiver takes what one session receives. A panic in a method is logged
// and closes the session with [ReasonTransportError].
type Receiver interface {
	// Receive is called for every message packet, in order. data is valid
	// until it returns. While it runs nothing more is read from the client, and
	// its silence is not held against it. An error closes the session with
	// [ReasonParseError].
	Receive(data []byte, binary bool) error
	// Closed is called exactly once, after everything else, on a goroutine of
	// the server.
	Closed(reason Reason)
}

// A Handshake is what a session remembers of the request that opened it.
type Handshake struct {
	// RemoteAddr is the address of the client, see [Options.ClientAddress].
	RemoteAddr string
	// RawQuery is the query of the URL, undecoded.
	RawQuery string
	// Header holds the headers named in [Options.KeepHeaders], and is nil
	// without any.
	Header http.Header
	// Time is when the session was opened.
	Time time.Time
	// Secure tells whether the request came over TLS.
	Secure bool
}

// The life of a session, which only moves forward.
const (
	stateOpen    uint32 = iota
	stateClosing        // closed for the program; the queue and the closing handshake still go out
	stateGone           // the client is not listened to any more
)

// A Session is one client's connection, over one transport at a time. All its
// methods may be called by any goroutine at any time.
type Session struct {
	server    *Server
	receiver  Receiver // guarded by receiving
	handshake Handshake
	id        sid

	receiving sync.Mutex // held while the receiver is called; before mu
	objected  bool       // guarded by receiving: the receiver refused a message

	mu    sync.Mutex
	state atomic.Uint32 // written under mu
	queue *queue        // guarded by mu; nil while nothing waits
	ws    *socket       // guarded by mu; nil while on polling
	poll  *poller       // guarded by mu; nil once on a websocket
	beat  heartbeat     // guarded by mu

	timer entry // guarded by server.wheel
}

// ID returns the id of the session, 20 characters. Whoever knows it can take
// part in the session: it is a secret between client and server, and does not
// belong into logs or other clients' sight.
func (s *Session) ID() string { return string(s.id[:]) }

// Handshake returns what is known of the request that opened the session. It
// must not be modified.
func (s *Session) Handshake() *Handshake { return &s.handshake }

// Transport returns the name of the current transport, [Polling] or
// [Websocket].
func (s *Session) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ws != nil {
		return Websocket
	}
	return Polling
}

// Send hands a message to the client, after all that were sent before. It
// never blocks: what the connection does not take at once waits in a queue,
// and when that passes [Options.MaxQueue] the session is closed with
// [ReasonSlow] and ErrSlow returned. On a closed session it returns ErrClosed.
// A nil error does not promise that the message arrives.
func (s *Session) Send(m *Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Load() != stateOpen {
		return ErrClosed
	}
	if s.queue != nil && s.queue.bytes > 0 && s.queue.bytes+m.Len() > s.server.options.MaxQueue {
		s.server.stats.slowCloses.Add(1)
		s.abort(ReasonSlow)
		return ErrSlow
	}
	return s.write(m)
}

// SendVolatile hands a message to the client only if the transport can take it
// now: a poll is waiting, or nothing is queued on the websocket. It reports
// whether it did.
func (s *Session) SendVolatile(m *Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	writable := s.state.Load() == stateOpen && s.queue == nil && s.listening()
	if !writable {
		s.server.stats.volatileDrops.Add(1)
		return false
	}
	return s.write(m) == nil
}

// Close ends the session for the program at once: nothing more is received and
// Send returns ErrClosed. Towards the client, what is queued is flushed and the
// closing handshake follows, within [Options.CloseTimeout]. Calls after the
// first have no effect. Close does not wait, and [Receiver].Closed is called
// on another goroutine, so it may be used with locks held.
func (s *Session) Close(r Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut(r, closeCode(r))
}

// write sends m or queues it. The session is not gone and mu is held.
func (s *Session) write(m *Message) error {
	if s.queue == nil && s.ws != nil {
		return s.writeNow(m)
	}
	s.enqueue(m)
	if s.ws == nil {
		s.poll.notify()
	}
	return nil
}

// writeFirst is write before everything that has not been started.
func (s *Session) writeFirst(m *Message) {
	if s.queue == nil {
		_ = s.write(m)
		return
	}
	s.queue.pushFront(m)
}

func (s *Session) enqueue(m *Message) {
	if s.queue == nil {
		s.queue = new(queue)
	}
	s.queue.push(m)
}

// open tells whether the program still takes part.
func (s *Session) open() bool { return s.state.Load() == stateOpen }

// shut begins the orderly end. mu is held.
func (s *Session) shut(r Reason, code uint16) {
	if !s.open() {
		return
	}
	s.retire(r)
	if s.ws != nil {
		s.ws.beginClose(code)
		return
	}
	s.beginClosePolling(closeMessage)
}

// abort ends the session without a word to the client. mu is held.
func (s *Session) abort(r Reason) {
	if s.open() {
		s.retire(r)
	}
	s.end(r)
}

// end stops listening to the client and lets go of everything. mu is held, the
// session retired.
func (s *Session) end(r Reason) {
	if s.state.Load() == stateGone {
		return
	}
	s.state.Store(stateGone)
	s.queue = nil
	s.server.wheel.remove(s)
	s.server.forget(s)
	if s.ws != nil {
		s.ws.interrupt(r)
		return
	}
	s.abandonPolling()
}

// retire closes the session for the program. mu is held, the session open.
func (s *Session) retire(r Reason) {
	s.state.Store(stateClosing)
	s.server.log(slog.LevelDebug, "session closed", s, slog.String("reason", string(r)))
	go s.deliverClosed(r)
}

func (s *Session) deliverClosed(r Reason) {
	defer s.server.running.Done()
	s.receiving.Lock()
	defer s.receiving.Unlock()
	defer s.recover()
	if s.receiver != nil {
		s.receiver.Closed(r)
	}
}

// start introduces the session to the program. receiving has been held since
// the session was made.
func (s *Session) start(r *http.Request) {
	defer s.receiving.Unlock()
	defer s.recover()
	s.receiver = s.server.handler.Open(s, r)
	if s.receiver == nil {
		s.Close(ReasonForcedClose)
	}
}

// deliver hands one message to the program; receiving is held. A false result
// means that the session has come to its end.
func (s *Session) deliver(data []byte, binary bool) bool {
	defer s.recover()
	if !s.open() {
		return false
	}
	if err := s.receiver.Receive(data, binary); err != nil {
		s.server.log(slog.LevelDebug, "message refused", s, slog.Any("error", err))
		s.objected = true
		s.Close(ReasonParseError)
	}
	return s.open()
}

// recover keeps a panic of one receiver from ending all sessions, as net/http
// does for its handlers.
func (s *Session) recover() {
	if v := recover(); v != nil {
		logger := s.server.options.Logger
		if logger == nil {
			logger = slog.Default()
		}
		logger.Error("engineio: panic in receiver", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		s.Close(ReasonTransportError)
	}
}
