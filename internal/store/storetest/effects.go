package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var lobbyShelf = chat.RoomShelf(chat.Lobby)

var effectCases = []testCase{
	{
		name: "a condition",
		rule: "a draft is kept only where its conditions hold; otherwise its Appended has ErrConflict, it takes no number, does nothing, and the others are not disturbed",
		run:  runEffectConditions,
	},
	{
		name: "duplicates first",
		rule: "a Duplicate has no effects a second time and no conditions, and an id of another author is refused whatever the conditions",
		run:  runEffectDuplicates,
	},
	{
		name: "one after the other",
		rule: "conditions are asked after the effects of the drafts before in the call",
		run:  runEffectChain,
	},
	{
		name: "the same step",
		rule: "what a draft does to records is there exactly when the entry is",
		run:  runEffectSameStep,
	},
	{
		name: "one of many",
		rule: "of many drafts that have the same condition and change it, one is kept",
		run:  runEffectRace,
	},
	{
		name: "every kind of write",
		rule: "effects do the writes of a Commit, on the shelf of the room",
		run: func(s *site) {
			s.commit(0, lobbyShelf, chat.Put("gone", "1"), chat.Put("text", "old"), chat.Add("n", 40), chat.Max("max", 9))
			s.append(1, with(draft(chat.Lobby, ada, "one"), nil, chat.Remove("gone"), chat.Put("text", "\x00\xff"),
				chat.Add("n", 1), chat.Add("n", 1), chat.Add("zero", 1), chat.Add("zero", -1), chat.Max("max", 10), chat.Max("max", 3)))
			s.append(1, with(draft("other", ada, "one"), nil, chat.Put("text", "other")))
			s.wantList(0, lobbyShelf, chat.Range{Limit: 9}, chat.Record{Key: "max", Value: "10"},
				chat.Record{Key: "n", Value: "42"}, chat.Record{Key: "text", Value: "\x00\xff"})
			s.restart()
			s.wantValues(0, chat.RoomShelf("other"), []string{"text", "n"}, "other", "")
		},
	},
	{
		name: "the entry's own number",
		rule: "Index and Stamp know the number that their entry gets; a Commit has no entry, and so they are refused there",
		run: func(s *site) {
			s.append(0, draft(chat.Lobby, ada, "one"))
			s.append(0, with(draft(chat.Lobby, ada, "two"), nil, chat.Index("reply/", "a"), chat.Stamp("last")),
				with(draft(chat.Lobby, ada, "three"), []chat.Record{{Key: "last", Value: "2"}},
					chat.Index("reply/", "b"), chat.Stamp("last"), chat.Index("reply/", "c")))
			s.wantList(0, lobbyShelf, chat.Range{Limit: 9}, chat.Record{Key: "last", Value: "3"},
				chat.Record{Key: "reply/" + chat.SeqKey(2), Value: "a"}, chat.Record{Key: "reply/" + chat.SeqKey(3), Value: "c"})
			for _, w := range []chat.Write{chat.Index("a", "1"), chat.Stamp("a")} {
				if err := s.node(0).Commit(s.ctx, lobbyShelf, chat.Commit{Do: []chat.Write{w}}); chat.CodeOf(err) != chat.CodeInvalid {
					s.Errorf("Commit(%v) = %v, want an error of CodeInvalid", w, err)
				}
			}
		},
	},
	{
		name: "a refused effect",
		rule: "effects over a limit are CodeInvalid, keep nothing and take no number; so is counting with what is no number",
		run: func(s *site) {
			s.commit(0, lobbyShelf, chat.Put("text", "ten"))
			commits := invalidCommits()
			commits["no number"] = chat.Commit{Do: []chat.Write{chat.Put("good", "1"), chat.Add("text", 1)}}
			long := strings.Repeat("k", chat.MaxRecordKey)
			commits["an index too long"] = chat.Commit{Do: []chat.Write{chat.Put("good", "1"), chat.Index(long[15:], "v")}}
			commits["an index of a long value"] = chat.Commit{Do: []chat.Write{chat.Index("i", strings.Repeat("v", chat.MaxRecordValue+1))}}
			commits["a stamp too long"] = chat.Commit{Do: []chat.Write{chat.Put("good", "1"), chat.Stamp(long + "k")}}
			for name, c := range commits {
				out := s.node(0).Append(s.ctx, chat.Lobby, []chat.Draft{with(draft(chat.Lobby, ada, name), c.If, c.Do...)})
				s.wantCode("Append with "+name, out[0].Err, chat.CodeInvalid)
			}
			if kept := s.append(0, batch(chat.Lobby, 1)...); kept[0].Seq != 1 {
				s.Errorf("Append after refusals: got seq %d, want 1", kept[0].Seq)
			}
			s.wantValues(1, lobbyShelf, []string{"good", "text"}, "", "ten")

			index := long[16:]
			s.append(0, with(draft(chat.Lobby, ada, "the longest"), nil, chat.Index(index, "v"), chat.Stamp(long)))
			s.wantValues(1, lobbyShelf, []string{index + chat.SeqKey(2), long}, "v", "2")
		},
	},
	{
		name: "a refusal among others",
		rule: "effects over a limit are refused alone, also for an id that is known, and the others of the call are not disturbed",
		run: func(s *site) {
			known := s.append(0, draft(chat.Lobby, ada, "known"))[0].Draft
			over := chat.Write{Key: "k", Op: chat.OpStamp + 1}
			out := s.node(0).Append(s.ctx, chat.Lobby, []chat.Draft{
				with(draft(chat.Lobby, ada, "one"), nil, chat.Add("n", 1)),
				with(draft(chat.Lobby, ada, "refused"), nil, chat.Add("n", 1), over),
				with(known, nil, over),
				with(draft(chat.Lobby, ada, "two"), nil, chat.Add("n", 1)),
			})
			for i, want := range []uint64{2, 0, 0, 3} {
				if want == 0 {
					s.wantCode(fmt.Sprintf("draft %d", i), out[i].Err, chat.CodeInvalid)
				} else if out[i].Err != nil || out[i].Entry.Seq != want {
					s.Errorf("draft %d: got seq %d, error %v, want seq %d", i, out[i].Entry.Seq, out[i].Err, want)
				}
			}
			s.wantValues(1, lobbyShelf, []string{"n"}, "2")
		},
	},
	{
		name: "many effects",
		rule: "one call is one step, also with effects in every draft",
		run: func(s *site) {
			const n = 300
			s.commit(0, lobbyShelf, chat.Put("m/ada", "member"))
			drafts := batch(chat.Lobby, n)
			for i := range drafts {
				drafts[i] = with(drafts[i], []chat.Record{{Key: "m/ada", Value: "member"}},
					chat.Add("count", 1), chat.Put(fmt.Sprintf("reply/%04d", i), "1"), chat.Max("max", int64(n-i)))
			}
			kept := s.append(0, drafts...)
			s.wantEntries("After", s.log(1, chat.Lobby), kept)
			s.wantValues(1, lobbyShelf, []string{"count", "max"}, strconv.Itoa(n), strconv.Itoa(n))
			if got, err := s.node(0).List(s.ctx, lobbyShelf, chat.Prefix("reply/", "", 1000)); err != nil || len(got) != n {
				s.Fatalf("List: got %d records, %v, want %d", len(got), err, n)
			}
		},
	},
	{
		name: "giving up on effects",
		rule: "after CodeUnavailable an append with its effects happened or not, never in half; appending the same draft again settles it",
		run: func(s *site) {
			store := s.node(0)
			for i := range 40 {
				ctx, cancel := context.WithTimeout(s.ctx, time.Duration(i*i)*2*time.Microsecond)
				n := strconv.Itoa(i)
				d := with(draft(chat.Lobby, ada, n), []chat.Record{{Key: "turn/" + n}}, chat.Put("turn/"+n, "1"), chat.Add("count", 1))
				store.Append(ctx, chat.Lobby, []chat.Draft{d})
				cancel()
				if out := store.Append(s.ctx, chat.Lobby, []chat.Draft{d}); out[0].Err != nil || out[0].Entry.Seq != uint64(i+1) {
					s.Fatalf("Append again after %d: got %+v", i, out)
				}
				s.wantValues(1, lobbyShelf, []string{"turn/" + n, "count"}, "1", strconv.Itoa(i+1))
			}
		},
	},
	{
		name: "no news of records",
		rule: "WatchShelf tells of commits and not of effects",
		run: func(s *site) {
			s.calm(func() bool {
				ear := newEar[chat.Record](s)
				defer s.watchShelf(1, lobbyShelf, ear.hear)()
				s.append(0, with(draft(chat.Lobby, ada, "one"), nil, chat.Add("effect", 1)))
				s.commit(0, lobbyShelf, chat.Put("commit", chat.NewID().String()))
				all, ok := ear.wait("the commit", func(all []chat.Record) bool { return len(all) > 0 })
				if ok && all[0].Key != "commit" {
					s.Errorf("watch: got %+v, want the commit only", all)
				}
				return ok
			})
		},
	},
}

