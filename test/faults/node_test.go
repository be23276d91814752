package faults

import (
	"os"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/node"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// patience is how long anything may take to come back after a fault.
const patience = 60 * time.Second

// noLimit lifts the rate limit: the senders are the load.
var noLimit = []string{"--send-rate", "0"}

// F1: the only node crashes, again and again.
func TestKillTheOnlyNode(t *testing.T) {
	n := node.Start(t, append(noLimit, "--data", t.TempDir())...)
	c := start(t, 8, n.URL)
	for range storetest.Rounds(4, 100) {
		c.await(200, patience)
		n.Kill()
		n = n.Restart()
	}
	c.await(200, patience)
	c.finish()
	c.check(t)
}

// F2: one of three nodes crashes and its clients go on elsewhere.
func TestKillOneOfThreeNodes(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	var nodes []*node.Node
	var urls []string
	for range 3 {
		n := node.Start(t, append(noLimit, "--redis", redis.URL())...)
		nodes, urls = append(nodes, n), append(urls, n.URL)
	}
	c := start(t, 9, urls...)
	for round := range storetest.Rounds(3, 60) {
		c.await(200, patience)
		nodes[round%3].Kill()
		c.await(200, patience)
		nodes[round%3] = nodes[round%3].Restart()
	}
	c.await(200, patience)
	c.finish()
	c.check(t)
}

// Redis crashes and comes back: nothing is acknowledged meanwhile, nothing
// acknowledged is lost, and the nodes recover without help.
func TestKillRedis(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	a := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	b := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	c := start(t, 8, a.URL, b.URL)
	for range storetest.Rounds(2, 60) {
		c.await(200, patience)
		redis.Kill()
		awaitReady(t, a, false)
		redis.Restart()
		awaitReady(t, a, true)
		awaitReady(t, b, true)
	}
	c.await(200, patience)
	c.finish()
	c.check(t)
}

// A node is drained: what is in flight is acknowledged, its clients go on
// elsewhere, and it exits with 0.
func TestDrain(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	a := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	b := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	c := start(t, 8, a.URL, b.URL)
	c.await(200, patience)
	a.Signal(os.Interrupt)
	code, err := a.Wait(patience)
	if err != nil || code != 0 {
		t.Errorf("the drained node: exit code %d, %v\n%s", code, err, a.Logs())
	}
	c.await(200, patience)
	a.Restart()
	c.finish()
	c.check(t)
}

func awaitReady(t *testing.T, n *node.Node, want bool) {
	t.Helper()
	deadline := time.After(patience)
	for n.Ready() != want {
		select {
		case <-deadline:
			t.Fatalf("%s: ready did not become %v\n%s", n.URL, want, n.Logs())
		case <-time.After(retryAfter):
		}
	}
}
