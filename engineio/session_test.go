package engineio_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

func TestSession_Echo(t *testing.T) {
	packets := []engineiotest.Packet{
		{Text: "4hello"},
		{Text: "4"},
		{Text: "4é😀\u2028"},
		{Text: "4" + strings.Repeat("x", 125)},
		{Text: "4" + strings.Repeat("é", 40_000)},
		{Binary: []byte{}},
		{Binary: []byte{0, 1, 0x1e, 255}},
		{Binary: make([]byte, 70_000)},
	}
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		if err := c.Send(packets...); err != nil {
			t.Fatal(err)
		}
		for _, sent := range packets {
			want := sent
			if sent.Binary == nil {
				want.Text = sent.Text[1:]
			}
			wantNext(t, c, want.String())
		}
		if want := map[bool]string{true: engineio.Polling, false: engineio.Websocket}[m == engineiotest.ModePolling]; p.Transport() != want {
			t.Errorf("transport: got %q, want %q", p.Transport(), want)
		}
	})
}

func TestSession_SendKeepsOrder(t *testing.T) {
	run(t, engineio.Options{MaxQueue: 64 << 20}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		const n = 2000
		go func() {
			for i := range n {
				_ = p.Send(text(fmt.Sprintf("%d %s", i, strings.Repeat("x", i))))
			}
		}()
		for i := range n {
			wantNext(t, c, fmt.Sprintf("%d %s", i, strings.Repeat("x", i)))
		}
	})
}

func TestSession_MessageIsOneUnit(t *testing.T) {
	run(t, engineio.Options{MaxQueue: 64 << 20}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		const senders, each = 4, 50
		for s := range senders {
			go func() {
				for range each {
					_ = p.Send(engineio.NewMessage(
						engineio.Packet{Data: fmt.Appendf(nil, "%d", s)},
						engineio.Packet{Data: []byte{byte(s)}, Binary: true},
						engineio.Packet{Data: make([]byte, 5000), Binary: true}))
				}
			}()
		}
		for range senders * each {
			head, err := c.Next()
			if err != nil {
				t.Fatal(err)
			}
			second, _ := c.Next()
			if got, want := second.String(), fmt.Sprintf("binary 0%s", head); got != want {
				t.Fatalf("after %q: got %q, want %q", head, got, want)
			}
			_, _ = c.Next()
		}
	})
}

func TestSession_Close(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		if err := p.Send(text("last")); err != nil {
			t.Fatal(err)
		}
		p.Close(engineio.ReasonForcedClose)
		p.Close(engineio.ReasonSlow)
		p.wantClosed(t, engineio.ReasonForcedClose)
		wantNext(t, c, "last")
		wantEnd(t, c)
		if m != engineiotest.ModePolling && c.CloseCode != 1000 {
			t.Errorf("close code: got %d, want 1000", c.CloseCode)
		}
	})
}

func TestSession_ClosedByClient(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		send(t, c, "1")
		p.wantClosed(t, engineio.ReasonTransportClose)
		wantEnd(t, c)
	})
}

func TestSession_ReceiveRefuses(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		neighbour, _ := w.open(m)
		_ = c.SendText("4refuse") // polling answers it with 400
		p.wantClosed(t, engineio.ReasonParseError)
		wantEnd(t, c)
		send(t, neighbour, "4still here")
		wantNext(t, neighbour, "still here")
	})
}

func TestSession_PanicOfReceiver(t *testing.T) {
	run(t, engineio.Options{Logger: quiet}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		neighbour, _ := w.open(m)
		_ = c.SendText("4panic")
		p.wantClosed(t, engineio.ReasonTransportError)
		wantEnd(t, c)
		send(t, neighbour, "4still here")
		wantNext(t, neighbour, "still here")
	})
}

func TestSession_SlowReader(t *testing.T) {
	run(t, engineio.Options{MaxQueue: 100_000}, func(t *testing.T, w *world, m engineiotest.Mode) {
		_, p := w.open(m)
		neighbour, np := w.open(m)
		message := text(strings.Repeat("x", 10_000))
		var err error
		for i := 0; err == nil && i < 10_000; i++ {
			err = p.Send(message)
		}
		if !errors.Is(err, engineio.ErrSlow) {
			t.Fatalf("Send to a reader that stands still: got %v, want ErrSlow", err)
		}
		p.wantClosed(t, engineio.ReasonSlow)
		if got := w.engine.Stats().SlowCloses; got != 1 {
			t.Errorf("SlowCloses: got %d, want 1", got)
		}
		_ = np.Send(text("still here"))
		wantNext(t, neighbour, "still here")
	})
}

