package storetest

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var logCases = []testCase{
	{
		name: "numbers without holes",
		rule: "P2: seq continues 1, 2, 3 … and fp is chat.Cursor.Next, over calls of every size",
		run: func(s *site) {
			var kept []chat.Entry
			for _, n := range []int{1, 3, 1, 10, 2} {
				kept = append(kept, s.append(len(kept)%2, batch(chat.Lobby, n)...)...)
			}
			if err := checkChain(chat.Cursor{}, kept); err != nil {
				s.Fatalf("Append: %v", err)
			}
			s.wantEntries("After", s.log(0, chat.Lobby), kept)
			s.wantEntries("After on the other node", s.log(1, chat.Lobby), kept)
		},
	},
	{
		name: "an entry is its draft",
		rule: "Append keeps the drafts in the order given; everything comes back byte for byte, At to the millisecond",
		run: func(s *site) {
			d := draft(chat.Lobby, ada, "hello")
			d.Kind = 250
			d.Ref, d.Thread, d.Subject, d.Data = math.MaxUint64, 1<<63-1, boole, `{"data": 1}`
			d.At = draftTime.Add(999 * time.Microsecond).In(time.FixedZone("far", 5*3600))
			want := d
			want.At = draftTime
			got := s.append(0, d)
			s.wantEntries("Append", got, []chat.Entry{{Draft: want, Cursor: chat.Cursor{}.Next(d.ID)}})
			s.wantEntries("After", s.log(0, chat.Lobby), got)
		},
	},
	{
		name: "rooms are apart",
		rule: "P2: every room counts for itself, also where one id begins like the other or is 64 bytes long",
		run: func(s *site) {
			for _, room := range []chat.RoomID{"a", "a-", "a-1", "a-10", "0", "-", chat.RoomID(strings.Repeat("z", 64))} {
				kept := s.append(0, batch(room, 2)...)
				s.wantEntries(string(room), s.log(1, room), kept)
			}
		},
	},
	{
		name: "no such room can be",
		rule: "a room that there cannot be is CodeInvalid and keeps nothing",
		run: func(s *site) {
			for _, room := range []chat.RoomID{"", "A", "a b", "{a}", "a\x00", "~ada", "é", chat.RoomID(strings.Repeat("z", 65))} {
				for _, a := range s.node(0).Append(s.ctx, room, batch(room, 2)) {
					s.wantCode(fmt.Sprintf("Append to %q", room), a.Err, chat.CodeInvalid)
				}
			}
		},
	},
	{
		name: "a duplicate is the first entry",
		rule: "P3: the same author and id come back as first kept, with Duplicate set, whatever else has changed, and take no number",
		run: func(s *site) {
			first := draft(chat.Lobby, ada, "first")
			kept := s.append(0, first)
			again := first
			again.Text, again.Name, again.At = "second", "Other", draftTime.Add(time.Hour)
			s.wantDuplicate(0, again, kept[0])
			s.wantDuplicate(1, again, kept[0])
			s.append(0, draft(chat.Lobby, ada, "next"))
			s.wantDuplicate(1, first, kept[0])
			s.restart()
			s.wantDuplicate(0, first, kept[0])
			if got := s.head(0, chat.Lobby).Seq; got != 2 {
				s.Fatalf("Head: got seq %d, want 2", got)
			}
		},
	},
	{
		name: "another author's id is refused",
		rule: "an ID that an entry of another author in the room has is refused with ErrIDTaken and takes no number",
		run: func(s *site) {
			kept := s.append(0, draft(chat.Lobby, ada, "mine"))
			thief := kept[0].Draft
			thief.Author = boole
			for node := range 2 {
				out := s.node(node).Append(s.ctx, chat.Lobby, []chat.Draft{thief})
				if len(out) != 1 || out[0].Duplicate {
					s.Fatalf("Append: got %+v, want one refusal", out)
				}
				s.wantCode("Append", out[0].Err, chat.CodeIDTaken)
			}
			s.wantEntries("After", s.log(0, chat.Lobby), kept)
			next := s.append(1, draft(chat.Lobby, boole, "next"))
			if next[0].Seq != 2 {
				s.Fatalf("Append after a refusal: got seq %d, want 2", next[0].Seq)
			}
		},
	},
	{
		name: "an id belongs to one room",
		rule: "P3 speaks of (Room, Author, ID): the same id in another room is another entry",
		run: func(s *site) {
			d := draft("one", ada, "here")
			one := s.append(0, d)
			d.Room, d.Author = "two", boole
			two := s.append(0, d)
			s.wantEntries("one", s.log(0, "one"), one)
			s.wantEntries("two", s.log(0, "two"), two)
		},
	},
	{
		name: "a mixed call",
		rule: "each draft has its own outcome, in the order given; the same id twice in one call is one entry",
		run:  runMixedCall,
	},
	{
		name: "nothing to keep",
		rule: "no drafts is no step and no outcome",
		run: func(s *site) {
			if out := s.node(0).Append(s.ctx, chat.Lobby, nil); len(out) != 0 {
				s.Fatalf("Append: got %d outcomes, want none", len(out))
			}
			if head := s.head(0, chat.Lobby); head != (chat.Cursor{}) {
				s.Fatalf("Head: got %+v, want the zero Cursor", head)
			}
		},
	},
	{
		name: "a large call",
		rule: "one call is one step, also with 1,000 of the longest messages",
		run: func(s *site) {
			drafts := batch(chat.Lobby, 1000)
			for i := range drafts {
				drafts[i].Text = fmt.Sprintf("%04d", i) + strings.Repeat("é", 3996)
			}
			kept := s.append(0, drafts...)
			s.wantEntries("After", s.log(0, chat.Lobby), kept)
			for i, a := range s.node(0).Append(s.ctx, chat.Lobby, drafts) {
				if !a.Duplicate || a.Err != nil || !sameEntry(a.Entry, kept[i]) {
					s.Fatalf("Append again: draft %d: got %s, %v", i, show(a.Entry), a.Err)
				}
			}
		},
	},
	{
		name: "many appenders",
		rule: "P2: appends from all nodes make one order without holes; what one call keeps are neighbours; an append that waited for another is behind it",
		run:  runManyAppenders,
	},
	{
		name: "many retries of one draft",
		rule: "P3: the same draft from all nodes at once is one entry, and everybody is told the same",
		run:  runManyRetries,
	},
}

