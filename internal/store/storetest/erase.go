package storetest

import (
	"math"
	"slices"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

var eraseCases = []testCase{
	{
		name: "text and data",
		rule: "P4: an erased entry has no Text and no Data, and everything else as before, whoever asks and however",
		run:  runErase,
	},
	{
		name: "a duplicate of an erased entry",
		rule: "P3: the same author and id come back as the entry is now; appending it again brings nothing back",
		run: func(s *site) {
			d := full(chat.Lobby, ada, "secret")
			kept := s.append(0, d)
			s.erase(0, chat.Lobby, 1)
			for node := range 2 {
				s.wantDuplicate(node, d, erased(kept[0]))
			}
			s.wantEntries("After", s.log(1, chat.Lobby)[:1], []chat.Entry{erased(kept[0])})
			thief := d
			thief.Author = boole
			s.wantCode("Append", s.node(1).Append(s.ctx, chat.Lobby, []chat.Draft{thief})[0].Err, chat.CodeIDTaken)
		},
	},
	{
		name: "numbers that are not there",
		rule: "numbers that the room does not have are left alone, and an entry can be erased again",
		run: func(s *site) {
			kept := s.append(0, batch(chat.Lobby, 3)...)
			other := s.append(0, batch("other", 3)...)
			s.erase(1, chat.Lobby, 0, 2, 1000, 1<<63, math.MaxUint64, 2)
			s.erase(0, chat.Lobby, 2)
			kept[1] = erased(kept[1])
			s.wantEntries("After", s.log(0, chat.Lobby)[:3], kept)
			s.wantEntries("After in the other room", s.log(1, "other"), other)
		},
	},
	{
		name: "refused drafts erase nothing",
		rule: "a draft that is not kept, and one that is a duplicate, has no effects",
		run: func(s *site) {
			kept := s.append(0, batch(chat.Lobby, 2)...)
			refused := with(draft(chat.Lobby, ada, "refused"), []chat.Record{{Key: "none", Value: "1"}})
			refused.Effects.Erase = []uint64{1}
			again := kept[0].Draft
			again.Effects = &chat.Effects{Erase: []uint64{1, 2}}
			s.wantOutcomes(1, []chat.Draft{refused, again}, 0, 1)
			s.wantEntries("After", s.log(0, chat.Lobby), kept)
		},
	},
	{
		name: "many at once",
		rule: "one draft may erase as many entries as there are, wherever in the log they are",
		run: func(s *site) {
			const n = 700
			drafts := batch(chat.Lobby, n)
			for i := range drafts {
				drafts[i].Data = strings.Repeat("data ", i%10)
			}
			kept := s.append(0, drafts...)
			var numbers []uint64
			for i := range kept {
				if i%7 != 3 {
					kept[i] = erased(kept[i])
					numbers = append(numbers, kept[i].Seq)
				}
			}
			slices.Reverse(numbers)
			s.erase(0, chat.Lobby, numbers...)
			s.wantEntries("After", s.log(1, chat.Lobby)[:n], kept)
		},
	},
	{
		name: "an entry in the way",
		rule: "what is appended at the same time keeps its text",
		run: func(s *site) {
			kept := s.append(0, batch(chat.Lobby, 50)...)
			done := make(chan struct{})
			store := s.node(1)
			go func() {
				defer close(done)
				for _, e := range kept {
					d := draft(chat.Lobby, boole, "erases")
					d.Effects = &chat.Effects{Erase: []uint64{e.Seq}}
					if out := store.Append(s.ctx, chat.Lobby, []chat.Draft{d}); out[0].Err != nil {
						s.Errorf("Append: %v", out[0].Err)
					}
				}
			}()
			for range 50 {
				s.append(0, full(chat.Lobby, ada, "stays"))
			}
			<-done
			for i, e := range s.log(0, chat.Lobby) {
				if want := i >= len(kept); (e.Text != "") != want {
					s.Errorf("log: got %s, want its text there: %t", show(e), want)
				}
			}
		},
	},
}

// erase erases entries of room through node.
func (s *site) erase(node int, room chat.RoomID, numbers ...uint64) {
	s.Helper()
	d := draft(room, boole, "erases")
	d.Kind = chat.KindDelete
	d.Effects = &chat.Effects{Erase: numbers}
	s.append(node, d)
}

func runErase(s *site) {
	room := chat.RoomID("erase")
	kept := s.append(0, full(room, ada, "one"), full(room, boole, "two"), draft(room, ada, ""), full(room, ada, strings.Repeat("long", 5000)))
	s.erase(1, room, 1, 3, 4)
	want := []chat.Entry{erased(kept[0]), kept[1], kept[2], erased(kept[3])}
	for range 2 {
		for node := range 2 {
			s.wantEntries("After", s.log(node, room)[:4], want) // which checks the chain
			before, err := s.node(node).Before(s.ctx, room, 5, 10)
			if err != nil {
				s.Fatalf("Before: %v", err)
			}
			s.wantEntries("Before", before, want)
			picked, err := s.node(node).Pick(s.ctx, room, []uint64{4, 2, 1})
			if err != nil {
				s.Fatalf("Pick: %v", err)
			}
			s.wantEntries("Pick", picked, []chat.Entry{want[3], want[1], want[0]})
		}
		s.restart()
	}
	if next := s.append(0, draft(room, ada, "next")); next[0].Cursor != s.head(1, room) || next[0].Seq != 6 {
		s.Errorf("Append after erasing: got %s, want seq 6", show(next[0]))
	}
}
