package chat_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// atOnce runs all of f at the same time.
func atOnce(f ...func() error) []error {
	errs := make([]error, len(f))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, f := range f {
		wg.Go(func() {
			<-start
			errs[i] = f()
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func TestRooms_atOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		t.Run("joins are counted once", func(t *testing.T) { raceJoins(t, h) })
		t.Run("a ban wins over a join", func(t *testing.T) { raceBan(t, h) })
		t.Run("owners who leave leave an owner", func(t *testing.T) { raceOwners(t, h) })
		t.Run("the last owner goes while another comes", func(t *testing.T) { racePromotion(t, h) })
		t.Run("a group has 50 people", func(t *testing.T) { raceGroup(t, h) })
		t.Run("two begin one conversation", func(t *testing.T) { raceDirect(t, h) })
		t.Run("one of many gets a name", func(t *testing.T) { raceName(t, h) })
		t.Run("join and leave keep the index", func(t *testing.T) { raceIndex(t, h) })
	})
}

func raceJoins(t *testing.T, h *house) {
	owner := h.member("Owner")
	room := h.create(owner, chat.RoomPublic, "joins")
	var joins []func() error
	for n := range 10 {
		p := h.member(fmt.Sprint("Person ", n))
		for range 3 {
			joins = append(joins, func() error { return second(h.rooms.Join(t.Context(), p, room, chat.ID{})) })
		}
	}
	for _, err := range atOnce(joins...) {
		if err != nil {
			t.Error(err)
		}
	}
	if got := len(h.members(room)); got != 11 {
		t.Errorf("got %d members, want 11", got)
	}
	if got := len(h.kinds(room)); got != 11 {
		t.Errorf("got %d entries, want 11: the creation and one join each", got)
	}
}

func raceBan(t *testing.T, h *house) {
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "ban")
	for range 10 {
		errs := atOnce(
			func() error { return second(h.rooms.Join(t.Context(), p, room, chat.ID{})) },
			func() error { return h.rooms.Ban(t.Context(), owner, room, chat.ID{}, p.ID, "") },
		)
		h.wantCode("the ban", errs[1], ok)
		if errs[0] != nil {
			h.wantCode("the join", errs[0], chat.CodeBanned)
		}
		if got := h.members(room); len(got) != 1 {
			t.Errorf("members after the ban: got %v, want the owner", got)
		}
		if got := h.mine(p); len(got) != 0 {
			t.Errorf("rooms of the banned: got %v, want none", got)
		}
		h.must(h.rooms.Unban(t.Context(), owner, room, chat.ID{}, p.ID, ""))
	}
}

func raceOwners(t *testing.T, h *house) {
	a, b, c := h.member("A"), h.member("B"), h.member("C")
	for n := range 8 {
		room := h.create(a, chat.RoomPublic, fmt.Sprint("owners ", n))
		h.join(room, b, c)
		h.must(h.rooms.SetRank(t.Context(), a, room, chat.ID{}, b.ID, chat.RankOwner))
		for _, err := range atOnce(
			func() error { return h.rooms.Leave(t.Context(), a, room, chat.ID{}) },
			func() error { return h.rooms.Leave(t.Context(), b, room, chat.ID{}) },
		) {
			h.wantCode("leaving", err, ok)
		}
		if got := h.members(room); len(got) != 1 || got[c.ID] != chat.RankOwner {
			t.Errorf("members: got %v, want C as owner", got)
		}
	}
}

func racePromotion(t *testing.T, h *house) {
	a, b, c := h.member("A"), h.member("B"), h.member("C")
	for n := range 8 {
		room := h.create(a, chat.RoomPublic, fmt.Sprint("promotion ", n))
		h.join(room, b, c)
		errs := atOnce(
			func() error { return h.rooms.Leave(t.Context(), a, room, chat.ID{}) },
			func() error { return h.rooms.SetRank(t.Context(), a, room, chat.ID{}, c.ID, chat.RankOwner) },
			func() error { return h.rooms.Leave(t.Context(), b, room, chat.ID{}) },
		)
		h.wantCode("leaving", errs[0], ok)
		h.wantCode("leaving", errs[2], ok)
		if got := h.members(room); len(got) != 1 || got[c.ID] != chat.RankOwner {
			t.Errorf("members: got %v, want C as owner", got)
		}
	}
}