func (s *site) wantDuplicate(node int, d chat.Draft, want chat.Entry) {
	s.Helper()
	out := s.node(node).Append(s.ctx, d.Room, []chat.Draft{d})
	if len(out) != 1 || out[0].Err != nil || !out[0].Duplicate || !sameEntry(out[0].Entry, want) {
		s.Fatalf("Append again on node %d: got %+v, want the duplicate %s", node, out, show(want))
	}
}

func runMixedCall(s *site) {
	old := s.append(0, batch(chat.Lobby, 3)...)
	fresh, twice := draft(chat.Lobby, ada, "fresh"), draft(chat.Lobby, ada, "twice")
	stolen, stolenTwice := old[2].Draft, twice
	stolen.Author, stolenTwice.Author = boole, boole
	last := draft(chat.Lobby, boole, "last")

	out := s.node(1).Append(s.ctx, chat.Lobby, []chat.Draft{
		old[1].Draft, fresh, stolen, twice, twice, stolenTwice, last, old[0].Draft,
	})
	if len(out) != 8 {
		s.Fatalf("Append: got %d outcomes, want 8", len(out))
	}
	for i, want := range []struct {
		seq       uint64
		duplicate bool
		code      chat.Code
	}{
		{seq: 2, duplicate: true}, {seq: 4}, {code: chat.CodeIDTaken}, {seq: 5},
		{seq: 5, duplicate: true}, {code: chat.CodeIDTaken}, {seq: 6}, {seq: 1, duplicate: true},
	} {
		if want.code != "" {
			s.wantCode(fmt.Sprintf("draft %d", i), out[i].Err, want.code)
			continue
		}
		if out[i].Err != nil || out[i].Duplicate != want.duplicate || out[i].Entry.Seq != want.seq {
			s.Fatalf("draft %d: got seq %d duplicate %t error %v, want seq %d duplicate %t",
				i, out[i].Entry.Seq, out[i].Duplicate, out[i].Err, want.seq, want.duplicate)
		}
	}
	s.wantEntries("After", s.log(0, chat.Lobby),
		append(old, out[1].Entry, out[3].Entry, out[6].Entry))
}

func runManyAppenders(s *site) {
	const appenders, calls = 8, 15
	stores := []chat.Store{s.node(0), s.node(1)}
	kept := make([][][]chat.Entry, appenders)
	var wg sync.WaitGroup
	for a := range appenders {
		wg.Go(func() {
			for c := range calls {
				out := stores[a%2].Append(s.ctx, chat.Lobby, batch(chat.Lobby, 1+(a+c)%4))
				entries := make([]chat.Entry, len(out))
				for i := range out {
					if entries[i] = out[i].Entry; out[i].Err != nil {
						s.Errorf("Append: %v", out[i].Err)
						return
					}
				}
				kept[a] = append(kept[a], entries)
			}
		})
	}
	wg.Wait()

	log := s.log(0, chat.Lobby)
	total := 0
	for a := range kept {
		last := uint64(0)
		for _, call := range kept[a] {
			if call[0].Seq <= last {
				s.Fatalf("appender %d: seq %d after %d", a, call[0].Seq, last)
			}
			last = call[len(call)-1].Seq
			total += len(call)
			if last > uint64(len(log)) {
				s.Fatalf("appender %d: got seq %d in a log of %d", a, last, len(log))
			}
			s.wantEntries("one call", log[call[0].Seq-1:call[0].Seq-1+uint64(len(call))], call)
		}
	}
	if len(log) != total {
		s.Fatalf("log: got %d entries, want %d", len(log), total)
	}
}

func runManyRetries(s *site) {
	stores := []chat.Store{s.node(0), s.node(1)}
	for range 20 {
		d := draft(chat.Lobby, ada, "again")
		outcomes := make([]chat.Appended, 8)
		var wg sync.WaitGroup
		for i := range outcomes {
			wg.Go(func() { outcomes[i] = stores[i%2].Append(s.ctx, chat.Lobby, []chat.Draft{d})[0] })
		}
		wg.Wait()
		first := 0
		for _, o := range outcomes {
			if o.Err != nil {
				s.Fatalf("Append: %v", o.Err)
			}
			if !sameEntry(o.Entry, outcomes[0].Entry) {
				s.Fatalf("Append: got %s and %s for one draft", show(o.Entry), show(outcomes[0].Entry))
			}
			if !o.Duplicate {
				first++
			}
		}
		if first != 1 {
			s.Fatalf("one draft eight times: got %d entries that are no duplicate, want 1", first)
		}
	}
	if got := len(s.log(0, chat.Lobby)); got != 20 {
		s.Fatalf("log: got %d entries, want 20", got)
	}
}
