package engineio

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A sid is the id of a session: 120 random bits in 20 characters.
type sid [20]byte

func newSID() (id sid) {
	var b [15]byte
	rand.Read(b[:])
	base64.RawURLEncoding.Encode(id[:], b[:])
	return id
}

// A Server speaks Engine.IO protocol 4 with any number of clients. It is an
// [http.Handler] that may be mounted at any path; the usual one is /engine.io/
// or, under Socket.IO, /socket.io/.
type Server struct {
	handler Handler
	options Options
	wheel   wheel
	lobby   lobby
	parking parking
	stats   counters

	mu       sync.Mutex
	sessions map[sid]*Session
	draining bool          // no more handshakes
	empty    chan struct{} // closed when draining and no session is left

	running sync.WaitGroup // everything that still works for a session
}

// NewServer returns a server that tells h of each new session. There is
// nothing to start; call Close or Shutdown to end it.
func NewServer(h Handler, o Options) *Server {
	s := &Server{
		handler:  h,
		options:  o.withDefaults(),
		sessions: make(map[sid]*Session),
		empty:    make(chan struct{}),
	}
	// Fine enough for short test intervals, coarse enough to wake thousands of
	// sessions together.
	tick := min(s.options.PingInterval, s.options.PingTimeout) / 40
	s.wheel.init(min(max(tick, 2*time.Millisecond), 250*time.Millisecond))
	s.parking.init(&s.running)
	s.lobby.init(s.options.MaxUnclaimed, s.options.MaxUnclaimedPerAddress)
	return s
}

// Stats are counters of a server since its start, and its sessions now.
type Stats struct {
	Polling       int64 // open sessions on polling
	Websocket     int64 // open sessions on a websocket
	Handshakes    int64 // sessions opened
	Refused       int64 // requests answered with an error
	Upgrades      int64 // sessions that went from polling to a websocket
	VolatileDrops int64 // messages that SendVolatile did not send
	SlowCloses    int64 // sessions closed with ReasonSlow
	PingTimeouts  int64 // sessions closed with ReasonPingTimeout
	BytesIn       int64 // bodies and websocket bytes received
	BytesOut      int64 // bodies and websocket bytes sent
}

type counters struct {
	polling, websocket, handshakes, refused, upgrades      atomic.Int64
	volatileDrops, slowCloses, pingTimeouts, received, out atomic.Int64
}

// Stats returns the current figures. It may be called at any time.
func (s *Server) Stats() Stats {
	c := &s.stats
	return Stats{
		Polling: c.polling.Load(), Websocket: c.websocket.Load(), Handshakes: c.handshakes.Load(),
		Refused: c.refused.Load(), Upgrades: c.upgrades.Load(), VolatileDrops: c.volatileDrops.Load(),
		SlowCloses: c.slowCloses.Load(), PingTimeouts: c.pingTimeouts.Load(),
		BytesIn: c.received.Load(), BytesOut: c.out.Load(),
	}
}

// newSession makes a session for the request. It holds its receiving lock until
// start, so that nothing is told before Open.
func (s *Server) newSession(r *http.Request) *Session {
	session := &Session{server: s, id: newSID(), handshake: s.handshakeOf(r)}
	session.receiving.Lock()
	return session
}

// register makes a session known, with its transport and the number of
// goroutines that will work for it. It is false when the server is closing.
func (s *Server) register(session *Session, workers int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.sessions[session.id] = session
	s.running.Add(1 + workers)
	s.stats.handshakes.Add(1)
	if session.ws != nil {
		s.stats.websocket.Add(1)
	} else {
		s.stats.polling.Add(1)
	}
	return true
}

func (s *Server) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

func (s *Server) session(id string) *Session {
	if len(id) != len(sid{}) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[sid([]byte(id))]
}

// forget takes a session out of the server, once nothing will come for it.
func (s *Server) forget(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.sessions[session.id]; !known {
		return
	}
	delete(s.sessions, session.id)
	if session.ws != nil {
		s.stats.websocket.Add(-1)
	} else {
		s.stats.polling.Add(-1)
	}
	if s.draining && len(s.sessions) == 0 {
		close(s.empty)
	}
}

// drain stops handshakes and returns the sessions that are open.
func (s *Server) drain() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.draining {
		s.draining = true
		if len(s.sessions) == 0 {
			close(s.empty)
		}
	}
	sessions := make([]*Session, 0, len(s.sessions))
	for _, session := range s.sessions {
		sessions = append(sessions, session)
	}
	return sessions
}

// drainPause is the mean pause between two slices of a shutdown, and
// drainSlices how many there are at most.
const (
	drainPause  = 20 * time.Millisecond
	drainSlices = 100
	drainSlice  = 32
)

// Shutdown moves clients elsewhere: it refuses handshakes with status 503 and
// closes the sessions with [ReasonShutdown], a few at a time with random
// pauses, so that thousands of clients do not knock at the next server at
// once. Stock clients reconnect by themselves. It returns when all sessions
// have ended and their receivers have been told. When ctx ends first, it closes
// the rest at once, waits for nobody any more, and returns the error of ctx.
//
// A [Handler] or [Receiver] that calls it waits for itself, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	sessions := s.drain()
	size := max(drainSlice, (len(sessions)+drainSlices-1)/drainSlices)
	for slice := range slices.Chunk(sessions, size) {
		for _, session := range slice {
			session.Close(ReasonShutdown)
		}
		pause := time.NewTimer(drainPause/2 + mathrand.N(drainPause))
		select {
		case <-pause.C:
		case <-s.empty:
			pause.Stop()
		case <-ctx.Done():
			pause.Stop()
			return s.giveUp(ctx)
		}
	}
	// Not before the sessions are gone, though running would do: as long as
	// some are, goroutines may still be added to it.
	select {
	case <-s.empty:
	case <-ctx.Done():
		return s.giveUp(ctx)
	}
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return s.giveUp(ctx)
	}
}

func (s *Server) giveUp(ctx context.Context) error {
	s.abort()
	return fmt.Errorf("engineio: shutdown: %w", ctx.Err())
}

// Close ends all sessions with [ReasonShutdown] at once, without closing
// handshakes, and waits until their receivers have been told. Further requests
// are refused. It always returns nil, and must not be called by a [Handler] or
// [Receiver], for which it waits without limit.
func (s *Server) Close() error {
	s.abort()
	s.running.Wait()
	return nil
}

func (s *Server) abort() {
	for _, session := range s.drain() {
		session.fail(ReasonShutdown)
	}
}

func (s *Server) log(level slog.Level, message string, session *Session, attrs ...slog.Attr) {
	if s.options.Logger == nil {
		return
	}
	if session != nil {
		attrs = append(attrs, slog.String("remote", session.handshake.RemoteAddr))
	}
	s.options.Logger.LogAttrs(context.Background(), level, message, attrs...)
}
