package socketio_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// TestConnect checks "Connection to a namespace" of the protocol.
func TestConnect(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		for _, name := range []string{"/", "/custom"} {
			s.Of(name).OnConnect(func(s *socketio.Socket) { _ = s.Emit("auth", s.Handshake().Auth) })
		}
		for _, test := range []struct{ name, send, reply, auth string }{
			{"main namespace", `0`, `0{"sid":"`, `2["auth",{}]`},
			{"main namespace with payload", `0{"token":"123"}`, `0{"sid":"`, `2["auth",{"token":"123"}]`},
			{"custom namespace", `0/custom,`, `0/custom,{"sid":"`, `2/custom,["auth",{}]`},
			{"custom namespace without comma", `0/custom`, `0/custom,{"sid":"`, `2/custom,["auth",{}]`},
			{"custom namespace with payload", `0/custom,{"token":"abc"}`, `0/custom,{"sid":"`, `2/custom,["auth",{"token":"abc"}]`},
			{"payload byte for byte", `0{"n":12345678901234567890,"n": 1e999}`, `0{"sid":"`, `2["auth",{"n":12345678901234567890,"n": 1e999}]`},
		} {
			t.Run(test.name, func(t *testing.T) {
				c := s.dial(t)
				c.send(test.send)
				got := c.next()
				if want := test.reply; !strings.HasPrefix(got, want) || len(got) != len(want)+20+len(`"}`) {
					t.Fatalf("reply:\n got %s\nwant %s…", got, want)
				}
				c.want(test.auth)
			})
		}
	})
}

// TestConnect_Refused checks what CONNECT_ERROR says, and that the connection
// survives it.
func TestConnect_Refused(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		for _, test := range []struct{ name, send, want string }{
			{"unknown namespace", `0/random`, `4/random,{"message":"Invalid namespace"}`},
			{"name with query", `0/custom?x=1,`, `4/custom?x=1,{"message":"Invalid namespace"}`},
			{"name of a JavaScript property", `0/__proto__,`, `4/__proto__,{"message":"Invalid namespace"}`},
			{"large auth", `0{"a":"` + strings.Repeat("x", 20_000) + `"}`, `4{"message":"Auth payload too large"}`},
		} {
			t.Run(test.name, func(t *testing.T) {
				c := s.dial(t)
				c.send(test.send)
				c.want(test.want)
				c.join("0")
				c.send(`2["message",1]`)
				c.want(`2["message-back",1]`)
			})
		}
	})
}

// TestDisconnect checks "Disconnection from a namespace".
func TestDisconnect(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		echo(s.Of("/custom"))
		reasons := make(chan socketio.Reason, 10)
		s.Of("/custom").OnDisconnect(func(_ *socketio.Socket, r socketio.Reason) { reasons <- r })
		c, _ := s.connect(t, "0")
		c.join("0/custom")
		c.send(`1/custom`, `2["message","message to main namespace"]`)
		c.want(`2["message-back","message to main namespace"]`)
		if got, want := receive(t, reasons), socketio.ReasonClientDisconnect; got != want {
			t.Errorf("reason:\n got %q\nwant %q", got, want)
		}
		c.join("0/custom") // and back again
		c.send(`1`, `1/custom`)
		receive(t, reasons)
		c.join("0") // the connection outlives its last namespace
	})
}

// TestMessage checks events and acknowledgements, byte for byte.
func TestMessage(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		echo(s.Of("/custom"))
		c, _ := s.connect(t, "0")
		c.join("0/custom,")
		for _, args := range []string{
			`1,"2",{"3":[true]}`,
			`12345678901234567890,1e999,-0,1.50`,
			`{"a":1,"a":2}`,
			`"\ud800","\u0000","\/"`,
			`"<b>&amp;</b>","` + "\u2028" + `","日本語 😀"`,
			`{ "spaces" : [ 1 , 2 ] }`,
			strings.Repeat("[", 100) + strings.Repeat("]", 100),
		} {
			c.send(`2["message",` + args + `]`)
			c.want(`2["message-back",` + args + `]`)
			c.send(`2/custom,["message",` + args + `]`)
			c.want(`2/custom,["message-back",` + args + `]`)
			c.send(`2456["message-with-ack",` + args + `]`)
			c.want(`3456[` + args + `]`)
			c.send(`2/custom,0["message-with-ack",` + args + `]`)
			c.want(`3/custom,0[` + args + `]`)
		}
		big := strings.Repeat("9", 400) // JavaScript's Infinity
		c.send(`2` + big + `["message-with-ack"]`)
		c.want(`3` + big + `[]`)
	})
}

