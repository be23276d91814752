package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// The people of the suite.
const (
	ada   chat.PersonID = "ada"
	boole chat.PersonID = "boole"
)

var draftTime = time.UnixMilli(1_750_000_000_123).UTC()

// draft makes a draft with an id of its own.
func draft(room chat.RoomID, author chat.PersonID, text string) chat.Draft {
	return chat.Draft{
		Room:   room,
		ID:     chat.NewID(),
		Kind:   chat.KindMessage,
		Author: author,
		Name:   "Name of " + string(author),
		Text:   text,
		At:     draftTime,
	}
}

// full makes a draft that has every field.
func full(room chat.RoomID, author chat.PersonID, text string) chat.Draft {
	d := draft(room, author, text)
	d.Ref, d.Thread, d.Subject, d.Data = 7, 3, boole, `{"of":"`+text+`"}`
	return d
}

// with gives d the effects of doing do where all of conditions hold.
func with(d chat.Draft, conditions []chat.Record, do ...chat.Write) chat.Draft {
	d.Effects = &chat.Effects{Commit: chat.Commit{If: conditions, Do: do}}
	return d
}

// batch makes n drafts of ada's.
func batch(room chat.RoomID, n int) []chat.Draft {
	drafts := make([]chat.Draft, n)
	for i := range drafts {
		drafts[i] = draft(room, ada, fmt.Sprintf("line %d of %d", i+1, n))
	}
	return drafts
}

// append keeps drafts through node and fails unless all of them are kept.
func (s *site) append(node int, drafts ...chat.Draft) []chat.Entry {
	s.Helper()
	if len(drafts) == 0 {
		return nil
	}
	out := s.node(node).Append(s.ctx, drafts[0].Room, drafts)
	if len(out) != len(drafts) {
		s.Fatalf("Append: got %d outcomes, want %d", len(out), len(drafts))
	}
	entries := make([]chat.Entry, len(out))
	for i, a := range out {
		if a.Err != nil {
			s.Fatalf("Append: draft %d: %v", i, a.Err)
		}
		if a.Duplicate {
			s.Fatalf("Append: draft %d: a new id came back as a duplicate", i)
		}
		entries[i] = a.Entry
	}
	return entries
}

// log reads the whole of room through node and checks its numbers and chain.
func (s *site) log(node int, room chat.RoomID) []chat.Entry {
	s.Helper()
	entries, err := s.node(node).After(s.ctx, room, 0, 1<<20)
	if err != nil {
		s.Fatalf("After: %v", err)
	}
	if err := checkChain(chat.Cursor{}, entries); err != nil {
		s.Fatalf("log of %s: %v", room, err)
	}
	return entries
}

func (s *site) head(node int, room chat.RoomID) chat.Cursor {
	s.Helper()
	head, err := s.node(node).Head(s.ctx, room)
	if err != nil {
		s.Fatalf("Head: %v", err)
	}
	return head
}

// checkChain reports the first entry that does not continue the ones before.
func checkChain(at chat.Cursor, entries []chat.Entry) error {
	for i, e := range entries {
		if at = at.Next(e.ID); e.Cursor != at {
			return fmt.Errorf("entry %d: got cursor %d/%s, want %d/%s", i, e.Seq, e.FP, at.Seq, at.FP)
		}
	}
	return nil
}

// sameEntry compares entries as two holders of them would: the moment of At,
// not how its location is represented.
func sameEntry(a, b chat.Entry) bool {
	if !a.At.Equal(b.At) {
		return false
	}
	a.At, b.At = time.Time{}, time.Time{}
	return a == b
}

func (s *site) wantEntries(what string, got, want []chat.Entry) {
	s.Helper()
	if len(got) != len(want) {
		s.Fatalf("%s: got %d entries %v, want %d %v", what, len(got), seqs(got), len(want), seqs(want))
	}
	for i := range got {
		if !sameEntry(got[i], want[i]) {
			s.Fatalf("%s: entry %d: got %s, want %s", what, i, show(got[i]), show(want[i]))
		}
	}
}

func (s *site) wantCode(what string, err error, want chat.Code) {
	s.Helper()
	if err == nil || !errors.Is(err, &chat.Error{Code: want}) {
		s.Fatalf("%s: got error %v, want code %q", what, err, want)
	}
}

// seqs is the numbers of entries, the first and last few of many.
func seqs(entries []chat.Entry) []uint64 {
	var numbers []uint64
	for i, e := range entries {
		if i < 8 || i >= len(entries)-8 {
			numbers = append(numbers, e.Seq)
		}
	}
	return numbers
}

func show(e chat.Entry) string {
	return fmt.Sprintf("{%d/%s id %s kind %d ref %d thread %d by %.40q (%.40q) of %.40q at %d: %.40q (%d bytes) %.40q (%d bytes) %v}",
		e.Seq, e.FP, e.ID, e.Kind, e.Ref, e.Thread, e.Author, e.Name, e.Subject, e.At.UnixMilli(),
		e.Text, len(e.Text), e.Data, len(e.Data), e.Effects)
}
