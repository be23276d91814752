package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/causerie-chat/causerie/engineio"
)

var (
	// ErrNoAck is returned by [Event.Ack] when the client did not ask for an
	// acknowledgement.
	ErrNoAck = errors.New("socketio: no acknowledgement was asked for")
	// ErrAcked is returned by [Event.Ack] from the second call on.
	ErrAcked = errors.New("socketio: already acknowledged")
)

// An Event is an event that a client has sent.
type Event struct {
	Socket *Socket
	Name   string

	// Args are the arguments as raw JSON, exactly the bytes that the client
	// sent: numbers of any size, duplicate keys and lone surrogates included.
	// In place of binary data they hold placeholders, see [Raw]. They are valid
	// until the handler returns, or for good after [Event.Retain].
	Args []json.RawMessage

	// Attachments are the byte slices that the placeholders stand for. They
	// are the program's to keep.
	Attachments [][]byte

	id     string // decimal digits; empty: no acknowledgement wanted
	acked  atomic.Bool
	owned  bool // Args share no transport buffer
	inline [4]json.RawMessage
}

// dispatch takes what p says to whom it concerns. args may share p's bytes.
func (e *Event) dispatch(p packet, args []json.RawMessage, attachments [][]byte) error {
	s := e.Socket
	if p.typ == typeAck || p.typ == typeBinaryAck {
		if s != nil {
			s.receiveAck(p.id, args, attachments)
		}
		return nil
	}
	if len(args) == 0 {
		return errPacket
	}
	name, err := eventName(args[0])
	if err != nil {
		return err
	}
	if reserved(name) {
		return ErrReservedEvent
	}
	if s == nil || !s.Connected() {
		return nil // ended by the server while the event was under way
	}
	s.namespace.server.stats.events.Add(1)
	e.Name, e.Args, e.Attachments, e.id = name, args[1:], attachments, string(p.id)
	e.run()
	return nil
}

// run calls the handlers, those for every event first.
func (e *Event) run() {
	h := e.Socket.namespace.handlers()
	for _, f := range h.any {
		e.call(f)
	}
	for _, f := range e.Socket.listeners(e.Name) {
		e.call(f)
	}
	for _, f := range h.events[e.Name] {
		e.call(f)
	}
}

func (e *Event) call(f func(*Event)) { e.Socket.conn.guard(e.Name, func() { f(e) }) }

// Bind decodes the arguments into targets, in order, as encoding/json does;
// attachments are decoded into []byte and [Binary]. Missing arguments leave
// their targets unchanged, surplus ones are ignored, nil targets are skipped.
func (e *Event) Bind(targets ...any) error {
	for i, target := range targets {
		if i == len(e.Args) {
			return nil
		}
		if target == nil {
			continue
		}
		arg := e.Args[i]
		if len(e.Attachments) > 0 {
			var err error
			if arg, err = inlineAttachments(arg, e.Attachments); err != nil {
				return fmt.Errorf("failed to decode argument %d: %w", i, err)
			}
		}
		if err := json.Unmarshal(arg, target); err != nil {
			return fmt.Errorf("failed to decode argument %d: %w", i, err)
		}
	}
	return nil
}

// Values returns the arguments in a form that Emit and Ack send on unchanged:
// json.RawMessage, or [Raw] if there are attachments.
func (e *Event) Values() []any {
	values := make([]any, len(e.Args))
	for i, arg := range e.Args {
		if len(e.Attachments) > 0 {
			values[i] = Raw{arg, e.Attachments}
		} else {
			values[i] = arg
		}
	}
	return values
}

// Retain makes Args valid beyond the handler's return. It must be called
// before.
func (e *Event) Retain() {
	if e.owned {
		return
	}
	args := make([]json.RawMessage, len(e.Args))
	for i, arg := range e.Args {
		args[i] = bytes.Clone(arg)
	}
	e.Args, e.owned = args, true
}

// WantsAck reports whether the client waits for an acknowledgement.
func (e *Event) WantsAck() bool { return e.id != "" }

// Ack answers the client, once, from any goroutine, also after the handler has
// returned. Arguments are encoded as by [Socket.Emit]. It returns [ErrNoAck],
// [ErrAcked] or, if the socket has ended, [ErrDisconnected].
func (e *Event) Ack(args ...any) error {
	m, err := e.settle(args)
	if err != nil {
		return err
	}
	return e.Socket.write(m)
}

// settle marks the event as acknowledged and returns the message that says so.
func (e *Event) settle(args []any) (*engineio.Message, error) {
	if e.id == "" {
		return nil, ErrNoAck
	}
	o, err := encodeArgs(args)
	if err != nil {
		return nil, err
	}
	if e.acked.Swap(true) {
		return nil, ErrAcked
	}
	if !e.Socket.Connected() {
		return nil, ErrDisconnected
	}
	return o.message(typeAck, e.Socket.namespace.name, []byte(e.id), ""), nil
}
