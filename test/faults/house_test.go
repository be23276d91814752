package faults

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/fleet"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

// issuer signs for the people of the fleets.
var issuer = fleet.Issuer{Name: "faults", Secret: strings.Repeat("faults", 8)}

// options are common and a node's own.
func options(own ...string) []string { return slices.Concat(common, own) }

// common are the options of every node: the people are the load, and are soon
// told that somebody is gone.
var common = append([]string{
	"--jwt-issuer", issuer.Name, "--jwt-secret", issuer.Secret,
	"--lease", "2s", "--absence", "1s", "--ping-interval", "500ms", "--ping-timeout", "2s",
	"--max-message", "100000",
}, noLimit...)

// A house is the nodes of one chat, and what stands between them and others.
type house struct {
	t     *testing.T
	nodes []*node.Node
	redis *redistest.Server // nil with SQLite
	data  string            // the folder of SQLite
	// store is between the first node and Redis; nil with SQLite.
	store *network.Proxy
	// way is what some clients reach the last node by.
	way *network.Proxy
}

// openSQLite starts the one node that there can be.
func openSQLite(t *testing.T, start func(testing.TB, ...string) *node.Node) *house {
	data := t.TempDir()
	h := &house{t: t, data: data, nodes: []*node.Node{start(t, options("--data", data)...)}}
	h.way = network.Start(t, h.addr(0))
	return h
}

// openRedis starts three nodes on one Redis that keeps what it has accepted.
func openRedis(t *testing.T, start func(testing.TB, ...string) *node.Node) *house {
	h := &house{t: t, redis: redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")}
	h.store = network.Start(t, h.redis.Addr())
	for _, url := range []string{"redis://" + h.store.Addr, h.redis.URL(), h.redis.URL()} {
		h.nodes = append(h.nodes, start(t, options("--redis", url)...))
	}
	h.way = network.Start(t, h.addr(2))
	return h
}

func (h *house) addr(i int) string { return strings.TrimPrefix(h.nodes[i].URL, "http://") }

// doors are where clients come in: the nodes, and the way.
func (h *house) doors() []string {
	var urls []string
	for _, n := range h.nodes {
		urls = append(urls, n.URL)
	}
	return append(urls, "http://"+h.way.Addr)
}

// kill ends a node as a crash does, and start has it come back.
func (h *house) kill(i int)  { h.nodes[i].Kill() }
func (h *house) start(i int) { h.nodes[i] = h.nodes[i].Restart() }

// stop has a node stand still, for a while.
func (h *house) stop(i int, d time.Duration) {
	h.nodes[i].Signal(syscall.SIGSTOP)
	<-time.After(d)
	h.nodes[i].Signal(syscall.SIGCONT)
}

// drain ends a node as it should be ended.
func (h *house) drain(i int) {
	h.t.Helper()
	h.nodes[i].Signal(os.Interrupt)
	if code, err := h.nodes[i].Wait(patience); err != nil || code != 0 {
		h.t.Errorf("P7: the drained node: exit code %d, %v\n%s", code, err, h.nodes[i].Logs())
	}
}

// awaitReady waits until all nodes are, or are not.
func (h *house) awaitReady(want bool) {
	h.t.Helper()
	for _, n := range h.nodes {
		awaitReady(h.t, n, want)
	}
}
