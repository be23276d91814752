package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/internal/fleet"
)

// A party is people with whole clients who talk in the rooms of a house.
type party struct {
	t      *testing.T
	house  *house
	fleet  *fleet.Fleet
	people []*person // the first one is the host, who only listens
	// pace is the mean time between two things that one of them does; 0 is as
	// fast as the server answers.
	pace time.Duration

	cancel  context.CancelFunc
	talking sync.WaitGroup
}

// A person is one client of a party and what it has been told.
type person struct {
	*client.Client
	number int
	acts   atomic.Int64 // that were acknowledged
	rooms  []*fleet.Room

	mu       sync.Mutex
	last     map[string]uint64 // number of the last entry told, by room; guarded by mu
	read     map[string]uint64 // how far the server has said that this is read, by room; guarded by mu
	resets   int               // rooms that were told anew; guarded by mu
	left     map[string]int    // how often somebody was told of as offline; guarded by mu
	breaches []string          // guarded by mu
}

// gather has the people come and join, but not talk yet.
func gather(t *testing.T, h *house, clients, rooms, members int) *party {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p := &party{t: t, house: h, cancel: func() {}}
	var err error
	p.fleet, err = fleet.Launch(ctx, fleet.Options{
		URLs: h.doors(), Issuer: issuer, Prefix: "Guest ", Clients: clients, Rooms: rooms, Members: members,
		Client: client.Options{Backoff: 20 * time.Millisecond, MaxBackoff: 500 * time.Millisecond, Keep: 300},
	})
	if err != nil {
		t.Fatal(err)
	}
	var listening sync.WaitGroup
	t.Cleanup(func() {
		p.rest()
		p.fleet.Close()
		listening.Wait()
	})
	for i, c := range p.fleet.Clients {
		one := &person{Client: c, number: i, last: make(map[string]uint64), read: make(map[string]uint64), left: make(map[string]int)}
		for _, r := range p.fleet.Rooms {
			if slices.Contains(r.Members, c) {
				one.rooms = append(one.rooms, r)
			}
		}
		p.people = append(p.people, one)
		listening.Go(func() { one.listen(context.Background()) })
	}
	return p
}

// talk has everybody but the host write, edit, react, read, leave and come
// back, until rest.
func (p *party) talk() {
	ctx, cancel := context.WithCancel(p.t.Context())
	p.cancel = cancel
	for _, one := range p.people[1:] {
		p.talking.Go(func() { p.live(ctx, one) })
	}
}

func (p *party) rest() {
	p.cancel()
	p.talking.Wait()
}

func (p *party) live(ctx context.Context, one *person) {
	var mine []client.Kept
	room := one.rooms[0]
	// What one has begun one waits for: given up, it could still come to pass
	// while views are compared.
	acting := context.WithoutCancel(ctx)
	for n := 0; ctx.Err() == nil; n++ {
		if n%20 == 0 {
			mine, room = nil, one.rooms[rand.IntN(len(one.rooms))]
			if _, err := one.Join(acting, room.ID); err != nil { // who is in already stays in
				n--
				pause(ctx)
				continue
			}
		}
		p.think(ctx)
		err := one.act(acting, room, n, &mine)
		switch code := client.CodeOf(err); {
		case err == nil:
			one.acts.Add(1)
		case slices.Contains([]string{"unavailable", "rate-limited", "gone", "conflict", "internal"}, code):
			pause(ctx) // the store is away, or somebody was faster
		case slices.Contains([]string{"forbidden", "not-found"}, code):
			// The store has lost the room, the message or that one is in.
			mine = nil
			pause(ctx)
		default:
			p.t.Errorf("client %d: %v", one.number, err)
			return
		}
	}
}

// think lets the pace pass, more or less.
func (p *party) think(ctx context.Context) {
	if p.pace == 0 {
		return
	}
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(2 * p.pace))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// act is the nth thing that somebody does.
func (one *person) act(ctx context.Context, room *fleet.Room, n int, mine *[]client.Kept) error {
	if len(*mine) == 0 || n%2 == 0 {
		kept, err := room.Say(ctx, one.Client, fmt.Sprintf("%d says %d", one.number, n))
		if err == nil {
			*mine = append(*mine, kept)
		}
		return err
	}
	seq := (*mine)[rand.IntN(len(*mine))].Seq
	switch n % 20 {
	case 1, 5, 11:
		return one.Edit(ctx, room.ID, seq, fmt.Sprintf("%d edits %d", one.number, n))
	case 3, 13:
		return one.React(ctx, room.ID, seq, "👍")
	case 7:
		return one.Unreact(ctx, room.ID, seq, "👍")
	case 9:
		_, err := one.Send(ctx, room.ID, client.Message{Text: "in a thread", Thread: (*mine)[0].Seq})
		return err
	case 15:
		return one.reads(ctx, room.ID, seq)
	case 19:
		one.forget(room.ID)
		return one.Leave(ctx, room.ID)
	}
	return one.Delete(ctx, room.ID, seq)
}

// reads marks a room as read, which is for good.
func (one *person) reads(ctx context.Context, room string, seq uint64) error {
	if err := one.Read(ctx, room, seq); err != nil {
		return err
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	one.read[room] = max(one.read[room], seq)
	return nil
}

// forget drops how far a room is read, which ends with being in it.
func (one *person) forget(room string) {
	one.mu.Lock()
	defer one.mu.Unlock()
	delete(one.read, room)
}

// await waits until everybody has done n more things.
func (p *party) await(n int64) {
	p.t.Helper()
	from := make([]int64, len(p.people))
	for i, one := range p.people {
		from[i] = one.acts.Load()
	}
	deadline := time.After(patience)
	for i, one := range p.people[1:] {
		for one.acts.Load() < from[i+1]+n {
			select {
			case <-deadline:
				p.t.Fatalf("client %d did %d things of %d", one.number, one.acts.Load()-from[i+1], n)
			case <-time.After(retryAfter):
			}
		}
	}
}

// listen checks what one client is told as it is told: every room's entries
// without a hole, unless it is told that the room is another one (I4).
func (one *person) listen(ctx context.Context) {
	for e := range one.Events(ctx) {
		one.mu.Lock()
		switch e.Name {
		case client.EventEntry:
			if before, known := one.last[e.Room]; known && e.Entry.Seq != before+1 {
				one.breaches = append(one.breaches, fmt.Sprintf("I4: client %d was told number %d after %d in %s", one.number, e.Entry.Seq, before, e.Room))
			}
			one.last[e.Room] = e.Entry.Seq
		case client.EventReset:
			one.resets++
			delete(one.last, e.Room)
		case client.EventRoomAdded, client.EventRoomRemoved:
			delete(one.last, e.Room)
		case client.EventLost:
			clear(one.last)
		case "presence":
			one.met(e.Payload)
		}
		one.mu.Unlock()
	}
}
