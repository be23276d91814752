package socketio

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causerie-chat/causerie/engineio"
)

// A Server is a Socket.IO server, protocol 5, and an http.Handler for its
// transports. Stock clients expect it at /socket.io/. Its methods may be called
// by any goroutine.
type Server struct {
	options   Options
	engine    *engineio.Server
	deadlines deadlines
	tasks     tasks
	stats     counters

	// context ends with the server. admission, from which middlewares derive
	// theirs, ends earlier: when what they still decide is of no use.
	context      context.Context
	cancel       context.CancelFunc
	admission    context.Context
	endAdmission context.CancelFunc

	mu         sync.RWMutex
	namespaces map[string]*Namespace // guarded by mu
	dynamic    []*Namespace          // guarded by mu: templates, in order
}

// NewServer returns a server. It has no namespaces yet: clients are refused
// with "Invalid namespace" until [Server.Of] or [Server.OfFunc] name some.
func NewServer(options Options) *Server {
	srv := &Server{options: options.withDefaults(), namespaces: map[string]*Namespace{}}
	srv.deadlines.limit = [waitKinds]time.Duration{
		waitConnect:     srv.options.ConnectTimeout,
		waitIdle:        srv.options.IdleTimeout,
		waitAttachments: srv.options.AttachmentTimeout,
	}
	srv.context, srv.cancel = context.WithCancel(context.Background())
	srv.admission, srv.endAdmission = context.WithCancel(srv.context)
	srv.engine = engineio.NewServer(engine{srv}, srv.options.Engine)
	return srv
}

// engine hides Open from the users of Server.
type engine struct{ server *Server }

// Open implements engineio.Handler.
func (e engine) Open(session *engineio.Session, _ *http.Request) engineio.Receiver {
	c := &conn{server: e.server, session: session}
	e.server.stats.connections.Add(1)
	e.server.deadlines.set(c, waitConnect)
	return c
}

// ServeHTTP serves the requests of both transports.
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { srv.engine.ServeHTTP(w, r) }

// Of returns the namespace called name, for example "/" or "/chat", and makes
// it if it does not exist. A missing leading slash is added. Namespaces made
// by Of live as long as the server.
func (srv *Server) Of(name string) *Namespace {
	if name == "" || name[0] != '/' {
		name = "/" + name
	}
	srv.mu.Lock()
	defer srv.mu.Unlock()
	ns := srv.namespaces[name]
	if ns == nil {
		ns = newNamespace(srv, name, nil)
		srv.namespaces[name] = ns
		srv.attach(ns)
	}
	ns.fixed = true
	return ns
}

// OfFunc makes a template for namespaces that come and go: a client that asks
// for a namespace unknown so far gets one if match says so, with the handlers
// and middlewares of the template. It disappears when its last socket has left
// (with recovery: and the last session has run out). Templates are asked in
// the order in which they were made; match must not block.
//
// The methods of the template that send or act reach all of its namespaces.
func (srv *Server) OfFunc(match func(name string, auth json.RawMessage, h *engineio.Handshake) bool) *Namespace {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	ns := newNamespace(srv, "", nil)
	ns.match = match
	srv.dynamic = append(srv.dynamic, ns)
	return ns
}

// OfRegexp is OfFunc with a regular expression, which should be anchored.
func (srv *Server) OfRegexp(re *regexp.Regexp) *Namespace {
	return srv.OfFunc(func(name string, _ json.RawMessage, _ *engineio.Handshake) bool {
		return re.MatchString(name)
	})
}

// resolve returns the namespace that a client asks for, nil if there is none.
// The caller holds it until release.
func (srv *Server) resolve(name string, auth json.RawMessage, h *engineio.Handshake) *Namespace {
	srv.mu.Lock()
	ns := srv.namespaces[name]
	if ns != nil {
		ns.holders++
	}
	dynamic := srv.dynamic
	srv.mu.Unlock()
	if ns != nil {
		return ns
	}
	for _, template := range dynamic {
		if !template.match(name, auth, h) {
			continue
		}
		srv.mu.Lock()
		defer srv.mu.Unlock()
		if ns = srv.namespaces[name]; ns == nil {
			ns = newNamespace(srv, name, template)
			srv.namespaces[name] = ns
			srv.attach(ns)
		}
		ns.holders++
		return ns
	}
	return nil
}

