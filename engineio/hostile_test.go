package engineio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// Every offender has a neighbour who must not notice.
func withNeighbour(t *testing.T, w *world, m engineiotest.Mode, offend func()) {
	t.Helper()
	neighbour, _ := w.open(m)
	offend()
	send(t, neighbour, "4still here")
	wantNext(t, neighbour, "still here")
}

func TestHostile_Requests(t *testing.T) {
	tests := []struct {
		name, method, query, origin string
		status                      int
		body                        string
	}{
		{"unknown transport", "GET", "EIO=4&transport=__proto__", "", 400, `{"code":0,"message":"Transport unknown"}`},
		{"inherited transport", "GET", "EIO=4&transport=constructor", "", 400, `{"code":0,"message":"Transport unknown"}`},
		{"unknown session", "GET", "EIO=4&transport=polling&sid=__proto__", "", 400, `{"code":1,"message":"Session ID unknown"}`},
		{"old protocol", "GET", "EIO=3&transport=polling", "", 400, `{"code":5,"message":"Unsupported protocol version"}`},
		{"POST to unknown session", "POST", "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", "", 400, `{"code":1,"message":"Session ID unknown"}`},
		{"handshake by POST", "POST", "EIO=4&transport=polling", "", 400, `{"code":2,"message":"Bad handshake method"}`},
		{"websocket without upgrade", "GET", "EIO=4&transport=websocket", "", 400, `{"code":3,"message":"Bad request"}`},
		{"foreign origin", "GET", "EIO=4&transport=polling", "https://evil.example", 403, `{"code":4,"message":"Forbidden"}`},
		{"empty session", "GET", "EIO=4&transport=polling&sid=", "", 400, `{"code":1,"message":"Session ID unknown"}`},
	}
	w := newWorld(t, sockets, engineio.Options{CheckOrigin: engineio.SameOrigin})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withNeighbour(t, w, engineiotest.ModeWebsocket, func() {
				var header []string
				if test.origin != "" {
					header = []string{"Origin", test.origin}
				}
				got := w.do(test.method, test.query, "", header...)
				if got.Status != test.status || strings.TrimSpace(got.Body) != test.body {
					t.Errorf("got %d %s, want %d %s", got.Status, got.Body, test.status, test.body)
				}
				if got := got.Header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("Cache-Control: got %q, want no-store", got)
				}
			})
		})
	}
}

func TestHostile_Handshakes(t *testing.T) {
	tests := []struct {
		name   string
		query  string
		header []string
		status int
	}{
		{"bad key", "EIO=4&transport=websocket", []string{"Sec-WebSocket-Key", "zz"}, 400},
		{"old version", "EIO=4&transport=websocket", []string{"Sec-WebSocket-Version", "8"}, 426},
		{"old protocol", "EIO=3&transport=websocket", nil, 400},
		{"unknown transport", "EIO=4&transport=abc", nil, 400},
		{"unknown session", "EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA", nil, 400},
		{"polling with upgrade", "EIO=4&transport=polling", nil, 400},
		{"control character in origin", "EIO=4&transport=websocket", []string{"Origin", "http://a\x01"}, 400},
		{"foreign origin", "EIO=4&transport=websocket", []string{"Origin", "https://evil.example"}, 403},
	}
	w := newWorld(t, sockets, engineio.Options{CheckOrigin: engineio.SameOrigin})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withNeighbour(t, w, engineiotest.ModeUpgrade, func() {
				ws, err := w.Websocket(w.ctx, test.query, test.header...)
				if err == nil {
					ws.Close()
					t.Fatal("handshake accepted")
				}
				if ws == nil {
					t.Fatalf("no answer: %v", err)
				}
				if got := ws.Response.StatusCode; got != test.status {
					t.Errorf("got %d, want %d", got, test.status)
				}
			})
		})
	}
}

// HTTP/1.0 knows no Upgrade (RFC 6455 §4.1).
func TestHostile_HandshakeOverHTTP10(t *testing.T) {
	w := newWorld(t, sockets, engineio.Options{})
	got := w.raw(t, "GET /?EIO=4&transport=websocket HTTP/1.0\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if !strings.Contains(got, " 400 ") {
		t.Errorf("got %.40q, want 400", got)
	}
}

// A client that resets the connection at any moment of the handshake leaves
// nothing behind.
func TestHostile_ResetDuringHandshake(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		withNeighbour(t, w, m, func() {
			for range 100 {
				conn, err := w.Dial(w.ctx)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(conn, "GET /?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
				if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
					_ = tcp.SetLinger(0)
				}
				conn.Close()
			}
		})
		// Close waits until the end of every session has been told.
		if err := w.engine.Close(); err != nil {
			t.Error(err)
		}
		if s := w.engine.Stats(); s.Websocket != 0 {
			t.Errorf("sessions left: %+v", s)
		}
	}, engineiotest.ModeWebsocket)
}

