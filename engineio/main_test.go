package engineio_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what has to happen.
const patience = time.Minute

// A world is a server under test and what it tells its handler.
type world struct {
	*engineiotest.Server
	t      *testing.T
	ctx    context.Context
	engine *engineio.Server
	peers  chan *peer
	// receive, if not nil, is called for every message.
	receive func()
}

// A peer is the program's side of a session. It sends back what it receives
// and reports how it ends.
type peer struct {
	*engineio.Session
	received chan engineiotest.Packet
	closed   chan engineio.Reason
	world    *world
}

func (p *peer) Receive(data []byte, binary bool) error {
	if p.world.receive != nil {
		p.world.receive()
	}
	if string(data) == "panic" {
		panic("as the test wants")
	}
	kept := append([]byte{}, data...)
	if binary {
		p.received <- engineiotest.Packet{Binary: kept}
	} else {
		p.received <- engineiotest.Packet{Text: string(kept)}
	}
	if string(data) == "refuse" {
		return errors.New("refused, as the test wants")
	}
	// An error means that the session has ended, which Closed tells.
	_ = p.Send(engineio.NewMessage(engineio.Packet{Data: kept, Binary: binary}))
	return nil
}

func (p *peer) Closed(r engineio.Reason) { p.closed <- r; close(p.closed) }

func (w *world) Open(s *engineio.Session, _ *http.Request) engineio.Receiver {
	p := &peer{s, make(chan engineiotest.Packet, 10_000), make(chan engineio.Reason, 2), w}
	w.peers <- p
	return p
}

// A network is what a world is built on: sockets take the fast path of the
// server, memory takes the portable one.
type network string

const (
	memory  network = "memory"
	sockets network = "sockets"
)

func newWorld(t *testing.T, n network, o engineio.Options) *world {
	t.Helper()
	w := &world{t: t, peers: make(chan *peer, 1000)}
	w.engine = engineio.NewServer(w, o)
	if n == memory {
		w.Server = engineiotest.Start(w.engine)
	} else {
		var err error
		if w.Server, err = engineiotest.StartTCP(w.engine); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.ctx = ctx
	t.Cleanup(func() {
		cancel()
		w.engine.Close()
		w.Server.Close()
	})
	return w
}

// run runs f in every mode on every network.
func run(t *testing.T, o engineio.Options, f func(t *testing.T, w *world, m engineiotest.Mode), modes ...engineiotest.Mode) {
	t.Helper()
	if len(modes) == 0 {
		modes = engineiotest.Modes
	}
	for _, n := range []network{sockets, memory} {
		for _, m := range modes {
			t.Run(string(n)+"/"+string(m), func(t *testing.T) { f(t, newWorld(t, n, o), m) })
		}
	}
}

// open connects a client and returns both sides of the session.
func (w *world) open(m engineiotest.Mode) (*engineiotest.Client, *peer) {
	w.t.Helper()
	c, err := w.Server.Open(w.ctx, m, "")
	if err != nil {
		w.t.Fatalf("failed to open a session: %v", err)
	}
	w.t.Cleanup(c.Close)
	if c.Websocket != nil {
		_ = c.Websocket.Conn.SetDeadline(time.Now().Add(patience))
	}
	return c, w.peer()
}

func (w *world) peer() *peer {
	w.t.Helper()
	return await(w.t, w.peers, "a session")
}

func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func (p *peer) wantClosed(t *testing.T, want engineio.Reason) {
	t.Helper()
	if got := await(t, p.closed, "the end of the session"); got != want {
		t.Errorf("closed for %q, want %q", got, want)
	}
	if r, again := <-p.closed; again {
		t.Errorf("closed twice, the second time for %q", r)
	}
	if err := p.Send(text("late")); err != engineio.ErrClosed {
		t.Errorf("Send after the end: got %v, want ErrClosed", err)
	}
}

func text(s string) *engineio.Message {
	return engineio.NewMessage(engineio.Packet{Data: []byte(s)})
}

func send(t *testing.T, c *engineiotest.Client, packets ...string) {
	t.Helper()
	for _, p := range packets {
		if err := c.SendText(p); err != nil {
			t.Fatalf("failed to send %.20q: %v", p, err)
		}
	}
}

func wantNext(t *testing.T, c *engineiotest.Client, want string) {
	t.Helper()
	got, err := c.Next()
	if err != nil {
		t.Fatalf("no message: %v, want %.40q", err, want)
	}
	if got.String() != want {
		t.Fatalf("message: got %.40q, want %.40q", got, want)
	}
}

// wantEnd reads until the server has closed the session.
func wantEnd(t *testing.T, c *engineiotest.Client) {
	t.Helper()
	for {
		if _, err := c.Receive(); err != nil {
			if c.Websocket == nil && !strings.Contains(err.Error(), engineiotest.ErrEnded.Error()) {
				t.Errorf("end of the session: %v", err)
			}
			return
		}
	}
}

func (w *world) do(method, query, body string, header ...string) engineiotest.Answer {
	w.t.Helper()
	a, err := w.Do(w.ctx, method, query, body, header...)
	if err != nil {
		w.t.Fatalf("%s ?%s: %v", method, query, err)
	}
	return a
}
