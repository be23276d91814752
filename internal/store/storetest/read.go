package storetest

import (
	"math"
	"strings"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

var readCases = []testCase{
	{
		name: "after and before",
		rule: "After returns up to limit entries above seq, Before the last limit entries below it, both ascending; 0 and the largest number are edges like any other",
		run:  runAfterBefore,
	},
	{
		name: "an empty room",
		rule: "a room that has no entries is not an error",
		run: func(s *site) {
			s.append(0, batch("other", 2)...)
			for _, seq := range []uint64{0, 1, math.MaxUint64} {
				after, err := s.node(0).After(s.ctx, chat.Lobby, seq, 10)
				if err != nil || len(after) != 0 {
					s.Errorf("After %d: got %v, %v, want nothing", seq, after, err)
				}
				before, err := s.node(0).Before(s.ctx, chat.Lobby, seq, 10)
				if err != nil || len(before) != 0 {
					s.Errorf("Before %d: got %v, %v, want nothing", seq, before, err)
				}
			}
			if head := s.head(0, chat.Lobby); head != (chat.Cursor{}) {
				s.Errorf("Head: got %+v, want the zero Cursor", head)
			}
		},
	},
	{
		name: "head",
		rule: "Head is the cursor of the newest entry, on every node, from the moment of its ack",
		run: func(s *site) {
			for i := range 5 {
				kept := s.append(i%2, batch(chat.Lobby, 1+i)...)
				for node := range 2 {
					if got, want := s.head(node, chat.Lobby), kept[i].Cursor; got != want {
						s.Fatalf("Head on node %d: got %+v, want %+v", node, got, want)
					}
				}
			}
		},
	},
	{
		name: "any bytes",
		rule: "Author, Name, Text, Subject and Data come back byte for byte",
		run:  runAnyBytes,
	},
	{
		name: "restart",
		rule: "P1: what was acknowledged is there after a restart, and the chain goes on",
		run: func(s *site) {
			kept := s.append(0, batch(chat.Lobby, 5)...)
			s.restart()
			s.wantEntries("After", s.log(0, chat.Lobby), kept)
			kept = append(kept, s.append(0, batch(chat.Lobby, 2)...)...)
			s.restart()
			s.wantEntries("After", s.log(1, chat.Lobby), kept)
		},
	},
	{
		name: "reading while writing",
		rule: "P4: a reader at any moment sees a prefix of the log without holes, and never less than what was acknowledged before",
		run:  runReadWhileWriting,
	},
}

func runAfterBefore(s *site) {
	// Enough to span several chunks of whatever a store cuts its history into.
	const n = 300
	var kept []chat.Entry
	for range 3 {
		kept = append(kept, s.append(0, batch(chat.Lobby, n/3)...)...)
	}
	for _, c := range []struct {
		seq    uint64
		limit  int
		after  [2]int // expected part of kept, half open
		before [2]int
	}{
		{seq: 0, limit: 5, after: [2]int{0, 5}, before: [2]int{n - 5, n}},
		{seq: 0, limit: n, after: [2]int{0, n}, before: [2]int{0, n}},
		{seq: 0, limit: math.MaxInt32, after: [2]int{0, n}, before: [2]int{0, n}},
		{seq: 1, limit: 3, after: [2]int{1, 4}},
		{seq: 2, limit: 3, after: [2]int{2, 5}, before: [2]int{0, 1}},
		{seq: 100, limit: 50, after: [2]int{100, 150}, before: [2]int{49, 99}},
		{seq: 128, limit: 2, after: [2]int{128, 130}, before: [2]int{125, 127}},
		{seq: 129, limit: 128, after: [2]int{129, 257}, before: [2]int{0, 128}},
		{seq: 257, limit: 1, after: [2]int{257, 258}, before: [2]int{255, 256}},
		{seq: n - 1, limit: 10, after: [2]int{n - 1, n}, before: [2]int{n - 12, n - 2}},
		{seq: n, limit: 10, before: [2]int{n - 11, n - 1}},
		{seq: n + 1, limit: 10, before: [2]int{n - 10, n}},
		{seq: n + 500, limit: 10, before: [2]int{n - 10, n}},
		{seq: math.MaxInt64, limit: 10, before: [2]int{n - 10, n}},
		{seq: math.MaxInt64 + 1, limit: 10, before: [2]int{n - 10, n}},
		{seq: math.MaxUint64, limit: 10, before: [2]int{n - 10, n}},
		{seq: 50, limit: 0},
		{seq: 50, limit: -1},
		{seq: 0, limit: -1},
	} {
		after, err := s.node(0).After(s.ctx, chat.Lobby, c.seq, c.limit)
		if err != nil {
			s.Fatalf("After %d limit %d: %v", c.seq, c.limit, err)
		}
		s.wantEntries("After", after, kept[c.after[0]:c.after[1]])
		before, err := s.node(1).Before(s.ctx, chat.Lobby, c.seq, c.limit)
		if err != nil {
			s.Fatalf("Before %d limit %d: %v", c.seq, c.limit, err)
		}
		s.wantEntries("Before", before, kept[c.before[0]:c.before[1]])
	}
}

// anyBytes is text that encodings, terminators and normalisers like to change.
var anyBytes = []string{
	"",
	" leading and trailing ",
	"line\nbreak\r\ntab\t",
	"\x00",
	"NUL in \x00 the \x00 middle",
	"ends with NUL\x00",
	"not UTF-8: \xff\xfe\xed\xa0\x80 \xc3",
	"e\u0301 is not \u00e9",
	"\u202eright to left\u202c \u200b\ufeff",
	"👩‍👩‍👧‍👦 家族 🇫🇷",
	`quotes ' " \ %s $1 ? {} :: -- ;`,
	"18446744073709551616",
	strings.Repeat("\U0010ffff", 4000),
}

func runAnyBytes(s *site) {
	var drafts []chat.Draft
	for _, text := range anyBytes {
		d := draft(chat.Lobby, chat.PersonID(text), text)
		d.Name, d.Subject, d.Data = text, chat.PersonID(text), text
		if len(text) > 100 {
			d.Author, d.Name, d.Subject = ada, text[:128], boole
		}
		drafts = append(drafts, d)
	}
	drafts[0].ID = chat.ID{} // nil UUID: bytes that are all NUL
	for i := range drafts[1].ID {
		drafts[1].ID[i] = 0xff
	}
	kept := s.append(0, drafts...)
	for i, e := range kept {
		if want := (chat.Entry{Draft: drafts[i], Cursor: e.Cursor}); !sameEntry(e, want) {
			s.Errorf("Append: got %s, want %s", show(e), show(want))
		}
	}
	s.wantEntries("After", s.log(1, chat.Lobby), kept)
	for i, d := range drafts {
		s.wantDuplicate(1, d, kept[i])
	}
}

func runReadWhileWriting(s *site) {
	writer, reader := s.node(0), s.node(1)
	var mu sync.Mutex
	var acked uint64 // guarded by mu
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		defer close(done)
		for range 40 {
			out := writer.Append(s.ctx, chat.Lobby, batch(chat.Lobby, 3))
			if out[2].Err != nil {
				s.Errorf("Append: %v", out[2].Err)
				return
			}
			mu.Lock()
			acked = out[2].Entry.Seq
			mu.Unlock()
		}
	})
	defer wg.Wait()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		mu.Lock()
		least := acked
		mu.Unlock()
		got, err := reader.After(s.ctx, chat.Lobby, 0, 1<<20)
		if err != nil {
			s.Fatalf("After: %v", err)
		}
		if err := checkChain(chat.Cursor{}, got); err != nil {
			s.Fatalf("After: %v", err)
		}
		if uint64(len(got)) < least || len(got)%3 != 0 {
			s.Fatalf("After: got %d entries, want at least the %d acknowledged and whole calls of 3", len(got), least)
		}
	}
}
