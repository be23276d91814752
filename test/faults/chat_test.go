package faults

import (
	"os"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/fleet"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

// A disaster befalls a party while it talks. The numbers are those of
// docs/faults.md.
type disaster struct {
	name string
	// where is "sqlite" or "redis", or "" for both.
	where string
	run   func(*party)
}

var disasters = []disaster{
	{"F1 the node is killed", "sqlite", func(p *party) {
		p.house.kill(0)
		p.house.start(0)
	}},
	{"F2 one of three nodes is killed", "redis", func(p *party) {
		p.house.kill(1)
		<-time.After(storeFor(500*time.Millisecond, 5*time.Second))
		p.house.start(1)
	}},
	{"F3 acks are lost and the node dies", "", loseAcks},
	{"F4 nobody is told of what is kept", "redis", deafen},
	{"F11 a node cannot reach Redis", "redis", func(p *party) {
		p.house.store.Cut()
		awaitReady(p.t, p.house.nodes[0], false)
		p.house.store.Heal()
	}},
	{"F11 what Redis answers is lost", "redis", func(p *party) {
		p.house.store.Swallow(network.Back)
		awaitReady(p.t, p.house.nodes[0], false)
		p.house.store.Heal()
	}},
	{"F11 Redis is far away", "redis", func(p *party) {
		p.house.store.Slow(0, 300*time.Millisecond)
		p.await(2)
		p.house.store.Heal()
	}},
	{"F11 Redis is killed", "redis", func(p *party) {
		p.house.redis.Kill()
		p.house.awaitReady(false)
		p.house.redis.Restart()
	}},
	{"F12 an old backup is restored", "", restoreBackup},
	{"F13 readers that never read", "", ignore},
	{"F17 connections break in the middle of anything", "", func(p *party) {
		p.house.way.Tear(20_000)
		p.await(10)
		p.house.way.Heal()
	}},
	{"F17 what clients send arrives, and nothing comes back", "", func(p *party) {
		for range 2 { // once more as soon as they are back
			p.house.way.Swallow(network.Back)
			<-time.After(time.Second)
			p.house.way.Cut()
			p.house.way.Heal()
		}
	}},
	{"F19 a node stands still", "", func(p *party) {
		last := len(p.house.nodes) - 1
		p.house.stop(last, storeFor(3*time.Second, time.Minute))
	}},
}

// storeFor chooses how long a fault lasts, by the form of the tests.
func storeFor(short, long time.Duration) time.Duration {
	return time.Duration(storetest.Rounds(int(short), int(long)))
}

// People write, edit, react, delete, leave and come back in the rooms of /chat
// while everything around them fails, one thing after the other. After each
// disaster everybody's view is held against what every node tells.
func TestChat(t *testing.T) {
	for _, store := range []struct {
		name string
		open func(*testing.T, func(testing.TB, ...string) *node.Node) *house
	}{{"sqlite", openSQLite}, {"redis", openRedis}} {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			h := store.open(t, node.Start)
			p := gather(t, h, 9, 3, 5)
			for range storetest.Rounds(1, 10) {
				for _, d := range disasters {
					if d.where == "" || d.where == store.name {
						p.survive(t, d)
					}
				}
			}
		})
	}
}

// survive has the party talk before, through and after a disaster.
func (p *party) survive(t *testing.T, d disaster) {
	t.Run(d.name, func(t *testing.T) {
		outer := p.t
		p.t, p.house.t = t, t
		defer func() { p.t, p.house.t = outer, outer }()
		p.talk()
		p.await(8)
		d.run(p)
		p.house.awaitReady(true)
		p.await(8)
		p.check(t)
	})
	if t.Failed() {
		t.FailNow()
	}
}

// loseAcks has messages arrive whose acks do not, has the node of those who
// wait for them die, and leads them to another one, where there is one.
func loseAcks(p *party) {
	h := p.house
	last := len(h.nodes) - 1
	h.way.Swallow(network.Back)
	<-time.After(storeFor(300*time.Millisecond, 2*time.Second))
	h.kill(last)
	h.way.Turn(h.addr(0))
	h.way.Cut()
	h.way.Heal()
	h.start(last)
	p.await(4)
	h.way.Turn(h.addr(last))
	h.way.Cut()
	h.way.Heal()
}

// deafen ends every subscription again and again, so that announcements reach
// nobody: what is kept has to be found.
func deafen(p *party) {
	end := time.After(storeFor(2*time.Second, 10*time.Second))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
			p.house.redis.Do("CLIENT", "KILL", "TYPE", "pubsub")
		}
	}
}

// restoreBackup puts an old copy of the store into the place of the new one.
func restoreBackup(p *party) {
	copyOf := p.t.TempDir()
	p.lose(func() {
		p.house.replaceStore(func(dir string) { copyFolder(p.t, copyOf, dir) })
	}, func() {
		p.house.replaceStore(func(dir string) {
			if err := os.RemoveAll(dir); err != nil {
				p.t.Fatal(err)
			}
			copyFolder(p.t, dir, copyOf)
		})
	})
}

// lose has the store lose what is acknowledged between two moments. Everybody
// sees that their rooms are other ones now, and offers again what they wrote.
// Who is in which room does not change meanwhile: a join is not offered again.
func (p *party) lose(keep, lose func()) {
	p.t.Helper()
	p.rest()
	for _, one := range p.people[1:] {
		for _, room := range one.rooms {
			if _, err := one.Join(p.t.Context(), room.ID); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	keep()
	newest := make(map[*fleet.Room]uint64)
	for range 5 {
		for _, one := range p.people[1:] {
			for _, room := range one.rooms {
				kept, err := room.Say(p.t.Context(), one.Client, "in no backup")
				if err != nil {
					p.t.Fatal(err)
				}
				newest[room] = kept.Seq
			}
		}
	}
	p.awaitHeard(newest)
	before := p.resets()
	lose()
	p.fleet.Diverged()
	p.house.awaitReady(true)
	deadline := time.After(patience)
	for p.resets() < before+len(p.fleet.Rooms)*len(p.fleet.Rooms[0].Members) {
		select {
		case <-deadline:
			p.t.Fatalf("I4: only %d views were told anew", p.resets()-before)
		case <-time.After(retryAfter):
		}
	}
	p.talk()
}

// awaitHeard waits until everybody in a room has heard up to an entry. Who has
// not come back yet would miss what is lost afterwards, and lose nothing.
func (p *party) awaitHeard(newest map[*fleet.Room]uint64) {
	p.t.Helper()
	for room, seq := range newest {
		for _, c := range room.Members {
			until(p.t, "everybody has heard what will be lost", func() bool {
				told, in := c.Timeline(room.ID)
				return in && told.Cursor.Seq >= seq
			})
		}
	}
}

// resets is how often rooms were told anew, to all clients together.
func (p *party) resets() int {
	sum := 0
	for _, one := range p.people {
		one.mu.Lock()
		sum += one.resets
		one.mu.Unlock()
	}
	return sum
}

// replaceStore stops what writes to the store, calls f with its folder, and
// starts everything again.
func (h *house) replaceStore(f func(dir string)) {
	h.t.Helper()
	if h.redis == nil {
		h.kill(0)
		f(h.data)
		h.start(0)
		return
	}
	dir := h.redis.Dir()
	h.redis.Kill()
	f(dir)
	h.redis.Restart()
	h.awaitReady(true)
}

func copyFolder(t *testing.T, to, from string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
