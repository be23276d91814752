//go:build linux || darwin

package engineio

import (
	"errors"
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// A wire moves bytes between a websocket and its connection. On a plain TCP or
// Unix connection it does so without holding memory: waiting for readability
// needs no buffer, and writing is tried at once by whoever has something to
// say. All other connections go through the methods of net.Conn.
type wire struct {
	conn net.Conn
	raw  syscall.RawConn // nil: conn is not a socket that we can use directly
	fd   int             // valid while conn is open
	in   incoming
}

// incoming is the state of one receive. It lives in the wire because the
// callback of RawConn.Read escapes: here it is allocated once per connection.
type incoming struct {
	try    func(fd uintptr) bool
	buffer *buffer
	n      int
	err    error
	park   bool
	more   bool // the last read filled its buffer
}

func (w *wire) init(conn net.Conn) {
	w.conn = conn
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return
	}
	if err := raw.Control(func(fd uintptr) { w.fd = int(fd) }); err != nil {
		return
	}
	w.raw = raw
	w.in.try = w.tryRead
}

// receive returns bytes in a borrowed buffer, which the caller gives back with
// done. If park is false it does not wait: it returns nil and no error when
// nothing is there.
func (w *wire) receive(park bool) ([]byte, error) {
	if w.raw == nil {
		return w.receiveConn()
	}
	w.in.park = park
	if err := w.raw.Read(w.in.try); err != nil {
		return nil, err
	}
	if w.in.buffer == nil {
		return nil, w.in.err
	}
	return w.in.buffer.bytes[:w.in.n], nil
}

// tryRead borrows a buffer only when the poller says, or it is likely, that
// there is something to put into it.
func (w *wire) tryRead(fd uintptr) bool {
	b := takeBuffer(w.in.more)
	n, err := syscall.Read(int(fd), b.bytes[:])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), b.bytes[:])
	}
	w.in.more = n == len(b.bytes)
	if n > 0 {
		w.in.buffer, w.in.n, w.in.err = b, n, nil
		return true
	}
	b.release()
	w.in.buffer = nil
	switch {
	case err == syscall.EAGAIN:
		w.in.err = nil
		return !w.in.park
	case err == nil:
		w.in.err = io.EOF
	default:
		w.in.err = err
	}
	return true
}

// done gives back what receive has borrowed.
func (w *wire) done() {
	if w.in.buffer != nil {
		w.in.buffer.release()
		w.in.buffer = nil
	}
}

// parks tells whether receive can tell that nothing is there.
func (w *wire) parks() bool { return w.raw != nil }

// tryWrite writes what fits without waiting. The session's lock is held, under
// which the connection is known to be open, so the descriptor is used without
// asking the net package.
func (w *wire) tryWrite(data []byte) (int, error) {
	if w.raw == nil {
		return 0, nil
	}
	for {
		n, err := syscall.Write(w.fd, data)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}

// flush writes the queue of c until it is empty.
func (w *wire) flush(c *socket) error {
	if w.raw == nil {
		return w.flushConn(c)
	}
	var failed error
	err := w.raw.Write(func(uintptr) (done bool) {
		done, failed = c.flushReady(w.writev)
		return done
	})
	return errors.Join(failed, err)
}

func (w *wire) writev(buffers [][]byte) (int, error) {
	for {
		n, err := unix.Writev(w.fd, buffers)
		switch err {
		case nil:
			return n, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
