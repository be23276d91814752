package faults

import (
	"strconv"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

// F7: the primary of a Sentinel group dies, and the replica that is promoted
// was cut off from it before. What was acknowledged meanwhile is lost, by the
// choice of --redis-durability accepted: every client sees it by the chain, and
// who wrote it offers it again.
func TestChat_failover(t *testing.T) {
	for range storetest.Rounds(1, 10) {
		failOver(t)
	}
}

func failOver(t *testing.T) {
	kept := []string{"--appendonly", "yes", "--appendfsync", "always"}
	primary := redistest.Start(t, kept...)
	replica := primary.Replica(kept...)
	sentinel := redistest.StartSentinel(t, primary)
	// A primary that a busy machine keeps waiting is not dead, and is not to be
	// replaced before the test has killed it.
	downAfter := func(milliseconds string) {
		sentinel.Do("SENTINEL", "SET", redistest.MasterSet, "down-after-milliseconds", milliseconds)
	}
	downAfter("3600000")
	h := &house{t: t}
	for range 2 {
		h.nodes = append(h.nodes, node.Start(t, options("--redis", sentinel.URL()+"/0?master_set="+redistest.MasterSet)...))
	}
	h.way = network.Start(t, h.addr(1))
	p := gather(t, h, 5, 2, 4)
	p.talk()
	p.await(8)
	p.lose(func() {
		want := replicated(t, primary)
		until(t, "the replica has everything", func() bool {
			return strings.Contains(replica.Do("INFO", "replication"), "master_link_status:up") && replicated(t, replica) >= want
		})
		replica.Pause()
		primary.Do("CLIENT", "KILL", "TYPE", "replica") // what is sent to it would wait in its socket
	}, func() {
		primary.Kill()
		replica.Resume()
		downAfter("500")
		until(t, "the replica is the primary", func() bool { return strings.Contains(sentinel.Do("INFO", "sentinel"), "address="+replica.Addr()) })
	})
	p.await(8)
	p.check(t)
}

// replicated is how far in the stream of writes a server is.
func replicated(t *testing.T, s *redistest.Server) int {
	t.Helper()
	for line := range strings.Lines(s.Do("INFO", "replication")) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "master_repl_offset:"); found {
			offset, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			return offset
		}
	}
	t.Fatal("the server tells no offset")
	return 0
}
