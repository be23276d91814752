package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// otherRooms are the rooms besides the private one of matrix, in the order of its
// columns here.
var otherRooms = []string{"public", "announcement", "direct", "group", "lobby"}

// matrixOfRooms says what comes of every act about a room for everybody, in
// rooms of the other kinds, in the letters of matrix. In the direct room the
// owner has written to the member whom nobody has blocked; the lobby has
// everybody in it, and the one who made the others is nobody there.
var matrixOfRooms = map[string][5]string{
	"message-send":      {"ofofffbou", "offfffbfu", "ononnnnnu", "ononnnnou", "oooooobou"},
	"message-edit":      {"ffofffbfu", "offfffbfu", "fnonnnnnu", "fnonnnnfu", "ffofffbfu"},
	"message-delete":    {"ooofffbfu", "ooffffbfu", "fnonnnnnu", "ononnnnfu", "foofffbfu"},
	"message-react":     {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"message-unreact":   {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"message-pin":       {"offfffbfu", "offfffbfu", "ononnnnnu", "ononnnnou", "foffffbfu"},
	"message-unpin":     {"offfffbfu", "offfffbfu", "ononnnnnu", "ononnnnou", "foffffbfu"},
	"message":           {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"message-versions":  {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"history":           {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"thread":            {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"pins":              {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"report":            {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"room":              {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"room-change":       {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-join":         {"oooooobou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"room-leave":        {"ofofffbou", "ofofffbou", "fnfnnnnnu", "ononnnnou", "ffffffffu"},
	"room-prefs":        {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"members":           {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"room-invite":       {"ooofffbou", "ooffffbfu", "fnfnnnnnu", "ononnnnou", "ffffffffu"},
	"room-remove":       {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "ffffffffu"},
	"room-ban":          {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-unban":        {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-bans":         {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-mute":         {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-unmute":       {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"room-rank":         {"ooffffbfu", "ooffffbfu", "fnfnnnnnu", "onfnnnnfu", "foffffbfu"},
	"read":              {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"receipts":          {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"save":              {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"unsave":            {"oooooooou", "oooooooou", "oooooooou", "oooooooou", "oooooooou"},
	"thread-follow":     {"ooooofbou", "ooooofbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"thread-unfollow":   {"oooooooou", "oooooooou", "oooooooou", "oooooooou", "oooooooou"},
	"typing":            {"ofofffbou", "ofofffbou", "ononnnnnu", "ononnnnou", "oooooobou"},
	"invitation-create": {"ooofffbou", "ooffffbfu", "fnfnnfnnu", "ononnfnou", "ffffffffu"},
	"person-purge":      {"ooffffbfu", "ooffffbfu", "fnonnnnnu", "onfnnnnfu", "foffffbfu"},
}

// room makes a room of the kind with the people in their places, as far as it
// can have them.
func (h *house) room(ctx context.Context, kind string) scene {
	h.t.Helper()
	owner := h.people["owner"].Actor()
	s := scene{room: chat.Lobby, victim: h.guest(ctx)}
	h.names++
	switch kind {
	case "direct":
		v, err := h.Rooms.Direct(ctx, owner, chat.ID{}, []chat.PersonID{h.people["member"].Person.ID}, "")
		h.must(err)
		s.room, s.victim = v.ID, h.people["member"]
	case "group":
		in := []chat.PersonID{s.victim.Person.ID}
		for _, p := range []string{"member", "ex-member", "blocked"} {
			in = append(in, h.people[p].Person.ID)
		}
		v, err := h.Rooms.Direct(ctx, owner, chat.ID{}, in, fmt.Sprint("Group ", h.names))
		h.must(err)
		s.room = v.ID
		h.must(h.Rooms.Leave(ctx, h.people["ex-member"].Actor(), s.room, chat.NewID()))
	case "lobby":
		h.must(h.Rooms.Ban(ctx, h.people["admin"].Actor(), s.room, chat.NewID(), h.people["banned"].Person.ID, ""))
	default:
		maker := owner
		if kind == "announcement" {
			maker.Role = chat.RoleAdmin // what it takes to make one; the room knows only its ranks
		}
		v, err := h.Rooms.Create(ctx, maker, chat.NewID(), chat.NewRoom{Kind: chat.RoomKind(kind), Name: fmt.Sprint("Room ", h.names)})
		h.must(err)
		s.room = v.ID
		for _, p := range []*auth.Identity{h.people["member"], h.people["ex-member"], h.people["blocked"], s.victim} {
			h.must(h.Rooms.Invite(ctx, owner, s.room, chat.NewID(), p.Person.ID))
			_, err := h.Rooms.Join(ctx, p.Actor(), s.room, chat.NewID())
			h.must(err)
		}
		h.must(h.Rooms.Leave(ctx, h.people["ex-member"].Actor(), s.room, chat.NewID()))
		h.must(h.Rooms.Ban(ctx, owner, s.room, chat.NewID(), h.people["banned"].Person.ID, ""))
	}
	if kind != "direct" {
		h.must(h.Desks.Block(ctx, s.victim.Actor(), h.people["blocked"].Person.ID))
	}
	writer := "member"
	if kind == "announcement" {
		writer = "owner"
	}
	out, err := h.do(ctx, "message-send", writer, map[string]any{"room": s.room, "text": "hello"})
	h.must(err)
	s.seq = out.(Kept).Seq
	return s
}

func TestMatrix_kindsOfRooms(t *testing.T) {
	var h *house
	scenes := make(map[string]scene) // that no act has changed yet; one that was refused changes nothing
	for i, a := range Table() {
		if a.plan.room < 0 || a.May == MayAdmin {
			continue
		}
		if h == nil || h.names > 300 { // nobody can be in more than 500 rooms
			h = newRedisHouse(t)
			clear(scenes)
		}
		want, listed := matrixOfRooms[a.Name]
		if !listed {
			t.Errorf("%s is not in the matrix of rooms", a.Name)
		}
		var got [5]string
		for k, kind := range otherRooms {
			var row strings.Builder
			for j, who := range kinds {
				s, there := scenes[kind]
				if !there {
					s = h.room(t.Context(), kind)
					scenes[kind] = s
				}
				_, err := h.do(t.Context(), a.Name, who, s.inputOf(a, (i*len(otherRooms)+k)*len(kinds)+j))
				code := chat.Code("")
				if err != nil {
					code = ErrorOf(err).Code
				}
				if err == nil && a.Class != ClassRead {
					delete(scenes, kind)
				}
				row.WriteString(letters[code])
				if err != nil && !a.Silent && code != chat.CodeUnauthorized && !slices.Contains(a.Errors, code) {
					t.Errorf("%s by %s in %s: %s is not among its errors: %v", a.Name, who, kind, code, err)
				}
			}
			got[k] = row.String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", a.Name, got, want)
		}
	}
}
