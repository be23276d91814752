package engineio_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// runSynctest runs f in every mode on a fake clock.
func runSynctest(t *testing.T, o engineio.Options, f func(t *testing.T, w *world, m engineiotest.Mode), modes ...engineiotest.Mode) {
	t.Helper()
	if len(modes) == 0 {
		modes = engineiotest.Modes
	}
	for _, m := range modes {
		t.Run(string(m), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, memory, o)
				f(t, w, m)
			})
		})
	}
}

// about tells whether a moment is within the coarseness of the wheel.
func about(got, want time.Duration) bool { return got >= want && got <= want+400*time.Millisecond }

func TestHeartbeat(t *testing.T) {
	o := engineio.Options{PingInterval: 2 * time.Second, PingTimeout: time.Second}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		for i := range 3 {
			began := time.Now()
			if got, err := c.Receive(); err != nil || got.Text != "2" {
				t.Fatalf("ping %d: got %q, %v", i, got, err)
			}
			if got := time.Since(began); !about(got, 2*time.Second) {
				t.Errorf("ping %d came after %v, want 2 s", i, got)
			}
			time.Sleep(900 * time.Millisecond)
			send(t, c, "3")
		}
		began := time.Now()
		wantEnd(t, c) // after a last ping
		p.wantClosed(t, engineio.ReasonPingTimeout)
		if got := time.Since(began); !about(got, 3*time.Second) {
			t.Errorf("closed after %v, want 3 s", got)
		}
		if got := w.engine.Stats().PingTimeouts; got != 1 {
			t.Errorf("PingTimeouts: got %d, want 1", got)
		}
	})
}

func TestHeartbeat_OtherPacketExtendsOnce(t *testing.T) {
	o := engineio.Options{PingInterval: 4 * time.Second, PingTimeout: 2 * time.Second}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		if got, err := c.Receive(); err != nil || got.Text != "2" {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
		began := time.Now()
		for range 2 {
			time.Sleep(1500 * time.Millisecond)
			_ = c.SendText("4busy")
		}
		p.wantClosed(t, engineio.ReasonPingTimeout)
		if got := time.Since(began); !about(got, 3500*time.Millisecond) {
			t.Errorf("closed after %v, want 3.5 s", got)
		}
	})
}

// What a client answers while the program works on its message is not read: it
// is not given up for that, and is when it stays silent afterwards.
func TestHeartbeat_BusyProgram(t *testing.T) {
	o := engineio.Options{PingInterval: 2 * time.Second, PingTimeout: time.Second}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		w.receive = func() { time.Sleep(7 * time.Second) }
		c, p := w.open(m)
		sent := make(chan error, 1)
		go func() { sent <- c.SendText("4work") }()
		for got := (engineiotest.Packet{}); got.Text != "4work"; {
			var err error
			if got, err = c.Receive(); err != nil {
				t.Fatalf("the session ended: %v", err)
			}
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		send(t, c, "3")
		if got, err := c.Receive(); err != nil || got.Text != "2" {
			t.Fatalf("got %q, %v, want the next ping", got, err)
		}
		began := time.Now()
		p.wantClosed(t, engineio.ReasonPingTimeout)
		if got := time.Since(began); !about(got, time.Second) {
			t.Errorf("closed after %v, want 1 s", got)
		}
	})
}

func TestHeartbeat_UnsolicitedPongs(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, _ := w.open(m)
		began := time.Now()
		for range 100 {
			send(t, c, "3")
		}
		if got, err := c.Receive(); err != nil || got.Text != "2" {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
		if got := time.Since(began); !about(got, 25*time.Second) {
			t.Errorf("ping after %v, want 25 s", got)
		}
	})
}

// A ping does not wait behind what is queued.
func TestHeartbeat_OvertakesTheQueue(t *testing.T) {
	runSynctest(t, engineio.Options{MaxQueue: 100 << 20}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		send(t, c, "6") // claims the session
		filler := text(string(make([]byte, 50_000)))
		for range 40 {
			_ = p.Send(filler)
		}
		time.Sleep(26 * time.Second)
		_ = p.Send(text("end"))
		before := 0
		for {
			got, err := c.Receive()
			if err != nil {
				t.Fatal(err)
			}
			if got.Text == "2" {
				break
			}
			before++
		}
		if before > 10 {
			t.Errorf("the ping came behind %d messages", before)
		}
		send(t, c, "3")
	})
}

func TestHeartbeat_SurvivesUpgrade(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, _ := w.open(m)
		began := time.Now()
		send(t, c, "6") // a session that nobody comes back for ends sooner
		time.Sleep(20 * time.Second)
		if err := c.Upgrade(); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Receive(); err != nil || got.Text != "2" {
			t.Fatalf("got %q, %v, want a ping", got, err)
		}
		if got := time.Since(began); !about(got, 25*time.Second) {
			t.Errorf("ping after %v, want 25 s", got)
		}
	}, engineiotest.ModePolling)
}

// A poll that still waits when the client changes over has come too late, also
// when the server sees it before the probe.
func TestUpgrade_PollBehindTheChange(t *testing.T) {
	tests := []struct {
		name   string
		probed bool // before the poll
	}{
		{"after the probe", true},
		{"before the probe", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
				c, p := w.open(m)
				var ws *engineiotest.Websocket
				if test.probed {
					ws = probe(t, c)
				} else {
					var err error
					if ws, err = w.Websocket(w.ctx, "EIO=4&transport=websocket&sid="+c.Handshake.SID); err != nil {
						t.Fatal(err)
					}
					defer ws.Close()
				}
				answer := make(chan engineiotest.Answer, 1)
				go func() {
					a, _ := c.Get()
					answer <- a
				}()
				synctest.Wait() // the poll waits
				frames := engineiotest.Frame(0x81, []byte("5"))
				if !test.probed {
					frames = append(engineiotest.Frame(0x81, []byte("2probe")), frames...)
				}
				if err := ws.WriteRaw(frames); err != nil {
					t.Fatal(err)
				}
				if got := await(t, answer, "the answer to the poll"); got.Status != 400 {
					t.Errorf("poll: got %d %q, want 400", got.Status, got.Body)
				}
				if got := p.Transport(); got != engineio.Websocket {
					t.Errorf("transport: got %s, want websocket", got)
				}
			}, engineiotest.ModePolling)
		})
	}
}

