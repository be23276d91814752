package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

// A fault of the network, and whether a node that depends on it must say that
// it is not ready.
type fault struct {
	name   string
	begin  func(*network.Proxy)
	unable bool
}

var faults = []fault{
	{"cut", (*network.Proxy).Cut, true},
	{"nothing arrives", func(p *network.Proxy) { p.Swallow(network.There) }, true},
	{"nothing comes back", func(p *network.Proxy) { p.Swallow(network.Back) }, true},
	{"silence", func(p *network.Proxy) { p.Swallow(network.There, network.Back) }, true},
	{"single bytes", func(p *network.Proxy) { p.Slow(1, 0) }, false},
	{"far away", func(p *network.Proxy) { p.Slow(0, 300*time.Millisecond) }, false},
}

// The network between one of two nodes and Redis fails. Who is connected to
// that node keeps what they write until it is back; nobody else notices.
func TestNetworkToRedis(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
			way := network.Start(t, redis.Addr())
			a := node.Start(t, append(noLimit, "--redis", "redis://"+way.Addr)...)
			b := node.Start(t, append(noLimit, "--redis", redis.URL())...)
			before := usageOf(t, a)
			c := startPinned(t, 6, a.URL, b.URL)
			for range storetest.Rounds(1, 20) {
				c.awaitEach(patience)
				f.begin(way)
				if f.unable {
					awaitReady(t, a, false)
					c.await(60, patience)
				} else {
					c.awaitEach(patience)
				}
				way.Heal()
				awaitReady(t, a, true)
			}
			c.awaitEach(patience)
			c.finish()
			c.check(t)
			before.awaitAgain(t, a)
		})
	}
}

// The network between clients and the server fails. What is not acknowledged
// is sent again over another connection, and is one message all the same; who
// has another way does not notice.
func TestNetworkToClients(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			n := node.Start(t, append(noLimit, "--data", t.TempDir(), "--ping-interval", "500ms", "--ping-timeout", "2s")...)
			way := network.Start(t, strings.TrimPrefix(n.URL, "http://"))
			before := usageOf(t, n)
			c := startPinned(t, 6, n.URL, "http://"+way.Addr)
			for round := range storetest.Rounds(1, 20) {
				c.awaitEach(patience)
				f.begin(way)
				if f.unable {
					awaitGone(t, n, 4*(round+1)) // three senders and a listener
					c.await(60, patience)
				} else {
					c.awaitEach(patience)
				}
				way.Heal()
			}
			c.awaitEach(patience)
			c.finish()
			c.check(t)
			before.awaitAgain(t, n)
		})
	}
}

// awaitGone waits until the server has given up on so many connections.
func awaitGone(t *testing.T, n *node.Node, connections int) {
	t.Helper()
	deadline := time.After(patience)
	for strings.Count(n.Logs(), "msg=disconnected") < connections {
		select {
		case <-deadline:
			t.Fatalf("the server did not give up on %d connections\n%s", connections, n.Logs())
		case <-time.After(retryAfter):
		}
	}
}

// Redis hangs without dying: sends are refused with a reason, and are kept as
// soon as it goes on.
func TestStalledRedis(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	a := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	b := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	before := usageOf(t, a)
	c := start(t, 8, a.URL, b.URL)
	for range storetest.Rounds(1, 20) {
		c.await(200, patience)
		redis.Pause()
		c.awaitRefusals(16, patience)
		awaitReady(t, a, false)
		awaitReady(t, b, false)
		redis.Resume()
		awaitReady(t, a, true)
		awaitReady(t, b, true)
	}
	c.await(200, patience)
	c.finish()
	c.check(t)
	before.awaitAgain(t, a)
}
