package engineio

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// A socket is the websocket transport of a session. One goroutine at a time
// reads from it, until nothing is there. Then it parks the socket with the
// server and ends. Where that is not possible, or a deadline has to be
// waited for too, a fresh goroutine waits, so that thousands of idle
// connections do not keep the deep stacks of their last message. There is no
// goroutine for writing but while something is queued.
type socket struct {
	session *Session
	wire
	reader frameReader
	base64 bool // binary goes out as text

	// Used by the reading goroutine.
	attached bool // the session lives here; else it is a candidate
	probed   bool // a candidate has been probed
	busy     bool // has run the program's code
	alone    bool // waits on a goroutine of its own

	parked     atomic.Bool // see parking
	hurried    atomic.Bool // not to be parked any more
	registered bool        // with server.parking; guarded by parking.mu
	departed   bool        // not to be registered again; guarded by parking.mu

	// Guarded by session.mu.
	flushing bool     // a goroutine writes the queue
	broken   bool     // writing has failed
	hangUp   bool     // end once the queue is written: nothing more will come
	deaf     bool     // what comes is not listened to any more
	pong     *Message // the last answer to a ping, perhaps still queued
}

func newSocket(s *Session, conn net.Conn, r *request) *socket {
	c := &socket{session: s, base64: r.base64}
	c.reader.limit = s.server.options.MaxPayload
	c.init(conn)
	return c
}

// errHangUp ends the reading of a websocket whose closing handshake is done.
var errHangUp = errors.New("engineio: websocket closed")

// maxDrain is how many bytes are read and thrown away after a violation, so
// that the close frame is not lost to the reset that unread bytes cause.
const maxDrain = 256 << 10

// violationTimeout is how long a client may take to read that close frame.
const violationTimeout = time.Second

// run reads until the websocket ends. early was read before.
func (c *socket) run(early []byte) {
	err := c.handle(early)
	for err == nil {
		var chunk []byte
		if !c.busy || c.parks() {
			chunk, err = c.receive(c.alone && !c.busy)
		}
		switch {
		case err != nil:
		case len(chunk) == 0: // time to wait, which is for shallow stacks
			c.busy, c.alone = false, false
			if c.session.server.parking.park(c) {
				return
			}
			c.alone = true
			go c.run(nil)
			return
		default:
			c.session.server.stats.received.Add(int64(len(chunk)))
			err = c.handle(chunk)
			c.done()
		}
	}
	c.finish(err)
}

// resume reads on where park has left off, if nobody else does.
func (c *socket) resume() {
	if c.parked.CompareAndSwap(true, false) {
		go c.run(nil)
	}
}

// unpark has the socket waited for by a goroutine of its own from now on, on
// which deadlines take effect.
func (c *socket) unpark() {
	c.hurried.Store(true)
	c.resume()
}

// handle takes what has arrived.
func (c *socket) handle(chunk []byte) error {
	for {
		f, rest, ok, err := c.reader.next(chunk)
		if err == nil && !ok {
			return nil
		}
		if err == nil {
			err = c.frame(f)
		}
		if err != nil {
			return c.violation(err)
		}
		chunk = rest
	}
}

// frame takes one message or control frame.
func (c *socket) frame(f frame) error {
	switch f.op {
	case opPing:
		return c.answerPing(f.payload)
	case opPong:
		return nil
	case opClose:
		return c.peerClose(f.payload)
	case opText:
		if !validText(f.payload) {
			return errInvalidText
		}
	}
	if !c.attached {
		return c.candidate(f)
	}
	if c.session.open() {
		c.deliver(f)
	}
	if !c.session.open() && c.isDeaf() {
		return errHangUp
	}
	return nil // once closing, only the client's close frame matters
}

// deliver gives a message to the session.
func (c *socket) deliver(f frame) {
	s := c.session
	s.receiving.Lock()
	defer s.receiving.Unlock()
	if f.op == opBinary {
		c.busy = true
		s.receiveBinary(f.payload)
		return
	}
	if len(f.payload) != 1 {
		c.busy = true
	}
	s.receiveText(f.payload)
}

// candidate takes a frame of a websocket that wants to take over.
func (c *socket) candidate(f frame) error {
	switch packet := string(f.payload); {
	case f.op != opText:
		return errHangUp
	case packet == "2probe" && !c.probed:
		c.probed = true
		if err := c.writeBlocking(probeAnswer); err != nil {
			return err
		}
		c.session.probed(c)
		return nil
	case packet == string(typeUpgrade) && c.probed && c.session.adopt(c):
		return nil
	}
	return errHangUp
}

