package engineio_test

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// A parrot answers every message and notes how sessions end.
type parrot struct{ closed chan engineio.Reason }

type perch struct {
	*parrot
	session *engineio.Session
}

func (e *parrot) Open(s *engineio.Session, _ *http.Request) engineio.Receiver { return perch{e, s} }

func (e perch) Receive(data []byte, binary bool) error {
	return e.session.Send(engineio.NewMessage(engineio.Packet{Data: append([]byte(nil), data...), Binary: binary}))
}

func (e perch) Closed(r engineio.Reason) { e.closed <- r }

// startParrot serves sockets: what lives in memory is never parked.
func startParrot(t *testing.T, sessions int) (*parrot, *engineio.Server, *engineiotest.Server) {
	t.Helper()
	e := &parrot{closed: make(chan engineio.Reason, sessions)}
	server := engineio.NewServer(e, engineio.Options{CloseTimeout: time.Second})
	web, err := engineiotest.StartTCP(server)
	if err != nil {
		t.Fatal(err)
	}
	return e, server, web
}

func openParrot(t *testing.T, web *engineiotest.Server) *engineiotest.Client {
	t.Helper()
	c, err := web.Open(t.Context(), engineiotest.ModeWebsocket, "")
	if err != nil {
		t.Fatal(err)
	}
	askParrot(t, c)
	return c
}

func askParrot(t *testing.T, c *engineiotest.Client) {
	t.Helper()
	if err := c.SendText("4hello"); err != nil {
		t.Error(err)
		return
	}
	if p, err := c.Next(); err != nil || p.Text != "hello" {
		t.Errorf("got %v, %v", p, err)
	}
}

// soon waits until reached is true.
func soon(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !reached(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// TestParking checks that parked websockets hear what comes, and that nothing
// is left of them.
func TestParking(t *testing.T) {
	const connections = 100
	e, server, web := startParrot(t, connections+1)
	defer web.Close()
	defer server.Close()
	var clients []*engineiotest.Client
	for range connections {
		clients = append(clients, openParrot(t, web))
	}
	soon(t, "not all idle websockets are parked", func() bool { n, _ := server.Parked(); return n == connections })
	for range 20 {
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() { askParrot(t, c) })
		}
		all.Wait()
	}
	for _, c := range clients {
		c.Close()
	}
	for range connections {
		<-e.closed
	}
	soon(t, "the poller has outlived its websockets", func() bool { n, polls := server.Parked(); return n == 0 && !polls })
	openParrot(t, web).Close() // a new poller for a new crowd
	<-e.closed
}

// TestParking_closedByTheServer checks that what the server decides reaches
// websockets that nobody waits for: closing handshakes and closing at once,
// with traffic and without, over and over.
func TestParking_closedByTheServer(t *testing.T) {
	const connections = 40
	for range 20 {
		e, server, web := startParrot(t, connections)
		var clients sync.WaitGroup
		for i := range connections {
			c := openParrot(t, web)
			clients.Go(func() {
				defer c.Close()
				for i%2 == 1 || c.SendText("4x") == nil {
					if _, err := c.Receive(); err != nil {
						return
					}
				}
			})
		}
		for _, s := range server.Open()[:connections/2] {
			s.Close(engineio.ReasonForcedClose)
		}
		server.Close() // waits for everything, the poller included
		clients.Wait()
		web.Close()
		if n, polls := server.Parked(); n != 0 || polls {
			t.Fatalf("%d websockets are still registered, polling %v", n, polls)
		}
		if len(e.closed) != connections {
			t.Fatalf("%d of %d sessions were told as closed", len(e.closed), connections)
		}
	}
}
