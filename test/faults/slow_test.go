package faults

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/causerie-chat/causerie/test/node"
)

// readers is how many never read.
const readers = 5

// ignore has devices of the host come that never read, and fills their rooms
// until the server has closed them all. Nobody else notices.
func ignore(p *party) {
	n := p.house.nodes[len(p.house.nodes)-1]
	closed, open := metricOf(p.t, n, "causerie_slow_closes_total"), metricOf(p.t, n, connections)
	for range readers {
		stare(p.t, n)
	}
	until(p.t, "the readers are in", func() bool { return metricOf(p.t, n, connections) >= open+readers })
	host, room := p.people[0], p.fleet.Rooms[0]
	var long []uint64
	// On a slow machine some are taken for dead before they are for slow.
	for metricOf(p.t, n, connections) >= open+readers || metricOf(p.t, n, "causerie_slow_closes_total") == closed {
		if len(long) > 500 {
			p.t.Fatalf("P6: after 45 MB none of the %d readers is closed", readers)
		}
		said := make([]uint64, 10)
		p.atOnce(len(said), func(i int) error {
			kept, err := room.Say(p.t.Context(), host.Client, strings.Repeat("x", 90_000))
			said[i] = kept.Seq
			return err
		})
		long = append(long, said...)
	}
	p.atOnce(len(long), func(i int) error { return host.Delete(p.t.Context(), room.ID, long[i]) })
	until(p.t, "the readers are gone", func() bool { return metricOf(p.t, n, connections) <= open })
}

// atOnce does something so many times without waiting in between.
func (p *party) atOnce(times int, do func(int) error) {
	p.t.Helper()
	done := make(chan error, times)
	for i := range times {
		go func() { done <- do(i) }()
	}
	for range times {
		if err := <-done; err != nil {
			p.t.Fatal(err)
		}
	}
}

// stare connects a device of the host that sends its login, and signs of life
// that nobody has asked for, and reads nothing.
func stare(t *testing.T, n *node.Node) {
	t.Helper()
	dialer := ws.Dialer{NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(4096)
		}
		return conn, err
	}}
	conn, _, _, err := dialer.Dial(t.Context(), "ws"+strings.TrimPrefix(n.URL, "http")+"/socket.io/?EIO=4&transport=websocket")
	if err != nil {
		t.Fatal(err)
	}
	var living sync.WaitGroup
	t.Cleanup(func() {
		conn.Close()
		living.Wait()
	})
	if err := wsutil.WriteClientText(conn, []byte(`40/chat,{"token":"`+issuer.Token("Guest 0")+`"}`)); err != nil {
		t.Fatal(err)
	}
	living.Go(func() {
		for wsutil.WriteClientText(conn, []byte("3")) == nil {
			<-time.After(retryAfter)
		}
	})
}

// until waits for something that needs no more doing.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !reached() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		case <-time.After(retryAfter):
		}
	}
}

// metricOf returns what a node tells of itself under a name.
func metricOf(t *testing.T, n *node.Node, name string) float64 {
	t.Helper()
	resp, err := http.Get(n.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if text, found := strings.CutPrefix(lines.Text(), name+" "); found {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
			return value
		}
	}
	t.Fatalf("%s tells no %s: %v", n.URL, name, lines.Err())
	return 0
}
