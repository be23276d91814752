package engineio_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

func TestCORS(t *testing.T) {
	only := func(origin string) bool { return origin == "https://chat.example" }
	tests := []struct {
		name   string
		cors   engineio.CORS
		origin string
		header map[string]string
	}{
		{"anyone", engineio.CORS{}, "https://a.example", map[string]string{
			"Access-Control-Allow-Origin": "*", "Vary": "", "Access-Control-Allow-Credentials": ""}},
		{"anyone with credentials", engineio.CORS{Credentials: true}, "https://a.example", map[string]string{
			"Access-Control-Allow-Origin": "https://a.example", "Vary": "Origin", "Access-Control-Allow-Credentials": "true"}},
		{"listed", engineio.CORS{AllowOrigin: only, Credentials: true, ExposedHeaders: []string{"X-A", "X-B"}}, "https://chat.example", map[string]string{
			"Access-Control-Allow-Origin": "https://chat.example", "Vary": "Origin", "Access-Control-Expose-Headers": "X-A, X-B"}},
		{"not listed", engineio.CORS{AllowOrigin: only, Credentials: true}, "https://a.example", map[string]string{
			"Access-Control-Allow-Origin": "", "Vary": "Origin", "Access-Control-Allow-Credentials": ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, memory, engineio.Options{CORS: &test.cors})
			for _, query := range []string{"EIO=4&transport=polling", "EIO=9"} {
				got := w.do("GET", query, "", "Origin", test.origin)
				for name, want := range test.header {
					if got := got.Header.Get(name); got != want {
						t.Errorf("?%s: %s: got %q, want %q", query, name, got, want)
					}
				}
			}
		})
	}
}

func TestCORS_Preflight(t *testing.T) {
	w := newWorld(t, memory, engineio.Options{CORS: &engineio.CORS{MaxAge: 60e9}})
	got := w.do("OPTIONS", "", "", "Origin", "https://a.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-a")
	if got.Status != 204 || got.Body != "" {
		t.Errorf("got %d %q, want 204", got.Status, got.Body)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Methods": "GET, POST",
		"Access-Control-Allow-Headers": "x-a",
		"Access-Control-Max-Age":       "60",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	listed := engineio.AllowOrigins("https://chat.example")
	tests := []struct {
		name, origin string
		check        func(*http.Request) bool
		want         bool
	}{
		{"none", "", engineio.SameOrigin, true},
		{"same", "http://engineio.test", engineio.SameOrigin, true},
		{"other", "http://other.test", engineio.SameOrigin, false},
		{"null", "null", engineio.SameOrigin, false},
		{"suffix", "http://engineio.test.evil.example", engineio.SameOrigin, false},
		{"listed", "https://chat.example", listed, true},
		{"listed, other scheme", "http://chat.example", listed, false},
		{"same beside list", "http://engineio.test", listed, true},
		{"star", "http://other.test", engineio.AllowOrigins("*"), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://engineio.test/", nil)
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			if got := test.check(r); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestOptions_AllowRequest(t *testing.T) {
	o := engineio.Options{AllowRequest: func(r *http.Request) error {
		if r.URL.Query().Get("token") != "right" {
			return errors.New("wrong token")
		}
		return nil
	}}
	run(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		got := w.do("GET", "EIO=4&transport=polling", "")
		if want := `{"code":4,"message":"wrong token"}`; got.Status != 403 || strings.TrimSpace(got.Body) != want {
			t.Errorf("got %d %s, want 403 %s", got.Status, got.Body, want)
		}
		if m == engineiotest.ModeUpgrade {
			return // the upgrade is asked about too, and this client sends no token
		}
		c, err := w.Server.Open(w.ctx, m, "token=right")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		w.peer()
		send(t, c, "4hello")
		wantNext(t, c, "hello")
	})
}

func TestOptions_HeaderAndHandshake(t *testing.T) {
	o := engineio.Options{
		KeepHeaders: []string{"x-kept"},
		Header: func(h http.Header, _ *http.Request, initial bool) {
			if initial {
				h.Set("Set-Cookie", "node=1")
			}
			h.Set("X-All", "yes")
		},
	}
	w := newWorld(t, sockets, o)
	got := w.do("GET", "EIO=4&transport=polling&a=b", "", "X-Kept", "1", "X-Lost", "2")
	p := w.peer()
	if got.Header.Get("Set-Cookie") != "node=1" || got.Header.Get("X-All") != "yes" {
		t.Errorf("header of the handshake: %v", got.Header)
	}
	h := p.Handshake()
	if h.RawQuery != "EIO=4&transport=polling&a=b" || h.Header.Get("X-Kept") != "1" || h.Header.Get("X-Lost") != "" || h.Secure || !strings.HasPrefix(h.RemoteAddr, "127.0.0.1:") {
		t.Errorf("handshake: %+v", h)
	}
	if got := w.do("POST", "EIO=4&transport=polling&sid="+p.ID(), "4x"); got.Header.Get("Set-Cookie") != "" || got.Header.Get("X-All") != "yes" {
		t.Errorf("header of a later answer: %v", got.Header)
	}
	ws, err := w.Websocket(w.ctx, "EIO=4&transport=websocket")
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if h := ws.Response.Header; h.Get("Set-Cookie") != "node=1" || h.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("header of the websocket handshake: %v", h)
	}
	w.peer()
}

func TestWebsocket_Base64(t *testing.T) {
	w := newWorld(t, sockets, engineio.Options{})
	c, err := w.Server.Open(w.ctx, engineiotest.ModeWebsocket, "b64=1")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w.peer()
	send(t, c, "bAQIDBA==")
	if got, err := c.Receive(); err != nil || got.Text != "bAQIDBA==" {
		t.Errorf("got %v, %v, want base64 text", got, err)
	}
}

func TestWebsocket_NoCompression(t *testing.T) {
	w := newWorld(t, sockets, engineio.Options{})
	ws, err := w.Websocket(w.ctx, "EIO=4&transport=websocket",
		"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits", "Sec-WebSocket-Protocol", "chat")
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	w.peer()
	for _, name := range []string{"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"} {
		if got := ws.Response.Header.Get(name); got != "" {
			t.Errorf("%s: got %q, want none", name, got)
		}
	}
}

func TestPolling_AnswersAreCapped(t *testing.T) {
	w := newWorld(t, memory, engineio.Options{MaxPayload: 1000})
	c, p := w.open(engineiotest.ModePolling)
	for range 10 {
		_ = p.Send(text(strings.Repeat("x", 300)))
	}
	_ = p.Send(text(strings.Repeat("y", 3000)))
	var sizes []int
	for range 5 {
		a, err := c.Get()
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(a.Body))
	}
	for i, want := range []int{905, 905, 905, 301, 3001} {
		if sizes[i] != want {
			t.Errorf("answer %d: got %d bytes, want %d", i, sizes[i], want)
		}
	}
}

// The separator of polling payloads cannot be written into a payload.
func TestPolling_SeparatorInText(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		_ = p.Send(text("a\x1eb"))
		want := "a\x1eb"
		if m == engineiotest.ModePolling {
			want = `a\u001eb`
		}
		wantNext(t, c, want)
	}, engineiotest.ModePolling, engineiotest.ModeWebsocket)
}