// wantOutcomes appends drafts through node; want has the Seq of those that are
// kept, and 0 for those with ErrConflict.
func (s *site) wantOutcomes(node int, drafts []chat.Draft, want ...uint64) []chat.Appended {
	s.Helper()
	out := s.node(node).Append(s.ctx, drafts[0].Room, drafts)
	if len(out) != len(drafts) {
		s.Fatalf("Append: got %d outcomes, want %d", len(out), len(drafts))
	}
	for i, a := range out {
		switch {
		case want[i] == 0 && !errors.Is(a.Err, chat.ErrConflict):
			s.Fatalf("draft %d: got seq %d, error %v, want ErrConflict", i, a.Entry.Seq, a.Err)
		case want[i] != 0 && (a.Err != nil || a.Entry.Seq != want[i] || a.Entry.Effects != nil):
			s.Fatalf("draft %d: got %s, error %v, want seq %d without effects", i, show(a.Entry), a.Err, want[i])
		}
	}
	return out
}

func runEffectConditions(s *site) {
	s.commit(0, lobbyShelf, chat.Put("m/ada", "member"), chat.Put("m/boole", "muted"))
	member := func(id chat.PersonID) []chat.Record { return []chat.Record{{Key: "m/" + string(id), Value: "member"}} }
	absent := []chat.Record{{Key: "m/ada", Value: "member"}, {Key: "none", Value: ""}}
	one := with(draft(chat.Lobby, ada, "one"), member(ada), chat.Add("count", 1))
	two := with(draft(chat.Lobby, boole, "two"), member(boole), chat.Add("count", 1), chat.Put("refused", "1"))
	two.Effects.Erase = []uint64{1}
	three := draft(chat.Lobby, boole, "three")
	four := with(draft(chat.Lobby, ada, "four"), absent, chat.Add("count", 1))
	five := with(draft(chat.Lobby, ada, "five"), member("nobody"))
	six := with(draft(chat.Lobby, ada, "six"), nil)

	out := s.wantOutcomes(0, []chat.Draft{one, two, three, four, five, six}, 1, 0, 2, 3, 0, 4)
	kept := []chat.Entry{out[0].Entry, out[2].Entry, out[3].Entry, out[5].Entry}
	for i, text := range []string{"one", "three", "four", "six"} {
		if kept[i].Text != text {
			s.Errorf("Append: got %q, want %q", kept[i].Text, text)
		}
	}
	s.wantEntries("After", s.log(1, chat.Lobby), kept)
	s.wantValues(1, lobbyShelf, []string{"count", "refused"}, "2", "")
	if one.Effects == nil {
		s.Errorf("Append has changed its input")
	}

	// What was refused can be kept later, with the same id.
	s.wantOutcomes(1, []chat.Draft{two}, 0)
	s.commit(1, lobbyShelf, chat.Put("m/boole", "member"))
	two.Effects.Erase = nil
	s.wantOutcomes(1, []chat.Draft{two}, 5)
	s.wantValues(0, lobbyShelf, []string{"count", "refused"}, "3", "1")
}