func TestSession_SendVolatile(t *testing.T) {
	run(t, engineio.Options{MaxQueue: 10 << 20}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		message := text(strings.Repeat("x", 100_000))
		sent := 0
		for i := range 1000 {
			if !p.SendVolatile(message) {
				break
			}
			if sent++; i == 999 {
				t.Fatal("all volatile messages were taken for a reader that stands still")
			}
		}
		if m == engineiotest.ModePolling && sent != 0 {
			t.Errorf("%d volatile messages were sent with no poll waiting", sent)
		}
		if err := p.Send(text("end")); err != nil {
			t.Fatal(err)
		}
		for range sent {
			wantNext(t, c, strings.Repeat("x", 100_000))
		}
		wantNext(t, c, "end")
		if got := w.engine.Stats().VolatileDrops; got != 1 {
			t.Errorf("VolatileDrops: got %d, want 1", got)
		}
	})
}

// Everything at once, for the race detector and the leak checks.
func TestServer_Churn(t *testing.T) {
	for _, n := range []network{sockets, memory} {
		t.Run(string(n), func(t *testing.T) {
			w := newWorld(t, n, engineio.Options{})
			message := text(strings.Repeat("x", 1000))
			var clients, peers sync.WaitGroup
			stop := make(chan struct{})
			peers.Go(func() {
				for {
					select {
					case p := <-w.peers:
						peers.Go(func() {
							for p.Send(message) == nil {
								runtime.Gosched()
							}
							for range p.closed {
							}
						})
					case <-stop:
						return
					}
				}
			})
			for i := range 12 {
				clients.Go(func() {
					for round := range 4 {
						c, err := w.Server.Open(w.ctx, engineiotest.Modes[(i+round)%3], "")
						if err != nil {
							continue // the server is closing, or was too fast with a farewell
						}
						_ = c.SendText("4hello")
						_, _ = c.Next()
						if round%2 == 0 {
							_ = c.SendText("1")
						}
						c.Close()
					}
				})
			}
			clients.Wait()
			if err := w.engine.Close(); err != nil {
				t.Error(err)
			}
			close(stop)
			peers.Wait()
			if s := w.engine.Stats(); s.Polling != 0 || s.Websocket != 0 {
				t.Errorf("sessions left: %+v", s)
			}
		})
	}
}

func TestServer_Shutdown(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		var clients []*engineiotest.Client
		var peers []*peer
		for range 50 {
			c, p := w.open(m)
			clients, peers = append(clients, c), append(peers, p)
		}
		for _, c := range clients {
			go func() {
				for {
					if _, err := c.Receive(); err != nil {
						c.Close()
						return
					}
				}
			}()
		}
		if err := w.engine.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, p := range peers {
			p.wantClosed(t, engineio.ReasonShutdown)
		}
		if got := w.do("GET", "EIO=4&transport=polling", ""); got.Status != 503 {
			t.Errorf("handshake after Shutdown: got %d, want 503", got.Status)
		}
		if s := w.engine.Stats(); s.Polling != 0 || s.Websocket != 0 {
			t.Errorf("sessions after Shutdown: %+v", s)
		}
	})
}

// A receiver that does not return holds up Shutdown as long as its context, and
// not for ever.
func TestServer_ShutdownDoesNotWaitForReceivers(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		held, holding := make(chan struct{}), make(chan struct{})
		defer close(held)
		w.receive = func() { close(holding); <-held }
		c, _ := w.open(m)
		go c.SendText("4wait")
		await(t, holding, "the message")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := w.engine.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: got %v, want context.DeadlineExceeded", err)
		}
	})
}

func TestServer_ShutdownGivesUpInTime(t *testing.T) {
	run(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		_, p := w.open(m)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := w.engine.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Shutdown: got %v, want context.Canceled", err)
		}
		p.wantClosed(t, engineio.ReasonShutdown)
	})
}