// writeBlocking is for candidates, whose deadline bounds it.
func (c *socket) writeBlocking(m *Message) error {
	_, err := c.conn.Write(m.frames)
	return err
}

// answerPing answers with the same payload (RFC 6455 §5.5.3). Of the answers
// that a client does not read only the latest is kept.
func (c *socket) answerPing(payload []byte) error {
	pong := controlFrame(opPong, payload)
	if !c.attached {
		return c.writeBlocking(pong)
	}
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Load() != stateOpen {
		return nil
	}
	if s.queue != nil && c.pong != nil && s.queue.replace(c.pong, pong) {
		c.pong = pong
		return nil
	}
	c.pong = nil
	s.writeFirst(pong)
	if s.queue != nil {
		c.pong = pong
	}
	return nil
}

// peerClose answers the client's close frame, or takes it as the answer to
// ours (RFC 6455 §5.5.1).
func (c *socket) peerClose(payload []byte) error {
	code, err := closeStatus(payload)
	if err != nil {
		return err
	}
	if code == statusNone {
		code = statusNormal
	}
	if !c.attached {
		c.session.withdraw(c) // first: the client may try again at once
		_ = c.writeBlocking(closeFrame(code))
		return errHangUp
	}
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open() {
		s.retire(ReasonTransportClose)
		c.lastWords(code)
	}
	if s.queue == nil {
		return errHangUp
	}
	c.hangUp = true
	return nil
}

// lastWords replaces what is queued by a close frame. mu is held.
func (c *socket) lastWords(code uint16) {
	s := c.session
	if s.queue != nil {
		s.queue.keepStarted()
	}
	s.server.wheel.remove(s)
	_ = c.conn.SetDeadline(time.Now().Add(s.server.options.CloseTimeout))
	c.unpark()
	_ = s.write(closeFrame(code))
}

// beginClose queues a close frame behind everything else. mu is held.
func (c *socket) beginClose(code uint16) {
	s := c.session
	s.server.wheel.remove(s)
	_ = c.conn.SetDeadline(time.Now().Add(s.server.options.CloseTimeout))
	c.unpark()
	_ = s.write(closeFrame(code))
}

// violation ends a websocket whose client broke the rules. Errors that are not
// about frames pass through.
func (c *socket) violation(err error) error {
	var broken *frameError
	if !errors.As(err, &broken) {
		return err
	}
	if !c.attached {
		c.session.withdraw(c)
		_ = c.writeBlocking(closeFrame(broken.code))
		return err
	}
	s := c.session
	s.mu.Lock()
	c.violated(ReasonTransportError, broken.code)
	s.mu.Unlock()
	return err
}

// violated tells the client what it did and stops listening. mu is held.
func (c *socket) violated(reason Reason, code uint16) {
	s := c.session
	if s.open() {
		s.retire(reason)
		c.lastWords(code)
	}
	c.deaf = true
}

// finish ends the websocket for good.
func (c *socket) finish(err error) {
	defer c.session.server.running.Done()
	c.session.server.parking.remove(c)
	if !c.attached {
		c.session.withdraw(c)
		c.conn.Close()
		return
	}
	c.drain()
	s := c.session
	s.mu.Lock()
	s.abort(reasonOf(err))
	s.mu.Unlock()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.reset()
	}
	c.conn.Close()
}

// drain gives a client that broke the rules the time to read why.
func (c *socket) drain() {
	if !c.isDeaf() {
		return
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(violationTimeout))
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok && c.idle() {
		_ = half.CloseWrite()
	}
	for left := maxDrain; left > 0; {
		chunk, err := c.receive(true)
		if err != nil {
			return
		}
		left -= len(chunk)
		c.done()
	}
}

func reasonOf(err error) Reason {
	if errors.Is(err, io.EOF) {
		return ReasonTransportClose
	}
	return ReasonTransportError
}

// reset makes Close throw away what the client does not read.
func (c *socket) reset() {
	if tcp, ok := c.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// hurry makes all waiting on the connection end.
func (c *socket) hurry() {
	_ = c.conn.SetDeadline(time.Unix(1, 0))
	c.unpark()
}