func runEffectDuplicates(s *site) {
	once := []chat.Record{{Key: "joined", Value: ""}}
	join := with(draft(chat.Lobby, ada, "join"), once, chat.Put("joined", "1"), chat.Add("count", 1))
	kept := s.append(0, join)
	for node := range 2 {
		s.wantDuplicate(node, join, kept[0])
	}
	thief := join
	thief.Author = boole
	s.wantCode("Append", s.node(1).Append(s.ctx, chat.Lobby, []chat.Draft{thief})[0].Err, chat.CodeIDTaken)
	thief = with(thief, nil, chat.Add("count", 1))
	s.wantCode("Append", s.node(1).Append(s.ctx, chat.Lobby, []chat.Draft{thief})[0].Err, chat.CodeIDTaken)

	twice := with(draft(chat.Lobby, ada, "twice"), nil, chat.Add("count", 1))
	out := s.wantOutcomes(0, []chat.Draft{twice, join, twice}, 2, 1, 2)
	if out[0].Duplicate || !out[1].Duplicate || !out[2].Duplicate {
		s.Errorf("Append: got %+v, want the second and third as duplicates", out)
	}
	s.wantValues(1, lobbyShelf, []string{"count"}, "2")
}

func runEffectChain(s *site) {
	is := func(value string) []chat.Record { return []chat.Record{{Key: "state", Value: value}} }
	text := func(text string) chat.Draft { return draft(chat.Lobby, ada, text) }
	s.wantOutcomes(0, []chat.Draft{
		with(text("before"), is("1")),
		with(text("first"), is(""), chat.Put("state", "1"), chat.Add("n", 1)),
		with(text("second"), is("1"), chat.Put("state", "2"), chat.Add("n", 1)),
		with(text("refused"), is("1"), chat.Put("state", "3"), chat.Add("n", 1)),
		with(text("third"), is("2"), chat.Remove("state"), chat.Add("n", -2)),
		with(text("gone"), append(is(""), chat.Record{Key: "n"})),
		with(text("first again"), is(""), chat.Put("state", "1")),
	}, 0, 1, 2, 0, 3, 4, 5)
	s.wantList(1, lobbyShelf, chat.Range{Limit: 9}, chat.Record{Key: "state", Value: "1"})
}