// children returns the namespaces of a template.
func (srv *Server) children(template *Namespace) []*Namespace {
	srv.mu.RLock()
	defer srv.mu.RUnlock()
	var children []*Namespace
	for _, ns := range srv.namespaces {
		if ns.template == template {
			children = append(children, ns)
		}
	}
	return children
}

// Shutdown closes the connections in small slices, so that clients reconnect
// to another server by themselves, and waits until their handlers have
// returned or ctx ends. New connections are refused at once. Sockets end with
// [ReasonShutdown]. A handler that calls it waits for itself, until ctx ends.
func (srv *Server) Shutdown(ctx context.Context) error {
	defer context.AfterFunc(ctx, srv.endAdmission)()
	err := srv.engine.Shutdown(ctx)
	srv.stop()
	if waitErr := srv.tasks.wait(ctx); err == nil {
		err = waitErr
	}
	return err
}

// Close closes all connections at once and waits for the handlers of theirs
// that run, without limit, so a handler must not call it; the contexts of
// middlewares end. Sockets end with [ReasonShutdown].
func (srv *Server) Close() error {
	srv.endAdmission()
	err := srv.engine.Close()
	srv.stop()
	return err
}

func (srv *Server) stop() {
	srv.cancel()
	srv.deadlines.close()
	srv.mu.Lock()
	all := make([]*Namespace, 0, len(srv.namespaces))
	for _, ns := range srv.namespaces {
		all = append(all, ns)
	}
	srv.mu.Unlock()
	for _, ns := range all {
		ns.close()
	}
}

// Stats are counts since the server was made, unless they say "now".
type Stats struct {
	Engine engineio.Stats // transports, queues, bytes

	Connections int64 // connections now, with or without a socket
	Sockets     int64 // sockets now
	Namespaces  int   // namespaces now
	Connects    int64 // sockets connected
	Recovered   int64 // of which recovered
	Refused     int64 // CONNECT_ERRORs sent
	Events      int64 // events received
	ParseErrors int64 // connections closed because a packet broke the protocol
}

type counters struct {
	connections, sockets, connects, recovered, refused, events, parseErrors atomic.Int64
}

// Stats returns the counts. It is cheap enough to be called every second.
func (srv *Server) Stats() Stats {
	srv.mu.RLock()
	namespaces := len(srv.namespaces)
	srv.mu.RUnlock()
	return Stats{
		Engine:      srv.engine.Stats(),
		Connections: srv.stats.connections.Load(),
		Sockets:     srv.stats.sockets.Load(),
		Namespaces:  namespaces,
		Connects:    srv.stats.connects.Load(),
		Recovered:   srv.stats.recovered.Load(),
		Refused:     srv.stats.refused.Load(),
		Events:      srv.stats.events.Load(),
		ParseErrors: srv.stats.parseErrors.Load(),
	}
}

func (srv *Server) forget() { srv.stats.connections.Add(-1) }

// newID returns 20 characters nobody can guess. Exactly 20: adapters of other
// servers tell socket ids from room names by the length.
func newID() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.URLEncoding.EncodeToString(b[:])
}

func stack() string { return string(debug.Stack()) }

// tasks counts goroutines that outlive the call that started them. Unlike a
// sync.WaitGroup it may be waited for while new ones start.
type tasks struct {
	mu   sync.Mutex
	n    int           // guarded by mu
	idle chan struct{} // guarded by mu; closed when n becomes 0, nil: nobody waits
}

func (t *tasks) run(f func()) {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
	go func() {
		defer t.done()
		f()
	}()
}

func (t *tasks) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.idle != nil {
		close(t.idle)
		t.idle = nil
	}
}

func (t *tasks) wait(ctx context.Context) error {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.idle == nil {
		t.idle = make(chan struct{})
	}
	idle := t.idle
	t.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sweep removes a dynamic namespace that nobody holds any more.
func (srv *Server) sweep(ns *Namespace) {
	srv.mu.Lock()
	unused := ns.unused()
	if unused {
		delete(srv.namespaces, ns.name)
	}
	srv.mu.Unlock()
	if unused {
		ns.close()
	}
}
