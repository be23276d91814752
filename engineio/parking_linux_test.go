package engineio

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// echo answers every message and tells when a session has ended.
type echo struct{ closed chan Reason }

func (e *echo) Open(s *Session, _ *http.Request) Receiver { return &echoing{s, e.closed} }

type echoing struct {
	session *Session
	closed  chan Reason
}

func (e *echoing) Receive(data []byte, binary bool) error {
	return e.session.Send(NewMessage(Packet{Data: append([]byte(nil), data...), Binary: binary}))
}

func (e *echoing) Closed(r Reason) { e.closed <- r }

// dialEcho opens a websocket and returns it after its first answer, when the
// server has nothing more to do than to wait for it.
func dialEcho(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, early, _, err := ws.Dial(t.Context(), "ws"+url[len("http"):]+"/?EIO=4&transport=websocket")
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = conn
	if early != nil { // the open packet came together with the handshake
		r = io.MultiReader(io.LimitReader(early, int64(early.Buffered())), conn)
	}
	if _, err := wsutil.ReadServerText(struct {
		io.Reader
		io.Writer
	}{r, conn}); err != nil {
		t.Fatal(err)
	}
	askEcho(t, conn)
	return conn
}

func askEcho(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := wsutil.WriteClientText(conn, []byte("4hello")); err != nil {
		t.Fatal(err)
	}
	if answer, err := wsutil.ReadServerText(conn); err != nil || string(answer) != "4hello" {
		t.Fatalf("got %q, %v", answer, err)
	}
}

// parkedCount is how many websockets are registered and whether any is.
func (p *parking) parkedCount() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count, p.file != nil
}

// TestParking checks that idle websockets cost no goroutine, that parked ones
// hear what comes, and that nothing is left of them.
func TestParking(t *testing.T) {
	e := &echo{closed: make(chan Reason, 200)}
	server := NewServer(e, Options{})
	web := httptest.NewServer(server)
	defer web.Close()
	defer server.Close()

	const connections = 100
	before := runtime.NumGoroutine()
	var conns []net.Conn
	for range connections {
		conns = append(conns, dialEcho(t, web.URL))
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+connections/2; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines for %d idle websockets", runtime.NumGoroutine()-before, connections)
		}
	}
	for range 20 {
		var all sync.WaitGroup
		for _, conn := range conns {
			all.Go(func() { askEcho(t, conn) })
		}
		all.Wait()
	}
	for i, conn := range conns {
		if i%2 == 0 {
			conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
	}
	for range connections {
		<-e.closed
	}
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		if n, polls := server.parking.parkedCount(); n == 0 && !polls {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("%d websockets are still registered, polling %v", n, polls)
		}
	}
	dialEcho(t, web.URL).Close() // a new poller for a new crowd
	if r := <-e.closed; r != ReasonTransportClose && r != ReasonTransportError {
		t.Errorf("closed with %q", r)
	}
}

// TestParking_closedByTheServer checks that what the server decides reaches
// websockets that nobody waits for: every way to end them, at once and with
// traffic, over and over.
func TestParking_closedByTheServer(t *testing.T) {
	for range 20 {
		e := &echo{closed: make(chan Reason, 40)}
		server := NewServer(e, Options{CloseTimeout: time.Second})
		web := httptest.NewServer(server)
		var clients sync.WaitGroup
		for i := range 40 {
			conn := dialEcho(t, web.URL)
			clients.Go(func() {
				defer conn.Close()
				for {
					if i%2 == 0 && wsutil.WriteClientText(conn, []byte("4x")) != nil {
						return
					}
					if _, _, err := wsutil.ReadServerData(conn); err != nil {
						return
					}
				}
			})
		}
		server.mu.Lock()
		sessions := make([]*Session, 0, len(server.sessions))
		for _, s := range server.sessions {
			sessions = append(sessions, s)
		}
		server.mu.Unlock()
		for _, s := range sessions[:20] {
			s.Close(ReasonForcedClose)
		}
		server.Close() // waits for everything, the poller included
		clients.Wait()
		web.Close()
		if n, polls := server.parking.parkedCount(); n != 0 || polls {
			t.Fatalf("%d websockets are still registered, polling %v", n, polls)
		}
		if len(e.closed) != 40 {
			t.Fatalf("%d of 40 sessions were told as closed", len(e.closed))
		}
	}
}