func runEffectSameStep(s *site) {
	writer, reader := s.node(0), s.node(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 40 {
			drafts := []chat.Draft{
				with(draft(chat.Lobby, ada, "one"), nil, chat.Add("count", 1)),
				with(draft(chat.Lobby, ada, "two"), nil, chat.Add("count", 1)),
			}
			if out := writer.Append(s.ctx, chat.Lobby, drafts); out[1].Err != nil {
				s.Errorf("Append: %v", out[1].Err)
				return
			}
		}
	}()
	defer func() { <-done }()
	count := func() uint64 {
		got, err := reader.Get(s.ctx, lobbyShelf, "count")
		if err != nil {
			s.Fatalf("Get: %v", err)
		}
		return uint64(sum(got[0]))
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		least := s.head(1, chat.Lobby).Seq
		counted := count()
		most := s.head(1, chat.Lobby).Seq
		if counted < least || counted > most || counted%2 != 0 {
			s.Fatalf("got a count of %d between heads %d and %d, want what one step left", counted, least, most)
		}
	}
}

func runEffectRace(s *site) {
	const callers = 8
	stores := []chat.Store{s.node(0), s.node(1)}
	for round := range 15 {
		condition := []chat.Record{{Key: "round", Value: strconv.Itoa(round)}}
		if round == 0 {
			condition[0].Value = ""
		}
		outcomes := make([]chat.Appended, callers)
		var racing sync.WaitGroup
		for c := range callers {
			racing.Go(func() {
				d := with(draft(chat.Lobby, ada, "race"), condition, chat.Add("round", 1))
				outcomes[c] = stores[c%2].Append(s.ctx, chat.Lobby, []chat.Draft{d})[0]
			})
		}
		racing.Wait()
		kept := 0
		for _, a := range outcomes {
			switch {
			case a.Err == nil && a.Entry.Seq == uint64(round+1):
				kept++
			case !errors.Is(a.Err, chat.ErrConflict):
				s.Fatalf("Append: got %+v, want one kept and the others ErrConflict", outcomes)
			}
		}
		if kept != 1 || len(s.log(round%2, chat.Lobby)) != round+1 {
			s.Fatalf("round %d: got %d drafts kept, want 1", round, kept)
		}
	}
}
