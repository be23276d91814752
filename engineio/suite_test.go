package engineio_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// The checks of the official test suite of the protocol
// (socketio/socket.io, docs/engine.io-protocol/v4-test-suite), in its order and
// with its intervals.
var suite = engineio.Options{PingInterval: 300 * time.Millisecond, PingTimeout: 200 * time.Millisecond}

func TestSuite_Handshake(t *testing.T) {
	run(t, suite, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, _ := w.open(m)
		h, upgrades := c.Handshake, []string{}
		if m == engineiotest.ModePolling {
			upgrades = []string{"websocket"}
		}
		if len(h.SID) != 20 || h.PingInterval != 300 || h.PingTimeout != 200 || h.MaxPayload != 1_000_000 ||
			h.Upgrades == nil || !slices.Equal(h.Upgrades, upgrades) {
			t.Errorf("handshake: %+v", h)
		}
	}, engineiotest.ModePolling, engineiotest.ModeWebsocket)
}

func TestSuite_BadHandshakes(t *testing.T) {
	w := newWorld(t, sockets, suite)
	for _, test := range []struct{ method, query string }{
		{"GET", "transport=polling"},
		{"GET", "EIO=abc&transport=polling"},
		{"GET", "EIO=4"},
		{"GET", "EIO=4&transport=abc"},
		{"POST", "EIO=4&transport=polling"},
		{"PUT", "EIO=4&transport=polling"},
	} {
		if got := w.do(test.method, test.query, ""); got.Status != 400 {
			t.Errorf("%s ?%s: got %d, want 400", test.method, test.query, got.Status)
		}
	}
	for _, query := range []string{"transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"} {
		if _, err := w.Websocket(w.ctx, query); err == nil {
			t.Errorf("websocket ?%s: accepted", query)
		}
	}
}

func TestSuite_Messages(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		for _, body := range []string{"4hello", "4test1\x1e4test2\x1e4test3", "4hello\x1ebAQIDBA=="} {
			got, err := c.Post(body)
			if err != nil || got.Status != 200 || got.Body != "ok" {
				t.Errorf("POST: got %d %q, %v, want 200 ok", got.Status, got.Body, err)
			}
			wantGet(t, c, 200, body)
		}
	})
}

func TestSuite_DuplicatePoll(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		first := make(chan engineiotest.Answer, 1)
		second := make(chan engineiotest.Answer, 1)
		for _, answer := range []chan engineiotest.Answer{first, second} {
			go func() {
				a, _ := c.Get()
				answer <- a
			}()
			synctest.Wait() // until it is waiting, or answered
		}
		if got := await(t, second, "an answer"); got.Status != 400 {
			t.Errorf("second poll: got %d, want 400", got.Status)
		}
		if got := await(t, first, "an answer"); got.Status != 200 || got.Body != "1" {
			t.Errorf("first poll: got %d %q, want 200 1", got.Status, got.Body)
		}
		p.wantClosed(t, engineio.ReasonTransportError)
		wantGet(t, c, 400, "")
	}, engineiotest.ModePolling)
}

func TestSuite_CancelledPoll(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		ctx, cancel := context.WithCancel(w.ctx)
		done := make(chan engineiotest.Answer, 1)
		go func() {
			a, _ := w.Do(ctx, "GET", "EIO=4&transport=polling&sid="+c.Handshake.SID, "")
			done <- a
		}()
		synctest.Wait()
		cancel()
		await(t, done, "the end of the request")
		p.wantClosed(t, engineio.ReasonTransportClose)
		wantGet(t, c, 400, "")
	}, engineiotest.ModePolling)
}

func TestSuite_Heartbeat(t *testing.T) {
	run(t, suite, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		for i := range 3 {
			if got, err := c.Receive(); err != nil || got.Text != "2" {
				t.Fatalf("packet %d: got %q, %v, want a ping", i, got, err)
			}
			send(t, c, "3")
		}
		wantEnd(t, c)
		p.wantClosed(t, engineio.ReasonPingTimeout)
	})
}

func TestSuite_ForcefulClose(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		answer := make(chan engineiotest.Answer, 1)
		go func() {
			a, _ := c.Get()
			answer <- a
		}()
		// On purpose without order: the poll may come before or after.
		if got, err := c.Post("1"); err != nil || got.Status != 200 {
			t.Errorf("POST: got %d, %v, want 200", got.Status, err)
		}
		if got := await(t, answer, "the end of the poll"); got.Status != 200 || got.Body != "6" {
			t.Errorf("poll: got %d %q, want 200 6", got.Status, got.Body)
		}
		p.wantClosed(t, engineio.ReasonTransportClose)
		wantGet(t, c, 400, "")
	})
}

func TestSuite_Upgrade(t *testing.T) {
	onPolling(t, engineio.Options{}, func(t *testing.T, w *world, c *engineiotest.Client, p *peer) {
		ws := probe(t, c)
		wantGet(t, c, 200, "6")
		c.Websocket = ws
		send(t, c, "5", "4hello")
		wantNext(t, c, "hello")
		c.Websocket = nil
		got, err := c.Get()
		if err != nil || got.Status != 400 || !strings.Contains(got.Body, `"code":3`) {
			t.Errorf("poll after the upgrade: got %d %s, %v, want 400 code 3", got.Status, got.Body, err)
		}
		c.Websocket = ws
		send(t, c, "4hello")
		wantNext(t, c, "hello")
	})
}
