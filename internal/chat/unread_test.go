package chat_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// mustSay says something on the first node.
func (s *saga) mustSay(a chat.Actor, n chat.NewMessage) chat.Entry {
	s.t.Helper()
	type fate struct {
		entry chat.Entry
		err   error
	}
	done := make(chan fate, 1)
	s.nodes[0].messages.Send(s.t.Context(), a, s.room, n, func(e chat.Entry, err error) { done <- fate{e, err} })
	f := <-done
	s.must(f.err)
	return f.entry
}

func (s *saga) says(a chat.Actor, text string) chat.Entry {
	s.t.Helper()
	return s.mustSay(a, chat.NewMessage{Text: text})
}

// wantCount checks what a has not seen, as the second node counts it.
func (s *saga) wantCount(what string, a chat.Actor, unread, mentions int) {
	s.t.Helper()
	counts, err := s.nodes[1].desks.Counts(s.t.Context(), a, []chat.RoomID{s.room})
	s.must(err)
	if got := counts[s.room]; got.Unread != unread || got.Mentions != mentions {
		s.t.Errorf("%s: %d unread and %d mentions, want %d and %d", what, got.Unread, got.Mentions, unread, mentions)
	}
}

func TestDesks_Counts(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mod, mia, ann := s.cast[0], s.cast[1], s.cast[2], s.cast[3]
		first := s.says(owner, "Good morning, @Mia")
		s.wantCount("one message", mia, 1, 1)
		s.wantCount("one's own message", owner, 0, 0)
		answer := s.mustSay(mod, chat.NewMessage{Text: "@mia, @here: look", Thread: first.Seq})
		s.wantCount("a reply in a thread only mentions", mia, 1, 2)
		s.says(ann, "@all hello")
		s.wantCount("a call", mia, 2, 3)
		if _, err := s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), first.Seq, "Good morning"); err != nil {
			t.Fatal(err)
		}
		s.wantCount("an edit takes a mention away", mia, 2, 2)
		if _, err := s.nodes[0].messages.Delete(t.Context(), mod, s.room, chat.NewID(), answer.Seq); err != nil {
			t.Fatal(err)
		}
		s.wantCount("a deletion takes a mention away", mia, 2, 1)
		s.must(s.nodes[0].desks.Block(t.Context(), mia, ann.ID))
		s.wantCount("somebody blocked", mia, 1, 0)
		late := s.member("Late")
		s.join(s.room, late)
		s.wantCount("who has just come in", late, 0, 0)
		last := s.says(owner, "welcome")
		s.wantCount("who was there when it was said", late, 1, 0)
		got, err := s.nodes[0].desks.Read(t.Context(), mia, s.room, 0, first.Seq)
		s.must(err)
		if got.Read != first.Seq || got.Unread != 1 {
			t.Errorf("read the first: %+v", got)
		}
		got, err = s.nodes[0].desks.Read(t.Context(), mia, s.room, 0, 1)
		s.must(err)
		if got.Read != first.Seq {
			t.Errorf("reading went back to %d", got.Read)
		}
		got, err = s.nodes[0].desks.Read(t.Context(), mia, s.room, 0, last.Seq+1000)
		s.must(err)
		if got.Read != last.Seq || got.Unread != 0 {
			t.Errorf("read beyond the end: %+v, want up to %d", got, last.Seq)
		}
		s.says(ann, "more")
		s.says(mia, "I am up to date")
		s.wantCount("who speaks has read", mia, 0, 0)
	})
}

func TestDesks_Counts_manyEntries(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	owner, mod, mia := s.cast[0], s.cast[1], s.cast[2]
	first := s.says(owner, "@Mia the very first")
	for range 98 {
		s.says(owner, "x")
	}
	s.wantCount("99 messages", mia, 99, 1)
	s.reactTo(first.Seq, mod, 1100)
	s.wantCount("behind many reactions", mia, 99, 1)
	for range 50 {
		s.says(owner, "x")
	}
	s.flush()
	s.wantCount("more than are counted", mia, 100, 1)
}

