package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

// A party is people with whole clients who talk in one room of /chat.
type party struct {
	t      *testing.T
	room   string
	host   *client.Client
	guests []*client.Client
	cancel context.CancelFunc
	wg     sync.WaitGroup
	acts   []atomic.Int64 // that were acknowledged, by guest

	mu   sync.Mutex
	kept map[string]client.Kept // by id; guarded by mu
}

// startParty has n guests at work in a room: they write, edit, react and
// delete, and the last one leaves and comes back. Guest i is at node i.
func startParty(t *testing.T, owner string, n int, urls ...string) *party {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &party{t: t, cancel: cancel, acts: make([]atomic.Int64, n), kept: make(map[string]client.Kept)}
	p.host = enter(t, client.Options{URL: urls[0], Token: owner})
	room, err := p.host.Create(ctx, "public", "Party")
	if err != nil {
		t.Fatal(err)
	}
	p.room = room.ID
	for i := range n {
		c := enter(t, client.Options{URL: urls[i%len(urls)], Guest: fmt.Sprintf("Guest %d", i)})
		if _, err := c.Join(ctx, p.room); err != nil {
			t.Fatal(err)
		}
		p.guests = append(p.guests, c)
	}
	for i, c := range p.guests {
		p.wg.Go(func() { p.talk(ctx, c, i) })
	}
	t.Cleanup(p.finish)
	return p
}

