package storetest

import (
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var leaseCases = []testCase{
	{
		name: "a grace",
		rule: "Depart with a grace is an absence: the person stays until the grace has passed and Expire is called, and is told as gone once",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.depart(0, person(1), "n1", short)
			s.depart(0, person(2), "n1", long)
			s.wantRoster(2, person(1), person(2))
			s.wantGone(0, 3, person(2))
			s.expire(1, 0)
			s.wantRoster(3, person(2))
		},
	},
	{
		name: "back within the grace",
		rule: "an Arrive with the same Secret ends an absence, through whichever node, and nothing was told",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.depart(0, person(1), "n1", long)
			s.depart(0, person(2), "n1", short)
			s.arrive(1, arrival(person(1), "n2"))
			s.wantGone(0, 3, person(1))
			s.time.advance(short)
			s.expire(0, 0)
			s.wantRoster(3, person(1))
		},
	},
	{
		name: "a grace begins once",
		rule: "somebody who is absent is not here through the node: departing again does not change the grace",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.depart(0, person(1), "n1", long)
			s.depart(0, person(1), "n1", 0)
			s.depart(0, person(2), "n1", short)
			s.depart(0, person(2), "n1", long)
			s.wantGone(0, 3, person(1))
		},
	},
	{
		name: "to the millisecond",
		rule: "a lease or grace of d that begins at t is over at t+d, and not before",
		run:  runToTheMillisecond,
	},
	{
		name: "a node that vanished",
		rule: "P8: people whose last node lost its lease are overdue grace after the lease ended; those whom another node holds stay",
		run: func(s *site) {
			s.arrive(1, arrival(person(2), "n2"))
			s.vanish("n1", person(1), person(2))
			s.expire(1, long)
			s.wantRoster(2, person(1), person(2))
			s.wantTaken(1, stranger(person(1), "n2"))
			s.wantGone(short, 3, person(2))
		},
	},
	{
		name: "back after the node vanished",
		rule: "an Arrive within the grace of a lease that ended ends the absence",
		run: func(s *site) {
			s.vanish("n1", person(1), person(2))
			s.arrive(1, arrival(person(1), "n2"))
			s.wantGone(short, 3, person(1))
		},
	},
	{
		name: "a lease that begins again",
		rule: "beginning an ended lease again brings nobody back but those who Arrive again",
		run: func(s *site) {
			s.vanish("n1", person(1), person(2))
			s.arrive(0, arrival(person(2), "n1"))
			s.depart(0, person(1), "n1", 0) // n1 does not hold them any more
			s.wantRoster(2, person(1), person(2))
			s.wantGone(short, 3, person(2))
		},
	},
	{
		name: "renew",
		rule: "Renew begins or extends a lease to at least ttl from now, and returns true when it was held without a break since the last Renew",
		run:  runRenew,
	},
	{
		name: "a break that an Arrive has hidden",
		rule: "a node whose lease has ended must learn it from Renew, even if an Arrive has begun the lease again",
		run: func(s *site) {
			s.vanish("n1", person(1), person(2))
			s.arrive(0, arrival(person(2), "n1"))
			if s.renew(0, "n1", long) {
				s.Errorf("Renew: got true, but person 1 is not held any more")
			}
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.expire(0, 0)
			s.wantRoster(2, person(1), person(2))
			if !s.renew(0, "n1", long) {
				s.Errorf("Renew of a lease held since the last Renew: got false")
			}
		},
	},
	{
		name: "release",
		rule: "Release ends the lease: everyone who was here only through the node is absent, with grace as in Depart",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"), arrival(person(3), "n3"))
			s.arrive(1, arrival(person(2), "n2"))
			s.release(0, "n1", short)
			if s.renew(0, "n1", long) {
				s.Errorf("Renew after Release: got true")
			}
			s.wantRoster(3, person(1), person(2), person(3))
			s.wantGone(0, 4, person(2), person(3))
			s.release(1, "n2", 0)
			s.wantRoster(5, person(3))
			s.release(1, "n2", 0)
			s.arrive(1, arrival(person(1), "n2"))
			s.wantRoster(6, person(1), person(3))
		},
	},
	{
		name: "back after a release",
		rule: "a draining node's people who arrive elsewhere within the grace were never away",
		run: func(s *site) {
			s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n1"))
			s.release(0, "n1", long)
			s.arrive(1, arrival(person(2), "n2"), arrival(person(1), "n2"))
			s.expire(0, 0)
			s.wantRoster(2, person(1), person(2))
		},
	},
	{
		name: "each departure once",
		rule: "P8: any node may call Expire at any time; each departure happens once and is told once",
		run:  runExpireRace,
	},
	{
		name: "the dead of before the restart",
		rule: "P8: leases and graces go on over a restart: whoever does not come back is told as gone, whoever does was never away",
		run: func(s *site) {
			s.arriveFor(short, 0, arrival(person(1), "old"), arrival(person(2), "old"))
			s.arrive(0, arrival(person(3), "other"), arrival(person(4), "other"))
			s.depart(0, person(3), "other", short)
			s.restart()
			s.arrive(0, arrival(person(1), "new"))
			s.wantGone(short, 6, person(1), person(4))
		},
	},
}

