package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/node"
)

// TestChaos has two hundred people talk in many rooms through three nodes on one
// Redis, while nodes are killed and drained, Redis is restarted and the network
// is cut, with nothing but chance to say when. In the end everybody's view is
// what every node tells (P1 to P5, P7), also of who is here (P8).
func TestChaos(t *testing.T) {
	h := openRedis(t, node.StartPlain)
	p := gather(t, h, storetest.Rounds(200, 400), storetest.Rounds(20, 40), 15)
	// The clients run under the race detector on the machine that runs the
	// servers too: faster, and all that fails is the machine.
	p.pace = time.Second
	blows := []struct {
		name string
		hit  func()
	}{
		{"a node is killed", func() { i := rand.IntN(3); h.kill(i); h.start(i) }},
		{"Redis is killed", func() { h.redis.Kill(); h.redis.Restart() }},
		{"a node is drained", func() { i := rand.IntN(3); h.drain(i); h.start(i) }},
		{"some are cut off", func() { h.way.Cut(); h.way.Heal() }},
		{"a node loses Redis", func() { h.store.Cut(); awaitReady(t, h.nodes[0], false); h.store.Heal() }},
		{"two nodes are killed", func() { h.kill(1); h.kill(2); h.start(1); h.start(2) }},
	}
	p.talk()
	for round := range storetest.Rounds(1, 20) {
		for _, i := range rand.Perm(len(blows)) {
			p.await(1)
			t.Logf("round %d: %s", round, blows[i].name)
			blows[i].hit()
		}
		h.awaitReady(true)
		p.await(3)
	}
	p.check(t)
	p.checkGhosts(t)
}

// checkGhosts: whoever was here through a node that is killed is gone for
// everybody else, and that is told once (P8).
func (p *party) checkGhosts(t *testing.T) {
	t.Helper()
	everybody := make(map[string]bool)
	for _, one := range p.people {
		everybody[one.Me().ID] = true
	}
	p.awaitHere(t, p.people[:6], everybody)
	for _, one := range p.people {
		one.mu.Lock()
		clear(one.left)
		one.mu.Unlock()
	}
	p.house.kill(2) // also the end of the way
	here, doors := make(map[string]bool), len(p.house.doors())
	var left []*person
	for _, one := range p.people {
		if door := one.number % doors; door < 2 {
			here[one.Me().ID] = true
			left = append(left, one)
		}
	}
	p.awaitHere(t, left[:6], here)
	for _, one := range left {
		one.mu.Lock()
		for id, times := range one.left {
			if times > 1 || here[id] {
				t.Errorf("P8: client %d was told %d times that %s is gone, who is here: %v", one.number, times, id, here[id])
			}
		}
		one.mu.Unlock()
	}
	t.Logf("%d people gone with a node, %d still here", len(p.people)-len(left), len(left))
}
