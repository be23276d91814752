package storetest

import (
	"fmt"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

var rosterCases = []testCase{
	{
		name: "an empty house",
		rule: "Version counts the changes ever made; there were none",
		run: func(s *site) {
			s.wantRoster(0)
			s.expire(0, 0)
			s.release(0, "n1", 0)
			s.depart(0, person(1), "n1", 0)
			if errs := s.node(0).Arrive(s.ctx, nil, long); len(errs) != 0 {
				s.Errorf("Arrive: got %d errors for no arrivals", len(errs))
			}
			s.wantRoster(0)
		},
	},
	{
		name: "arrive",
		rule: "the first Arrive is one step of the roster; arriving again, through this node or another, is none",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"))
			s.wantRoster(1, person(1))
			s.arrive(0, arrival(person(1), "n1"))
			s.arrive(1, arrival(person(1), "n2"))
			s.wantRoster(1, person(1))
			s.arrive(1, arrival(person(2), "n2"), arrival(person(3), "n2"))
			s.wantRoster(3, person(1), person(2), person(3))
		},
	},
	{
		name: "taken",
		rule: "a nickname on the roster, an absence included, is refused to another Secret with ErrTaken, and nothing changes",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"))
			s.wantTaken(0, stranger(person(1), "n1"))
			s.wantTaken(1, stranger(person(1), "n2"))
			s.depart(0, person(1), "n1", long)
			s.wantTaken(1, stranger(person(1), "n2"))
			s.wantRoster(1, person(1))
			s.arrive(0, arrival(person(1), "n1"))
			s.depart(1, person(1), "n2", 0) // the refused arrivals have left no hold
			s.wantRoster(1, person(1))
			s.depart(0, person(1), "n1", 0)
			s.wantRoster(2)
			s.arrive(1, stranger(person(1), "n2"))
			s.wantRoster(3, person(1))
			s.wantTaken(0, arrival(person(1), "n1"))
		},
	},
	{
		name: "the spelling stays",
		rule: "when the person is held with the same Secret the nickname stays as first spelled, for as long as they are here",
		run: func(s *site) {
			other := person(1)
			other.Nickname = "PERSON 1"
			s.arrive(0, arrival(person(1), "n1"))
			s.arrive(1, arrival(other, "n2"))
			s.depart(0, person(1), "n1", 0)
			s.depart(0, person(1), "n2", long)
			s.arrive(1, arrival(other, "n2"))
			s.wantRoster(1, person(1))
			s.depart(0, person(1), "n2", 0)
			s.arrive(1, arrival(other, "n2"))
			s.wantRoster(3, other)
		},
	},
	{
		name: "a mixed call of Arrive",
		rule: "Arrive returns one error per arrival, in the order given",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"))
			errs := s.node(1).Arrive(s.ctx, []chat.Arrival{
				stranger(person(1), "n2"), arrival(person(2), "n2"), arrival(person(1), "n2"),
				arrival(person(2), "n2"), stranger(person(2), "n2"), arrival(person(3), "n3"),
			}, short)
			if len(errs) != 6 {
				s.Fatalf("Arrive: got %d errors, want 6", len(errs))
			}
			for i, taken := range []bool{true, false, false, false, true, false} {
				if taken {
					s.wantCode(fmt.Sprintf("arrival %d", i), errs[i], chat.CodeTaken)
				} else if errs[i] != nil {
					s.Errorf("arrival %d: %v", i, errs[i])
				}
			}
			s.wantRoster(3, person(1), person(2), person(3))
			s.wantGone(0, 5, person(1)) // the leases of n2 and n3 began, and end
		},
	},
	{
		name: "depart",
		rule: "without a grace a person is gone at once when no other node holds them; somebody who is not here through the node stays as they are",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.arrive(1, arrival(person(1), "n2"))
			s.depart(0, person(1), "n3", 0)
			s.depart(0, person(2), "n2", 0)
			s.depart(0, person(3), "n1", 0)
			s.depart(0, person(1), "n1", 0)
			s.depart(0, person(1), "n1", 0)
			s.wantRoster(2, person(1), person(2))
			s.depart(1, person(1), "n2", 0)
			s.wantRoster(3, person(2))
			s.depart(1, person(2), "n1", 0)
			s.wantRoster(4)
			s.arrive(0, arrival(person(1), "n1"))
			s.wantRoster(5, person(1))
		},
	},
	{
		name: "any nickname",
		rule: "person ids and nicknames are user text: whatever their bytes, they are data",
		run: func(s *site) {
			var people []chat.Person
			for _, text := range anyBytes[:len(anyBytes)-1] {
				people = append(people, chat.Person{ID: chat.PersonID(text), Nickname: text})
			}
			for i, p := range people {
				s.arrive(i%2, arrival(p, "n1"))
			}
			s.wantRoster(uint64(len(people)), people...)
			for _, p := range people {
				s.wantTaken(1, stranger(p, "n2"))
				s.depart(0, p, "n1", 0)
			}
			s.wantRoster(uint64(2 * len(people)))
		},
	},
	{
		name: "a full house",
		rule: "one call of Arrive is one step of the store also for 2,000 people, and Release for all of them",
		run: func(s *site) {
			arrivals := make([]chat.Arrival, 2000)
			people := make([]chat.Person, len(arrivals))
			for i := range arrivals {
				people[i] = person(i)
				arrivals[i] = arrival(people[i], "n1")
			}
			s.arrive(0, arrivals...)
			s.wantRoster(2000, people...)
			s.release(1, "n1", 0)
			s.wantRoster(4000)
		},
	},
	{
		name: "one nickname, many hands",
		rule: "of many who want one nickname at the same moment, on all nodes, exactly one has it",
		run: func(s *site) {
			stores := []chat.Store{s.node(0), s.node(1)}
			for round := range 10 {
				errs := make([]error, 8)
				var wg sync.WaitGroup
				for i := range errs {
					a := arrival(person(round), chat.NodeID(fmt.Sprintf("n%d", i%2)))
					a.Secret = chat.HashSecret(fmt.Sprint(i))
					wg.Go(func() { errs[i] = stores[i%2].Arrive(s.ctx, []chat.Arrival{a}, long)[0] })
				}
				wg.Wait()
				won := 0
				for _, err := range errs {
					if err == nil {
						won++
					} else {
						s.wantCode("Arrive", err, chat.CodeTaken)
					}
				}
				if got := s.roster(0).Version; won != 1 || got != uint64(round+1) {
					s.Fatalf("Arrive: %d of 8 have the nickname at version %d, want 1 at version %d", won, got, round+1)
				}
			}
		},
	},
	{
		name: "every step is told",
		rule: "every beginning and end is one Version, told once, to watchers on every node: the changes heard add up to the roster",
		run:  runRosterTold,
	},
	{
		name: "stop watching the roster",
		rule: "WatchRoster is under the terms of Log.Watch: after stop has returned f is not called again",
		run: func(s *site) {
			for i := range 10 {
				ear := newEar[chat.Change](s)
				stop := s.watchRoster(1, ear.hear)
				s.arrive(0, arrival(person(i), "n1"))
				ear.wait("the arrival", func(all []chat.Change) bool { return len(all) > 0 })
				stop()
				ear.stop()
				stop()
				s.depart(0, person(i), "n1", 0)
			}
		},
	},
	{
		name: "the roster survives a restart",
		rule: "who is here, their secrets, their nodes and the version are as durable as the log",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"), arrival(person(3), "n2"))
			s.depart(0, person(3), "n2", long)
			s.renew(0, "n1", long)
			s.restart()
			s.wantRoster(3, person(1), person(2), person(3))
			for i := 1; i <= 3; i++ {
				s.wantTaken(0, stranger(person(i), "n3"))
			}
			s.arrive(0, arrival(person(3), "n3"))
			s.depart(0, person(1), "n1", 0)
			s.wantRoster(4, person(2), person(3))
			if !s.renew(0, "n1", long) || s.renew(0, "n9", long) {
				s.Errorf("Renew after a restart: want true for the lease that goes on and false for the unknown one")
			}
		},
	},
}

