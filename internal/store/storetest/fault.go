package storetest

import (
	"context"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var faultCases = []testCase{
	{
		name: "a caller that gave up",
		rule: "a context that has ended is CodeUnavailable from every method, and leaves the store whole",
		run:  runGaveUp,
	},
	{
		name: "giving up on the way",
		rule: "after CodeUnavailable an append happened or not, never in half; appending the same drafts again settles it",
		run:  runGivingUp,
	},
	{
		name: "giving up on the roster",
		rule: "errors of Presence are as those of Log: after CodeUnavailable a step happened or not, never in half; asking again settles it",
		run:  runGivingUpRoster,
	},
	{
		name: "check",
		rule: "Check returns nil when the store answers and its subscriptions deliver, and does not wait longer than its context",
		run: func(s *site) {
			stop := s.watch(0, chat.Lobby, newEar[chat.Entry](s).hear)
			defer stop()
			s.until("Check is nil", func() bool { return s.node(0).Check(s.ctx) == nil })
			over, cancel := context.WithCancel(s.ctx)
			cancel()
			returned := make(chan struct{})
			go func() {
				defer close(returned)
				_ = s.node(0).Check(over) // a proof from a moment ago may answer without waiting
			}()
			select {
			case <-returned:
			case <-time.After(s.factory.patience):
				s.Fatalf("Check: still waiting %v after its context has ended", s.factory.patience)
			}
		},
	},
}

func runGaveUp(s *site) {
	over, cancel := context.WithCancel(s.ctx)
	cancel()
	store := s.node(0)
	kept := s.append(0, batch(chat.Lobby, 2)...)
	s.arrive(0, arrival(person(1), "n1"))

	for _, a := range store.Append(over, chat.Lobby, batch(chat.Lobby, 3)) {
		s.wantCode("Append", a.Err, chat.CodeUnavailable)
	}
	_, err := store.After(over, chat.Lobby, 0, 1)
	s.wantCode("After", err, chat.CodeUnavailable)
	_, err = store.Before(over, chat.Lobby, 0, 1)
	s.wantCode("Before", err, chat.CodeUnavailable)
	_, err = store.Head(over, chat.Lobby)
	s.wantCode("Head", err, chat.CodeUnavailable)
	_, err = store.Pick(over, chat.Lobby, []uint64{1})
	s.wantCode("Pick", err, chat.CodeUnavailable)
	_, err = store.Get(over, house, "key")
	s.wantCode("Get", err, chat.CodeUnavailable)
	_, err = store.List(over, house, chat.Range{Limit: 1})
	s.wantCode("List", err, chat.CodeUnavailable)
	s.wantCode("Commit", store.Commit(over, house, chat.Commit{Do: []chat.Write{chat.Put("key", "1")}}), chat.CodeUnavailable)
	for _, err := range store.Arrive(over, []chat.Arrival{arrival(person(2), "n1"), arrival(person(3), "n1")}, time.Hour) {
		s.wantCode("Arrive", err, chat.CodeUnavailable)
	}
	s.wantCode("Depart", store.Depart(over, "nobody", "n1", 0), chat.CodeUnavailable)
	_, err = store.Renew(over, "n1", time.Hour)
	s.wantCode("Renew", err, chat.CodeUnavailable)
	s.wantCode("Release", store.Release(over, "n9", 0), chat.CodeUnavailable)
	s.wantCode("Expire", store.Expire(over, time.Hour), chat.CodeUnavailable)
	_, err = store.Roster(over)
	s.wantCode("Roster", err, chat.CodeUnavailable)

	log := s.log(1, chat.Lobby)
	if n := len(log); n != 2 && n != 5 {
		s.Fatalf("log: got %d entries, want the first 2 and all or nothing of the 3", n)
	}
	s.wantEntries("log", log[:2], kept)
	if r := s.roster(1); len(r.People) != 1 && len(r.People) != 3 || r.Version != uint64(len(r.People)) {
		s.Fatalf("Roster: got %+v, want the first and all or nothing of the two", r)
	}
}

func runGivingUp(s *site) {
	store := s.node(0)
	for i := range 40 {
		// From giving up before anything is done to long after.
		ctx, cancel := context.WithTimeout(s.ctx, time.Duration(i*i)*2*time.Microsecond)
		drafts := batch(chat.Lobby, 3)
		before := s.head(1, chat.Lobby).Seq
		out := store.Append(ctx, chat.Lobby, drafts)
		cancel()
		failed := out[0].Err != nil
		for _, a := range out {
			if (a.Err != nil) != failed {
				s.Fatalf("Append: got both outcomes in one step: %+v", out)
			}
			if failed {
				s.wantCode("Append", a.Err, chat.CodeUnavailable)
			}
		}
		again := store.Append(s.ctx, chat.Lobby, drafts)
		for j, a := range again {
			if a.Err != nil || a.Entry.Seq != before+uint64(j)+1 || !failed && !a.Duplicate || a.Duplicate != again[0].Duplicate {
				s.Fatalf("Append again after %d: draft %d: got %+v", before, j, a)
			}
		}
	}
	if got := len(s.log(1, chat.Lobby)); got != 120 {
		s.Fatalf("log: got %d entries, want 120", got)
	}
}

func runGivingUpRoster(s *site) {
	store := s.node(0)
	for i := range 25 {
		impatient := func(f func(context.Context)) {
			ctx, cancel := context.WithTimeout(s.ctx, time.Duration(i*i)*3*time.Microsecond)
			defer cancel()
			f(ctx)
		}
		p, q, node := person(2*i), person(2*i+1), chat.NodeID("n1")
		impatient(func(ctx context.Context) {
			errs := store.Arrive(ctx, []chat.Arrival{arrival(p, node), arrival(q, node)}, long)
			if (errs[0] == nil) != (errs[1] == nil) {
				s.Fatalf("Arrive: got both outcomes in one step: %v", errs)
			}
			s.wantSettled("Arrive", errs[0])
		})
		if n := len(s.roster(1).People); n != 0 && n != 2 {
			s.Fatalf("Roster: got %d of the 2 who arrived in one step", n)
		}
		s.arrive(0, arrival(p, node), arrival(q, node))
		s.renew(0, node, long)
		impatient(func(ctx context.Context) {
			if held, err := store.Renew(ctx, node, long); err == nil && !held {
				s.Fatalf("Renew of a held lease: got false")
			} else {
				s.wantSettled("Renew", err)
			}
		})
		impatient(func(ctx context.Context) { s.wantSettled("Depart", store.Depart(ctx, p.ID, node, 0)) })
		impatient(func(ctx context.Context) { s.wantSettled("Release", store.Release(ctx, node, 0)) })
		impatient(func(ctx context.Context) { s.wantSettled("Expire", store.Expire(ctx, 0)) })
		s.release(0, node, 0)
		s.wantRoster(uint64(4 * (i + 1)))
	}
}

// wantSettled checks the outcome of a call whose caller may have given up.
func (s *site) wantSettled(what string, err error) {
	s.Helper()
	if err != nil {
		s.wantCode(what, err, chat.CodeUnavailable)
	}
}
