package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/causerie-chat/causerie/engineio"
)

// ErrDisconnected is returned for acts on a socket that is not connected: not
// yet (in a middleware) or not any more.
var ErrDisconnected = errors.New("socketio: socket is not connected")

// ErrNamespace is returned when an [Encoded] is sent in another namespace than
// the one it was encoded for.
var ErrNamespace = errors.New("socketio: encoded for another namespace")

// A Socket is one client in one namespace. Its methods may be called by any
// goroutine.
type Socket struct {
	namespace *Namespace
	conn      *conn
	session   *engineio.Session
	id        string
	auth      json.RawMessage
	recovered bool

	state atomic.Uint32
	visit uint32 // guarded by namespace.members.mu, as are the next three

	rooms    []membership
	index    int // in members.all
	detached bool

	data  any                   // guarded by conn.mu
	extra atomic.Pointer[extra] // nil until one of its parts is needed
}

const (
	stateNew     = iota
	stateJoining // the reply is being sent; conn.mu is held
	stateConnected
	stateDisconnected
)

// Handshake is what the client said when it connected.
type Handshake struct {
	// Auth is the auth object of the CONNECT packet, {} if there was none. It
	// must not be modified.
	Auth json.RawMessage
	// Handshake describes the first HTTP request.
	*engineio.Handshake
}

// ID returns the public id: 20 characters, another one in each namespace.
func (s *Socket) ID() string { return s.id }

// Namespace returns the namespace that s belongs to.
func (s *Socket) Namespace() *Namespace { return s.namespace }

// Handshake returns what the client said when it connected.
func (s *Socket) Handshake() Handshake { return Handshake{s.auth, s.session.Handshake()} }

// Transport returns "polling" or "websocket"; it changes with an upgrade.
func (s *Socket) Transport() string { return s.session.Transport() }

// Connected reports whether s is connected: true from before the first OnConnect
// handler until the client, the server or the network ends it.
func (s *Socket) Connected() bool {
	state := s.state.Load()
	if state == stateJoining {
		s.conn.mu.Lock()
		state = s.state.Load()
		s.conn.mu.Unlock()
	}
	return state == stateConnected
}

// Recovered reports whether s continues an earlier session: same id, rooms and
// data, and what it missed was sent ([RecoveryOptions]).
func (s *Socket) Recovered() bool { return s.recovered }

// SetData attaches a value of the program's own.
func (s *Socket) SetData(v any) {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	s.data = v
}

// Data returns the value set last, nil if there is none.
func (s *Socket) Data() any {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return s.data
}

// Join adds s to rooms, all or none: [ErrTooManyRooms], or [ErrDisconnected]
// after the socket's end. Joining a room twice is no error.
func (s *Socket) Join(rooms ...string) error {
	return s.namespace.members.join(s, s.namespace.server.options.MaxRooms, rooms)
}

// Leave removes s from rooms; being in none of them is no error. A socket
// cannot leave the room of its own id.
func (s *Socket) Leave(rooms ...string) { s.namespace.members.leave(s, rooms) }

// Rooms returns the rooms that s has joined, without the one of its own id.
func (s *Socket) Rooms() []string {
	m := &s.namespace.members
	m.mu.RLock()
	defer m.mu.RUnlock()
	names := make([]string, len(s.rooms))
	for i, ms := range s.rooms {
		names[i] = ms.room.name
	}
	return names
}

// Emit sends an event. json.RawMessage and [Raw] are passed on as they are;
// []byte and [Binary] become attachments, wherever they are inside maps,
// slices and exported struct fields, at most [MaxAttachments] in all; everything
// else is encoded by encoding/json, without escaping HTML.
//
// Emit never blocks: the event is written or queued. Events of one socket are
// received in the order in which they were emitted, alone or as part of a
// broadcast.
func (s *Socket) Emit(event string, args ...any) error {
	o, err := encodeEvent(event, args)
	if err != nil {
		return err
	}
	s.namespace.tell(s, event, args)
	return s.sendEvents([]outgoing{o}, nil)
}

// EmitVolatile is Emit for what is worthless a moment later: the event is
// dropped if the connection cannot take it now. It reports whether it was sent.
func (s *Socket) EmitVolatile(event string, args ...any) bool {
	o, err := encodeEvent(event, args)
	if err != nil || !s.Connected() {
		return false
	}
	s.namespace.tell(s, event, args)
	if r := s.namespace.recovery; r != nil {
		return r.sendVolatile(s, o)
	}
	return s.session.SendVolatile(o.message(typeEvent, s.namespace.name, nil, ""))
}

// Send sends what was encoded beforehand.
func (s *Socket) Send(m *Encoded) error {
	if m.namespace != s.namespace.name {
		return fmt.Errorf("%w: %q", ErrNamespace, m.namespace)
	}
	return s.sendEvents(m.events, m.message)
}

