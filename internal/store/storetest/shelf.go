package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// shelfCases are what many do with a shelf at once, and who hears of it.
var shelfCases = []testCase{
	{
		name: "compare and set",
		rule: "a commit is one atomic step: of many that have the same condition and change it, one is done",
		run:  runCompareAndSet,
	},
	{
		name: "counting together",
		rule: "a commit is one atomic step: nothing that is added is lost, and the greatest of Max stays",
		run: func(s *site) {
			const callers, calls = 8, 20
			stores := []chat.Store{s.node(0), s.node(1)}
			var counting sync.WaitGroup
			for c := range callers {
				counting.Go(func() {
					for i := range calls {
						do := []chat.Write{chat.Add("sum", 2), chat.Max("max", int64(c*calls+i)), chat.Add("sum", -1)}
						if err := stores[c%2].Commit(s.ctx, house, chat.Commit{Do: do}); err != nil {
							s.Errorf("Commit: %v", err)
						}
					}
				})
			}
			counting.Wait()
			s.wantValues(0, house, []string{"sum", "max"}, strconv.Itoa(callers*calls), strconv.Itoa(callers*calls-1))
		},
	},
	{
		name: "one moment",
		rule: "what Get and List return is of one moment: a reader never sees half a commit",
		run:  runOneMoment,
	},
	{
		name: "giving up on a commit",
		rule: "after CodeUnavailable a commit happened or not, never in half",
		run: func(s *site) {
			store := s.node(0)
			for i := range 40 {
				ctx, cancel := context.WithTimeout(s.ctx, time.Duration(i*i)*2*time.Microsecond)
				err := store.Commit(ctx, house, chat.Commit{Do: []chat.Write{chat.Add("a", 1), chat.Add("b", -1), chat.Max("c", int64(i))}})
				cancel()
				s.wantSettled("Commit", err)
				got, getErr := s.node(1).Get(s.ctx, house, "a", "b", "c")
				if getErr != nil || got[0] != "" && got[1] != "-"+got[0] {
					s.Fatalf("Get: got %q, %v, want all or nothing of each commit", got, getErr)
				}
				if err == nil && got[2] != strconv.Itoa(i) {
					s.Fatalf("Get: got %q after commit %d was acknowledged", got, i)
				}
			}
		},
	},
	{
		name: "watch a shelf",
		rule: "WatchShelf calls f with the records that any node changes by Commit, as they are afterwards, in order, and with those of its shelf only",
		run:  runWatchShelf,
	},
	{
		name: "refused commits are not news",
		rule: "what is announced is what was done: a commit with a conflict, and one that only checks, never is",
		run: func(s *site) {
			s.calm(func() bool {
				ear := newEar[chat.Record](s)
				defer s.watchShelf(0, house, ear.hear)()
				no := chat.Commit{If: []chat.Record{{Key: "none", Value: "1"}}, Do: []chat.Write{chat.Put("refused", "1")}}
				s.wantConflict(1, house, no)
				s.wantCommitted(1, house, chat.Commit{If: []chat.Record{{Key: "none"}}})
				last := chat.Record{Key: "last", Value: chat.NewID().String()}
				s.commit(1, house, chat.Put(last.Key, last.Value))
				all, ok := ear.wait("the last commit", func(all []chat.Record) bool { return slices.Contains(all, last) })
				for _, r := range all {
					if r.Key != last.Key {
						s.Errorf("watch: heard %+v, which was not done", r)
					}
				}
				return ok
			})
		},
	},
	{
		name: "stop watching a shelf",
		rule: "WatchShelf is under the terms of Log.Watch: after stop has returned f is not called again, and other watchers hear on",
		run: func(s *site) {
			other := newEar[chat.Record](s)
			defer s.watchShelf(1, house, other.hear)()
			for i := range 10 {
				ear := newEar[chat.Record](s)
				stop := s.watchShelf(i%2, house, ear.hear)
				s.commit(0, house, chat.Add("n", 1))
				ear.wait("anything", func(all []chat.Record) bool { return len(all) > 0 })
				stop()
				ear.stop()
				stop()
				s.commit(1, house, chat.Add("n", 1))
			}
			other.wait("the last commit", func(all []chat.Record) bool { return slices.Contains(all, chat.Record{Key: "n", Value: "20"}) })
		},
	},
}