func enter(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	o.Backoff, o.MaxBackoff, o.Keep = 20*time.Millisecond, 500*time.Millisecond, 1<<20
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// talk does one thing after the other until ctx ends.
func (p *party) talk(ctx context.Context, c *client.Client, i int) {
	var mine []uint64
	for n := 0; ctx.Err() == nil; n++ {
		if err := p.act(ctx, c, i, n, &mine); err != nil && ctx.Err() == nil {
			switch client.CodeOf(err) {
			case "unavailable", "rate-limited", "gone", "conflict":
				// The store is away, or somebody was faster.
			default:
				p.t.Errorf("guest %d: %v", i, err)
				return
			}
		} else if err == nil {
			p.acts[i].Add(1)
		}
	}
}

func (p *party) act(ctx context.Context, c *client.Client, i, n int, mine *[]uint64) error {
	leaves := i == len(p.guests)-1
	switch {
	case leaves && n%20 == 19:
		if err := p.again(ctx, func() error { return c.Leave(ctx, p.room) }); err != nil {
			return err
		}
		return p.again(ctx, func() error {
			_, err := c.Join(ctx, p.room)
			return err
		})
	case len(*mine) == 0 || n%2 == 0:
		kept, err := c.Send(ctx, p.room, client.Message{Text: fmt.Sprintf("%d says %d", i, n)})
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.kept[kept.ID] = kept
		*mine = append(*mine, kept.Seq)
		return nil
	}
	seq := (*mine)[rand.IntN(len(*mine))]
	switch n % 10 {
	case 1, 5:
		return c.Edit(ctx, p.room, seq, fmt.Sprintf("%d edits %d", i, n))
	case 3:
		return c.React(ctx, p.room, seq, "👍")
	case 7:
		return c.Unreact(ctx, p.room, seq, "👍")
	}
	return c.Delete(ctx, p.room, seq)
}

// again does what must not stay undone until the store is there.
func (p *party) again(ctx context.Context, f func() error) error {
	for {
		err := f()
		if client.CodeOf(err) != "unavailable" || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

// await waits until each of the guests has done n more things.
func (p *party) await(n int64) {
	p.t.Helper()
	from := make([]int64, len(p.acts))
	for i := range p.acts {
		from[i] = p.acts[i].Load()
	}
	deadline := time.After(patience)
	for i := range p.acts {
		for p.acts[i].Load() < from[i]+n {
			select {
			case <-deadline:
				p.t.Fatalf("guest %d did %d things of %d", i, p.acts[i].Load()-from[i], n)
			case <-time.After(retryAfter):
			}
		}
	}
}

func (p *party) finish() {
	p.cancel()
	p.wg.Wait()
}

// check holds every client's room against what a server tells a new device.
func (p *party) check(t *testing.T, url string) {
	t.Helper()
	p.finish()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	clients := append([]*client.Client{p.host}, p.guests...)
	for _, c := range clients {
		p.settle(ctx, t, c)
	}
	if _, err := p.host.Send(ctx, p.room, client.Message{Text: "Good night"}); err != nil {
		t.Fatal(err)
	}
	rooms := p.together(ctx, t, append(clients, p.newDevice(ctx, t, url)))
	log := rooms[len(rooms)-1]
	place := make(map[string]client.Cursor)
	before := uint64(0)
	for _, e := range log.Items {
		if e.Seq <= before {
			t.Errorf("P2: after number %d comes %d", before, e.Seq)
		}
		place[e.ID], before = e.Cursor, e.Seq
	}
	for id, kept := range p.kept {
		if place[id] != kept.Cursor {
			t.Errorf("P1, P3: %s was acknowledged as %v and is %v", id, kept.Cursor, place[id])
		}
	}
	for i, held := range rooms[:len(rooms)-1] {
		n := len(held.Items)
		got, want := view(held.Items), view(log.Items[max(0, len(log.Items)-n):])
		if n == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("P4: client %d shows %d items that differ from the server's", i, n)
			tellDifference(t, got, want)
		}
	}
	t.Logf("%d messages acknowledged, %d items, the room ends at %d", len(p.kept), len(log.Items), log.Cursor.Seq)
}

// settle waits until an outbox is empty.
func (p *party) settle(ctx context.Context, t *testing.T, c *client.Client) {
	t.Helper()
	for len(c.Pending()) > 0 {
		select {
		case <-ctx.Done():
			t.Fatalf("P5: the outbox still has %v", c.Pending())
		case <-time.After(retryAfter):
		}
	}
}

// together waits until all clients are at the same place of the same chain, and
// returns what they hold there. What was in flight when the guests stopped may
// still come.
func (p *party) together(ctx context.Context, t *testing.T, clients []*client.Client) []client.Timeline {
	t.Helper()
	for {
		rooms := make([]client.Timeline, len(clients))
		same := true
		for i, c := range clients {
			rooms[i], _ = c.Timeline(p.room)
			same = same && rooms[i].Cursor == rooms[0].Cursor
		}
		if same {
			return rooms
		}
		select {
		case <-ctx.Done():
			for i, r := range rooms {
				t.Logf("client %d is at %v", i, r.Cursor)
			}
			t.Fatal("P4: the clients do not come together")
		case <-time.After(retryAfter):
		}
	}
}

// newDevice comes to a server and reads the whole room.
func (p *party) newDevice(ctx context.Context, t *testing.T, url string) *client.Client {
	t.Helper()
	c := enter(t, client.Options{URL: url, Token: p.host.Token()})
	for more := true; more; {
		var err error
		if more, err = c.Older(ctx, p.room, 200); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// view is what people see of items: a page names its first 20 people only and
// joins come in the order of the log, so everything else is equal.
func view(items []client.Entry) []string {
	lines := make([]string, len(items))
	for i, e := range items {
		var b strings.Builder
		fmt.Fprintf(&b, "%d %v %s %s %q deleted %v", e.Seq, e.FP, e.Type, e.Author.ID, e.Text, e.Deleted)
		if e.Edited != nil {
			fmt.Fprintf(&b, " edited by %d", e.Edited.Seq)
		}
		for _, r := range e.Reactions {
			fmt.Fprintf(&b, " %s %d", r.Emoji, r.Count)
		}
		lines[i] = b.String()
	}
	return lines
}

func tellDifference(t *testing.T, got, want []string) {
	t.Helper()
	told := 0
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] && told < 5 {
			told++
			t.Logf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// The nodes of a Redis are killed one after the other, then the Redis, then the
// network, while people write, edit, react, delete, leave and come back.
func TestChat(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	a := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	b := node.Start(t, append(noLimit, "--redis", redis.URL(), "--ping-interval", "500ms", "--ping-timeout", "2s")...)
	way := network.Start(t, strings.TrimPrefix(b.URL, "http://"))
	p := startParty(t, ownerOf(t, a), 4, a.URL, "http://"+way.Addr)
	for range storetest.Rounds(1, 40) {
		p.await(20)
		a.Kill()
		a = a.Restart()
		p.await(20)
		b.Kill()
		b = b.Restart()
		p.await(20)
		redis.Kill()
		awaitReady(t, a, false)
		redis.Restart()
		awaitReady(t, a, true)
		awaitReady(t, b, true)
		p.await(20)
		way.Cut()
		way.Heal()
		p.await(20)
		way.Swallow(network.There, network.Back)
		way.Heal()
		p.await(20)
	}
	p.check(t, a.URL)
	p.check(t, b.URL)
}

// Whoever is removed or banned hears nothing of the room from the entry after
// the one that says so, whatever happens to nodes meanwhile.
func TestChat_removed(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	a := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	b := node.Start(t, append(noLimit, "--redis", redis.URL())...)
	host := enter(t, client.Options{URL: a.URL, Token: ownerOf(t, a)})
	guest := enter(t, client.Options{URL: b.URL, Guest: "Eve"})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for round, act := range []string{"room-remove", "room-ban", "room-remove", "room-ban"} {
		room, err := host.Create(ctx, "public", fmt.Sprintf("Room %d", round))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guest.Join(ctx, room.ID); err != nil {
			t.Fatal(err)
		}
		for n := range 20 {
			if _, err := host.Post(client.Message{Room: room.ID, Text: fmt.Sprintf("before %d", n)}); err != nil {
				t.Fatal(err)
			}
		}
		if round >= 2 {
			b.Kill()
		}
		if err := host.Do(ctx, act, map[string]any{"room": room.ID, "person": guest.Me().ID}, nil); err != nil {
			t.Fatal(err)
		}
		// Once it is acknowledged, what is said is none of hers.
		for n := range 20 {
			if _, err := host.Send(ctx, room.ID, client.Message{Text: fmt.Sprintf("secret %d", n)}); err != nil {
				t.Fatal(err)
			}
		}
		if round >= 2 {
			b = b.Restart()
		}
		if _, err := host.Send(ctx, client.Lobby, client.Message{Text: fmt.Sprintf("end of round %d", round)}); err != nil {
			t.Fatal(err)
		}
		gone, ended := false, false
		for e := range guest.Events(ctx) {
			switch {
			case e.Name == client.EventRoomRemoved && e.Room == room.ID:
				gone = true
			case e.Name == client.EventEntry && strings.HasPrefix(e.Entry.Text, "secret"):
				t.Errorf("%s: she was told %q", act, e.Entry.Text)
			case e.Name == client.EventEntry && e.Entry.Text == fmt.Sprintf("end of round %d", round):
				ended = true
			}
			if gone && ended {
				break
			}
		}
		if _, there := guest.Timeline(room.ID); !gone || !ended || there {
			t.Fatalf("%s: she is in the room yet: told of it %v, the end %v, its timeline %v", act, gone, ended, there)
		}
		if _, err := guest.Send(ctx, room.ID, client.Message{Text: "Hello"}); client.CodeOf(err) == "" {
			t.Errorf("%s: she could write: %v", act, err)
		}
	}
}