// sendEvents sends events, or their message if it is at hand.
func (s *Socket) sendEvents(events []outgoing, message *engineio.Message) error {
	if !s.Connected() {
		return ErrDisconnected
	}
	if r := s.namespace.recovery; r != nil {
		return r.send(s, events)
	}
	if message == nil {
		message = events[0].message(typeEvent, s.namespace.name, nil, "")
	}
	return s.write(message)
}

func (s *Socket) write(message *engineio.Message) error {
	if err := s.session.Send(message); err != nil {
		return fmt.Errorf("failed to send: %w", err)
	}
	return nil
}

// tell calls the listeners for outgoing events.
func (ns *Namespace) tell(s *Socket, event string, args []any) {
	for _, f := range ns.handlers().outgoing {
		f(Outgoing{Namespace: ns, Socket: s, Name: event, Args: args})
	}
}

// To returns a broadcast to rooms, or to everybody in the namespace if there
// are none, except s itself.
func (s *Socket) To(rooms ...string) Broadcast {
	return Broadcast{namespace: s.namespace, rooms: rooms, self: s}
}

// Disconnect ends the socket: the client is told, and its handlers run with
// [ReasonServerDisconnect]. A stock client does not come back by itself; see
// CloseConnection for one that shall. With closeTransport its sockets in other
// namespaces end too, and the connection is closed.
func (s *Socket) Disconnect(closeTransport bool) {
	if closeTransport {
		s.conn.oust()
		return
	}
	s.oust()
}

// CloseConnection closes the connection without a word to the client that it
// is unwanted: what is queued still goes out, and all sockets of the connection
// end with [ReasonForcedClose]. A stock client takes that for a lost connection
// and comes back by itself, after a moment, as new sockets or, with recovery
// on, as the same ones. Disconnect, in contrast, makes it stay away.
func (s *Socket) CloseConnection() { s.session.Close(engineio.ReasonForcedClose) }

// oust ends s on the server's initiative.
func (s *Socket) oust() {
	if !s.end(ReasonServerDisconnect) {
		return
	}
	_ = s.session.Send(controlMessage(typeDisconnect, s.namespace.name, nil)) // closed: knows it already
	s.conn.remove(s, true)
	s.conn.background(func() { s.farewell(ReasonServerDisconnect) })
}

// leave ends s on the client's initiative; called on the read goroutine.
func (s *Socket) leave() {
	s.conn.remove(s, false)
	if s.end(ReasonClientDisconnect) {
		s.farewell(ReasonClientDisconnect)
	}
}

// end marks s as disconnected. It returns true to one caller only, who owes
// the farewell.
func (s *Socket) end(reason Reason) bool {
	if !s.Connected() || !s.state.CompareAndSwap(stateConnected, stateDisconnected) {
		return false
	}
	if r := s.namespace.recovery; r != nil {
		r.ended(s, reason)
	}
	s.namespace.acks.gone(s)
	s.release()
	return true
}

// farewell runs the disconnect handlers and forgets s. The connection's
// handlers are locked.
func (s *Socket) farewell(reason Reason) {
	for _, f := range s.namespace.handlers().disconnect {
		s.conn.guard("disconnect", func() { f(s, reason) })
	}
	s.detach()
	s.namespace.release()
}

// extra is what few sockets need, or only for a while. Guarded by conn.mu.
type extra struct {
	acks     map[uint64]*pendingAck
	handlers map[string][]func(*Event)
	done     chan struct{} // of Context; closed at the end
	ended    bool
	pid      string // immutable
	last     uint64 // guarded by recovery.mu: number of the last event sent
}

// more returns s.extra, made if need be; requires conn.mu.
func (s *Socket) more() *extra {
	x := s.extra.Load()
	if x == nil {
		x = &extra{ended: s.state.Load() == stateDisconnected}
		s.extra.Store(x)
	}
	return x
}

// release ends whatever waits for s.
func (s *Socket) release() {
	s.conn.mu.Lock()
	x := s.extra.Load()
	if x == nil {
		s.conn.mu.Unlock()
		return
	}
	acks := x.acks
	x.acks = nil
	if x.done != nil && !x.ended { // made before the end; Done closes later ones itself
		close(x.done)
	}
	x.ended = true
	s.conn.mu.Unlock()
	for _, p := range acks {
		p.fail(s, ErrDisconnected)
	}
}

// On adds a handler for an event of this socket alone. It costs memory per
// socket; [Namespace.On] does not.
func (s *Socket) On(event string, f func(e *Event)) {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	x := s.more()
	x.handlers = with(x.handlers, event, f)
}

// listeners returns the socket's own handlers for an event.
func (s *Socket) listeners(event string) []func(*Event) {
	if s.extra.Load() == nil {
		return nil
	}
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return slices.Clip(s.more().handlers[event])
}

// Context returns a context that ends with the socket. It costs nothing until
// somebody waits for it. Its end because of a lost connection is noticed only
// after the handler that is running has returned.
func (s *Socket) Context() context.Context { return (*socketContext)(s) }
