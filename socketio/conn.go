package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"github.com/causerie-chat/causerie/engineio"
)

// A conn is one Engine.IO session and the sockets, one per namespace, that
// share it. It is the engineio.Receiver: Receive and Closed are never called
// at the same time.
type conn struct {
	server  *Server
	session *engineio.Session

	// running is held while handlers of this connection run, on whichever
	// goroutine: that is what makes them serial.
	running sync.Mutex

	partial  *partial // read goroutine only
	failures int      // read goroutine only: CONNECT_ERRORs sent

	mu      sync.Mutex
	sockets []*Socket // guarded by mu
	closing bool      // guarded by mu: no more sockets
	ousted  bool      // guarded by mu: the server has sent a DISCONNECT

	wait waiting // guarded by server.deadlines.mu
}

// A partial is a binary packet whose attachments are still on their way.
type partial struct {
	socket  *Socket // nil: the server ended it, the attachments are discarded
	packet  packet
	args    []json.RawMessage
	arrived [][]byte
	size    int
}

var (
	errNotJoined   = errors.New("packet for a namespace that was not joined")
	errTwice       = errors.New("second CONNECT for one namespace")
	errFailures    = errors.New("too many refused CONNECTs")
	errAttachments = errors.New("attachments out of order or too large")
)

// Receive implements engineio.Receiver. An error closes the connection.
func (c *conn) Receive(data []byte, binary bool) error {
	c.running.Lock()
	defer c.running.Unlock()
	err := c.receive(data, binary)
	if err != nil {
		c.server.stats.parseErrors.Add(1)
		c.server.options.Logger.Debug("client broke the protocol", slog.Any("error", err))
	}
	return err
}

func (c *conn) receive(data []byte, binary bool) error {
	if binary {
		return c.receiveAttachment(data)
	}
	if c.partial != nil {
		return errAttachments
	}
	p, err := parsePacket(data)
	if err != nil {
		return err
	}
	if p.typ == typeConnect {
		return c.connect(p)
	}
	s, err := c.lookup(p.namespace)
	if err != nil {
		return err
	}
	if p.typ == typeDisconnect {
		if p.id != nil || len(p.payload) > 0 {
			return errPacket
		}
		if s != nil {
			s.leave()
		}
		return nil
	}
	return c.receiveArgs(s, p)
}

// receiveArgs takes an event or an acknowledgement, or the text of a binary
// one.
func (c *conn) receiveArgs(s *Socket, p packet) error {
	if p.attachments == 0 {
		e := &Event{Socket: s}
		args, err := scanArray(e.inline[:0], p.payload, c.server.options.MaxDepth)
		if err != nil {
			return err
		}
		return e.dispatch(p, args, nil)
	}
	// The text must outlive this call.
	p.payload, p.id = bytes.Clone(p.payload), bytes.Clone(p.id)
	p.namespace = nil
	args, err := scanArray(nil, p.payload, c.server.options.MaxDepth)
	if err != nil {
		return err
	}
	c.partial = &partial{socket: s, packet: p, args: args}
	c.server.deadlines.set(c, waitAttachments)
	return nil
}

func (c *conn) receiveAttachment(data []byte) error {
	p := c.partial
	if p == nil {
		return errAttachments
	}
	if p.size += len(data); p.size > c.server.options.MaxAttachmentBytes {
		return errAttachments
	}
	p.arrived = append(p.arrived, append(make([]byte, 0, len(data)), data...))
	if len(p.arrived) < p.packet.attachments {
		return nil
	}
	c.partial = nil
	c.settle()
	for _, arg := range p.args {
		if err := checkPlaceholders(arg, len(p.arrived)); err != nil {
			return err
		}
	}
	e := &Event{Socket: p.socket, owned: true}
	return e.dispatch(p.packet, p.args, p.arrived)
}

// lookup returns the socket of a namespace. What was under way when the server
// ended a socket is no mistake of the client: then it returns nil, nil.
func (c *conn) lookup(namespace []byte) (*Socket, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sockets {
		if s.namespace.name == string(namespace) {
			return s, nil
		}
	}
	if c.ousted {
		return nil, nil
	}
	return nil, errNotJoined
}

// remove takes s out.
func (c *conn) remove(s *Socket, byServer bool) {
	c.mu.Lock()
	if i := slices.Index(c.sockets, s); i >= 0 {
		c.sockets = slices.Delete(c.sockets, i, i+1)
	}
	c.ousted = c.ousted || byServer
	c.mu.Unlock()
	c.settle()
}

// settle arms the deadline that fits what the connection waits for now.
func (c *conn) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing:
		c.server.deadlines.set(c, waitNothing)
	case len(c.sockets) == 0:
		c.server.deadlines.set(c, waitIdle)
	default:
		c.server.deadlines.set(c, waitNothing)
	}
}

// takeAll empties the connection for good.
func (c *conn) takeAll() []*Socket {
	c.mu.Lock()
	defer c.mu.Unlock()
	sockets := c.sockets
	c.sockets, c.closing = nil, true
	return sockets
}

// Closed implements engineio.Receiver.
func (c *conn) Closed(reason engineio.Reason) {
	sockets := c.takeAll()
	c.server.deadlines.set(c, waitNothing)
	c.server.forget()
	c.running.Lock()
	defer c.running.Unlock()
	c.partial = nil
	for _, s := range sockets {
		if s.end(Reason(reason)) {
			s.farewell(Reason(reason))
		}
	}
}

// expire is called when a deadline has passed.
func (c *conn) expire() { c.session.Close(engineio.ReasonForcedClose) }

// oust ends all sockets, as Socket.Disconnect(true) does, and then the
// connection.
func (c *conn) oust() {
	for _, s := range c.takeAll() {
		s.oust()
	}
	c.session.Close(forcedServerClose)
}

// guard runs f, a piece of the program's code. A panic ends the connection, as
// net/http does, and nobody else's.
func (c *conn) guard(what string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			c.server.options.Logger.Error("handler panicked",
				slog.String("handler", what), slog.Any("panic", v), slog.String("stack", stack()))
			c.session.Close(forcedServerClose)
		}
	}()
	f()
}

// background runs f with the connection's handlers locked, on a goroutine of
// its own: for what does not begin on the read goroutine.
func (c *conn) background(f func()) {
	c.server.tasks.run(func() {
		c.running.Lock()
		defer c.running.Unlock()
		f()
	})
}
