package chat_test

import (
	"slices"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestRooms_Forget(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		ctx, node := t.Context(), s.nodes[0]
		owner := s.cast[0]
		guest := h.person("Gus", chat.RoleGuest)
		h.join(s.room, guest)
		slow := 60
		h.must(second(h.rooms.Change(ctx, owner, s.room, chat.ID{}, chat.RoomChange{Slow: &slow})))
		said := s.says(guest, "I was here")
		h.must(second(node.desks.Read(ctx, guest, s.room, 0, said.Seq)))
		h.must(node.desks.Save(ctx, guest, s.room, said.Seq))
		h.must(node.desks.Block(ctx, guest, s.cast[1].ID))
		private := h.create(owner, chat.RoomPrivate, "Cellar")
		h.must(h.rooms.Invite(ctx, owner, private, chat.ID{}, guest.ID))
		muted := h.create(owner, chat.RoomPublic, "Attic")
		h.join(muted, guest)
		h.must(h.rooms.Mute(ctx, owner, muted, chat.ID{}, guest.ID, time.Hour, ""))
		archived := h.create(owner, chat.RoomPublic, "Old")
		h.join(archived, guest)
		yes := true
		h.must(second(h.rooms.Change(ctx, owner, archived, chat.ID{}, chat.RoomChange{Archived: &yes})))
		h.must(node.messages.Flush(ctx))
		states := chat.NewStates(serve(t, h.store, chat.Options{}))
		h.must(states.Set(ctx, guest.ID, "phone", chat.StateDND, true))
		h.must(states.Gone(ctx, guest.ID, "phone"))
		state := []string{string(guest.ID), "seen/" + string(guest.ID)}
		if kept := h.left("presence", state...); len(kept) != 2 {
			t.Fatalf("before: of their state is kept %q, want both", kept)
		}

		for range 2 { // again is no harm
			if gone, err := h.rooms.Forget(ctx, guest.Person); err != nil || !gone {
				t.Fatalf("Forget: got %v, %v, want true", gone, err)
			}
		}
		for _, room := range []chat.RoomID{s.room, private, muted, archived} {
			if _, in := h.members(room)[guest.ID]; in {
				t.Errorf("%s is still in %s", guest.ID, room)
			}
			if kept := h.left(chat.RoomShelf(room), "read/"+string(guest.ID), "slow/"+string(guest.ID)); len(kept) > 0 {
				t.Errorf("the room %s keeps %q", room, kept)
			}
		}
		if kept, err := h.store.List(ctx, chat.PersonShelf(guest.ID), chat.Range{Limit: 10}); err != nil || len(kept) > 0 {
			t.Errorf("their shelf: got %q, %v, want nothing", kept, err)
		}
		if kept := h.left("presence", state...); len(kept) > 0 {
			t.Errorf("of their state is kept %q", kept)
		}
		got, err := node.messages.Message(ctx, owner, s.room, said.Seq)
		if err != nil || got.Text != "I was here" || got.Name != "Gus" {
			t.Errorf("their message: got %q by %q, %v", got.Text, got.Name, err)
		}
		if kinds := h.kinds(s.room); kinds[len(kinds)-1] != chat.KindLeave {
			t.Errorf("the log ends with kind %d, want that they left", kinds[len(kinds)-1])
		}
	})
}

// left returns those of keys that a shelf has.
func (h *house) left(shelf chat.Shelf, keys ...string) []string {
	h.t.Helper()
	values, err := h.store.Get(h.t.Context(), shelf, keys...)
	h.must(err)
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

func TestRooms_Forget_notInAConversationOfTwo(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		ann, guest := h.member("Ann"), h.person("Gus", chat.RoleGuest)
		public := h.create(ann, chat.RoomPublic, "Kitchen")
		h.join(public, guest)
		h.must(second(h.rooms.Direct(t.Context(), ann, chat.ID{}, []chat.PersonID{guest.ID}, "")))
		if gone, err := h.rooms.Forget(t.Context(), guest.Person); err != nil || gone {
			t.Fatalf("Forget: got %v, %v, want false", gone, err)
		}
		if _, in := h.members(public)[guest.ID]; !in {
			t.Error("somebody who stays has been taken out of a room")
		}
		if mine := h.mine(guest); len(mine) != 2 {
			t.Errorf("their rooms: got %v, want both", mine)
		}
	})
}
