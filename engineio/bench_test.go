package engineio

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// A collector keeps the sessions of a benchmark.
type collector struct{ sessions chan *Session }

func (c *collector) Open(s *Session, _ *http.Request) Receiver {
	c.sessions <- s
	return new(sink)
}

// connect opens n websockets on loopback whose clients read everything if they
// are asked to.
func connect(tb testing.TB, n int, read bool) []*Session {
	tb.Helper()
	c := &collector{make(chan *Session, n)}
	engine := NewServer(c, Options{MaxQueue: 1 << 30})
	server := httptest.NewServer(engine)
	address := server.Listener.Addr().String()
	sessions := make([]*Session, n)
	conns := make([]net.Conn, n)
	for i := range n {
		conns[i] = dialWebsocket(tb, address)
		sessions[i] = <-c.sessions
		if read {
			go func() { _, _ = io.Copy(io.Discard, conns[i]) }()
		}
	}
	tb.Cleanup(func() {
		engine.Close()
		for _, conn := range conns {
			conn.Close()
		}
		server.Close()
	})
	return sessions
}

func dialWebsocket(tb testing.TB, address string) net.Conn {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = io.WriteString(conn, "GET /?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		tb.Fatalf("handshake: %v", err)
	}
	return conn
}

func TestSend_DoesNotAllocate(t *testing.T) {
	s := connect(t, 1, true)[0]
	m := NewMessage(Packet{Data: []byte(strings.Repeat("x", 100))})
	// Fewer than the buffers of the sockets take, so that nothing is queued.
	if got := testing.AllocsPerRun(200, func() {
		if err := s.Send(m); err != nil {
			t.Fatal(err)
		}
	}); got != 0 {
		t.Errorf("Send: %v allocations, want 0", got)
	}
	if got := testing.AllocsPerRun(200, func() { s.SendVolatile(m) }); got != 0 {
		t.Errorf("SendVolatile: %v allocations, want 0", got)
	}
}

// BenchmarkFanOut sends one message to every session: the cost of a delivery.
func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sessions := connect(b, n, true)
			data := []byte(strings.Repeat("x", 100))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_ = sessions[i%n].Send(NewMessageOnce(data, i%n))
			}
		})
	}
}

var shared *Message

// NewMessageOnce encodes for the first of a round and shares for the others.
func NewMessageOnce(data []byte, i int) *Message {
	if i == 0 || shared == nil {
		shared = NewMessage(Packet{Data: data})
	}
	return shared
}

// BenchmarkIdleMemory reports what an idle websocket costs after it has
// received one message: heap and stacks, after a collection. The client side
// is a bare net.Conn, which is measured first and subtracted.
func BenchmarkIdleMemory(b *testing.B) {
	const n = 2000
	for b.Loop() {
		b.StopTimer()
		before := inUse()
		conns := bareConns(b, n)
		bare := inUse() - before
		for _, c := range conns {
			c.Close()
		}
		before = inUse()
		sessions := connect(b, n, false)
		after := inUse()
		b.ReportMetric(float64(after-before-bare/2)/n, "B/session")
		runtime.KeepAlive(sessions)
		b.StartTimer()
	}
}

// bareConns opens n connections with both ends in this process.
func bareConns(tb testing.TB, n int) (conns []net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	for range n {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			tb.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			tb.Fatal(err)
		}
		conns = append(conns, client, server)
	}
	return conns
}

func inUse() int64 {
	for range 3 {
		runtime.GC()
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func BenchmarkFrameReader(b *testing.B) {
	stream := []byte{0x81, 0x80 | 100, 1, 2, 3, 4}
	stream = append(stream, make([]byte, 100)...)
	for i := range 100 {
		stream[6+i] = 'x' ^ byte(i%4+1)
	}
	r := frameReader{limit: 1000}
	chunk := make([]byte, len(stream))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		copy(chunk, stream)
		if _, _, ok, err := r.next(chunk); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