// Over TLS there is HTTP/2 for polling and the portable path for websockets.
func TestTLS(t *testing.T) {
	w := &world{t: t, peers: make(chan *peer, 10)}
	engine := engineio.NewServer(w, engineio.Options{})
	defer engine.Close()
	server := httptest.NewUnstartedServer(engine)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	response, err := server.Client().Get(server.URL + "/?EIO=4&transport=polling")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	if response.ProtoMajor != 2 {
		t.Errorf("protocol: got %s, want HTTP/2", response.Proto)
	}
	p := w.peer()
	if !p.Handshake().Secure {
		t.Error("Handshake.Secure is false over TLS")
	}
	query := server.URL + "/?EIO=4&transport=polling&sid=" + p.ID()
	if response, err = server.Client().Post(query, "text/plain", strings.NewReader("4hello")); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response, err = server.Client().Get(query); err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, _ := io.ReadAll(response.Body); string(got) != "4hello" {
		t.Errorf("got %q, want 4hello", got)
	}
	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wantEchoOver(t, conn)
	await(t, w.peers, "the session of the websocket")
}

// A hook that panics ends its connection, which net/http sees to as long as
// the connection is its own.
func TestOptions_HeaderPanics(t *testing.T) {
	run(t, engineio.Options{Header: func(http.Header, *http.Request, bool) { panic(http.ErrAbortHandler) }}, func(t *testing.T, w *world, m engineiotest.Mode) {
		ws, err := w.Websocket(w.ctx, "EIO=4&transport=websocket")
		if err == nil {
			ws.Close()
			t.Fatal("handshake accepted")
		}
		if w.ctx.Err() != nil {
			t.Error("the connection was left open")
		}
	}, engineiotest.ModeWebsocket)
}