func raceGroup(t *testing.T, h *house) {
	a := h.member("A")
	var people []chat.PersonID
	for n := range 45 {
		people = append(people, h.member(fmt.Sprint("First ", n)).ID)
	}
	v, err := h.rooms.Direct(t.Context(), a, chat.ID{}, people, "Many")
	h.must(err)
	var invites []func() error
	for n := range 8 {
		p := h.member(fmt.Sprint("Late ", n))
		invites = append(invites, func() error { return h.rooms.Invite(t.Context(), a, v.ID, chat.ID{}, p.ID) })
	}
	in := 0
	for _, err := range atOnce(invites...) {
		if err == nil {
			in++
		} else {
			h.wantCode("one too many", err, chat.CodeForbidden)
		}
	}
	if got := len(h.members(v.ID)); got != 50 || in != 4 {
		t.Errorf("got %d people and %d let in, want 50 and 4", got, in)
	}
}

func raceDirect(t *testing.T, h *house) {
	a, b := h.member("A"), h.member("B")
	var ids [6]chat.RoomID
	var asks []func() error
	for n := range ids {
		me, other := a, b
		if n%2 == 1 {
			me, other = b, a
		}
		asks = append(asks, func() error {
			v, err := h.rooms.Direct(t.Context(), me, chat.ID{}, []chat.PersonID{other.ID}, "")
			ids[n] = v.ID
			return err
		})
	}
	for _, err := range atOnce(asks...) {
		h.must(err)
	}
	if slices.ContainsFunc(ids[:], func(id chat.RoomID) bool { return id != ids[0] }) {
		t.Errorf("got rooms %v, want one", ids)
	}
	if got := h.kinds(ids[0]); len(got) != 1 || len(h.members(ids[0])) != 2 {
		t.Errorf("got entries %v, want one creation with two members", got)
	}
	for _, p := range []chat.Actor{a, b} {
		if got := h.mine(p); !slices.Equal(got, ids[:1]) {
			t.Errorf("rooms of %s: got %v, want %v", p.Nickname, got, ids[:1])
		}
	}
}

func raceName(t *testing.T, h *house) {
	a := h.member("A")
	private := h.create(a, chat.RoomPublic, "somewhat else")
	name := "The Name"
	tries := []func() error{func() error {
		return second(h.rooms.Change(t.Context(), a, private, chat.ID{}, chat.RoomChange{Name: &name}))
	}}
	for range 5 {
		tries = append(tries, func() error {
			return second(h.rooms.Create(t.Context(), a, chat.ID{}, chat.NewRoom{Kind: chat.RoomPublic, Name: name}))
		})
	}
	won := 0
	for _, err := range atOnce(tries...) {
		if err == nil {
			won++
		} else {
			h.wantCode("the name", err, chat.CodeConflict)
		}
	}
	found, _, err := h.rooms.Browse(context.Background(), a, strings.ToUpper(name), "", 0)
	if err != nil || won != 1 || len(found) != 1 {
		t.Errorf("%d got the name and %d rooms have it (%v), want 1", won, len(found), err)
	}
}

func raceIndex(t *testing.T, h *house) {
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "index")
	for range 10 {
		atOnce(
			func() error { return second(h.rooms.Join(t.Context(), p, room, chat.ID{})) },
			func() error { return h.rooms.Leave(t.Context(), p, room, chat.ID{}) },
			func() error { return second(h.rooms.Mine(t.Context(), p)) },
			func() error { return h.rooms.Leave(t.Context(), p, room, chat.ID{}) },
			func() error { return second(h.rooms.Join(t.Context(), p, room, chat.ID{})) },
		)
		_, in := h.members(room)[p.ID]
		if got := slices.Contains(h.mine(p), room); got != in {
			t.Errorf("the room is among the person's: %v, the person in the room: %v", got, in)
		}
	}
}
