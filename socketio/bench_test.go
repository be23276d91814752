package socketio_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// audience connects n websockets over TCP, which read and forget everything.
// They are in the room "all".
func audience(tb testing.TB, srv *socketio.Server, n int) {
	srv.Of("/").OnConnect(func(s *socketio.Socket) { _ = s.Join("all") })
	s, err := engineiotest.StartTCP(srv)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	var readers sync.WaitGroup
	tb.Cleanup(func() {
		_ = srv.Close()
		s.Close()
		readers.Wait()
		_ = srv.Shutdown(ctx)
		cancel()
	})
	connect := engineiotest.Frame(0x80|engineiotest.Text, []byte("40"))
	for range n {
		w, err := s.Websocket(ctx, "EIO=4&transport=websocket")
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Conn.Write(connect); err != nil {
			tb.Fatal(err)
		}
		readers.Go(func() {
			defer w.Close()
			_, _ = io.Copy(io.Discard, w.Conn)
		})
	}
	for srv.Of("/").To("all").Sockets() == nil || len(srv.Of("/").To("all").Sockets()) < n {
		runtime.Gosched()
	}
}

// quiet keeps heartbeats out of measurements.
var quiet = socketio.Options{Engine: engineio.Options{PingInterval: time.Hour}}

// TestBroadcast_allocations checks that a delivery allocates nothing: sending
// to fifty costs what sending to one does.
func TestBroadcast_allocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool forget at random")
	}
	srv := socketio.NewServer(quiet)
	audience(t, srv, 50)
	enc, err := socketio.Encode("/", "chat-message", map[string]string{"message": "hello"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		send func() error
	}{
		{"all", func() error { return srv.Of("/").Send(enc) }},
		{"room", func() error { return srv.Of("/").To("all").Send(enc) }},
	} {
		perRun := testing.AllocsPerRun(200, func() {
			if err := test.send(); err != nil {
				t.Error(err)
			}
		})
		// Naming the rooms may allocate, once per broadcast.
		if perRun > 4 {
			t.Errorf("%s: %.1f allocations per broadcast to 50, want 0 per delivery", test.name, perRun)
		}
	}
}

// BenchmarkBroadcast hands one encoded event to a room over loopback TCP; the
// time per delivery is mostly the kernel's write.
func BenchmarkBroadcast(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			srv := socketio.NewServer(quiet)
			audience(b, srv, n)
			enc, err := socketio.Encode("/", "chat-message", map[string]string{"message": "hello"})
			if err != nil {
				b.Fatal(err)
			}
			room := srv.Of("/").To("all")
			b.ReportAllocs()
			for b.Loop() {
				if err := room.Send(enc); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/delivery")
		})
	}
}

// BenchmarkEncode makes an event out of Go values.
func BenchmarkEncode(b *testing.B) {
	type message struct {
		Nickname string `json:"nickname"`
		Message  string `json:"message"`
		ID       string `json:"id"`
		At       int64  `json:"at"`
	}
	m := message{"Kevin", "the quick brown fox jumps over the lazy dog", "0193d1a5-7d5e-7cc0-8000-0123456789ab", 1732380000000}
	for _, test := range []struct {
		name string
		args []any
	}{
		{"struct", []any{m}},
		{"text", []any{m.Message}},
		{"binary", []any{[]byte(m.Message)}},
		{"map", []any{map[string]any{"a": 1, "b": []any{m.Message}}}},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := socketio.Encode("/", "chat-message", test.args...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSocket measures the memory of an idle socket in one room, on top of
// its Engine.IO session. Run it with -benchtime 2000x.
func BenchmarkSocket(b *testing.B) {
	measure := func(connect func()) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		connect()
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
		return after.HeapAlloc - before.HeapAlloc
	}
	srv := socketio.NewServer(quiet)
	audience(b, srv, 1)
	n := min(b.N, 4000)
	s, err := engineiotest.StartTCP(srv)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	defer s.Close()
	clients := make([]*engineiotest.Websocket, n)
	sessions := measure(func() {
		for i := range clients {
			if clients[i], err = s.Websocket(ctx, "EIO=4&transport=websocket"); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = clients[i].Close() })
		}
	})
	connect := engineiotest.Frame(0x80|engineiotest.Text, []byte("40"))
	sockets := measure(func() {
		for _, c := range clients {
			if _, err := c.Conn.Write(connect); err != nil {
				b.Fatal(err)
			}
		}
		for len(srv.Of("/").To("all").Sockets()) < n+1 {
			runtime.Gosched()
		}
	})
	b.ReportMetric(float64(sockets)/float64(n), "B/socket")
	b.ReportMetric(float64(sessions)/float64(n), "B/session+client")
	b.ReportMetric(0, "ns/op")
}
