package socketio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/causerie-chat/causerie/engineio"
)

// A ConnectError is what a middleware returns to refuse a client with more
// than a message. The client receives both in its connect_error event.
type ConnectError struct {
	Message string
	Data    any // encoded as JSON; nil means none
}

// Error returns the message.
func (e *ConnectError) Error() string { return e.Message }

var (
	errInvalidNamespace  = errors.New("Invalid namespace") // the words of the JavaScript server
	errTooManyNamespaces = errors.New("Too many namespaces")
	errAuthTooLarge      = errors.New("Auth payload too large")
	errLeaving           = errors.New("Connection is closing")

	noAuth = json.RawMessage("{}")
)

// connect handles a CONNECT packet: `0[<namespace>,][<auth object>]`.
func (c *conn) connect(p packet) error {
	if p.id != nil {
		return errPacket
	}
	auth := noAuth
	if len(p.payload) > 0 {
		if err := scanObject(p.payload, c.server.options.MaxDepth); err != nil {
			return err
		}
		auth = bytes.Clone(p.payload)
	}
	c.mu.Lock()
	joined := len(c.sockets)
	for _, s := range c.sockets {
		if s.namespace.name == string(p.namespace) {
			c.mu.Unlock()
			return errTwice
		}
	}
	c.mu.Unlock()
	name := string(p.namespace)
	switch {
	case joined >= c.server.options.MaxNamespaces:
		return c.refuse(name, errTooManyNamespaces)
	case len(auth) > c.server.options.MaxAuth:
		return c.refuse(name, errAuthTooLarge)
	}
	ns := c.server.resolve(name, auth, c.session.Handshake())
	if ns == nil {
		return c.refuse(name, errInvalidNamespace)
	}
	if err := ns.admit(c, auth); err != nil {
		ns.release()
		return c.refuse(name, err)
	}
	return nil
}

// refuse answers with CONNECT_ERROR. The client may try again, or another
// namespace, but not for ever.
func (c *conn) refuse(namespace string, cause error) error {
	if c.failures++; c.failures > c.server.options.MaxConnectErrors {
		return errFailures
	}
	payload := struct {
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{Message: cause.Error()}
	var refusal *ConnectError
	if errors.As(cause, &refusal) {
		payload.Message, payload.Data = refusal.Message, refusal.Data
	}
	text, err := marshalJSON(payload)
	if err != nil {
		payload.Data = nil
		text, _ = marshalJSON(payload) // a string always encodes
	}
	c.server.stats.refused.Add(1)
	_ = c.session.Send(controlMessage(typeConnectError, namespace, text)) // ErrClosed: nobody to tell
	return nil
}

// admit makes a socket of the namespace out of a CONNECT: session, if the
// client comes back for one; middlewares; reply; handlers.
func (ns *Namespace) admit(c *conn, auth json.RawMessage) error {
	s := &Socket{namespace: ns, conn: c, session: c.session, auth: auth}
	saved := ns.reclaim(auth)
	if saved == nil {
		s.id = newID()
	} else {
		s.id, s.data, s.recovered = saved.sid, saved.data, true
	}
	if saved == nil || ns.server.options.Recovery.Middleware {
		if err := ns.examine(s); err != nil {
			s.reject()
			return err
		}
	}
	if !ns.activate(s, saved) {
		s.reject()
		return errLeaving
	}
	c.settle()
	ns.server.stats.connects.Add(1)
	for _, f := range ns.handlers().connect {
		c.guard("connect", func() { f(s) })
	}
	return nil
}

// examine runs the middlewares, bounded by ConnectTimeout.
func (ns *Namespace) examine(s *Socket) (err error) {
	middlewares := ns.handlers().middlewares
	if len(middlewares) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ns.server.admission, ns.server.options.ConnectTimeout)
	defer cancel()
	for _, f := range middlewares {
		err = &ConnectError{Message: "Internal error."} // should f panic
		s.conn.guard("middleware", func() { err = f(ctx, s) })
		if err != nil {
			return err
		}
	}
	return nil
}

// activate lets s take part, false if the connection is being closed.
func (ns *Namespace) activate(s *Socket, saved *savedSession) bool {
	if ns.recovery != nil {
		return ns.recovery.activate(s, saved)
	}
	ns.insert(s)
	return s.conn.open(s, controlMessage(typeConnect, ns.name, connectReply(s.id, "")))
}

// open makes s one of the connection's sockets and tells the client, in one
// step: whoever sends to s meanwhile waits, so that the reply is the first
// packet, and a client that has read it is counted in from then on.
func (c *conn) open(s *Socket, reply *engineio.Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.sockets = append(c.sockets, s)
	s.state.Store(stateJoining)
	_ = s.session.Send(reply) // a closed session: Closed follows
	s.state.Store(stateConnected)
	return true
}

// reject forgets a socket that never connected.
func (s *Socket) reject() {
	s.state.Store(stateDisconnected)
	s.release()
	s.detach()
}
