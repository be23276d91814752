package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// An Adapter joins the namespaces of several servers, so that a broadcast on
// one reaches the sockets of all. Rooms and sockets are each server's own;
// adapters carry commands between servers. Package adaptertest holds an
// implementation to this contract, [NewMemoryAdapter] is the reference.
type Adapter interface {
	// Attach joins a namespace. From then on, until the Link is closed, handle
	// is called for the commands of other servers, never for the caller's own:
	// one at a time and in the order of the sender for those published, and
	// on a goroutine of its own for each request. A Command must not be
	// modified after it has been handed over, by either side.
	//
	// A failure is logged; the namespace is then alone on its server. Attach
	// is called while no other namespace can be made, so it should not block
	// for long.
	Attach(namespace string, handle func(context.Context, Command) Reply) (Link, error)
}

// A Link is one server's end of a namespace. Its methods may be called by any
// goroutine.
type Link interface {
	// Publish sends a command to all other servers and does not wait for them.
	Publish(ctx context.Context, c Command) error
	// Request sends a command to all other servers and gathers one reply of
	// each. If some are missing when ctx ends it returns the others and an
	// error.
	Request(ctx context.Context, c Command) ([]Reply, error)
	// Close leaves. Afterwards handle is not called any more.
	Close() error
}

// A CommandKind says what a [Command] asks for.
type CommandKind uint8

// The kinds of commands. Their numbers are fixed: servers of different versions
// may talk to each other.
const (
	CommandEmit          CommandKind = 1 // published: send Event
	CommandJoin          CommandKind = 2 // published: join Rooms
	CommandLeave         CommandKind = 3 // published: leave Rooms
	CommandDisconnect    CommandKind = 4 // published: disconnect
	CommandServerEmit    CommandKind = 5 // published: Event for the program
	CommandEmitAck       CommandKind = 6 // requested: send Event, reply with Answers
	CommandFetch         CommandKind = 7 // requested: reply with Peers
	CommandServerEmitAck CommandKind = 8 // requested: Event for the program, reply with Args
)

// A Command is what one server asks of the others. It encodes as JSON.
type Command struct {
	Kind      CommandKind `json:"kind"`
	Namespace string      `json:"nsp"`

	// To and Except say which sockets are meant, as in [Broadcast].
	To     []string `json:"to,omitempty"`
	Except []string `json:"except,omitempty"`

	// Event is a JSON array, name first, with placeholders for Attachments.
	Event       json.RawMessage `json:"event,omitempty"`
	Attachments [][]byte        `json:"attachments,omitempty"`
	Volatile    bool            `json:"volatile,omitempty"`
	Timeout     time.Duration   `json:"timeout,omitempty"` // of EmitAck; 0: the requester's ctx alone

	Rooms          []string `json:"rooms,omitempty"`
	CloseTransport bool     `json:"close,omitempty"`
}

// A Reply is one server's answer to a request.
type Reply struct {
	Peers   []Peer            `json:"peers,omitempty"`
	Answers []Answer          `json:"answers,omitempty"`
	Args    []json.RawMessage `json:"args,omitempty"`
	Acked   bool              `json:"acked,omitempty"`   // Args are there
	Missing bool              `json:"missing,omitempty"` // some Answers did not come in time
}

// attach joins a new namespace to the other servers.
func (srv *Server) attach(ns *Namespace) {
	if srv.options.Adapter == nil {
		return
	}
	link, err := srv.options.Adapter.Attach(ns.name, ns.handle)
	if err != nil {
		srv.logAdapter(err)
		return
	}
	ns.link = link
}

func (srv *Server) logAdapter(err error) {
	if err != nil {
		srv.options.Logger.Error("adapter failed", slog.Any("error", err))
	}
}

// command begins a command for the sockets that b means.
func (b Broadcast) command(kind CommandKind) Command {
	c := Command{Kind: kind, To: b.rooms, Except: b.except, Volatile: b.volatile}
	if b.self != nil {
		// Never somewhere else, yet a server whose socket came back under the
		// same id could hold it.
		c.Except = append(c.Except[:len(c.Except):len(c.Except)], b.self.id)
	}
	return c
}

// handle does what another server asks. Nothing in c is trusted.
func (ns *Namespace) handle(ctx context.Context, c Command) Reply {
	b := Broadcast{namespace: ns, rooms: c.To, except: c.Except, volatile: c.Volatile, local: true}
	switch c.Kind {
	case CommandEmit, CommandEmitAck:
		return ns.handleEmit(ctx, b, c)
	case CommandJoin, CommandLeave, CommandDisconnect:
		for _, s := range b.Sockets() {
			c.apply(s)
		}
	case CommandFetch:
		var r Reply
		for _, s := range b.Sockets() {
			r.Peers = append(r.Peers, s.peer())
		}
		return r
	case CommandServerEmit, CommandServerEmitAck:
		return ns.handleServerEmit(ctx, c)
	}
	return Reply{}
}

// apply does to one socket what c says.
func (c Command) apply(s *Socket) {
	switch c.Kind {
	case CommandJoin:
		_ = s.Join(c.Rooms...) // documented at Broadcast.Join
	case CommandLeave:
		s.Leave(c.Rooms...)
	case CommandDisconnect:
		s.Disconnect(c.CloseTransport)
	}
}

