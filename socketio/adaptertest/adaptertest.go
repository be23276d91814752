// Package adaptertest holds implementations of [socketio.Adapter] to what the
// interface promises. An adapter joins with a test of a few lines:
//
//	func TestAdapter(t *testing.T) {
//		adaptertest.Run(t, func(t *testing.T) (a, b, c socketio.Adapter) {
//			…
//		})
//	}
package adaptertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// patience bounds everything that the suite waits for.
const patience = 20 * time.Second

// Run runs the suite. open returns the adapters of three servers that are
// joined, for one case; it cleans up with t.Cleanup. They may be one and the
// same value if the implementation allows it.
func Run(t *testing.T, open func(t *testing.T) (a, b, c socketio.Adapter)) {
	for _, test := range []struct {
		name string
		rule string
		f    func(t *testing.T, c *cluster)
	}{
		{"Broadcast", "a broadcast reaches the sockets meant on all servers, once and in order", testBroadcast},
		{"Binary", "attachments arrive as they were", testBinary},
		{"Local", "a local broadcast stays on its server", testLocal},
		{"Namespaces", "what is sent in one namespace is not received in another", testNamespaces},
		{"Join", "sockets of other servers join and leave rooms", testJoin},
		{"Disconnect", "sockets of other servers are disconnected", testDisconnect},
		{"Fetch", "sockets of all servers are described", testFetch},
		{"EmitAck", "acknowledgements are gathered from all servers", testEmitAck},
		{"EmitAckTimeout", "a silent client of another server does not withhold the other answers", testEmitAckTimeout},
		{"ServerEmit", "programs hear each other, and not themselves", testServerEmit},
		{"ServerEmitAck", "programs answer each other", testServerEmitAck},
		{"Close", "a server that has left is asked nothing", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Log("rule:", test.rule)
			a, b, c := open(t)
			test.f(t, newCluster(t, a, b, c))
		})
	}
}

// A cluster is three servers, each with one client in the rooms "all" and its
// own name, a, b or c.
type cluster struct {
	t       *testing.T
	servers []*socketio.Server
	clients []*engineiotest.Client
	ids     []string
}

func newCluster(t *testing.T, adapters ...socketio.Adapter) *cluster {
	c := &cluster{t: t}
	for i, adapter := range adapters {
		srv := socketio.NewServer(socketio.Options{Adapter: adapter})
		name := string(rune('a' + i))
		srv.Of("/").OnConnect(func(s *socketio.Socket) {
			s.SetData(map[string]string{"name": name})
			if err := s.Join("all", name); err != nil {
				t.Error(err)
			}
		})
		srv.Of("/other")
		h := engineiotest.Start(srv)
		t.Cleanup(func() {
			_ = srv.Close()
			h.Close()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_ = srv.Shutdown(ctx)
		})
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		t.Cleanup(cancel)
		client, err := h.Open(ctx, engineiotest.ModeWebsocket, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		c.servers, c.clients = append(c.servers, srv), append(c.clients, client)
		c.send(i, "0")
		var reply struct{ SID string }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(c.next(i), "0")), &reply); err != nil {
			t.Fatal(err)
		}
		c.ids = append(c.ids, reply.SID)
		c.send(i, "0/other")
		c.next(i)
	}
	return c
}

func (c *cluster) send(i int, packet string) {
	c.t.Helper()
	if err := c.clients[i].SendText("4" + packet); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) next(i int) string {
	c.t.Helper()
	p, err := c.clients[i].Next()
	if err != nil {
		c.t.Fatalf("client %d: %v", i, err)
	}
	if p.Binary != nil {
		return string(p.Binary)
	}
	return p.Text
}

func (c *cluster) want(i int, packets ...string) {
	c.t.Helper()
	for _, want := range packets {
		if got := c.next(i); got != want {
			c.t.Fatalf("client %d:\n got %s\nwant %s", i, got, want)
		}
	}
}

// root is the namespace / of server i.
func (c *cluster) root(i int) *socketio.Namespace { return c.servers[i].Of("/") }

