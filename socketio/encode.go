package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/causerie-chat/causerie/engineio"
)

var (
	// ErrTooManyAttachments is returned for an event or acknowledgement that
	// holds more than [MaxAttachments] byte slices.
	ErrTooManyAttachments = errors.New("socketio: more than 10 attachments in one packet")
	// ErrReservedEvent is returned for an event name that the protocol keeps
	// for itself: connect, connect_error, disconnect, disconnecting,
	// newListener and removeListener.
	ErrReservedEvent = errors.New("socketio: reserved event name")
	// ErrStrayPlaceholder is returned when an argument that goes out together
	// with attachments contains an object of the form {"_placeholder":true}.
	// The receiver could not tell it from one of ours and would close the
	// connection; pass binary arguments on with [Event.Values] instead.
	ErrStrayPlaceholder = errors.New("socketio: argument contains a placeholder of its own")
)

// Binary is a byte slice that travels as an attachment. A plain []byte does so
// too; Binary says it in a type's declaration. In [Event.Bind] and
// encoding/json it reads like any byte slice.
type Binary []byte

// Raw is a JSON value with placeholders {"_placeholder":true,"num":n} for its
// attachments, the form in which binary arguments arrive. As an argument it is
// sent on byte for byte, but for the numbers of the placeholders.
type Raw struct {
	JSON        json.RawMessage
	Attachments [][]byte
}

// An Encoded is one event or, from [Batch], several, encoded once and ready to
// be sent to any number of sockets of one namespace. It is immutable.
type Encoded struct {
	namespace string
	events    []outgoing
	message   *engineio.Message
}

// Encode makes an event ready to be sent by [Socket.Send], [Namespace.Send]
// and [Broadcast.Send] within the namespace. Arguments are encoded as by
// [Socket.Emit].
func Encode(namespace, event string, args ...any) (*Encoded, error) {
	o, err := encodeEvent(event, args)
	if err != nil {
		return nil, err
	}
	return &Encoded{
		namespace: namespace,
		events:    []outgoing{o.clone()},
		message:   o.message(typeEvent, namespace, nil, ""),
	}, nil
}

// Batch joins events of one namespace, in order, so that sending them costs
// one write per connection. It panics if encs is empty or names several
// namespaces.
func Batch(encs ...*Encoded) *Encoded {
	if len(encs) == 1 {
		return encs[0]
	}
	b := &Encoded{namespace: encs[0].namespace}
	messages := make([]*engineio.Message, len(encs))
	for i, e := range encs {
		if e.namespace != b.namespace {
			panic("socketio: Batch of events of several namespaces")
		}
		b.events = append(b.events, e.events...)
		messages[i] = e.message
	}
	b.message = engineio.Join(messages...)
	return b
}

// Namespace returns the namespace that e was encoded for.
func (e *Encoded) Namespace() string { return e.namespace }

// Len returns the number of bytes e takes on a websocket.
func (e *Encoded) Len() int { return e.message.Len() }

// clone detaches o from the caller's byte slices.
func (o outgoing) clone() outgoing {
	if len(o.attachments) == 0 {
		return o
	}
	copies := make([][]byte, len(o.attachments))
	for i, a := range o.attachments {
		copies[i] = bytes.Clone(a)
	}
	return outgoing{o.data, copies}
}

// encodeEvent makes the JSON array of an event.
func encodeEvent(event string, args []any) (outgoing, error) {
	if reserved(event) {
		return outgoing{}, fmt.Errorf("%w: %q", ErrReservedEvent, event)
	}
	e := encoder{data: make([]byte, 0, 64)}
	e.data = append(e.data, '[')
	if err := e.text(event); err != nil {
		return outgoing{}, err
	}
	return e.finish(args, true)
}

// encodeArgs makes the JSON array of an acknowledgement.
func encodeArgs(args []any) (outgoing, error) {
	e := encoder{data: append(make([]byte, 0, 64), '[')}
	return e.finish(args, false)
}

// An encoder turns Go values into one JSON array and its attachments.
type encoder struct {
	data        []byte
	attachments [][]byte
	foreign     [][]byte // JSON values that may contain placeholders of their own
}