func (s *site) wantTaken(node int, a chat.Arrival) {
	s.Helper()
	errs := s.node(node).Arrive(s.ctx, []chat.Arrival{a}, long)
	if len(errs) != 1 {
		s.Fatalf("Arrive: got %d errors, want 1", len(errs))
	}
	s.wantCode(fmt.Sprintf("Arrive %q", a.Person.ID), errs[0], chat.CodeTaken)
}

func runRosterTold(s *site) {
	near, far := newEar[chat.Change](s), newEar[chat.Change](s)
	defer s.watchRoster(0, near.hear)()
	defer s.watchRoster(1, far.hear)()
	stores := []chat.Store{s.node(0), s.node(1)}
	var wg sync.WaitGroup
	for w := range 4 {
		node := chat.NodeID(fmt.Sprintf("n%d", w))
		store := stores[w%2]
		wg.Go(func() {
			// People of neighbouring workers overlap, so that holds do.
			for i := range 12 {
				p := person(w + i%4)
				if err := store.Arrive(s.ctx, []chat.Arrival{arrival(p, node)}, long)[0]; err != nil {
					s.Errorf("Arrive: %v", err)
				}
				if i%3 != 0 {
					if err := store.Depart(s.ctx, p.ID, node, 0); err != nil {
						s.Errorf("Depart: %v", err)
					}
				}
			}
			if w%2 == 0 {
				if err := store.Release(s.ctx, node, 0); err != nil {
					s.Errorf("Release: %v", err)
				}
			}
		})
	}
	wg.Wait()
	want := s.roster(0)
	for _, ear := range []*ear[chat.Change]{near, far} {
		changes, ok := ear.wait("every step", func(all []chat.Change) bool {
			_, ok, err := replay(all, want.Version)
			return ok || err != nil
		})
		people, _, err := replay(changes, want.Version)
		if err != nil {
			s.Fatalf("WatchRoster: %v", err)
		}
		if ok && !samePeople(people, want.People) {
			s.Fatalf("WatchRoster: the changes add up to %v, want %v", sorted(people), sorted(want.People))
		}
		told := map[uint64]bool{}
		for _, c := range changes {
			if told[c.Version] || c.Version > want.Version {
				s.Fatalf("WatchRoster: version %d was told twice or never happened; the roster is at %d", c.Version, want.Version)
			}
			told[c.Version] = true
		}
	}
}