func runCompareAndSet(s *site) {
	const callers = 8
	stores := []chat.Store{s.node(0), s.node(1)}
	now := ""
	for round := range 15 {
		outcomes := make([]error, callers)
		var setting sync.WaitGroup
		for c := range callers {
			setting.Go(func() {
				outcomes[c] = stores[c%2].Commit(s.ctx, house, chat.Commit{
					If: []chat.Record{{Key: "name", Value: now}},
					Do: []chat.Write{chat.Put("name", fmt.Sprintf("round %d caller %d", round, c)), chat.Add("wins", 1)},
				})
			})
		}
		setting.Wait()
		winner := -1
		for c, err := range outcomes {
			switch {
			case err == nil && winner < 0:
				winner = c
			case !errors.Is(err, chat.ErrConflict):
				s.Fatalf("Commit: got %v, want one done and the others ErrConflict", outcomes)
			}
		}
		now = fmt.Sprintf("round %d caller %d", round, winner)
		s.wantValues(round%2, house, []string{"name", "wins"}, now, strconv.Itoa(round+1))
	}
}

func runOneMoment(s *site) {
	const total = 1000
	s.commit(0, house, chat.Add("purse/a", total/2), chat.Add("purse/b", total/2))
	writer, reader := s.node(0), s.node(1)
	busy, cancel := context.WithCancel(s.ctx)
	var paying sync.WaitGroup
	paying.Go(func() {
		for i := 0; busy.Err() == nil; i++ {
			n := int64(i%7 - 3)
			if err := writer.Commit(s.ctx, house, chat.Commit{Do: []chat.Write{chat.Add("purse/a", n), chat.Add("purse/b", -n)}}); err != nil {
				s.Errorf("Commit: %v", err)
				return
			}
		}
	})
	defer paying.Wait()
	defer cancel()
	for range 200 {
		values, err := reader.Get(s.ctx, house, "purse/a", "purse/b")
		if err != nil || sum(values...) != total {
			s.Fatalf("Get: got %q, %v, want a sum of %d", values, err, total)
		}
		records, err := reader.List(s.ctx, house, chat.Prefix("purse/", "", 10))
		if err != nil || len(records) != 2 || sum(records[0].Value, records[1].Value) != total {
			s.Fatalf("List: got %q, %v, want a sum of %d", records, err, total)
		}
	}
}

func sum(numbers ...string) (sum int) {
	for _, number := range numbers {
		n, _ := strconv.Atoi(number) // what is no number is missing in the sum
		sum += n
	}
	return sum
}

func (s *site) watchShelf(node int, shelf chat.Shelf, f func([]chat.Record)) (stop func()) {
	s.Helper()
	stop, err := s.node(node).WatchShelf(s.ctx, shelf, f)
	if err != nil {
		s.Fatalf("WatchShelf: %v", err)
	}
	return stop
}

func runWatchShelf(s *site) {
	s.calm(func() bool {
		shelf := chat.RoomShelf(chat.RoomID("watched-" + chat.NewID().String()))
		near, far := newEar[chat.Record](s), newEar[chat.Record](s)
		defer s.watchShelf(0, shelf, near.hear)()
		defer s.watchShelf(1, shelf, far.hear)()
		for i := range 20 {
			s.commit(i%2, "other", chat.Put("foreign", "1"))
			s.commit(i%2, shelf, chat.Put("text", fmt.Sprint("v", i)), chat.Add("n", 2), chat.Add("n", -1), chat.Max("max", int64(i)))
		}
		s.commit(1, shelf, chat.Remove("text"), chat.Put("last\x00\xff", "\x00\xff"))
		for _, ear := range []*ear[chat.Record]{near, far} {
			all, ok := ear.wait("the last commit", func(all []chat.Record) bool {
				return slices.Contains(all, chat.Record{Key: "text"}) && slices.Contains(all, chat.Record{Key: "last\x00\xff", Value: "\x00\xff"})
			})
			if !ok {
				return false
			}
			last := 0
			for _, r := range all {
				n, _ := strconv.Atoi(r.Value)
				switch {
				case r.Key == "foreign":
					s.Errorf("watch of %s: heard of another shelf", shelf)
				case r.Key == "n" && n < last:
					s.Errorf("watch: heard %d after %d", n, last)
				case r.Key == "n":
					last = n
				}
			}
			if last != 20 {
				s.Errorf("watch: heard %d as the last number, want 20", last)
			}
		}
		return true
	})
}