func (c *cluster) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func testBroadcast(t *testing.T, c *cluster) {
	for i := range 50 {
		c.ok(c.root(0).Emit("n", i))
	}
	c.ok(c.root(1).To("a", "c", "all").Except("b").Emit("not b"))
	c.ok(c.root(0).To(c.ids[2]).Emit("only c"))
	c.ok(c.root(2).To("nobody").Emit("nobody"))
	self := c.root(0).Socket(c.ids[0])
	c.ok(self.To("all").Emit("others"))
	c.ok(c.root(0).Emit("end"))
	for i := range c.clients {
		var got []string
		for p := c.next(i); p != `2["end"]`; p = c.next(i) {
			got = append(got, p)
		}
		ordered := slices.DeleteFunc(slices.Clone(got), func(p string) bool { return !strings.HasPrefix(p, `2["n"`) })
		for n := range 50 {
			if want := fmt.Sprintf(`2["n",%d]`, n); n >= len(ordered) || ordered[n] != want {
				t.Fatalf("client %d: event %d is missing in %v", i, n, ordered)
			}
		}
		for packet, receivers := range map[string][]bool{
			`2["not b"]`:  {true, false, true},
			`2["only c"]`: {false, false, true},
			`2["others"]`: {false, true, true},
			`2["nobody"]`: {false, false, false},
		} {
			count := 0
			for _, p := range got {
				if p == packet {
					count++
				}
			}
			if want := map[bool]int{true: 1}[receivers[i]]; count != want {
				t.Errorf("client %d received %s %d times, want %d", i, packet, count, want)
			}
		}
	}
}

func testBinary(t *testing.T, c *cluster) {
	c.ok(c.root(0).Emit("binary", map[string]any{"x": []byte("\x00\x1e\xff")}, json.RawMessage(`12345678901234567890`)))
	for i := range c.clients {
		c.want(i, `51-["binary",{"x":{"_placeholder":true,"num":0}},12345678901234567890]`, "\x00\x1e\xff")
	}
}

func testLocal(t *testing.T, c *cluster) {
	c.ok(c.root(0).Local().Emit("local"))
	c.ok(c.root(0).Emit("end"))
	c.want(0, `2["local"]`, `2["end"]`)
	c.want(1, `2["end"]`)
}

func testNamespaces(t *testing.T, c *cluster) {
	c.ok(c.servers[0].Of("/other").Emit("other"))
	c.ok(c.servers[0].Of("/alone").Emit("alone"))
	c.ok(c.servers[0].Of("/other").Emit("end"))
	for i := range c.clients {
		c.want(i, `2/other,["other"]`, `2/other,["end"]`)
	}
}

func testJoin(t *testing.T, c *cluster) {
	c.ok(c.root(0).To("b").Join("red"))
	c.ok(c.root(0).To("c").Leave("all"))
	c.ok(c.root(0).To("red").Emit("red"))
	c.ok(c.root(0).To("all").Emit("all"))
	c.ok(c.root(0).Emit("end"))
	c.want(0, `2["all"]`, `2["end"]`)
	c.want(1, `2["red"]`, `2["all"]`, `2["end"]`)
	c.want(2, `2["end"]`)
}

func testDisconnect(t *testing.T, c *cluster) {
	c.ok(c.root(0).To("b").Disconnect(false))
	c.want(1, `1`)
	c.ok(c.root(0).To("c").Disconnect(true))
	for {
		if _, err := c.clients[2].Next(); err != nil {
			break
		}
	}
	c.ok(c.root(0).Emit("end"))
	c.want(0, `2["end"]`)
}

func testFetch(t *testing.T, c *cluster) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	peers, err := c.root(0).Except("b").Fetch(ctx)
	c.ok(err)
	var got []string
	for _, p := range peers {
		sort.Strings(p.Rooms)
		got = append(got, fmt.Sprintf("%s %v %s %s", p.ID, p.Rooms, p.Auth, p.Data))
	}
	sort.Strings(got)
	want := []string{
		c.ids[0] + ` [a all] {} {"name":"a"}`,
		c.ids[2] + ` [all c] {} {"name":"c"}`,
	}
	sort.Strings(want)
	if !slices.Equal(got, want) {
		t.Errorf("peers:\n got %q\nwant %q", got, want)
	}
}

