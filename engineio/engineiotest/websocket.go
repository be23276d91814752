package engineiotest

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
)

// The opcodes of websocket frames (RFC 6455 §5.2).
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xa
)

// fin marks the last frame of a message.
const fin = 0x80

// A Websocket is the client side of a websocket, with nothing in between: it
// answers no pings and checks nothing.
type Websocket struct {
	// Conn is the connection, for deadlines and for bytes that are no frames.
	Conn net.Conn
	// Response is the answer to the handshake.
	Response *http.Response
	reader   *bufio.Reader
}

// Websocket opens a websocket with the given query, for example
// "EIO=4&transport=websocket". The pairs of header replace or add to the
// headers of the handshake. Any answer but 101 is an error, returned with the
// Websocket so that a test can look at its Response.
func (s *Server) Websocket(ctx context.Context, query string, header ...string) (*Websocket, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	return NewWebsocket(ctx, conn, s.URL+"/?"+query, header...)
}

// NewWebsocket is [Server.Websocket] on a connection that exists, for example
// one over TLS.
func NewWebsocket(ctx context.Context, conn net.Conn, url string, header ...string) (*Websocket, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") // RFC 6455 §1.3
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if err := r.Write(conn); err != nil {
		conn.Close()
		return nil, err
	}
	w := &Websocket{Conn: conn, reader: bufio.NewReader(conn)}
	if w.Response, err = http.ReadResponse(w.reader, r); err != nil {
		conn.Close()
		return nil, err
	}
	if w.Response.StatusCode != http.StatusSwitchingProtocols {
		conn.Close()
		return w, fmt.Errorf("engineiotest: handshake answered %s", w.Response.Status)
	}
	return w, nil
}

// Frame encodes a masked frame. first is the first byte: an opcode, with 0x80
// added on the last frame of a message.
func Frame(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	return b
}

// Write sends one whole message or control frame.
func (w *Websocket) Write(op byte, payload []byte) error {
	return w.WriteRaw(Frame(fin|op, payload))
}

// WriteRaw sends bytes as they are.
func (w *Websocket) WriteRaw(b []byte) error {
	_, err := w.Conn.Write(b)
	return err
}

// Read returns the next frame.
func (w *Websocket) Read() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(w.reader, head[:]); err != nil {
		return 0, nil, err
	}
	size := uint64(head[1])
	switch size {
	case 126:
		var n [2]byte
		_, err = io.ReadFull(w.reader, n[:])
		size = uint64(binary.BigEndian.Uint16(n[:]))
	case 127:
		var n [8]byte
		_, err = io.ReadFull(w.reader, n[:])
		size = binary.BigEndian.Uint64(n[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(w.reader, payload)
	return head[0] & 0x0f, payload, err
}

// Close ends the connection without a closing handshake.
func (w *Websocket) Close() error { return w.Conn.Close() }
