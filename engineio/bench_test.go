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
type collector struct {
	sessions chan *Session
	received chan int
}

func (c *collector) Open(s *Session, _ *http.Request) Receiver {
	c.sessions <- s
	return c
}

func (c *collector) Receive([]byte, bool) error {
	c.received <- deep(0)
	return nil
}

func (c *collector) Closed(Reason) {}

// connect opens n websockets on loopback.
func (c *collector) connect(tb testing.TB, n int, o Options) ([]*Session, []net.Conn) {
	tb.Helper()
	engine := NewServer(c, o)
	server := httptest.NewServer(engine)
	address := server.Listener.Addr().String()
	sessions, clients := make([]*Session, n), make([]net.Conn, n)
	for i := range n {
		clients[i] = dialWebsocket(tb, address)
		sessions[i] = <-c.sessions
	}
	tb.Cleanup(func() {
		engine.Close()
		for _, client := range clients {
			client.Close()
		}
		server.Close()
	})
	return sessions, clients
}

// connectReaders opens n websockets whose clients read everything.
func connectReaders(tb testing.TB, n int) []*Session {
	tb.Helper()
	c := &collector{sessions: make(chan *Session, n)}
	sessions, clients := c.connect(tb, n, Options{MaxQueue: 1 << 30})
	for _, client := range clients {
		go func() { _, _ = io.Copy(io.Discard, client) }()
	}
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
	s := connectReaders(t, 1)[0]
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
			sessions := connectReaders(b, n)
			m := NewMessage(Packet{Data: []byte(strings.Repeat("x", 100))})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_ = sessions[i%n].Send(m)
			}
		})
	}
}

// BenchmarkIdleMemory reports what an idle websocket costs after it has
// received one message whose handling needed a deep stack: heap and stacks,
// after a collection, without the client's side of the connection.
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
		c := &collector{sessions: make(chan *Session, n), received: make(chan int, n)}
		sessions, clients := c.connect(b, n, Options{})
		for _, client := range clients {
			_, _ = client.Write([]byte{0x81, 0x81, 0, 0, 0, 0, '4'})
			_, _ = client.Write([]byte{0x81, 0x82, 0, 0, 0, 0, '4', 'x'})
		}
		for range 2 * n {
			<-c.received
		}
		b.ReportMetric(float64(inUse()-before-bare/2)/n, "B/session")
		runtime.KeepAlive(sessions)
		b.StartTimer()
	}
}

// deep uses about 16 KB of stack.
func deep(depth int) int {
	var space [1 << 10]byte
	space[depth] = byte(depth)
	if depth < 16 {
		return deep(depth+1) + int(space[depth/2])
	}
	return int(space[depth])
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
