package socketio

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/causerie-chat/causerie/engineio"
)

// A Namespace is a set of sockets under one name, with handlers and rooms of
// its own. Its methods may be called by any goroutine at any time; handlers and
// middlewares are best registered before the server serves, since they apply to
// what happens after the call.
//
// Handlers of one connection, over all its namespaces, run one at a time in the
// order of the packets. A handler that waits keeps later packets of its
// connection waiting, so work that takes long, and above all waiting for an
// acknowledgement of the same client ([Socket.EmitAck]), belongs into a
// goroutine of its own.
type Namespace struct {
	server   *Server
	name     string
	template *Namespace // nil: not dynamic
	match    matcher    // of templates only

	// own are the handlers; the children of a template use the template's.
	own        atomic.Pointer[handlers]
	registerMu sync.Mutex // serialises changes of own

	members  members
	recovery *recovery // nil: off
	link     Link      // nil: no adapter

	ids  atomic.Uint64 // of acknowledgements, for all sockets together
	acks collectors

	fixed   bool // guarded by server.mu: never removed
	holders int  // guarded by server.mu: sockets, and CONNECTs in progress
}

type matcher = func(name string, auth json.RawMessage, h *engineio.Handshake) bool

// A Middleware decides whether a socket may connect. It runs before the socket
// is connected: it may set data and join rooms, not emit. An error refuses the
// client with CONNECT_ERROR: its text becomes the message; a [*ConnectError]
// may add data. ctx ends after Options.ConnectTimeout or with the server.
type Middleware func(ctx context.Context, s *Socket) error

// handlers is an immutable table; changing it means replacing it.
type handlers struct {
	middlewares []Middleware
	connect     []func(*Socket)
	disconnect  []func(*Socket, Reason)
	any         []func(*Event)
	outgoing    []func(Outgoing)
	events      map[string][]func(*Event)
	server      map[string][]func(*ServerEvent)
}

// Outgoing is what a listener registered with [Namespace.OnAnyOutgoing] is
// told of: one event on its way out.
type Outgoing struct {
	Namespace *Namespace
	Socket    *Socket // nil: a broadcast, whatever the number of receivers
	Name      string
	Args      []any
}

func newNamespace(srv *Server, name string, template *Namespace) *Namespace {
	ns := &Namespace{server: srv, name: name, template: template}
	ns.own.Store(&handlers{})
	ns.members.sockets = map[string]*Socket{}
	ns.members.rooms = map[string]*room{}
	if srv.options.Recovery != nil {
		ns.recovery = newRecovery(ns, *srv.options.Recovery)
	}
	return ns
}

// Name returns the name, with its leading slash. It is empty for the template
// that [Server.OfFunc] returns.
func (ns *Namespace) Name() string { return ns.name }

func (ns *Namespace) handlers() *handlers {
	if ns.template != nil {
		return ns.template.own.Load()
	}
	return ns.own.Load()
}

// register replaces the table by a changed copy.
func (ns *Namespace) register(change func(*handlers)) {
	if ns.template != nil {
		ns = ns.template
	}
	ns.registerMu.Lock()
	defer ns.registerMu.Unlock()
	h := *ns.own.Load()
	change(&h)
	ns.own.Store(&h)
}

// Use adds a middleware. Middlewares run in the order in which they were added,
// one connection at a time.
func (ns *Namespace) Use(m Middleware) {
	ns.register(func(h *handlers) { h.middlewares = append(slices.Clip(h.middlewares), m) })
}

// OnConnect adds a handler for sockets that have connected. The client has been
// told; what f emits comes after that.
func (ns *Namespace) OnConnect(f func(s *Socket)) {
	ns.register(func(h *handlers) { h.connect = append(slices.Clip(h.connect), f) })
}

// OnDisconnect adds a handler for sockets that have disconnected, told once per
// socket that was connected, last of all its handlers. [Socket.Rooms] still
// returns the rooms that it was in; sending to it returns [ErrDisconnected].
func (ns *Namespace) OnDisconnect(f func(s *Socket, r Reason)) {
	ns.register(func(h *handlers) { h.disconnect = append(slices.Clip(h.disconnect), f) })
}

// On adds a handler for an event. Handlers belong to the namespace, so that a
// socket costs nothing for them. A second handler of the same event runs after
// the first.
func (ns *Namespace) On(event string, f func(e *Event)) {
	ns.register(func(h *handlers) { h.events = with(h.events, event, f) })
}

// OnAny adds a handler for every event, run before the handlers of its name.
func (ns *Namespace) OnAny(f func(e *Event)) {
	ns.register(func(h *handlers) { h.any = append(slices.Clip(h.any), f) })
}

// OnAnyOutgoing adds a listener for every event that is sent, called on the
// goroutine that sends it, once per call and not once per receiver. Events
// sent with Send, encoded beforehand, are not told.
func (ns *Namespace) OnAnyOutgoing(f func(o Outgoing)) {
	ns.register(func(h *handlers) { h.outgoing = append(slices.Clip(h.outgoing), f) })
}

// with returns a copy of m with one more entry.
func with[F any](m map[string][]F, key string, f F) map[string][]F {
	c := make(map[string][]F, len(m)+1)
	for k, v := range m {
		c[k] = v
	}
	c[key] = append(slices.Clip(c[key]), f)
	return c
}

// release gives up one hold of a dynamic namespace; the last one removes it.
func (ns *Namespace) release() {
	ns.server.mu.Lock()
	ns.holders--
	ns.server.mu.Unlock()
	ns.server.sweep(ns)
}

// unused requires server.mu.
func (ns *Namespace) unused() bool {
	return ns.template != nil && !ns.fixed && ns.holders == 0 &&
		(ns.recovery == nil || ns.recovery.empty()) && ns.server.namespaces[ns.name] == ns
}

// close frees what outlives the sockets.
func (ns *Namespace) close() {
	if ns.recovery != nil {
		ns.recovery.close()
	}
	if ns.link != nil {
		ns.server.logAdapter(ns.link.Close())
	}
}

// Socket returns the connected socket with this id on this server, or nil.
func (ns *Namespace) Socket(id string) *Socket {
	for _, ns := range ns.each() {
		if s := ns.members.byID(id); s != nil {
			return s
		}
	}
	return nil
}

// Len returns the number of connected sockets on this server. It counts them.
func (ns *Namespace) Len() int {
	n := 0
	for _, ns := range ns.each() {
		n += ns.members.len()
	}
	return n
}

// Rooms returns the names of the rooms that have members on this server, in no
// particular order. The room that every socket has for itself, named by its
// id, is not listed.
func (ns *Namespace) Rooms() []string {
	var names []string
	for _, ns := range ns.each() {
		names = append(names, ns.members.roomNames()...)
	}
	return names
}

// each returns the namespace itself or, for a template, its children.
func (ns *Namespace) each() []*Namespace {
	if ns.match != nil {
		return ns.server.children(ns)
	}
	return []*Namespace{ns}
}
