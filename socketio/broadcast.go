package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/causerie-chat/causerie/engineio"
)

// A Broadcast says who is meant: the sockets of a namespace, or the members of
// some of its rooms, and how to send to them. It is a value: its methods return
// changed copies, and it may be kept and used any number of times, by any
// goroutine.
//
// Sending is synchronous: when Emit returns, the event has been handed, in
// order, to every connection of this server, and published to the others. No
// lock is held meanwhile that joining or leaving a room needs. A connection
// that cannot take it does not hold up the rest.
type Broadcast struct {
	namespace *Namespace
	rooms     []string
	except    []string
	self      *Socket
	local     bool
	volatile  bool
	timeout   time.Duration
}

// All returns a broadcast to everybody in the namespace.
func (ns *Namespace) All() Broadcast { return Broadcast{namespace: ns} }

// To returns a broadcast to the members of any of rooms, each once. A socket's
// id is a room too, with that socket alone in it.
func (ns *Namespace) To(rooms ...string) Broadcast { return ns.All().To(rooms...) }

// Except returns a broadcast to everybody who is in none of rooms.
func (ns *Namespace) Except(rooms ...string) Broadcast { return ns.All().Except(rooms...) }

// Local returns a broadcast to the sockets of this server alone.
func (ns *Namespace) Local() Broadcast { return ns.All().Local() }

// Volatile returns a broadcast whose events may be dropped.
func (ns *Namespace) Volatile() Broadcast { return ns.All().Volatile() }

// Timeout returns a broadcast whose EmitAck waits no longer than d.
func (ns *Namespace) Timeout(d time.Duration) Broadcast { return ns.All().Timeout(d) }

// Emit sends an event to everybody in the namespace; see [Broadcast.Emit].
func (ns *Namespace) Emit(event string, args ...any) error { return ns.All().Emit(event, args...) }

// Send sends what was encoded beforehand to everybody in the namespace.
func (ns *Namespace) Send(m *Encoded) error { return ns.All().Send(m) }

// To adds rooms.
func (b Broadcast) To(rooms ...string) Broadcast {
	b.rooms = append(slices.Clip(b.rooms), rooms...)
	return b
}

// Except leaves out the members of rooms.
func (b Broadcast) Except(rooms ...string) Broadcast {
	b.except = append(slices.Clip(b.except), rooms...)
	return b
}

// Local leaves out the sockets of other servers.
func (b Broadcast) Local() Broadcast {
	b.local = true
	return b
}

// Volatile lets events be dropped for every socket that cannot take them now.
func (b Broadcast) Volatile() Broadcast {
	b.volatile = true
	return b
}

// Timeout bounds EmitAck. Zero, the default, means that only its context does.
func (b Broadcast) Timeout(d time.Duration) Broadcast {
	b.timeout = d
	return b
}

// Emit sends an event; the arguments are those of [Socket.Emit]. It returns an
// error if they cannot be encoded or the adapter fails, never because of a
// single receiver.
func (b Broadcast) Emit(event string, args ...any) error {
	o, err := encodeEvent(event, args)
	if err != nil {
		return err
	}
	b.namespace.tell(nil, event, args)
	return b.send([]outgoing{o}, nil)
}

// Send sends what was encoded beforehand.
func (b Broadcast) Send(m *Encoded) error {
	if b.namespace.match == nil && m.namespace != b.namespace.name {
		return fmt.Errorf("%w: %q", ErrNamespace, m.namespace)
	}
	if b.namespace.match != nil {
		return b.send(m.events, nil)
	}
	return b.send(m.events, m.message)
}

// send delivers here and publishes to the other servers.
func (b Broadcast) send(events []outgoing, message *engineio.Message) error {
	var failures []error
	for _, ns := range b.namespace.each() {
		ns.deliver(b, events, message)
		if ns.link == nil || b.local {
			continue
		}
		for _, o := range events {
			o = o.clone() // the adapter may keep it, the program its byte slices
			command := b.command(CommandEmit)
			command.Namespace, command.Event, command.Attachments = ns.name, o.data, o.attachments
			failures = append(failures, ns.link.Publish(ns.server.context, command))
		}
	}
	return errors.Join(failures...)
}

// deliver sends to the sockets of this server. A message at hand is used unless
// recovery must number the events.
func (ns *Namespace) deliver(b Broadcast, events []outgoing, message *engineio.Message) {
	if ns.recovery != nil {
		ns.recovery.deliver(b, events)
		return
	}
	if message == nil {
		messages := make([]*engineio.Message, len(events))
		for i, o := range events {
			messages[i] = o.message(typeEvent, ns.name, nil, "")
		}
		message = engineio.Join(messages...)
	}
	ns.fanOut(b, message, 0)
}

// fanOut hands one message to each receiver. This is the loop that everything
// else is arranged for: a copied slice, no lock of ours, no allocation. number
// is the event's, for recovery; 0: none.
func (ns *Namespace) fanOut(b Broadcast, message *engineio.Message, number uint64) {
	sel := ns.members.pick(b.rooms, b.except)
	defer sel.release()
	for _, s := range sel.sockets {
		if s == b.self || !s.Connected() {
			continue
		}
		if number > 0 {
			s.extra.Load().last = number
		}
		if b.volatile {
			s.session.SendVolatile(message)
		} else {
			_ = s.session.Send(message) // closed or too slow: its conn is told
		}
	}
}