func TestDesks_Counts_mentionsFarBack(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mod, mia, ann := s.cast[0], s.cast[1], s.cast[2], s.cast[3]
		late := s.member("Late")
		s.says(owner, "@Mia and @Late, before anybody came")
		s.join(s.room, late)
		both := s.says(owner, "@Mia and @all")
		edited := s.says(owner, "@Mia")
		deleted := s.says(owner, "@Mia")
		s.says(ann, "@Mia")
		later := s.says(owner, "nobody")
		for range 150 {
			s.says(mod, "x")
		}
		s.flush()
		s.wantCount("all of them", mia, 100, 5)
		s.wantCount("what was said before one came in", late, 100, 1)
		for seq, text := range map[uint64]string{edited.Seq: "nobody", later.Seq: "@Mia", both.Seq: "@all, @Mia"} {
			s.must(second(s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), seq, text)))
		}
		s.must(second(s.nodes[0].messages.Delete(t.Context(), owner, s.room, chat.NewID(), deleted.Seq)))
		s.must(s.nodes[0].desks.Block(t.Context(), mia, ann.ID))
		for range 150 {
			s.says(mod, "x")
		}
		s.flush()
		s.wantCount("edited, deleted and of somebody blocked", mia, 100, 3)
	})
}

// forgetful is a store that loses what is written to the shelves of people, as
// a crash right after an append does.
type forgetful struct {
	chat.Store
	on atomic.Bool
}

func (f *forgetful) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if f.on.Load() && strings.HasPrefix(string(shelf), "p:") {
		return nil
	}
	return f.Store.Commit(ctx, shelf, c)
}

func TestDesks_whatACrashHasTakenIsFoundInTheLog(t *testing.T) {
	store := &forgetful{Store: openStore(t)}
	s := newSaga(t, newHouse(t, store), 1)
	owner, mia := s.cast[0], s.cast[2]
	before := s.says(owner, "hello")
	store.on.Store(true)
	said := s.says(mia, "here I am")
	named := s.says(owner, "@Mia, are you there?")
	s.flush()
	store.on.Store(false)
	mentions := func() []uint64 {
		s.t.Helper()
		list, _, err := s.nodes[1].desks.Mentions(t.Context(), mia, "", 10)
		s.must(err)
		var seqs []uint64
		for _, m := range list {
			seqs = append(seqs, m.Seq)
		}
		return seqs
	}
	if got := mentions(); got != nil {
		t.Fatalf("the mention was not lost: %v", got)
	}
	s.wantCount("without a marker and a mention", mia, 1, 1)
	s.clock.pass(time.Hour)
	s.wantCount("later", mia, 1, 1)
	s.flush()
	if got, want := mentions(), []uint64{named.Seq}; !slices.Equal(got, want) {
		t.Errorf("mentions after the repair: %v, want %v", got, want)
	}
	marks, err := s.store.Get(t.Context(), chat.PersonShelf(mia.ID), "read/"+string(s.room))
	s.must(err)
	if got, want := marks[0], fmt.Sprint(said.Seq); got != want {
		t.Errorf("the read marker after the repair is %q, want %q (and %d was before it)", got, want, before.Seq)
	}
}

// sulking is a store that does not answer the next few writes to the shelves of
// people, as while it restarts.
type sulking struct {
	chat.Store
	left atomic.Int32
}

func (s *sulking) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if strings.HasPrefix(string(shelf), "p:") && s.left.Add(-1) >= 0 {
		return chat.Unavailable(errOff)
	}
	return s.Store.Commit(ctx, shelf, c)
}

func TestDesks_whatFollowsFromAMessageOutlastsTheStoresRestart(t *testing.T) {
	store := &sulking{Store: openStore(t)}
	s := newSaga(t, newHouse(t, store), 1)
	owner, mia := s.cast[0], s.cast[2]
	s.flush()
	store.left.Store(3)
	named := s.says(owner, "@Mia, are you there?")
	s.flush()
	if left := store.left.Load(); left >= 0 {
		t.Fatalf("%d writes were not refused", left)
	}
	list, _, err := s.nodes[1].desks.Mentions(t.Context(), mia, "", 10)
	s.must(err)
	if len(list) != 1 || list[0].Seq != named.Seq {
		t.Errorf("mentions %v, want %d", list, named.Seq)
	}
	marks, err := s.store.Get(t.Context(), chat.PersonShelf(owner.ID), "read/"+string(s.room))
	s.must(err)
	if got, want := marks[0], fmt.Sprint(named.Seq); got != want {
		t.Errorf("the author's read marker is %q, want %q", got, want)
	}
}

