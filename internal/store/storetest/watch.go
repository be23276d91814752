package storetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

var watchCases = []testCase{
	{
		name: "everything, in order",
		rule: "Watch calls f with the entries that any node appends after Watch has returned, in order of Seq for each node's own",
		run:  runWatchOrder,
	},
	{
		name: "one room",
		rule: "Watch tells of its room only, also where another room's id begins like it",
		run: func(s *site) {
			s.calm(func() bool {
				ear := newEar[chat.Entry](s)
				defer s.watch(0, "a", ear.hear)()
				for _, room := range []chat.RoomID{"a-1", "b", "aa"} {
					s.append(1, batch(room, 2)...)
				}
				want := s.append(1, batch("a", 2)...)
				all, ok := ear.wait("the room's own", func(all []chat.Entry) bool { return hears(all, want...) })
				for _, e := range all {
					if e.Room != "a" {
						s.Errorf("watch of a: heard of %s", e.Room)
					}
				}
				return ok
			})
		},
	},
	{
		name: "several watchers",
		rule: "every watcher hears, and goes on hearing when another one stops",
		run: func(s *site) {
			s.calm(func() bool {
				first, second := newEar[chat.Entry](s), newEar[chat.Entry](s)
				stopFirst := s.watch(0, chat.Lobby, first.hear)
				defer s.watch(0, chat.Lobby, second.hear)()
				one := s.append(0, batch(chat.Lobby, 2)...)
				_, ok := first.wait("the first two", func(all []chat.Entry) bool { return hears(all, one...) })
				stopFirst()
				first.stop()
				two := s.append(1, batch(chat.Lobby, 2)...)
				_, ok2 := second.wait("all four", func(all []chat.Entry) bool { return hears(all, append(one, two...)...) })
				return ok && ok2
			})
		},
	},
	{
		name: "stop",
		rule: "after stop has returned f is not called again, whatever is being appended; stop may be called again; watching again hears again",
		run:  runWatchStop,
	},
	{
		name: "the context is for subscribing",
		rule: "ctx bounds the subscribing only",
		run: func(s *site) {
			s.calm(func() bool {
				ctx, cancel := context.WithCancel(s.ctx)
				ear := newEar[chat.Entry](s)
				stop, err := s.node(0).Watch(ctx, chat.Lobby, ear.hear)
				if err != nil {
					s.Fatalf("Watch: %v", err)
				}
				defer stop()
				cancel()
				want := s.append(1, batch(chat.Lobby, 1)...)
				_, ok := ear.wait("an entry after the context has ended", func(all []chat.Entry) bool { return hears(all, want...) })
				return ok
			})
		},
	},
	{
		name: "refusals are not news",
		rule: "what is announced is in the log: a refused draft never is",
		run: func(s *site) {
			s.calm(func() bool {
				ear := newEar[chat.Entry](s)
				defer s.watch(0, chat.Lobby, ear.hear)()
				kept := s.append(1, batch(chat.Lobby, 1)...)
				stolen := kept[0].Draft
				stolen.Author, stolen.Text = boole, "stolen"
				s.node(1).Append(s.ctx, chat.Lobby, []chat.Draft{stolen})
				last := s.append(1, batch(chat.Lobby, 1)...)
				all, ok := ear.wait("both entries", func(all []chat.Entry) bool { return hears(all, kept[0], last[0]) })
				log := s.log(0, chat.Lobby)
				for _, e := range all {
					if e.Seq == 0 || e.Seq > uint64(len(log)) || !sameEntry(e, log[e.Seq-1]) {
						s.Errorf("watch: heard %s, which is not in the log", show(e))
					}
				}
				return ok
			})
		},
	},
	{
		name: "coming and going",
		rule: "all methods may be called at once: watchers that come and go while nodes append hear nothing but the log",
		run:  runWatchChurn,
	},
}

// watch subscribes on node and fails if that is not possible.
func (s *site) watch(node int, room chat.RoomID, f func([]chat.Entry)) (stop func()) {
	s.Helper()
	stop, err := s.node(node).Watch(s.ctx, room, f)
	if err != nil {
		s.Fatalf("Watch: %v", err)
	}
	return stop
}