// question starts a broadcast with acknowledgement and returns what the
// clients have to answer with.
func (c *cluster) question(b socketio.Broadcast) (replies []string, answers func() ([]string, error)) {
	type result struct {
		answers []socketio.Answer
		err     error
	}
	results := make(chan result, 1)
	go func() {
		answers, err := b.EmitAck(c.t.Context(), "question")
		results <- result{answers, err}
	}()
	for i := range c.clients {
		got := c.next(i)
		replies = append(replies, "3"+strings.TrimSuffix(got[1:], `["question"]`))
	}
	return replies, func() ([]string, error) {
		select {
		case r := <-results:
			var got []string
			for _, a := range r.answers {
				got = append(got, a.SocketID+" "+string(a.Args[0]))
			}
			sort.Strings(got)
			return got, r.err
		case <-time.After(patience):
			c.t.Fatal("no answers")
			return nil, nil
		}
	}
}

func testEmitAck(t *testing.T, c *cluster) {
	replies, answers := c.question(c.root(0).Timeout(patience))
	var want []string
	for i, reply := range replies {
		c.send(i, fmt.Sprintf("%s[%d]", reply, i))
		want = append(want, fmt.Sprintf("%s %d", c.ids[i], i))
	}
	sort.Strings(want)
	if got, err := answers(); err != nil || !slices.Equal(got, want) {
		t.Errorf("answers:\n got %v, %v\nwant %v", got, err, want)
	}
}

func testEmitAckTimeout(t *testing.T, c *cluster) {
	replies, answers := c.question(c.root(0).Timeout(time.Second))
	c.send(0, replies[0]+"[0]")
	c.send(1, replies[1]+"[1]")
	if got, err := answers(); err == nil || len(got) < 1 {
		t.Errorf("answers: got %v, %v, want some and an error", got, err)
	}
}

func testServerEmit(t *testing.T, c *cluster) {
	heard := make(chan string, 10)
	for i := range c.servers {
		c.root(i).OnServer("hello", func(e *socketio.ServerEvent) {
			var from string
			if err := e.Bind(&from); err != nil || e.WantsAck() || e.Ack() == nil {
				t.Errorf("event: %+v, %v", e, err)
			}
			heard <- fmt.Sprintf("%d %s", i, from)
		})
	}
	c.ok(c.root(0).ServerEmit("hello", "a"))
	var got []string
	for range 2 {
		select {
		case h := <-heard:
			got = append(got, h)
		case <-time.After(patience):
			t.Fatal("nothing came")
		}
	}
	sort.Strings(got)
	if want := []string{"1 a", "2 a"}; !slices.Equal(got, want) {
		t.Errorf("heard:\n got %v\nwant %v", got, want)
	}
}

func testServerEmitAck(t *testing.T, c *cluster) {
	for i := range c.servers {
		c.root(i).OnServer("hello", func(e *socketio.ServerEvent) {
			go func() {
				if err := e.Ack(i, []byte("x")); err != nil {
					t.Error(err)
				}
			}()
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answers, err := c.root(2).ServerEmitAck(ctx, "hello")
	c.ok(err)
	var got []string
	for _, a := range answers {
		got = append(got, fmt.Sprintf("%s", a))
	}
	sort.Strings(got)
	if want := []string{`[0 "eA=="]`, `[1 "eA=="]`}; !slices.Equal(got, want) {
		t.Errorf("answers:\n got %v\nwant %v", got, want)
	}
}

func testClose(t *testing.T, c *cluster) {
	c.ok(c.servers[1].Close())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	peers, err := c.root(0).All().Fetch(ctx)
	if err != nil || len(peers) != 2 {
		t.Errorf("Fetch: %d peers, %v; want 2", len(peers), err)
	}
}
