package chat_test

import (
	"slices"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Whoever follows a thread learns from the entry alone that it is about the
// thread, whoever has done what to which of its messages.
func TestMessages_whatIsDoneInAThreadNamesIt(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia := s.cast[0], s.cast[2]
		ctx, m := t.Context(), s.nodes[0].messages
		root := s.says(owner, "the root")
		say := func(by chat.Actor) uint64 {
			return s.mustSay(by, chat.NewMessage{Text: "a reply", Thread: root.Seq}).Seq
		}
		acts := []struct {
			name string
			kind chat.Kind
			do   func(seq uint64) error
		}{
			{"edit", chat.KindEdit, func(seq uint64) error { return second(m.Edit(ctx, mia, s.room, chat.NewID(), seq, "other words")) }},
			{"react", chat.KindReact, func(seq uint64) error { return second(m.React(ctx, owner, s.room, chat.NewID(), seq, "👍")) }},
			{"unreact", chat.KindUnreact, func(seq uint64) error { return second(m.Unreact(ctx, owner, s.room, chat.NewID(), seq, "👍")) }},
			{"pin", chat.KindPin, func(seq uint64) error { return second(m.Pin(ctx, owner, s.room, chat.NewID(), seq)) }},
			{"unpin", chat.KindUnpin, func(seq uint64) error { return second(m.Unpin(ctx, owner, s.room, chat.NewID(), seq)) }},
			{"delete", chat.KindDelete, func(seq uint64) error { return second(m.Delete(ctx, owner, s.room, chat.NewID(), seq)) }},
		}
		reply := say(mia)
		for _, target := range []uint64{reply, root.Seq} {
			want := root.Seq
			if target == root.Seq {
				want = 0 // the root stands in the room itself
			}
			for _, act := range acts {
				if target == root.Seq && act.kind == chat.KindEdit {
					continue // it is not mia's
				}
				if err := act.do(target); err != nil {
					t.Fatalf("%s of %d: %v", act.name, target, err)
				}
				log := h.entries(s.room)
				if e := log[len(log)-1]; e.Kind != act.kind || e.Ref != target || e.Thread != want {
					t.Errorf("%s of %d: got kind %d about %d in thread %d, want kind %d in thread %d",
						act.name, target, e.Kind, e.Ref, e.Thread, act.kind, want)
				}
			}
		}
	})
}

func TestMessages_Purge_namesTheThread(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia := s.cast[0], s.cast[2]
		root := s.says(owner, "the root")
		replies := []uint64{
			s.mustSay(mia, chat.NewMessage{Text: "one", Thread: root.Seq}).Seq,
			s.mustSay(mia, chat.NewMessage{Text: "two", Thread: root.Seq}).Seq,
		}
		if n, err := s.nodes[0].messages.Purge(t.Context(), owner, mia.ID, s.room); err != nil || n != len(replies) {
			t.Fatalf("Purge: got %d, %v, want %d", n, err, len(replies))
		}
		var gone []uint64
		for _, e := range h.entries(s.room) {
			if e.Kind == chat.KindDelete && e.Thread == root.Seq {
				gone = append(gone, e.Ref)
			}
		}
		slices.Sort(gone)
		if !slices.Equal(gone, replies) {
			t.Errorf("deletions in the thread: got those of %v, want of %v", gone, replies)
		}
		got, err := s.nodes[0].messages.Message(t.Context(), owner, s.room, root.Seq)
		if err != nil || got.Replies != 0 {
			t.Errorf("the root: got %d replies, %v, want none", got.Replies, err)
		}
	})
}