func TestDesks_Mentions(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	owner, mia := s.cast[0], s.cast[2]
	stranger := s.member("Stranger")
	s.room = s.create(owner, chat.RoomPrivate, "Cellar")
	s.must(s.rooms.Invite(t.Context(), owner, s.room, chat.ID{}, mia.ID))
	s.join(s.room, mia)
	var said []uint64
	for n := range 5 {
		said = append(said, s.says(owner, fmt.Sprintf("@Mia and @Stranger, number %d", n)).Seq)
		s.clock.pass(time.Second)
	}
	s.must(second(s.nodes[0].messages.Delete(t.Context(), owner, s.room, chat.NewID(), said[1])))
	s.must(second(s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), said[2], "nobody")))
	s.must(second(s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), said[3], "still @Mia")))
	s.flush()
	var got []uint64
	for cursor := ""; ; {
		list, next, err := s.nodes[1].desks.Mentions(t.Context(), mia, cursor, 2)
		s.must(err)
		for _, m := range list {
			got = append(got, m.Seq)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if want := []uint64{said[4], said[3], said[0]}; !slices.Equal(got, want) {
		t.Errorf("mentions: %v, want %v", got, want)
	}
	if list, _, err := s.nodes[0].desks.Mentions(t.Context(), stranger, "", 10); err != nil || len(list) != 0 {
		t.Errorf("a stranger learns of %v (%v)", list, err)
	}
	s.must(s.nodes[0].desks.Save(t.Context(), mia, s.room, said[0]))
	s.must(s.rooms.Remove(t.Context(), owner, s.room, chat.ID{}, mia.ID, ""))
	for what, read := range map[string]func(context.Context, chat.Actor, string, int) ([]chat.Message, string, error){
		"mentions": s.nodes[0].desks.Mentions, "saved": s.nodes[0].desks.Saved,
	} {
		if list, _, err := read(t.Context(), mia, "", 10); err != nil || len(list) != 0 {
			t.Errorf("%s after being removed: %v (%v)", what, list, err)
		}
	}
}

// Whoever has blocked somebody is not called by them, neither by a message nor
// by an edit of it, and nobody learns of it from the entry.
func TestDesks_Mentions_notByTheBlocked(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia, ann := s.cast[2], s.cast[3]
	desks := s.nodes[0].desks
	check := func(what string, want int) {
		t.Helper()
		s.flush()
		list, _, err := desks.Mentions(t.Context(), mia, "", 10)
		s.must(err)
		counts, err := desks.Counts(t.Context(), mia, []chat.RoomID{s.room})
		s.must(err)
		if got := counts[s.room].Mentions; len(list) != want || got != want {
			t.Errorf("%s: %d mentions in the list and %d counted, want %d", what, len(list), got, want)
		}
	}
	s.must(desks.Block(t.Context(), mia, ann.ID))
	e := s.says(ann, "@Mia, can you hear me?")
	edited := s.says(ann, "can you hear me?")
	s.must(second(s.nodes[0].messages.Edit(t.Context(), ann, s.room, chat.NewID(), edited.Seq, "can you hear me, @Mia?")))
	check("by somebody who is blocked", 0)
	told, err := s.nodes[0].messages.Message(t.Context(), ann, s.room, e.Seq)
	if s.must(err); !slices.Equal(told.Mentions, []chat.PersonID{mia.ID}) {
		t.Errorf("the message mentions %v, want as if nobody was blocked", told.Mentions)
	}
	s.must(desks.Unblock(t.Context(), mia, ann.ID))
	s.says(ann, "@Mia, and now?")
	s.flush()
	if list, _, err := desks.Mentions(t.Context(), mia, "", 10); err != nil || len(list) != 1 {
		t.Errorf("after the block: %d mentions (%v), want 1", len(list), err)
	}
}