// vanish lets people arrive through node for a short lease and waits until it
// has ended, without anybody calling Expire.
func (s *site) vanish(node chat.NodeID, people ...chat.Person) {
	s.Helper()
	// A stalled machine may miss the lease; only one that was held can end.
	s.until("the lease is held", func() bool {
		s.renew(0, node, short)
		for _, p := range people {
			s.arriveFor(short, 0, arrival(p, node))
		}
		return s.renew(0, node, 0)
	})
	s.until("the lease has ended", func() bool { return !s.renew(0, node, 0) })
}

func runToTheMillisecond(s *site) {
	if !s.time.fake {
		s.Skip("needs a store that takes its time from the test; Random and the other cases cover the rest")
	}
	const ms = time.Millisecond
	s.renew(0, "n1", 100*ms)
	s.arriveFor(100*ms, 0, arrival(person(1), "n1"))
	s.arrive(0, arrival(person(2), "n2"))
	s.depart(0, person(2), "n2", 100*ms)

	s.time.advance(99 * ms)
	s.expire(0, 0)
	s.wantRoster(2, person(1), person(2))
	if !s.renew(0, "n1", 50*ms) { // until 149
		s.Fatalf("Renew a millisecond before the end: got false")
	}
	s.time.advance(1 * ms)
	s.expire(0, 0)
	s.wantRoster(3, person(1))

	s.arriveFor(10*ms, 0, arrival(person(1), "n1")) // at least, so still until 149
	s.time.advance(48 * ms)
	s.expire(0, 0)
	s.wantRoster(3, person(1))
	s.time.advance(1 * ms)
	if s.renew(0, "n1", long) {
		s.Fatalf("Renew at the end of the lease: got true")
	}
	s.time.advance(19 * ms)
	s.expire(1, 20*ms)
	s.wantRoster(3, person(1))
	s.time.advance(1 * ms)
	s.expire(1, 20*ms)
	s.wantRoster(4)
}

func runRenew(s *site) {
	if s.renew(0, "n1", long) {
		s.Fatalf("Renew of a lease that never began: got true")
	}
	if !s.renew(1, "n1", long) {
		s.Fatalf("Renew again: got false; the first has not begun the lease")
	}
	s.arrive(0, arrival(person(1), "n1"), arrival(person(2), "n2"))
	if s.renew(0, "n2", long) {
		s.Fatalf("Renew of a lease that an Arrive began: got true, but there was no last Renew")
	}
	for range 2 { // the second one finds what the first has done
		if !s.renew(0, "n1", 0) {
			s.Fatalf("Renew for a shorter time: got false; it has shortened the lease")
		}
	}
	// On the real clock a stalled machine may miss the first lease; then the
	// case has shown nothing and begins again.
	const lease = 300 * time.Millisecond
	s.until("the lease is renewed in time", func() bool {
		s.renew(0, "n3", lease)
		return s.renew(1, "n3", long)
	})
	s.arriveFor(short, 0, arrival(person(3), "n3"))
	s.time.advance(lease + short)
	s.expire(0, 0)
	s.wantRoster(3, person(1), person(2), person(3))
	if !s.renew(0, "n3", long) {
		s.Fatalf("Renew within the extended lease: got false")
	}
}

func runExpireRace(s *site) {
	const people = 30
	ear := newEar[chat.Change](s)
	defer s.watchRoster(1, ear.hear)()
	for i := range people {
		s.arriveFor(short, 0, arrival(person(i), "n1"))
		if i%2 == 0 {
			s.depart(0, person(i), "n1", short)
		}
	}
	stores := []chat.Store{s.node(0), s.node(1)}
	s.until("everyone is gone", func() bool {
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				if err := stores[i%2].Expire(s.ctx, 0); err != nil {
					s.Errorf("Expire: %v", err)
				}
			})
		}
		wg.Wait()
		return len(s.roster(0).People) == 0
	})
	if got := s.roster(1).Version; got != 2*people {
		s.Fatalf("Roster: got version %d, want %d: each of %d gone once", got, 2*people, people)
	}
	changes, ok := ear.wait("all steps", func(all []chat.Change) bool { return len(all) >= 2*people })
	left, ok2, err := replay(changes, 2*people)
	if err != nil || ok && (!ok2 || len(left) != 0 || len(changes) != 2*people) {
		s.Fatalf("WatchRoster: heard %d steps, %v, left over %v", len(changes), err, left)
	}
}