func (e *encoder) finish(args []any, comma bool) (outgoing, error) {
	for i, arg := range args {
		if comma {
			e.data = append(e.data, ',')
		}
		comma = true
		if err := e.value(arg); err != nil {
			return outgoing{}, fmt.Errorf("failed to encode argument %d: %w", i, err)
		}
	}
	e.data = append(e.data, ']')
	if len(e.attachments) > MaxAttachments {
		return outgoing{}, ErrTooManyAttachments
	}
	if len(e.attachments) > 0 {
		for _, v := range e.foreign {
			if len(findPlaceholders(nil, v)) > 0 {
				return outgoing{}, ErrStrayPlaceholder
			}
		}
	}
	return outgoing{e.data, e.attachments}, nil
}

func (e *encoder) value(v any) error {
	switch v := v.(type) {
	case nil:
		e.data = append(e.data, "null"...)
	case json.RawMessage:
		return e.raw(v)
	case Raw:
		return e.placeholders(v)
	case []byte:
		return e.bytes(v)
	case Binary:
		return e.bytes(v)
	case string:
		return e.text(v)
	case bool:
		e.data = strconv.AppendBool(e.data, v)
	case int:
		e.data = strconv.AppendInt(e.data, int64(v), 10)
	case int64:
		e.data = strconv.AppendInt(e.data, v, 10)
	case uint64:
		e.data = strconv.AppendUint(e.data, v, 10)
	default:
		return e.reflected(v)
	}
	return nil
}

// raw passes JSON through. It is checked because one bad argument would make
// every receiver of a broadcast close its connection.
func (e *encoder) raw(v json.RawMessage) error {
	if v == nil {
		e.data = append(e.data, "null"...)
		return nil
	}
	if err := scanText(v); err != nil {
		return err
	}
	e.append(v)
	return nil
}

// scanText checks that v is one JSON value and, as websockets demand of text,
// UTF-8. What clients send needs only the former: the transport has checked.
func scanText(v []byte) error {
	if !utf8.Valid(v) {
		return errJSON
	}
	return scanOne(v, maxNesting)
}

// append adds a JSON value that may contain what looks like a placeholder.
func (e *encoder) append(v []byte) {
	e.data = append(e.data, v...)
	e.foreign = append(e.foreign, v)
}

// placeholders passes a value with attachments through, renumbered.
func (e *encoder) placeholders(v Raw) error {
	if err := scanText(v.JSON); err != nil {
		return err
	}
	last := 0
	for _, p := range findPlaceholders(nil, v.JSON) {
		if p.num < 0 || p.num >= len(v.Attachments) {
			return errPlaceholder
		}
		e.data = append(e.data, v.JSON[last:p.start]...)
		e.placeholder(e.attach(v.Attachments[p.num]))
		last = p.end
	}
	e.data = append(e.data, v.JSON[last:]...)
	return nil
}

func (e *encoder) bytes(v []byte) error {
	if v == nil {
		e.data = append(e.data, "null"...)
		return nil
	}
	e.placeholder(e.attach(v))
	return nil
}

// attach returns the number of the attachment; the same bytes in the same
// place are attached once, as when one placeholder is used twice.
func (e *encoder) attach(v []byte) int {
	for i, a := range e.attachments {
		if len(a) == len(v) && unsafe.SliceData(a) == unsafe.SliceData(v) {
			return i
		}
	}
	e.attachments = append(e.attachments, v)
	return len(e.attachments) - 1
}

func (e *encoder) placeholder(num int) {
	e.data = append(e.data, `{"_placeholder":true,"num":`...)
	e.data = strconv.AppendInt(e.data, int64(num), 10)
	e.data = append(e.data, '}')
}

func (e *encoder) text(v string) error {
	if !plain(v) {
		return e.marshal(v)
	}
	e.data = append(e.data, '"')
	e.data = append(e.data, v...)
	e.data = append(e.data, '"')
	return nil
}

// plain reports whether v needs no escape in JSON.
func plain(v string) bool {
	ascii := true
	for i := range len(v) {
		switch c := v[i]; {
		case c < ' ' || c == '"' || c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(v)
}

// marshal appends what encoding/json makes of v, <, > and & unescaped.
func (e *encoder) marshal(v any) error {
	b, err := marshalJSON(v)
	if err != nil {
		return err
	}
	e.append(b)
	return nil
}

func marshalJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}
