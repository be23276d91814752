package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// patience bounds everything that a test waits for.
const patience = 20 * time.Second

// A fixture is a server under test and the way to it.
type fixture struct {
	*socketio.Server
	http *engineiotest.Server
	mode engineiotest.Mode
}

// run runs f once per way of being connected.
func run(t *testing.T, options socketio.Options, f func(t *testing.T, s *fixture)) {
	t.Helper()
	for _, mode := range engineiotest.Modes {
		t.Run(string(mode), func(t *testing.T) { f(t, start(t, options, mode)) })
	}
}

// start starts a server in memory; both ends are gone when the test is over.
func start(t *testing.T, options socketio.Options, mode engineiotest.Mode) *fixture {
	srv := socketio.NewServer(options)
	s := &fixture{srv, engineiotest.Start(srv), mode}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		s.http.Close()
		// The handlers have returned when Shutdown has.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = srv.Shutdown(ctx)
	})
	return s
}

// A client speaks in raw Socket.IO packets.
type client struct {
	t *testing.T
	*engineiotest.Client
}

// dial opens a connection that has joined nothing.
func (s *fixture) dial(t *testing.T) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, err := s.http.Open(ctx, s.mode, "")
	if err != nil {
		t.Fatalf("failed to open: %v", err)
	}
	t.Cleanup(c.Close)
	return &client{t, c}
}

// connect opens a connection and joins a namespace with a CONNECT packet such
// as `0` or `0/chat,{"token":1}`; it returns the socket's id too.
func (s *fixture) connect(t *testing.T, packet string) (*client, string) {
	t.Helper()
	c := s.dial(t)
	return c, c.join(packet).SID
}

type joined struct{ SID, PID string }

// join sends a CONNECT packet and wants it accepted.
func (c *client) join(packet string) joined {
	c.t.Helper()
	c.send(packet)
	got := c.next()
	_, payload, _ := strings.Cut(got, "{")
	var reply joined
	if got[0] != '0' || json.Unmarshal([]byte("{"+payload), &reply) != nil || len(reply.SID) != 20 {
		c.t.Fatalf("CONNECT %s: got %s", packet, got)
	}
	return reply
}

// send sends packets: text, or []byte.
func (c *client) send(packets ...any) {
	c.t.Helper()
	if err := c.trySend(packets...); err != nil {
		c.t.Fatalf("failed to send %q: %v", packets, err)
	}
}

func (c *client) trySend(packets ...any) error {
	out := make([]engineiotest.Packet, len(packets))
	for i, p := range packets {
		switch p := p.(type) {
		case string:
			out[i].Text = "4" + p
		case []byte:
			out[i].Binary = p
		}
	}
	return c.Send(out...)
}

// next returns the next packet, binary ones as their bytes.
func (c *client) next() string {
	c.t.Helper()
	p, err := c.Next()
	if err != nil {
		c.t.Fatalf("failed to receive: %v", err)
	}
	if p.Binary != nil {
		return string(p.Binary)
	}
	return p.Text
}

// want wants exactly these packets next.
func (c *client) want(packets ...string) {
	c.t.Helper()
	for _, want := range packets {
		if got := c.next(); got != want {
			c.t.Fatalf("packet:\n got %q\nwant %q", got, want)
		}
	}
}

// wantClosed wants the server to close the connection, whatever comes before.
func (c *client) wantClosed() {
	c.t.Helper()
	for {
		p, err := c.Next()
		if errors.Is(err, engineiotest.ErrEnded) {
			return
		}
		if err != nil {
			c.t.Fatalf("closing: %v", err)
		}
		if strings.HasPrefix(p.Text, "2") {
			c.t.Fatalf("got %q from a connection that should be closed", p.Text)
		}
	}
}

// receive waits for a value that a handler sends.
func receive[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// echo gives a namespace the manners of the protocol suite's server.
func echo(ns *socketio.Namespace) {
	ns.On("message", func(e *socketio.Event) { _ = e.Socket.Emit("message-back", e.Values()...) })
	ns.On("message-with-ack", func(e *socketio.Event) { _ = e.Ack(e.Values()...) })
}