// hears reports whether every entry of want is in all.
func hears(all []chat.Entry, want ...chat.Entry) bool {
	heard := make(map[uint64]chat.Entry, len(all))
	for _, e := range all {
		heard[e.Seq] = e
	}
	for _, w := range want {
		if e, ok := heard[w.Seq]; !ok || !sameEntry(e, w) {
			return false
		}
	}
	return true
}

func runWatchOrder(s *site) {
	s.calm(func() bool {
		room := chat.RoomID("order-" + chat.NewID().String())
		near, far := newEar[chat.Entry](s), newEar[chat.Entry](s)
		defer s.watch(0, room, near.hear)()
		defer s.watch(1, room, far.hear)()
		stores := []chat.Store{s.node(0), s.node(1)}
		var wg sync.WaitGroup
		for a, author := range []chat.PersonID{ada, boole} {
			wg.Go(func() {
				for i := range 20 {
					drafts := []chat.Draft{draft(room, author, fmt.Sprint(i)), draft(room, author, "and")}
					if out := stores[a].Append(s.ctx, room, drafts); out[0].Err != nil {
						s.Errorf("Append: %v", out[0].Err)
					}
				}
			})
		}
		wg.Wait()
		log := s.log(0, room)
		for _, ear := range []*ear[chat.Entry]{near, far} {
			all, ok := ear.wait("40 calls", func(all []chat.Entry) bool { return hears(all, log...) })
			if !ok {
				return false
			}
			last := map[chat.PersonID]uint64{}
			for _, e := range all {
				if e.Seq <= last[e.Author] {
					s.Errorf("watch: heard seq %d of one node after %d", e.Seq, last[e.Author])
				}
				last[e.Author] = e.Seq
			}
		}
		return true
	})
}

func runWatchStop(s *site) {
	busy, cancel := context.WithCancel(s.ctx)
	var wg sync.WaitGroup
	store := s.node(1)
	wg.Go(func() {
		for busy.Err() == nil {
			store.Append(s.ctx, chat.Lobby, batch(chat.Lobby, 1))
		}
	})
	for range 15 {
		ear := newEar[chat.Entry](s)
		stop := s.watch(0, chat.Lobby, ear.hear)
		ear.wait("anything", func(all []chat.Entry) bool { return len(all) > 0 })
		stop()
		ear.stop()
		stop()
	}
	cancel()
	wg.Wait()
}

func runWatchChurn(s *site) {
	stores := []chat.Store{s.node(0), s.node(1)}
	rooms := []chat.RoomID{"a", "b"}
	busy, cancel := context.WithCancel(s.ctx)
	var appending, watching sync.WaitGroup
	for i, store := range stores {
		appending.Go(func() {
			for n := 0; busy.Err() == nil; n++ {
				store.Append(s.ctx, rooms[(n+i)%2], batch(rooms[(n+i)%2], 2))
			}
		})
	}
	ears := make([][]*ear[chat.Entry], 4)
	for w := range ears {
		watching.Go(func() {
			for n := range 8 {
				ear := newEar[chat.Entry](s)
				stop, err := stores[w%2].Watch(s.ctx, rooms[n%2], ear.hear)
				if err != nil {
					s.Errorf("Watch: %v", err)
					return
				}
				select {
				case <-ear.heard:
				case <-s.ctx.Done():
					s.Errorf("Watch: heard nothing while entries are appended")
				}
				stop()
				ear.stop()
				ears[w] = append(ears[w], ear)
			}
		})
	}
	watching.Wait()
	cancel()
	appending.Wait()
	logs := map[chat.RoomID][]chat.Entry{"a": s.log(0, "a"), "b": s.log(0, "b")}
	for w := range ears {
		for n, ear := range ears[w] {
			all, _ := ear.news()
			if !hears(logs[rooms[n%2]], all...) {
				s.Fatalf("watch of %s: heard what is not in the log: %v", rooms[n%2], seqs(all))
			}
		}
	}
}
