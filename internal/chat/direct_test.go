package chat_test

import (
	"fmt"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestDirect_whoMayCallWhom(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo, guest := h.member("Ana"), h.member("Bo"), h.person("Guest", chat.RoleGuest)
	angry, gone := h.member("Angry"), h.member("Gone")
	h.must(h.store.Commit(ctx, chat.PersonShelf(angry.ID), chat.Commit{
		Do: []chat.Write{chat.Put("block/"+string(ana.ID), "1")},
	}))
	h.accounts[gone.ID] = chat.Profile{Person: gone.Person, Role: chat.RoleMember, Disabled: true}
	var fifty []chat.PersonID
	for n := range 50 {
		fifty = append(fifty, h.member(fmt.Sprint("Person ", n)).ID)
	}
	call := func(a chat.Actor, people ...chat.PersonID) error {
		return second(h.rooms.Direct(ctx, a, chat.ID{}, people, ""))
	}
	for _, c := range []struct {
		name   string
		a      chat.Actor
		people []chat.PersonID
		want   chat.Code
	}{
		{"nobody", ana, nil, chat.CodeInvalid},
		{"oneself", ana, []chat.PersonID{ana.ID}, chat.CodeInvalid},
		{"somebody and oneself", ana, []chat.PersonID{ana.ID, bo.ID}, ok},
		{"nobody that there is", ana, []chat.PersonID{"u-nobody"}, chat.CodeNotFound},
		{"an account that has ended", ana, []chat.PersonID{gone.ID}, chat.CodeNotFound},
		{"somebody who has blocked her", ana, []chat.PersonID{angry.ID}, chat.CodeForbidden},
		{"a group with such", ana, []chat.PersonID{angry.ID, bo.ID}, chat.CodeForbidden},
		{"a guest calls", guest, []chat.PersonID{ana.ID}, chat.CodeForbidden},
		{"a guest is called", ana, []chat.PersonID{guest.ID}, ok},
		{"a guest calls back", guest, []chat.PersonID{ana.ID}, ok},
		{"a group of 50", ana, fifty[:49], ok},
		{"a group of 51", ana, fifty, chat.CodeInvalid},
	} {
		h.wantCode(c.name, call(c.a, c.people...), c.want)
	}
}

func TestDirect_aGroupIsNewEachTime(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo, cy := h.member("Ana"), h.member("Bo"), h.member("Cy")
	people := []chat.PersonID{bo.ID, cy.ID}
	first, err := h.rooms.Direct(ctx, ana, chat.ID{}, people, "Trip")
	h.must(err)
	again, err := h.rooms.Direct(ctx, ana, chat.ID{}, people, "Trip")
	h.must(err)
	if first.ID == again.ID {
		t.Error("two groups of the same people are one room")
	}
	if first.Kind != chat.RoomGroup || first.Name != "Trip" || first.Members != 3 || len(first.People) != 3 {
		t.Errorf("group: got %+v", first)
	}
	h.must(h.rooms.Invite(ctx, bo, first.ID, chat.ID{}, h.member("Di").ID))
	if got := len(h.members(first.ID)); got != 4 {
		t.Errorf("members after an invitation: got %d, want 4: groups take people in at once", got)
	}
}

// An answer that was lost must not leave a second group behind.
func TestDirect_theSameIDIsTheSameGroup(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo, cy := h.member("Ana"), h.member("Bo"), h.member("Cy")
	people := []chat.PersonID{bo.ID, cy.ID}
	id := chat.NewID()
	first, err := h.rooms.Direct(ctx, ana, id, people, "Trip")
	h.must(err)
	h.must(h.rooms.Leave(ctx, cy, first.ID, chat.ID{}))
	again, err := h.rooms.Direct(ctx, ana, id, people, "Trip")
	h.must(err)
	if again.ID != first.ID || again.Name != "Trip" || again.Members != 2 {
		t.Errorf("asked again: got %+v, want %+v without who has left", again, first)
	}
	others, err := h.rooms.Direct(ctx, bo, id, []chat.PersonID{ana.ID, cy.ID}, "Trip")
	h.must(err)
	if others.ID == first.ID {
		t.Error("the id of somebody else's group is that group")
	}
}
