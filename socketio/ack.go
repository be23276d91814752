package socketio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ErrAckTimeout is given when not all acknowledgements came in time.
var ErrAckTimeout = errors.New("socketio: acknowledgement timed out")

// A pendingAck waits for one client's acknowledgement. done is called once, by
// whoever takes it out of extra.acks.
type pendingAck struct {
	done  func(args []json.RawMessage, err error)
	timer *time.Timer
	// serial: done is the program's code, to be run with the handlers.
	serial bool
}

// fail ends p without an answer.
func (p *pendingAck) fail(s *Socket, err error) {
	if p.timer != nil {
		p.timer.Stop()
	}
	if !p.serial {
		p.done(nil, err)
		return
	}
	s.conn.background(func() { s.conn.guard("acknowledgement", func() { p.done(nil, err) }) })
}

// EmitAck sends an event and waits for the client's acknowledgement, or for the
// end of ctx or of the socket ([ErrDisconnected]). Attachments in the answer
// are base64 strings, as encoding/json reads into []byte.
//
// A handler must not call it for a socket of its own connection: the answer
// could not be read before the handler returns. Use a goroutine or
// [Socket.EmitFunc].
func (s *Socket) EmitAck(ctx context.Context, event string, args ...any) ([]json.RawMessage, error) {
	type answer struct {
		args []json.RawMessage
		err  error
	}
	answers := make(chan answer, 1)
	p := &pendingAck{done: func(args []json.RawMessage, err error) { answers <- answer{args, err} }}
	id, err := s.request(p, event, args)
	if err != nil {
		return nil, err
	}
	select {
	case a := <-answers:
		return a.args, a.err
	case <-ctx.Done():
		s.takeAck(id)
		return nil, ctx.Err()
	}
}

// EmitFunc sends an event and returns. f is called once, serially with the
// handlers of the connection: with the client's acknowledgement, or with
// [ErrAckTimeout] or [ErrDisconnected]. The arguments are f's to keep. A
// timeout of 0 means none. If EmitFunc returns an error, f is not called.
func (s *Socket) EmitFunc(timeout time.Duration, f func(args []json.RawMessage, err error), event string, args ...any) error {
	p := &pendingAck{done: f, serial: true}
	id, err := s.request(p, event, args)
	if err != nil || timeout <= 0 {
		return err
	}
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if s.more().acks[id] == p {
		p.timer = time.AfterFunc(timeout, func() {
			if p := s.takeAck(id); p != nil {
				p.fail(s, ErrAckTimeout)
			}
		})
	}
	return nil
}

// request sends an event that p waits for.
func (s *Socket) request(p *pendingAck, event string, args []any) (uint64, error) {
	o, err := encodeEvent(event, args)
	if err != nil {
		return 0, err
	}
	s.namespace.tell(s, event, args)
	id := s.namespace.ids.Add(1) - 1
	if !s.addAck(id, p) {
		return 0, ErrDisconnected
	}
	if err := s.write(o.message(typeEvent, s.namespace.name, strconv.AppendUint(nil, id, 10), "")); err != nil {
		if s.takeAck(id) == nil {
			return id, nil // the end of the socket has answered already
		}
		return 0, err
	}
	return id, nil
}

func (s *Socket) addAck(id uint64, p *pendingAck) bool {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if s.state.Load() != stateConnected { // never joining: mu is held
		return false
	}
	x := s.more()
	if x.ended {
		return false
	}
	if x.acks == nil {
		x.acks = make(map[uint64]*pendingAck, 1)
	}
	x.acks[id] = p
	return true
}

// takeAck removes what waits for id; nil if nothing does.
func (s *Socket) takeAck(id uint64) *pendingAck {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	x := s.extra.Load()
	if x == nil {
		return nil
	}
	p := x.acks[id]
	if p == nil {
		return nil
	}
	if delete(x.acks, id); len(x.acks) == 0 {
		x.acks = nil
	}
	return p
}

// receiveAck handles an ACK packet. Those that nobody waits for, late ones and
// forged ones, are ignored.
func (s *Socket) receiveAck(digits []byte, args []json.RawMessage, attachments [][]byte) {
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		return
	}
	p := s.takeAck(id)
	c := (*collector)(nil)
	if p == nil {
		if c = s.namespace.acks.find(id); c == nil {
			return
		}
	}
	answer, err := ownArgs(args, attachments)
	if err != nil {
		return
	}
	switch {
	case p == nil:
		c.answer(s, answer)
	case p.serial:
		if p.timer != nil {
			p.timer.Stop()
		}
		s.conn.guard("acknowledgement", func() { p.done(answer, nil) })
	default:
		p.done(answer, nil)
	}
}

// ownArgs copies args out of the transport's buffer, attachments inlined.
func ownArgs(args []json.RawMessage, attachments [][]byte) ([]json.RawMessage, error) {
	own := make([]json.RawMessage, len(args))
	for i, arg := range args {
		if len(attachments) == 0 {
			own[i] = bytes.Clone(arg)
			continue
		}
		inlined, err := inlineAttachments(arg, attachments)
		if err != nil {
			return nil, err
		}
		own[i] = inlined
	}
	return own, nil
}

// An Answer is one client's acknowledgement of a broadcast.
type Answer struct {
	SocketID string
	Args     []json.RawMessage
}

// A collector gathers the acknowledgements of one broadcast. All receivers
// share one id.
type collector struct {
	mu      sync.Mutex
	open    map[*Socket]struct{} // guarded by mu: who has not answered
	sealed  bool                 // guarded by mu: open is complete
	answers []Answer             // guarded by mu
	full    chan struct{}        // closed when nobody is left
}

// collectors are those of a namespace, by acknowledgement id.
type collectors struct {
	mu   sync.Mutex
	byID map[uint64]*collector // guarded by mu; nil while there are none
}

func (cs *collectors) add(id uint64) *collector {
	c := &collector{open: map[*Socket]struct{}{}, full: make(chan struct{})}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.byID == nil {
		cs.byID = map[uint64]*collector{}
	}
	cs.byID[id] = c
	return c
}

func (cs *collectors) find(id uint64) *collector {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.byID[id]
}

func (cs *collectors) remove(id uint64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if delete(cs.byID, id); len(cs.byID) == 0 {
		cs.byID = nil
	}
}

// gone says that s will not answer any more.
func (cs *collectors) gone(s *Socket) {
	cs.mu.Lock()
	open := make([]*collector, 0, len(cs.byID))
	for _, c := range cs.byID {
		open = append(open, c)
	}
	cs.mu.Unlock()
	for _, c := range open {
		c.gone(s)
	}
}

// expect must be called before the event is sent to s.
func (c *collector) expect(s *Socket) {
	c.mu.Lock()
	c.open[s] = struct{}{}
	c.mu.Unlock()
	if !s.Connected() { // it may have gone in between, untold
		c.gone(s)
	}
}

// seal says that everybody has been sent the event.
func (c *collector) seal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	c.check()
}

func (c *collector) answer(s *Socket, args []json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.open[s]; !ok {
		return
	}
	delete(c.open, s)
	c.answers = append(c.answers, Answer{s.id, args})
	c.check()
}

func (c *collector) gone(s *Socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.open[s]; ok {
		delete(c.open, s)
		c.check()
	}
}

// check requires mu.
func (c *collector) check() {
	if c.sealed && len(c.open) == 0 {
		close(c.full)
	}
}

// wait returns the answers when all are there or ctx ends.
func (c *collector) wait(ctx context.Context) ([]Answer, error) {
	var err error
	select {
	case <-c.full:
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.answers), err
}