// EmitAck sends an event and gathers the acknowledgements of all receivers. One
// that disconnects before it has answered is no longer waited for. If some are
// missing when the timeout or ctx ends, it returns those that came and
// [ErrAckTimeout] or ctx's error. As with [Socket.EmitAck], a handler must not
// call it if its own connection is among the receivers.
func (b Broadcast) EmitAck(ctx context.Context, event string, args ...any) ([]Answer, error) {
	o, err := encodeEvent(event, args)
	if err != nil {
		return nil, err
	}
	b.namespace.tell(nil, event, args)
	if b.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, b.timeout, ErrAckTimeout)
		defer cancel()
	}
	var waits []func() ([]Answer, error)
	for _, ns := range b.namespace.each() {
		waits = append(waits, ns.request(ctx, b, o)...)
	}
	var answers []Answer
	for _, wait := range waits {
		got, waitErr := wait()
		answers = append(answers, got...)
		err = errors.Join(err, waitErr)
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrAckTimeout) {
		err = ErrAckTimeout
	}
	return answers, err
}

// request sends an event that is to be acknowledged, here and elsewhere, and
// returns what waits for the answers.
func (ns *Namespace) request(ctx context.Context, b Broadcast, o outgoing) []func() ([]Answer, error) {
	var waits []func() ([]Answer, error)
	if ns.link != nil && !b.local {
		command := b.command(CommandEmitAck)
		own := o.clone()
		command.Namespace, command.Event, command.Attachments = ns.name, own.data, own.attachments
		if deadline, ok := ctx.Deadline(); ok {
			command.Timeout = time.Until(deadline)
		}
		replies := ns.ask(ctx, command)
		waits = append(waits, func() ([]Answer, error) {
			r := <-replies
			return r.answers(), r.err
		})
	}
	return append(waits, ns.requestHere(ctx, b, o))
}

func (ns *Namespace) requestHere(ctx context.Context, b Broadcast, o outgoing) func() ([]Answer, error) {
	id := ns.ids.Add(1) - 1
	c := ns.acks.add(id)
	message := o.message(typeEvent, ns.name, strconv.AppendUint(nil, id, 10), "")
	sel := ns.members.pick(b.rooms, b.except)
	for _, s := range sel.sockets {
		if s == b.self || !s.Connected() {
			continue
		}
		c.expect(s)
		_ = s.session.Send(message)
	}
	sel.release()
	c.seal()
	return func() ([]Answer, error) {
		defer ns.acks.remove(id)
		return c.wait(ctx)
	}
}

// Sockets returns the sockets meant on this server.
func (b Broadcast) Sockets() []*Socket {
	var sockets []*Socket
	for _, ns := range b.namespace.each() {
		sel := ns.members.pick(b.rooms, b.except)
		for _, s := range sel.sockets {
			if s != b.self && s.Connected() {
				sockets = append(sockets, s)
			}
		}
		sel.release()
	}
	return sockets
}

// A Peer describes a socket on any server.
type Peer struct {
	ID    string          `json:"id"`
	Rooms []string        `json:"rooms"`
	Auth  json.RawMessage `json:"auth"`
	Data  json.RawMessage `json:"data,omitempty"` // Socket.Data as JSON
}

// Fetch describes the sockets meant on all servers. If some server does not
// answer before ctx ends it returns those of the others and an error.
func (b Broadcast) Fetch(ctx context.Context) ([]Peer, error) {
	var peers []Peer
	var failures []error
	for _, s := range b.Sockets() {
		peers = append(peers, s.peer())
	}
	for _, ns := range b.namespace.each() {
		if ns.link == nil || b.local {
			continue
		}
		command := b.command(CommandFetch)
		command.Namespace = ns.name
		r := <-ns.ask(ctx, command)
		peers = append(peers, r.peers()...)
		failures = append(failures, r.err)
	}
	return peers, errors.Join(failures...)
}

func (s *Socket) peer() Peer {
	p := Peer{ID: s.id, Rooms: s.Rooms(), Auth: s.auth}
	if data := s.Data(); data != nil {
		p.Data, _ = marshalJSON(data) // what does not encode is not described
	}
	return p
}

// Join makes the sockets meant join rooms, on all servers. Sockets that would
// pass Options.MaxRooms are left as they are.
func (b Broadcast) Join(rooms ...string) error {
	return b.act(Command{Kind: CommandJoin, Rooms: rooms})
}

// Leave makes the sockets meant leave rooms, on all servers.
func (b Broadcast) Leave(rooms ...string) error {
	return b.act(Command{Kind: CommandLeave, Rooms: rooms})
}

// Disconnect disconnects the sockets meant, on all servers; see
// [Socket.Disconnect].
func (b Broadcast) Disconnect(closeTransport bool) error {
	return b.act(Command{Kind: CommandDisconnect, CloseTransport: closeTransport})
}

// act does what the command says to the sockets meant, here and elsewhere.
func (b Broadcast) act(command Command) error {
	for _, s := range b.Sockets() {
		command.apply(s)
	}
	var failures []error
	for _, ns := range b.namespace.each() {
		if ns.link == nil || b.local {
			continue
		}
		out := b.command(command.Kind)
		out.Namespace, out.Rooms, out.CloseTransport = ns.name, command.Rooms, command.CloseTransport
		failures = append(failures, ns.link.Publish(ns.server.context, out))
	}
	return errors.Join(failures...)
}