func (ns *Namespace) handleEmit(ctx context.Context, b Broadcast, c Command) Reply {
	args, err := c.check()
	if err != nil || len(args) == 0 {
		ns.server.logAdapter(err)
		return Reply{}
	}
	o := outgoing{c.Event, c.Attachments}
	if c.Kind == CommandEmit {
		ns.deliver(b, []outgoing{o}, nil)
		return Reply{}
	}
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	answers, err := ns.requestHere(ctx, b, o)()
	return Reply{Answers: answers, Missing: err != nil}
}

// check keeps what is malformed away from clients, who would disconnect.
func (c Command) check() ([]json.RawMessage, error) {
	args, err := scanArray(nil, c.Event, maxNesting)
	if err == nil && !utf8.Valid(c.Event) {
		err = errJSON
	}
	if err == nil && len(c.Attachments) > MaxAttachments {
		err = ErrTooManyAttachments
	}
	if err == nil && len(c.Attachments) > 0 {
		err = checkPlaceholders(c.Event, len(c.Attachments))
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read another server's event: %w", err)
	}
	return args, nil
}

// replies are the other servers' answers to one request.
type replies struct {
	list []Reply
	err  error
}

func (r replies) answers() []Answer {
	var all []Answer
	for _, reply := range r.list {
		all = append(all, reply.Answers...)
	}
	return all
}

func (r replies) peers() []Peer {
	var all []Peer
	for _, reply := range r.list {
		all = append(all, reply.Peers...)
	}
	return all
}

// ask sends a request and returns at once.
func (ns *Namespace) ask(ctx context.Context, c Command) <-chan replies {
	result := make(chan replies, 1)
	ns.server.tasks.run(func() {
		list, err := ns.link.Request(ctx, c)
		for _, r := range list {
			if r.Missing && err == nil {
				err = ErrAckTimeout
			}
		}
		result <- replies{list, err}
	})
	return result
}

// A ServerEvent is an event that another server's program has sent with
// [Namespace.ServerEmit].
type ServerEvent struct {
	Namespace *Namespace
	Name      string
	// Args are raw JSON, attachments as base64 strings.
	Args []json.RawMessage

	acked atomic.Bool
	reply chan []json.RawMessage // nil: no acknowledgement wanted
}

// Bind decodes the arguments into targets, as [Event.Bind] does.
func (e *ServerEvent) Bind(targets ...any) error {
	return (&Event{Args: e.Args}).Bind(targets...)
}

// WantsAck reports whether the other server waits for an answer.
func (e *ServerEvent) WantsAck() bool { return e.reply != nil }

// Ack answers, once; it may be called after the handler has returned.
func (e *ServerEvent) Ack(args ...any) error {
	if e.reply == nil {
		return ErrNoAck
	}
	o, err := encodeArgs(args)
	if err != nil {
		return err
	}
	if e.acked.Swap(true) {
		return ErrAcked
	}
	raw, err := scanArray(nil, o.data, maxNesting)
	if err != nil {
		return err
	}
	raw, err = ownArgs(raw, o.attachments)
	if err != nil {
		return err
	}
	e.reply <- raw
	return nil
}

// OnServer adds a handler for the events of other servers' programs. Handlers
// run on the adapter's goroutine and should not take long.
func (ns *Namespace) OnServer(event string, f func(e *ServerEvent)) {
	ns.register(func(h *handlers) { h.server = with(h.server, event, f) })
}

// ServerEmit sends an event to the programs of all other servers.
func (ns *Namespace) ServerEmit(event string, args ...any) error {
	o, err := encodeEvent(event, args)
	if err != nil {
		return err
	}
	var failures []error
	for _, ns := range ns.each() {
		if ns.link != nil {
			failures = append(failures, ns.link.Publish(ns.server.context, ns.serverCommand(CommandServerEmit, o)))
		}
	}
	return errors.Join(failures...)
}

// ServerEmitAck sends an event to the programs of all other servers and gathers
// one answer of each that has a handler for it. If some are missing when ctx
// ends it returns the others and an error.
func (ns *Namespace) ServerEmitAck(ctx context.Context, event string, args ...any) ([][]json.RawMessage, error) {
	o, err := encodeEvent(event, args)
	if err != nil {
		return nil, err
	}
	var answers [][]json.RawMessage
	var failures []error
	for _, ns := range ns.each() {
		if ns.link == nil {
			continue
		}
		r := <-ns.ask(ctx, ns.serverCommand(CommandServerEmitAck, o))
		for _, reply := range r.list {
			if reply.Acked {
				answers = append(answers, reply.Args)
			}
		}
		failures = append(failures, r.err)
	}
	return answers, errors.Join(failures...)
}

func (ns *Namespace) serverCommand(kind CommandKind, o outgoing) Command {
	o = o.clone()
	return Command{Kind: kind, Namespace: ns.name, Event: o.data, Attachments: o.attachments}
}

func (ns *Namespace) handleServerEmit(ctx context.Context, c Command) Reply {
	args, err := c.check()
	if err == nil {
		args, err = ownArgs(args, c.Attachments)
	}
	if err != nil || len(args) == 0 {
		ns.server.logAdapter(err)
		return Reply{}
	}
	e := &ServerEvent{Namespace: ns, Args: args[1:]}
	if e.Name, err = eventName(args[0]); err != nil {
		return Reply{}
	}
	fs := ns.handlers().server[e.Name]
	if c.Kind == CommandServerEmitAck {
		e.reply = make(chan []json.RawMessage, 1)
	}
	for _, f := range fs {
		f(e)
	}
	if e.reply == nil || len(fs) == 0 {
		return Reply{}
	}
	select {
	case got := <-e.reply:
		return Reply{Args: got, Acked: true}
	case <-ctx.Done():
		return Reply{Missing: true}
	}
}
