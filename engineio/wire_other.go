//go:build !linux && !darwin

package engineio

import "net"

// A wire moves bytes between a websocket and its connection.
type wire struct {
	conn net.Conn
	in   incoming
}

type incoming struct{ buffer *buffer }

func (w *wire) init(conn net.Conn) { w.conn = conn }

func (w *wire) receive(bool) ([]byte, error) { return w.receiveConn() }

func (w *wire) done() {
	if w.in.buffer != nil {
		w.in.buffer.release()
		w.in.buffer = nil
	}
}

func (w *wire) parks() bool { return false }

func (w *wire) tryWrite([]byte) (int, error) { return 0, nil }

func (w *wire) flush(c *socket) error { return w.flushConn(c) }
