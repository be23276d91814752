package chat_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestRooms_live(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		ana, bo, cy := h.member("Ana"), h.member("Bo"), h.member("Cy")
		room := h.create(ana, chat.RoomPrivate, "Plans")
		h.wantCode("a stranger joins", second(h.rooms.Join(ctx, bo, room, chat.ID{})), chat.CodeNotFound)
		h.must(h.rooms.Invite(ctx, ana, room, chat.ID{}, bo.ID))
		if got, want := h.mine(bo), []chat.RoomID{room}; !slices.Equal(got, want) {
			t.Errorf("rooms of an invited person: got %v, want %v", got, want)
		}
		h.join(room, bo)
		h.must(h.rooms.Invite(ctx, ana, room, chat.ID{}, cy.ID))
		h.must(h.rooms.Leave(ctx, cy, room, chat.ID{})) // declines
		h.must(h.rooms.SetRank(ctx, ana, room, chat.ID{}, bo.ID, chat.RankModerator))
		h.must(h.rooms.Leave(ctx, ana, room, chat.ID{}))

		if got := h.members(room); len(got) != 1 || got[bo.ID] != chat.RankOwner {
			t.Errorf("members after the only owner left: got %v, want Bo as owner", got)
		}
		want := []chat.Kind{
			chat.KindCreate, chat.KindInvite, chat.KindJoin, chat.KindInvite, chat.KindLeave,
			chat.KindRank, chat.KindRank, chat.KindLeave,
		}
		if got := h.kinds(room); !slices.Equal(got, want) {
			t.Errorf("log: got kinds %v, want %v", got, want)
		}
		if got := h.mine(ana); len(got) != 0 {
			t.Errorf("rooms of somebody who has left: got %v, want none", got)
		}
		if got := h.mine(cy); len(got) != 0 {
			t.Errorf("rooms of somebody who declined: got %v, want none", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestRooms_anActWithAnIDHappensOnce(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo := h.member("Ana"), h.member("Bo")
	id := chat.NewID()
	n := chat.NewRoom{Kind: chat.RoomPublic, Name: "Plans"}
	first, err := h.rooms.Create(ctx, ana, id, n)
	h.must(err)
	again, err := h.rooms.Create(ctx, ana, id, n)
	h.must(err)
	if again.ID != first.ID {
		t.Errorf("the same create made room %s, then %s", first.ID, again.ID)
	}
	room := first.ID
	name := "Other plans"
	acts := map[string]func(id chat.ID) error{
		"a join":  func(id chat.ID) error { return second(h.rooms.Join(ctx, bo, room, id)) },
		"b mute":  func(id chat.ID) error { return h.rooms.Mute(ctx, ana, room, id, bo.ID, time.Hour, "") },
		"c leave": func(id chat.ID) error { return h.rooms.Leave(ctx, bo, room, id) },
		"d change": func(id chat.ID) error {
			return second(h.rooms.Change(ctx, ana, room, id, chat.RoomChange{Name: &name}))
		},
		"e invite": func(id chat.ID) error { return h.rooms.Invite(ctx, ana, room, id, bo.ID) },
		"f remove": func(id chat.ID) error { return h.rooms.Remove(ctx, ana, room, id, bo.ID, "") },
		"g ban":    func(id chat.ID) error { return h.rooms.Ban(ctx, ana, room, id, bo.ID, "") },
		"h unban":  func(id chat.ID) error { return h.rooms.Unban(ctx, ana, room, id, bo.ID, "") },
	}
	for _, name := range sortedKeys(acts) {
		before := len(h.entries(room))
		id := chat.NewID()
		for range 3 {
			if err := acts[name](id); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := len(h.entries(room)) - before; got != 1 {
			t.Errorf("%s three times with one id: got %d entries, want 1", name, got)
		}
	}
	acts2, _, err := h.order.Audit(ctx, h.person("Root", chat.RoleOwner), chat.ActFilter{}, "", 0)
	h.must(err)
	var audited []string
	for _, a := range acts2 {
		audited = append(audited, a.Act)
	}
	slices.Sort(audited)
	if want := []string{"room-ban", "room-mute", "room-remove", "room-unban"}; !slices.Equal(audited, want) {
		t.Errorf("audit log: got %v, want %v", audited, want)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestRooms_namesOfOpenRoomsAreUnique(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana := h.member("Ana")
	try := func(kind chat.RoomKind, name string) error {
		return second(h.rooms.Create(ctx, ana, chat.ID{}, chat.NewRoom{Kind: kind, Name: name}))
	}
	room := h.create(ana, chat.RoomPublic, "Köln  ")
	h.wantCode("another spelling", try(chat.RoomPublic, "kÖLN"), chat.CodeConflict)
	h.wantCode("a private room of the name", try(chat.RoomPrivate, "Köln"), ok)
	rename := func(room chat.RoomID, name string) error {
		return second(h.rooms.Change(ctx, ana, room, chat.ID{}, chat.RoomChange{Name: &name}))
	}
	h.wantCode("only the spelling changes", rename(room, "KÖLN"), ok)
	h.wantCode("a new name", rename(room, "Bonn"), ok)
	h.wantCode("the old name is free", try(chat.RoomPublic, "Köln"), ok)
	h.wantCode("back to a name that is taken", rename(room, "köln"), chat.CodeConflict)

	private := chat.RoomPrivate
	_, err := h.rooms.Change(ctx, ana, room, chat.ID{}, chat.RoomChange{Kind: &private})
	h.must(err)
	h.wantCode("the name of a room that is private now", try(chat.RoomPublic, "Bonn"), ok)
	public := chat.RoomPublic
	h.wantCode("public again, with a name that is taken",
		second(h.rooms.Change(ctx, ana, room, chat.ID{}, chat.RoomChange{Kind: &public})), chat.CodeConflict)
}

func TestRooms_aClaimThatNothingCameOfIsNotForEver(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana := h.member("Ana")
	// What a node leaves that crashes between the claim and the room.
	h.must(h.store.Commit(ctx, "house", chat.Commit{Do: []chat.Write{
		chat.Put("name/plans", `{"room":"r-crashed","pending":1800000000000}`),
		chat.Put("room/r-crashed", `{"kind":"public","name":"Plans"}`),
	}}))
	try := func() error {
		return second(h.rooms.Create(ctx, ana, chat.ID{}, chat.NewRoom{Kind: chat.RoomPublic, Name: "Plans"}))
	}
	h.wantCode("while it may still come", try(), chat.CodeConflict)
	if found, _, err := h.rooms.Browse(ctx, ana, "", "", 0); err != nil || len(found) != 0 {
		t.Errorf("browse: got %v, %v; want nothing", found, err)
	}
	h.clock.pass(time.Hour)
	h.wantCode("an hour later", try(), ok)
}

func TestRooms_browse(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, root := h.member("Ana"), h.person("Root", chat.RoleAdmin)
	for _, name := range []string{"delta", "Alpha", "charlie", "bravo"} {
		h.create(ana, chat.RoomPublic, name)
	}
	h.create(root, chat.RoomAnnouncement, "Echo")
	h.create(ana, chat.RoomPrivate, "alpha secret")
	gone := h.create(ana, chat.RoomPublic, "foxtrot")
	yes := true
	_, err := h.rooms.Change(ctx, ana, gone, chat.ID{}, chat.RoomChange{Archived: &yes})
	h.must(err)

	list := func(a chat.Actor, query string, f func(cursor string) ([]chat.RoomView, string, error)) string {
		t.Helper()
		var names []string
		for cursor, pages := "", 0; pages < 20; pages++ {
			found, next, err := f(cursor)
			h.must(err)
			for _, v := range found {
				names = append(names, v.Name)
			}
			if cursor = next; next == "" {
				return strings.Join(names, " ")
			}
		}
		t.Fatal("paging does not end")
		return ""
	}
	for _, c := range []struct{ query, want string }{
		{"", "Alpha bravo charlie delta Echo"},
		{"HA", "Alpha charlie"},
		{"nothing", ""},
	} {
		for limit := 1; limit <= 6; limit++ {
			got := list(ana, c.query, func(cursor string) ([]chat.RoomView, string, error) {
				return h.rooms.Browse(ctx, h.person("Guest", chat.RoleGuest), c.query, cursor, limit)
			})
			if got != c.want {
				t.Errorf("browse %q by %d: got %q, want %q", c.query, limit, got, c.want)
			}
		}
	}
	_, _, err = h.rooms.All(ctx, ana, "", "", 0)
	h.wantCode("a member lists all rooms", err, chat.CodeForbidden)
	all, _, err := h.rooms.All(ctx, root, "SECRET", "", 0)
	h.must(err)
	if len(all) != 1 || all[0].Name != "alpha secret" || all[0].Members != 1 {
		t.Errorf("all rooms with secret in the name: got %+v", all)
	}
	for limit := 1; limit <= 8; limit++ {
		got := list(root, "", func(cursor string) ([]chat.RoomView, string, error) {
			return h.rooms.All(ctx, root, "", cursor, limit)
		})
		names := strings.Split(got, " ")
		if names[0] != "Lobby" || strings.Count(got, "Lobby") != 1 || strings.Count(got, "secret") != 1 {
			t.Errorf("all rooms by %d: got %q, want the lobby first and each room once", limit, got)
		}
	}
}

func TestRooms_prefs(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana := h.member("Ana")
	room := h.create(ana, chat.RoomPublic, "Plans")
	yes, none, wrong := true, chat.NotifyNone, "loud"
	for _, id := range []chat.RoomID{room, chat.Lobby} {
		_, err := h.rooms.SetPrefs(ctx, ana, id, &yes, nil)
		h.must(err)
		v, err := h.rooms.SetPrefs(ctx, ana, id, nil, &none)
		h.must(err)
		if !v.Favourite || v.Notify != chat.NotifyNone {
			t.Errorf("%s: got favourite %v, notify %q; want true, none", id, v.Favourite, v.Notify)
		}
	}
	mine, err := h.rooms.Mine(ctx, ana)
	h.must(err)
	if len(mine) != 2 || mine[0].ID != chat.Lobby || !mine[0].Favourite || !mine[1].Favourite {
		t.Errorf("mine: got %+v, want the lobby and the room, both favourites", mine)
	}
	h.wantCode("no such setting", second(h.rooms.SetPrefs(ctx, ana, room, nil, &wrong)), chat.CodeInvalid)
}
