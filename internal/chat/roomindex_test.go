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

// line returns what is on a's shelf about the room.
func (h *house) line(a chat.Actor, room chat.RoomID) string {
	h.t.Helper()
	v, err := h.store.Get(h.t.Context(), chat.PersonShelf(a.ID), "room/"+string(room))
	h.must(err)
	return v[0]
}

func (h *house) putLine(a chat.Actor, room chat.RoomID, line string) {
	h.t.Helper()
	h.must(h.store.Commit(h.t.Context(), chat.PersonShelf(a.ID), chat.Commit{
		Do: []chat.Write{chat.Put("room/"+string(room), line)},
	}))
}

// What a node leaves on somebody's shelf that crashes in the middle of an act.
func TestRoomIndex_isRepairedAfterACrash(t *testing.T) {
	cases := []struct {
		name   string
		member bool   // is the person in the room?
		line   string // as the crash left it
		later  time.Duration
		listed bool
		kept   string // the line after the person has asked for their rooms
	}{
		{
			name: "about to join, and the join may be under way",
			line: `{"pending":1800000000000}`, kept: `{"pending":1800000000000}`,
		},
		{
			name: "about to join, long ago",
			line: `{"pending":1800000000000}`, later: time.Hour,
		},
		{
			name: "joined, and nothing more", member: true,
			line: `{"favourite":true,"pending":1800000000000}`, later: time.Hour, listed: true,
			kept: `{"favourite":true,"pending":1800000000000}`,
		},
		{name: "left, and nothing more", line: `{"favourite":true}`},
	}
	h := newHouse(t, openStore(t))
	owner := h.member("Owner")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h.clock.now = time.UnixMilli(1_800_000_000_000)
			p := h.member("Person")
			room := h.create(owner, chat.RoomPublic, c.name)
			if c.member {
				h.join(room, p)
			}
			h.putLine(p, room, c.line)
			h.clock.pass(c.later)
			if got := slices.Contains(h.mine(p), room); got != c.listed {
				t.Errorf("listed: got %v, want %v", got, c.listed)
			}
			if got := h.line(p, room); got != c.kept {
				t.Errorf("line: got %q, want %q", got, c.kept)
			}
			// Whatever was left, joining (again) makes it whole.
			h.join(room, p)
			if got := h.line(p, room); got == "" || strings.Contains(got, "pending") {
				t.Errorf("line after a join: got %q, want one that is not pending", got)
			}
		})
	}
}

// A room that somebody is being brought into must not be taken for a stale
// line by a device of theirs that looks just then.
func TestRoomIndex_aJoinUnderWayIsNotStale(t *testing.T) {
	store := &meddled{Store: openStore(t)}
	h := newHouse(t, store)
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPrivate, "Plans")
	looks := 0
	meddle := func() {
		looks++
		if got := h.mine(p); len(got) != 0 {
			t.Errorf("rooms before the invitation is kept: got %v, want none", got)
		}
	}
	store.beforeAppend.Store(&meddle)
	h.must(h.rooms.Invite(t.Context(), owner, room, chat.ID{}, p.ID))
	store.beforeAppend.Store(nil)
	if got := h.mine(p); looks != 1 || !slices.Equal(got, []chat.RoomID{room}) {
		t.Errorf("rooms after the invitation (looked in on %d times): got %v, want %s", looks, got, room)
	}
}

// meddled is a store in which something happens before an append.
type meddled struct {
	chat.Store
	beforeAppend atomic.Pointer[func()]
}

func (m *meddled) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	if f := m.beforeAppend.Load(); f != nil {
		(*f)()
	}
	return m.Store.Append(ctx, room, drafts)
}

// A decision that others overtake again and again ends, and says so.
func TestRooms_givesUpOnARoomThatNeverRests(t *testing.T) {
	store := &meddled{Store: openStore(t)}
	h := newHouse(t, store)
	owner := h.member("Owner")
	room := h.create(owner, chat.RoomPublic, "Plans")
	info, err := store.Get(t.Context(), chat.RoomShelf(room), "info")
	h.must(err)
	tries := 0
	meddle := func() {
		tries++
		h.must(store.Commit(t.Context(), chat.RoomShelf(room), chat.Commit{
			Do: []chat.Write{chat.Put("info", info[0]+strings.Repeat(" ", tries))},
		}))
	}
	store.beforeAppend.Store(&meddle)
	h.wantCode("a join", second(h.rooms.Join(t.Context(), h.member("Person"), room, chat.ID{})), chat.CodeConflict)
	if tries < 2 || tries > 100 {
		t.Errorf("got %d tries, want a few", tries)
	}
}

// One person is in 500 rooms at most, however they get there.
func TestRoomIndex_isBounded(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "Plans")
	var full, empty []chat.Write
	for n := range 500 {
		key := fmt.Sprintf("room/r-%d", n)
		full, empty = append(full, chat.Put(key, `{"pending":1800000000000}`)), append(empty, chat.Remove(key))
	}
	h.must(h.store.Commit(ctx, chat.PersonShelf(p.ID), chat.Commit{Do: full}))
	h.wantCode("a join", second(h.rooms.Join(ctx, p, room, chat.ID{})), chat.CodeForbidden)
	h.wantCode("an invitation", h.rooms.Invite(ctx, owner, room, chat.ID{}, p.ID), chat.CodeForbidden)
	h.wantCode("a room of one's own", creates(chat.RoomPrivate)(h, p), chat.CodeForbidden)
	h.wantCode("a conversation", second(h.rooms.Direct(ctx, owner, chat.ID{}, []chat.PersonID{p.ID}, "")), chat.CodeForbidden)
	h.must(h.store.Commit(ctx, chat.PersonShelf(p.ID), chat.Commit{Do: empty}))
	h.wantCode("a join with room for it", second(h.rooms.Join(ctx, p, room, chat.ID{})), ok)
}