// Packets that end a session, on every transport.
func TestHostile_Packets(t *testing.T) {
	tests := []struct {
		name, packet string
		reason       engineio.Reason
	}{
		{"unknown type", "abc", engineio.ReasonParseError},
		{"type 9", "9", engineio.ReasonParseError},
		{"open", "0", engineio.ReasonParseError},
		{"upgrade", "5", engineio.ReasonParseError},
		{"ping", "2", engineio.ReasonParseError},
		{"probe", "2probe", engineio.ReasonParseError},
		{"empty", "", engineio.ReasonParseError},
		{"bad base64", "b!!!!", engineio.ReasonParseError},
		{"base64 with line break", "bAQ\n==", engineio.ReasonParseError},
		{"base64 cut off", "bA", engineio.ReasonParseError},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
				withNeighbour(t, w, m, func() {
					c, p := w.open(m)
					if m == engineiotest.ModePolling {
						got, err := c.Post(test.packet)
						if err != nil || got.Status != 400 {
							t.Errorf("POST: got %d, %v, want 400", got.Status, err)
						}
					} else {
						send(t, c, test.packet)
					}
					p.wantClosed(t, test.reason)
					wantEnd(t, c)
				})
			})
		})
	}
}

func TestHostile_Frames(t *testing.T) {
	frame := engineiotest.Frame
	const fin = 0x80
	huge := binary.BigEndian.AppendUint64([]byte{fin | 1, 0xff}, 1<<40)
	tests := []struct {
		name  string
		bytes []byte
		code  int
	}{
		{"RSV2 and RSV3", frame(0xb1, []byte("4")), 1002},
		{"RSV1 without compression", frame(0xc1, []byte("4")), 1002},
		{"unmasked", []byte{0x81, 2, '4', '0'}, 1002},
		{"announces a terabyte", append(huge, 0, 0), 1009},
		{"too long", frame(fin|1, make([]byte, 100_001)), 1009},
		{"too long in fragments", append(frame(1, make([]byte, 60_000)), frame(fin, make([]byte, 60_000))...), 1009},
		{"long ping", frame(fin|9, make([]byte, 126)), 1002},
		{"fragmented ping", frame(9, nil), 1002},
		{"reserved data opcode", frame(fin|3, nil), 1002},
		{"reserved control opcode", frame(fin|0xb, nil), 1002},
		{"continuation without start", frame(fin, []byte("4")), 1002},
		{"start within a message", append(frame(1, []byte("4")), frame(fin|1, []byte("4"))...), 1002},
		{"close of one byte", frame(fin|8, []byte{3}), 1002},
		{"close with 1005", frame(fin|8, []byte{3, 0xed}), 1002},
		{"close with bad text", frame(fin|8, []byte{3, 0xe8, 0xff}), 1007},
		{"text is not UTF-8", frame(fin|1, []byte("4\xff\xfe")), 1007},
		{"endless fragments", append(frame(1, []byte("4")), bytes.Repeat(frame(0, nil), 10_000)...), 1009},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, engineio.Options{MaxPayload: 100_000}, func(t *testing.T, w *world, m engineiotest.Mode) {
				withNeighbour(t, w, m, func() {
					c, p := w.open(m)
					// The server may hang up before it has read everything.
					_ = c.Websocket.WriteRaw(test.bytes)
					p.wantClosed(t, engineio.ReasonTransportError)
					wantEnd(t, c)
					if c.CloseCode != test.code {
						t.Errorf("close code: got %d, want %d", c.CloseCode, test.code)
					}
				})
			}, engineiotest.ModeWebsocket, engineiotest.ModeUpgrade)
		})
	}
}