// TestBinary checks binary events and acknowledgements.
func TestBinary(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		c, _ := s.connect(t, "0")
		a, b := []byte{1, 2, 3}, []byte{4, 5, 0x1e, 255}
		two := `{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}`
		c.send(`52-["message",`+two+`]`, a, b)
		c.want(`52-["message-back",`+two+`]`, string(a), string(b))
		c.send(`52-789["message-with-ack",`+two+`]`, a, b)
		c.want(`62-789[`+two+`]`, string(a), string(b))
		// Out of order, nested, used twice: numbered anew, all there.
		c.send(`52-["message",{"x":[{"num":1,"_placeholder":true}]},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, a, b)
		c.want(`52-["message-back",{"x":[{"_placeholder":true,"num":0}]},{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]`, string(b), string(a))
		ten := make([]any, 11)
		ten[0] = `510-["message","none of them used"]`
		for i := 1; i < len(ten); i++ {
			ten[i] = []byte{byte(i)}
		}
		c.send(ten...)
		c.want(`2["message-back","none of them used"]`)
		// In a plain event a placeholder is an object like any other.
		c.send(`2["message",{"_placeholder":true,"num":7}]`)
		c.want(`2["message-back",{"_placeholder":true,"num":7}]`)
	})
}

// TestEvent_names checks what may be an event's name.
func TestEvent_names(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		s.Of("/").OnAny(func(e *socketio.Event) { _ = e.Ack(e.Name) })
		c, _ := s.connect(t, "0")
		for i, name := range []string{`error`, `__proto__`, `日本語`, ``, `message`} {
			c.send(fmt.Sprintf(`2%d[%q]`, i, name))
			c.want(fmt.Sprintf(`3%d[%q]`, i, name))
		}
		c.send(`21[7]`, `22["\u0061b"]`)
		c.want(`31["7"]`, `32["ab"]`)
	})
}

// TestReasons checks why sockets are told to end.
func TestReasons(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		sockets := make(chan *socketio.Socket, 1)
		reasons := make(chan socketio.Reason, 10)
		s.Of("/").OnConnect(func(s *socketio.Socket) { sockets <- s })
		s.Of("/").OnDisconnect(func(s *socketio.Socket, r socketio.Reason) {
			if s.Connected() || s.Emit("late") == nil || s.Join("late") == nil && len(s.Rooms()) == 0 {
				t.Error("the socket still takes part")
			}
			reasons <- r
		})
		for _, test := range []struct {
			name string
			end  func(c *client, s *socketio.Socket)
			want socketio.Reason
		}{
			{"client leaves", func(c *client, _ *socketio.Socket) { c.send("1") }, socketio.ReasonClientDisconnect},
			{"client closes", func(c *client, _ *socketio.Socket) {
				if c.Websocket != nil {
					c.Close()
				} else {
					_, _ = c.Post("1")
				}
			}, socketio.ReasonTransportClose},
			{"client breaks the protocol", func(c *client, _ *socketio.Socket) { _ = c.trySend("9") }, socketio.ReasonParseError},
			{"server disconnects", func(_ *client, s *socketio.Socket) { s.Disconnect(false) }, socketio.ReasonServerDisconnect},
			{"server closes", func(_ *client, s *socketio.Socket) { s.Disconnect(true) }, socketio.ReasonServerDisconnect},
			{"server shuts down", func(*client, *socketio.Socket) { _ = s.Close() }, socketio.ReasonShutdown},
		} {
			t.Run(test.name, func(t *testing.T) {
				c, _ := s.connect(t, "0")
				socket := receive(t, sockets)
				test.end(c, socket)
				if got := receive(t, reasons); got != test.want {
					t.Errorf("reason:\n got %q\nwant %q", got, test.want)
				}
			})
		}
	})
}

// TestSocket_Disconnect checks what the client is told.
func TestSocket_Disconnect(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		echo(s.Of("/custom"))
		s.Of("/custom").On("kick", func(e *socketio.Event) { e.Socket.Disconnect(false) })
		s.Of("/custom").On("cut", func(e *socketio.Event) { e.Socket.Disconnect(true) })
		c, _ := s.connect(t, "0")
		c.join("0/custom")
		// What the client sent before it knew is no offence.
		c.send(`2/custom,["kick"]`, `2/custom,["message",1]`, `51-/custom,["message",{"_placeholder":true,"num":0}]`, []byte{1}, `1/custom`)
		c.want(`1/custom,`)
		c.send(`2["message",1]`)
		c.want(`2["message-back",1]`)
		c.join("0/custom")
		c.send(`2/custom,["cut"]`)
		c.want(`1`, `1/custom,`)
		c.wantClosed()
	})
}

// TestSocket_CloseConnection checks that the client is told nothing that would
// keep it away, and gets what was sent before.
func TestSocket_CloseConnection(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		reasons := make(chan socketio.Reason, 2)
		for _, name := range []string{"/", "/custom"} {
			s.Of(name).OnDisconnect(func(_ *socketio.Socket, r socketio.Reason) { reasons <- r })
		}
		s.Of("/").On("drop", func(e *socketio.Event) {
			_ = e.Socket.Emit("last")
			e.Socket.CloseConnection()
		})
		c, _ := s.connect(t, "0")
		c.join("0/custom")
		c.send(`2["drop"]`)
		c.want(`2["last"]`)
		c.wantClosed() // which accepts no further message
		for range 2 {
			if got := receive(t, reasons); got != socketio.ReasonForcedClose {
				t.Errorf("reason: got %q, want %q", got, socketio.ReasonForcedClose)
			}
		}
	})
}

// TestServer_Close_middleware closes a server while a middleware waits.
func TestServer_Close_middleware(t *testing.T) {
	run(t, socketio.Options{ConnectTimeout: time.Hour}, func(t *testing.T, s *fixture) {
		waiting := make(chan struct{})
		s.Of("/").Use(func(ctx context.Context, _ *socketio.Socket) error {
			close(waiting)
			<-ctx.Done()
			return ctx.Err()
		})
		c := s.dial(t)
		go func() { _ = c.trySend("0") }()
		receive(t, waiting)
		closed := make(chan error, 1)
		go func() { closed <- s.Close() }()
		if err := receive(t, closed); err != nil {
			t.Error(err)
		}
	})
}

// TestHandshake checks what a handler learns of the client.
func TestHandshake(t *testing.T) {
	options := socketio.Options{Engine: engineio.Options{KeepHeaders: []string{"User-Agent"}}}
	run(t, options, func(t *testing.T, s *fixture) {
		var got socketio.Handshake
		s.Of("/").OnConnect(func(s *socketio.Socket) {
			got = s.Handshake()
			_ = s.Emit("transport", s.Transport())
		})
		c, id := s.connect(t, "0")
		transport := "websocket"
		if c.Websocket == nil {
			transport = "polling"
		}
		c.want(`2["transport","` + transport + `"]`)
		if got.RemoteAddr == "" || got.Time.IsZero() || !strings.Contains(got.RawQuery, "EIO=4") {
			t.Errorf("handshake is incomplete: %+v", *got.Handshake)
		}
		if s.Of("/").Socket(id) == nil || s.Of("/").Socket("nobody") != nil {
			t.Error("sockets are not found by id")
		}
		if stats := s.Stats(); stats.Sockets != 1 || stats.Connections != 1 || stats.Connects != 1 {
			t.Errorf("stats: %+v", stats)
		}
	})
}

// TestServer_Shutdown checks that clients are not told to stay away.
func TestServer_Shutdown(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		s.Of("/")
		c, _ := s.connect(t, "0")
		done := make(chan error, 1)
		go func() { done <- s.Shutdown(t.Context()) }()
		for {
			p, err := c.Next()
			if err != nil {
				break
			}
			if p.Text != "" && p.Text[0] == '1' {
				t.Fatal("a draining server sent DISCONNECT: stock clients would not come back")
			}
		}
		c.Close()
		if err := receive(t, done); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		a, err := s.http.Do(t.Context(), http.MethodGet, "EIO=4&transport=polling", "")
		if err == nil && a.Status != http.StatusServiceUnavailable {
			t.Errorf("handshake after shutdown: got %d, want 503", a.Status)
		}
	})
}

// TestHandler_panic checks that a panic costs its own connection only.
func TestHandler_panic(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		reasons := make(chan socketio.Reason, 10)
		s.Of("/").On("panic", func(*socketio.Event) { panic("a mistake") })
		s.Of("/").OnDisconnect(func(_ *socketio.Socket, r socketio.Reason) { reasons <- r })
		neighbour, _ := s.connect(t, "0")
		c, _ := s.connect(t, "0")
		_ = c.trySend(`2["panic"]`)
		c.wantClosed()
		if got, want := receive(t, reasons), socketio.ReasonForcedServerClose; got != want {
			t.Errorf("reason:\n got %q\nwant %q", got, want)
		}
		neighbour.send(`2["message",1]`)
		neighbour.want(`2["message-back",1]`)
	})
}

// TestSocket_Disconnect_polling checks that DISCONNECT and the end of the
// connection come in two polls: the stock client would take them for the loss
// of the connection, and come back, if they came in one.
func TestSocket_Disconnect_polling(t *testing.T) {
	s := start(t, socketio.Options{}, engineiotest.ModePolling)
	s.Of("/").On("cut", func(e *socketio.Event) { e.Socket.Disconnect(true) })
	c, _ := s.connect(t, "0")
	c.send(`2["cut"]`)
	for _, want := range []string{"41", "1"} {
		if a, err := c.Get(); err != nil || a.Body != want {
			t.Errorf("poll:\n got %q, %v\nwant %q", a.Body, err, want)
		}
	}
}
