package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
)

// check holds what everybody sees against what every node tells: I1 to I6.
func (p *party) check(t *testing.T) {
	t.Helper()
	p.rest()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, n := range p.house.nodes {
		verdict, err := p.fleet.Check(ctx, n.URL)
		if err != nil {
			t.Fatalf("%s: %v", n.URL, err)
		}
		for _, b := range verdict.Breaches {
			t.Errorf("%s: %s", n.URL, b)
		}
		if n == p.house.nodes[0] {
			t.Logf("%d messages acknowledged, %d items, %d views", verdict.Acknowledged, verdict.Items, verdict.Views)
		}
	}
	p.checkRead(ctx, t)
	for _, one := range p.people {
		one.mu.Lock()
		for _, b := range one.breaches {
			t.Error(b)
		}
		one.breaches = nil
		one.mu.Unlock()
	}
}

// devices is how many people are asked over how many nodes what is unread.
const devices = 3

// A mark is what a device shows of a room: how far it is read, and how much is
// not.
type mark struct {
	Read             uint64
	Unread, Mentions int
}

// checkRead: the mark of what is read has not gone back (I6), and all devices
// of a person show the same.
func (p *party) checkRead(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, one := range p.people[1:min(len(p.people), 1+devices)] {
		var first map[string]mark
		for _, n := range p.house.nodes {
			device, err := p.fleet.Device(ctx, one.number, n.URL)
			if err != nil {
				t.Fatal(err)
			}
			marks, err := marksOf(ctx, device)
			device.Close()
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = marks
			}
			if !maps.Equal(marks, first) {
				t.Errorf("client %d has %v on one device and %v on another", one.number, first, marks)
			}
		}
		one.mu.Lock()
		for room, seq := range one.read {
			if m, in := first[room]; in && m.Read < seq {
				t.Errorf("I6: client %d had read %s up to %d and has up to %d", one.number, room, seq, m.Read)
			}
		}
		one.mu.Unlock()
	}
}

func marksOf(ctx context.Context, c *client.Client) (map[string]mark, error) {
	var told struct{ Rooms []client.Room }
	if err := c.Do(ctx, "rooms", nil, &told); err != nil {
		return nil, err
	}
	marks := make(map[string]mark)
	for _, r := range told.Rooms {
		marks[r.ID] = mark{r.Read, r.Unread, r.Mentions}
	}
	return marks, nil
}

// met notes who is told of as gone. one.mu is held.
func (one *person) met(payload json.RawMessage) {
	var told struct{ Person, State string }
	if json.Unmarshal(payload, &told) == nil && told.State == "offline" {
		one.left[told.Person]++
	}
}

// awaitHere waits until some are told that exactly these people are here (P8).
func (p *party) awaitHere(t *testing.T, some []*person, here map[string]bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ids := make([]string, len(p.people))
	for i, one := range p.people {
		ids[i] = one.Me().ID
	}
	for _, one := range some {
		for wrong := "nothing"; wrong != ""; {
			states, err := statesOf(ctx, one.Client, ids)
			if err != nil {
				t.Fatalf("P8: client %d is told %s: %v", one.number, wrong, err)
			}
			wrong = ""
			for id, state := range states {
				if (state != "offline") != here[id] {
					wrong = fmt.Sprintf("that %s is %s", id, state)
				}
			}
			if wrong != "" {
				<-time.After(retryAfter)
			}
		}
	}
}

func statesOf(ctx context.Context, c *client.Client, ids []string) (map[string]string, error) {
	states := make(map[string]string)
	for len(ids) > 0 {
		n := min(len(ids), 100)
		var told struct{ People []client.Person }
		if err := c.Do(ctx, "people", map[string]any{"ids": ids[:n]}, &told); err != nil {
			return nil, err
		}
		for _, person := range told.People {
			states[person.ID] = person.State
		}
		ids = ids[n:]
	}
	return states, nil
}