func TestHostile_Bodies(t *testing.T) {
	o := engineio.Options{MaxPayload: 1000, ReadTimeout: 50 * time.Millisecond}
	polling := func(name string, f func(t *testing.T, w *world, c *engineiotest.Client, p *peer)) {
		t.Run(name, func(t *testing.T) {
			run(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
				withNeighbour(t, w, engineiotest.ModeWebsocket, func() {
					c, p := w.open(m)
					f(t, w, c, p)
				})
			}, engineiotest.ModePolling)
		})
	}
	query := func(c *engineiotest.Client) string { return "EIO=4&transport=polling&sid=" + c.Handshake.SID }

	polling("octet-stream", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		got := w.do("POST", query(c), "\x04\x01", "Content-Type", "application/octet-stream")
		if got.Status != 400 {
			t.Errorf("got %d, want 400", got.Status)
		}
		p.wantClosed(t, engineio.ReasonTransportError)
	})
	polling("too long", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		if got, err := c.Post("4" + strings.Repeat("x", 1000)); err != nil || got.Status != 413 {
			t.Errorf("got %d, %v, want 413", got.Status, err)
		}
		// As in the reference implementation the session goes on.
		send(t, c, "4"+strings.Repeat("y", 999))
		wantNext(t, c, strings.Repeat("y", 999))
	})
	polling("announces too much", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		got := w.raw(t, fmt.Sprintf("POST /?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", query(c)))
		if !strings.HasPrefix(got, "HTTP/1.1 413") {
			t.Errorf("got %.40q, want 413 without waiting for the body", got)
		}
	})
	polling("too long in chunks", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		chunk := "200\r\n" + strings.Repeat("4", 512) + "\r\n"
		got := w.raw(t, fmt.Sprintf("POST /?%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s%s", query(c), chunk, chunk))
		if !strings.HasPrefix(got, "HTTP/1.1 413") {
			t.Errorf("got %.40q, want 413", got)
		}
	})
	polling("body never ends", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		got := w.raw(t, fmt.Sprintf("POST /?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4", query(c)))
		if !strings.HasPrefix(got, "HTTP/1.1 408") {
			t.Errorf("got %.40q, want 408", got)
		}
		p.wantClosed(t, engineio.ReasonTransportError)
	})
	polling("not UTF-8", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		if got, err := c.Post("4\xff\xfe"); err != nil || got.Status != 400 {
			t.Errorf("got %d, %v, want 400", got.Status, err)
		}
		p.wantClosed(t, engineio.ReasonParseError)
	})
	polling("PUT", func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		if got := w.do("PUT", query(c), "4x"); got.Status != 400 {
			t.Errorf("got %d, want 400", got.Status)
		}
	})
}

// raw sends bytes to the server and returns the beginning of its answer.
func (w *world) raw(t *testing.T, request string) string {
	t.Helper()
	conn, err := w.Dial(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 1000)
	n, err := conn.Read(answer)
	if err != nil {
		t.Errorf("no answer: %v", err)
	}
	return string(answer[:n])
}

func TestHostile_TwoPostsAtOnce(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		withNeighbour(t, w, m, func() {
			c, p := w.open(m)
			conn, err := w.Dial(w.ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST /?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n", c.Handshake.SID)
			// The server asks for the body when it has begun to read it.
			answer := make([]byte, 100)
			if n, err := conn.Read(answer); err != nil || !bytes.Contains(answer[:n], []byte("100 Continue")) {
				t.Fatalf("first POST: got %q, %v", answer[:n], err)
			}
			if got, err := c.Post("4x"); err != nil || got.Status != 400 {
				t.Errorf("second POST: got %d, %v, want 400", got.Status, err)
			}
			p.wantClosed(t, engineio.ReasonTransportError)
			// The unfinished one is not waited for.
			if _, err := conn.Read(answer); err != nil && err != io.EOF {
				t.Errorf("first POST: %v", err)
			}
		})
	}, engineiotest.ModePolling)
}

func TestHostile_Reset(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		withNeighbour(t, w, m, func() {
			c, p := w.open(m)
			if tcp, ok := c.Websocket.Conn.(interface{ SetLinger(int) error }); ok {
				_ = tcp.SetLinger(0)
			}
			c.Close()
			if got := await(t, p.closed, "the end"); got != engineio.ReasonTransportError && got != engineio.ReasonTransportClose {
				t.Errorf("closed for %q", got)
			}
		})
	}, engineiotest.ModeWebsocket)
}

// A client that pings without reading must not make the server keep answers.
func TestHostile_PingFlood(t *testing.T) {
	run(t, engineio.Options{MaxQueue: 1 << 20}, func(t *testing.T, w *world, m engineiotest.Mode) {
		withNeighbour(t, w, m, func() {
			c, p := w.open(m)
			send(t, c, "4ready") // an upgrade is complete
			wantNext(t, c, "ready")
			await(t, p.received, "ready")
			filler := text(strings.Repeat("x", 100_000))
			for p.SendVolatile(filler) {
			}
			for range 9 { // what the kernel still takes must not empty the queue
				if err := p.Send(filler); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 2000 {
				if err := c.Websocket.Write(engineiotest.Ping, fmt.Appendf(nil, "%0125d", i)); err != nil {
					t.Fatal(err)
				}
			}
			send(t, c, "4after")
			if got := await(t, p.received, "the message after the pings"); got.Text != "after" {
				t.Errorf("received %q", got)
			}
			pongs, last := 0, ""
			for {
				op, data, err := c.Websocket.Read()
				if err != nil {
					t.Fatal(err)
				}
				if op == engineiotest.Pong {
					pongs, last = pongs+1, string(data)
				}
				if string(data) == "4after" {
					break
				}
			}
			if want := fmt.Sprintf("%0125d", 1999); pongs > 2 || last != want {
				t.Errorf("got %d pongs, the last %q; want at most 2, the last %q", pongs, last, want)
			}
		})
	}, engineiotest.ModeWebsocket, engineiotest.ModeUpgrade)
}