func TestUpgradeTimeout(t *testing.T) {
	for _, probes := range []bool{false, true} {
		runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
			c, _ := w.open(m)
			ws, err := w.Websocket(w.ctx, "EIO=4&transport=websocket&sid="+c.Handshake.SID)
			if err != nil {
				t.Fatal(err)
			}
			defer ws.Close()
			began := time.Now()
			if probes {
				_ = ws.Write(engineiotest.Text, []byte("2probe"))
			}
			for err == nil {
				_, _, err = ws.Read()
			}
			if got := time.Since(began); !about(got, 10*time.Second) {
				t.Errorf("closed after %v, want 10 s", got)
			}
			send(t, c, "4hello")
			wantNext(t, c, "hello")
		}, engineiotest.ModePolling)
	}
}

// What a client does not take of the answer to its poll is lost, and the
// session with it, at once and not at the next ping.
func TestPolling_AnswerNotTaken(t *testing.T) {
	runSynctest(t, engineio.Options{WriteTimeout: time.Second}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		conn, err := w.Dial(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET /?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: x\r\n\r\n", c.Handshake.SID)
		synctest.Wait()
		began := time.Now()
		_ = p.Send(text(strings.Repeat("x", 1<<20)))
		p.wantClosed(t, engineio.ReasonTransportError)
		if got := time.Since(began); got > 2*time.Second {
			t.Errorf("closed after %v, want a second", got)
		}
	}, engineiotest.ModePolling)
}

func TestUnclaimed(t *testing.T) {
	o := engineio.Options{ClaimTimeout: 5 * time.Second}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		began := time.Now()
		_, lost := w.open(m)
		kept, _ := w.open(m)
		send(t, kept, "4here")
		lost.wantClosed(t, engineio.ReasonUnclaimed)
		if got := time.Since(began); !about(got, 5*time.Second) {
			t.Errorf("closed after %v, want 5 s", got)
		}
		wantNext(t, kept, "here")
	}, engineiotest.ModePolling)
}

func TestUnclaimed_OldestLeaves(t *testing.T) {
	run(t, engineio.Options{MaxUnclaimedPerAddress: 2}, func(t *testing.T, w *world, m engineiotest.Mode) {
		claimed, _ := w.open(m)
		send(t, claimed, "4here")
		_, first := w.open(m)
		second, _ := w.open(m)
		third, _ := w.open(m)
		first.wantClosed(t, engineio.ReasonUnclaimed)
		for _, c := range []*engineiotest.Client{claimed, second, third} {
			send(t, c, "4there")
		}
		wantNext(t, claimed, "here")
	}, engineiotest.ModePolling)
}

// Whoever does not answer the closing handshake is not waited for longer than
// CloseTimeout.
func TestCloseTimeout(t *testing.T) {
	o := engineio.Options{CloseTimeout: 3 * time.Second}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		_, p := w.open(m)
		began := time.Now()
		p.Close(engineio.ReasonForcedClose)
		p.wantClosed(t, engineio.ReasonForcedClose)
		if got := time.Since(began); got != 0 {
			t.Errorf("Closed came after %v, want at once", got)
		}
		if err := w.engine.Shutdown(w.ctx); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(began); !about(got, 3*time.Second) {
			t.Errorf("session gone after %v, want 3 s", got)
		}
	})
}

// A late timer does not revive a session: requests check the deadline too.
func TestHeartbeat_CheckedByRequests(t *testing.T) {
	o := engineio.Options{PingInterval: 300 * time.Millisecond, PingTimeout: 200 * time.Millisecond}
	runSynctest(t, o, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		time.Sleep(500 * time.Millisecond)
		wantGet(t, c, 400, "")
		p.wantClosed(t, engineio.ReasonPingTimeout)
	}, engineiotest.ModePolling)
}

// A frame that never becomes whole is no sign of life.
func TestHeartbeat_SlowLoris(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		c, p := w.open(m)
		_ = c.Websocket.Conn.SetDeadline(time.Time{})
		began := time.Now()
		frame := engineiotest.Frame(0x81, make([]byte, 10_000))
		for len(p.closed) == 0 && len(frame) > 0 {
			_ = c.Websocket.WriteRaw(frame[:1])
			frame = frame[1:]
			time.Sleep(time.Second)
		}
		p.wantClosed(t, engineio.ReasonPingTimeout)
		if got := time.Since(began); got > 47*time.Second {
			t.Errorf("closed after %v, want 45 s", got)
		}
	}, engineiotest.ModeWebsocket, engineiotest.ModeUpgrade)
}

// A client that neither reads nor ends its connection is let go.
func TestHeartbeat_HalfOpen(t *testing.T) {
	runSynctest(t, engineio.Options{}, func(t *testing.T, w *world, m engineiotest.Mode) {
		_, p := w.open(m)
		_ = p.Send(text(strings.Repeat("x", 500_000)))
		p.wantClosed(t, engineio.ReasonPingTimeout)
		if err := w.engine.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}, engineiotest.ModeWebsocket)
}
