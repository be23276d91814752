package engineio_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// onPolling is for tests that do the upgrade themselves.
func onPolling(t *testing.T, o engineio.Options, f func(t *testing.T, w *world, c *engineiotest.Client, p *peer)) {
	t.Helper()
	run(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		withNeighbour(t, w, engineiotest.ModeUpgrade, func() {
			c, p := w.open(m)
			f(t, w, c, p)
		})
	}, engineiotest.ModePolling)
}

func probe(t *testing.T, c *engineiotest.Client) *engineiotest.Websocket {
	t.Helper()
	ws, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	_ = ws.Conn.SetDeadline(time.Now().Add(patience))
	return ws
}

func wantGet(t *testing.T, c *engineiotest.Client, status int, want string) {
	t.Helper()
	got, err := c.Get()
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != status || status == 200 && got.Body != want {
		t.Errorf("GET: got %d %.60q, want %d %q", got.Status, got.Body, status, want)
	}
}

func TestUpgrade_PacketsOfThePause(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		_ = p.Send(text("before"))
		ws := probe(t, c)
		wantGet(t, c, 200, "4before")
		const n = 500
		for i := range n {
			_ = p.Send(text(fmt.Sprint(i)))
		}
		if p.Transport() != engineio.Polling {
			t.Errorf("transport before the change: %s", p.Transport())
		}
		send(t, c, "4posted") // posts are good until the change
		if got := await(t, p.received, "the post"); got.Text != "posted" {
			t.Errorf("received %q", got)
		}
		c.Websocket = ws
		send(t, c, "5", "4after")
		for i := range n {
			wantNext(t, c, fmt.Sprint(i))
		}
		wantNext(t, c, "posted")
		wantNext(t, c, "after")
		c.Websocket = nil
		wantGet(t, c, 400, "")
		if got, _ := c.Post("4x"); got.Status != 400 {
			t.Errorf("POST after the change: got %d, want 400", got.Status)
		}
		if s := w.engine.Stats(); s.Upgrades != 2 || s.Websocket != 2 || s.Polling != 0 {
			t.Errorf("stats: %+v", s)
		}
	})
}

func TestUpgrade_PollsEndSoon(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		waiting := make(chan string)
		go func() {
			a, _ := c.Get()
			waiting <- a.Body
		}()
		probe(t, c)
		if got := await(t, waiting, "the end of the poll"); got != "6" {
			t.Errorf("poll before the probe: got %q, want a noop", got)
		}
		// A client that goes on polling does not spin.
		began := time.Now()
		for range 3 {
			wantGet(t, c, 200, "6")
		}
		if took := time.Since(began); took < 250*time.Millisecond {
			t.Errorf("three polls took %v, want about 100 ms each", took)
		}
	})
}

func TestUpgrade_Fails(t *testing.T) {
	tests := []struct {
		name  string
		frame []byte
	}{
		{"junk", engineiotest.Frame(0x81, []byte("4junk"))},
		{"change without probe", engineiotest.Frame(0x81, []byte("5"))},
		{"binary", engineiotest.Frame(0x82, []byte("2probe"))},
		{"broken frame", engineiotest.Frame(0xb1, []byte("2probe"))},
		{"close", engineiotest.Frame(0x88, nil)},
		{"too long", engineiotest.Frame(0x81, make([]byte, 2_000_000))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
				ws, err := w.Websocket(w.ctx, "EIO=4&transport=websocket&sid="+c.Handshake.SID)
				if err != nil {
					t.Fatal(err)
				}
				defer ws.Close()
				_ = p.Send(text("kept"))
				_ = ws.WriteRaw(test.frame)
				for err == nil {
					_, _, err = ws.Read()
				}
				// The session lives on, and may try again.
				wantGet(t, c, 200, "4kept")
				if err := c.Upgrade(); err != nil {
					t.Fatal(err)
				}
				send(t, c, "4hello")
				wantNext(t, c, "hello")
			})
		})
	}
}

func TestUpgrade_SecondCandidate(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		first := probe(t, c)
		for _, state := range []string{"during", "after"} {
			second, err := w.Websocket(w.ctx, "EIO=4&transport=websocket&sid="+c.Handshake.SID)
			if err != nil {
				t.Fatalf("%s the upgrade: %v", state, err)
			}
			if op, _, _ := second.Read(); op != engineiotest.Close {
				t.Errorf("%s the upgrade: got opcode %d, want a close frame", state, op)
			}
			second.Close()
			if state == "during" {
				c.Websocket = first
				send(t, c, "5", "4hello")
				wantNext(t, c, "hello")
			}
		}
		send(t, c, "4still here")
		wantNext(t, c, "still here")
	})
}

func TestUpgrade_OldProtocol(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		ws, err := w.Websocket(w.ctx, "EIO=3&transport=websocket&sid="+c.Handshake.SID)
		if err == nil || ws.Response.StatusCode != 400 {
			t.Errorf("got %v, want status 400", err)
		}
	})
}

// What is closed while the client has stopped polling reaches it on the
// websocket.
func TestUpgrade_ClosedInThePause(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		ws := probe(t, c)
		_ = p.Send(text("last"))
		p.Close(engineio.ReasonShutdown)
		p.wantClosed(t, engineio.ReasonShutdown)
		c.Websocket = ws
		send(t, c, "5")
		wantNext(t, c, "last")
		wantEnd(t, c)
		if c.CloseCode == 0 {
			t.Error("no close frame")
		}
	})
}

func TestUpgrade_NotAllowed(t *testing.T) {
	run(t, engineio.Options{NoUpgrade: true}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, _ := w.open(m)
		if len(c.Handshake.Upgrades) != 0 {
			t.Errorf("upgrades offered: %q", c.Handshake.Upgrades)
		}
		if _, err := c.Probe(); err == nil {
			t.Error("upgrade accepted")
		}
		send(t, c, "4hello")
		wantNext(t, c, "hello")
	}, engineiotest.ModePolling)
}

func TestUpgrade_LargeQueue(t *testing.T) {
	onPolling(t, engineio.Options{MaxQueue: 64 << 20}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		ws := probe(t, c)
		for i := range 200 {
			_ = p.Send(text(fmt.Sprint(i, strings.Repeat("x", 50_000))))
		}
		c.Websocket = ws
		send(t, c, "5")
		for i := range 200 {
			wantNext(t, c, fmt.Sprint(i, strings.Repeat("x", 50_000)))
		}
	})
}
