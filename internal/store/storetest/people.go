package storetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// long is a lease or a grace that does not end while a test runs.
const long = time.Hour

// short is one that ends while a test waits for it.
const short = 30 * time.Millisecond

func person(i int) chat.Person {
	return chat.Person{ID: chat.PersonID(fmt.Sprintf("person %d", i)), Nickname: fmt.Sprintf("Person %d", i)}
}

// arrival is p's own coming: the secret is made from the id.
func arrival(p chat.Person, node chat.NodeID) chat.Arrival {
	return chat.Arrival{Person: p, Secret: chat.HashSecret("secret of " + string(p.ID)), Node: node}
}

// stranger is somebody else's try for p's nickname.
func stranger(p chat.Person, node chat.NodeID) chat.Arrival {
	return chat.Arrival{Person: p, Secret: chat.HashSecret("another secret"), Node: node}
}

// arrive puts people on the roster for a long lease.
func (s *site) arrive(node int, arrivals ...chat.Arrival) {
	s.Helper()
	s.arriveFor(long, node, arrivals...)
}

func (s *site) arriveFor(ttl time.Duration, node int, arrivals ...chat.Arrival) {
	s.Helper()
	errs := s.node(node).Arrive(s.ctx, arrivals, ttl)
	if len(errs) != len(arrivals) {
		s.Fatalf("Arrive: got %d errors, want one per each of %d arrivals", len(errs), len(arrivals))
	}
	for i, err := range errs {
		if err != nil {
			s.Fatalf("Arrive %q: %v", arrivals[i].Person.ID, err)
		}
	}
}

func (s *site) depart(node int, p chat.Person, id chat.NodeID, grace time.Duration) {
	s.Helper()
	if err := s.node(node).Depart(s.ctx, p.ID, id, grace); err != nil {
		s.Fatalf("Depart %q: %v", p.ID, err)
	}
}

func (s *site) renew(node int, id chat.NodeID, ttl time.Duration) bool {
	s.Helper()
	held, err := s.node(node).Renew(s.ctx, id, ttl)
	if err != nil {
		s.Fatalf("Renew %s: %v", id, err)
	}
	return held
}

func (s *site) release(node int, id chat.NodeID, grace time.Duration) {
	s.Helper()
	if err := s.node(node).Release(s.ctx, id, grace); err != nil {
		s.Fatalf("Release %s: %v", id, err)
	}
}

func (s *site) expire(node int, grace time.Duration) {
	s.Helper()
	if err := s.node(node).Expire(s.ctx, grace); err != nil {
		s.Fatalf("Expire: %v", err)
	}
}

func (s *site) roster(node int) chat.Roster {
	s.Helper()
	roster, err := s.node(node).Roster(s.ctx)
	if err != nil {
		s.Fatalf("Roster: %v", err)
	}
	seen := make(map[chat.PersonID]bool, len(roster.People))
	for _, p := range roster.People {
		if seen[p.ID] {
			s.Fatalf("Roster: %q is in it twice", p.ID)
		}
		seen[p.ID] = true
	}
	return roster
}

// wantRoster checks version and people, whatever their order, on every node.
func (s *site) wantRoster(version uint64, people ...chat.Person) {
	s.Helper()
	for node := range 2 {
		got := s.roster(node)
		if got.Version != version || !samePeople(got.People, people) {
			s.Fatalf("Roster on node %d: got version %d %v, want version %d %v",
				node, got.Version, sorted(got.People), version, sorted(people))
		}
	}
}

// wantGone lets time pass and calls Expire until the roster has reached
// version and only people are left.
func (s *site) wantGone(grace time.Duration, version uint64, people ...chat.Person) {
	s.Helper()
	s.until("the overdue are gone", func() bool {
		s.expire(0, grace)
		return s.roster(1).Version >= version
	})
	s.wantRoster(version, people...)
}

func (s *site) watchRoster(node int, f func([]chat.Change)) (stop func()) {
	s.Helper()
	stop, err := s.node(node).WatchRoster(s.ctx, f)
	if err != nil {
		s.Fatalf("WatchRoster: %v", err)
	}
	return stop
}

func sorted(people []chat.Person) []chat.Person {
	return slices.SortedFunc(slices.Values(people), func(a, b chat.Person) int {
		return compare(a.ID, b.ID)
	})
}

func compare(a, b chat.PersonID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func samePeople(a, b []chat.Person) bool { return slices.Equal(sorted(a), sorted(b)) }

// replay applies the steps from version 0 to the given one to an empty
// roster. ok is false while one of them has not been heard; a step heard with
// two meanings, or one that does not change anything, is an error.
func replay(changes []chat.Change, version uint64) (people []chat.Person, ok bool, err error) {
	steps := make(map[uint64]chat.Change, len(changes))
	for _, c := range changes {
		if first, heard := steps[c.Version]; heard && first != c {
			return nil, false, fmt.Errorf("version %d: heard %+v and %+v", c.Version, first, c)
		}
		steps[c.Version] = c
	}
	here := map[chat.PersonID]chat.Person{}
	for v := uint64(1); v <= version; v++ {
		c, heard := steps[v]
		if !heard {
			return nil, false, nil
		}
		was, here1 := here[c.Person.ID]
		switch {
		case c.Joined == here1:
			return nil, false, fmt.Errorf("version %d: %+v changes nothing", v, c)
		case c.Joined:
			here[c.Person.ID] = c.Person
		case was != c.Person:
			return nil, false, fmt.Errorf("version %d: %+v left, %+v had joined", v, c.Person, was)
		default:
			delete(here, c.Person.ID)
		}
	}
	return slices.Collect(maps.Values(here)), true, nil
}
