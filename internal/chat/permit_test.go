package chat_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// standings are the ways to stand in a room, one letter each.
var standings = []struct {
	letter string
	what   string
	role   chat.Role
	record string // the member record
	lobby  string // the member record in the lobby
}{
	{"H", "owner of the server", chat.RoleOwner, "", ""},
	{"A", "admin of the server", chat.RoleAdmin, "", ""},
	{"o", "owner of the room", chat.RoleMember, `{"state":"joined","rank":"owner"}`, `{"rank":"owner"}`},
	{"m", "moderator", chat.RoleMember, `{"state":"joined","rank":"moderator"}`, `{"rank":"moderator"}`},
	{"b", "member", chat.RoleMember, `{"state":"joined","rank":"member"}`, ""},
	{"i", "invited", chat.RoleMember, `{"state":"invited","by":"u-somebody"}`, ""},
	{"f", "former member, still muted", chat.RoleMember, `{"mutedUntil":1900000000000}`, `{"mutedUntil":1900000000000}`},
	{"s", "stranger", chat.RoleMember, "", ""},
	{"g", "guest who is a member", chat.RoleGuest, `{"state":"joined","rank":"member"}`, ""},
	{"v", "guest who is not", chat.RoleGuest, "", ""},
	{"x", "banned", chat.RoleMember, `{"state":"banned"}`, `{"state":"banned"}`},
}

// roomActs are the acts that depend on how one stands in a room: what comes of
// each, in every kind of room, by the letters of standings. y: done,
// f: forbidden, x: banned, n: not found.
var roomActs = []struct {
	name    string // of the method, and what is special about it
	victim  string // the record of the person it is done to
	do      func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error
	public  string
	news    string // announcement
	private string
	group   string
	direct  string
	lobby   string
	archive string // public, archived
}{
	{
		name: "View", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return second(h.rooms.View(h.t.Context(), a, room))
		},
		/*         HAombifsgvx */
		public:  "yyyyyyyyyfx",
		news:    "yyyyyyyyyfx",
		private: "nnyyyynnynn",
		group:   "nnyyyynnynn",
		direct:  "nnyyyynnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "yyyyyyyyyfx",
	},
	{
		name: "Members", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			_, _, _, err := h.rooms.Members(h.t.Context(), a, room, "", 0)
			return err
		},
		public:  "yyyyyyyyyfx",
		news:    "yyyyyyyyyfx",
		private: "nnyyyfnnynn",
		group:   "nnyyyfnnynn",
		direct:  "nnyyyfnnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "yyyyyyyyyfx",
	},
	{
		name: "FindMembers", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			_, _, _, err := h.rooms.FindMembers(h.t.Context(), a, room, "a", "", 0)
			return err
		},
		public:  "yyyyyyyyyfx",
		news:    "yyyyyyyyyfx",
		private: "nnyyyfnnynn",
		group:   "nnyyyfnnynn",
		direct:  "nnyyyfnnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "yyyyyyyyyfx",
	},
	{
		name: "Report", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return second(h.order.Report(h.t.Context(), a, chat.ID{}, room, 1, "rude"))
		},
		public:  "yyyyyyyyyfx",
		news:    "yyyyyyyyyfx",
		private: "nnyyyfnnynn",
		group:   "nnyyyfnnynn",
		direct:  "nnyyyfnnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "yyyyyyyyyfx",
	},
	{
		name: "Typing", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return h.rooms.Typing(h.t.Context(), a, room, 0)
		},
		public:  "ffyyyfffyfx",
		news:    "ffyyyfffyfx",
		private: "nnyyyfnnynn",
		group:   "nnyyyfnnynn",
		direct:  "nnyyyfnnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "ffyyyfffyfx",
	},
	{
		name: "SetPrefs", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			yes := true
			return second(h.rooms.SetPrefs(h.t.Context(), a, room, &yes, nil))
		},
		public:  "ffyyyfffyfx",
		news:    "ffyyyfffyfx",
		private: "nnyyyfnnynn",
		group:   "nnyyyfnnynn",
		direct:  "nnyyyfnnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "ffyyyfffyfx",
	},
	{
		name: "Join", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return second(h.rooms.Join(h.t.Context(), a, room, chat.ID{}))
		},
		public:  "yyyyyyyyyyx",
		news:    "yyyyyyyyyfx",
		private: "nnyyyynnynn",
		group:   "nnyyyynnynn",
		direct:  "nnyyyynnynn",
		lobby:   "yyyyyyyyyyx",
		archive: "ffyyyfffyfx",
	},
	{
		name: "Leave", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return h.rooms.Leave(h.t.Context(), a, room, chat.ID{})
		},
		public:  "ffyyyyffyfx",
		news:    "ffyyyyffyfx",
		private: "nnyyyynnynn",
		group:   "nnyyyynnynn",
		direct:  "nnffffnnfnn",
		lobby:   "fffffffffff",
		archive: "ffyyyyffyfx",
	},
	{
		name: "Invite", do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Invite(h.t.Context(), a, room, chat.ID{}, who)
		},
		public:  "yyyyyfffyfx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyyfnnynn",
		direct:  "nnffffnnfnn",
		lobby:   "fffffffffff",
		archive: "ffffffffffx",
	},
	{
		name: "MayInvite", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return h.rooms.MayInvite(h.t.Context(), a, room)
		},
		public:  "yyyyyfffyfx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyyfnnynn",
		direct:  "nnffffnnfnn",
		lobby:   "fffffffffff",
		archive: "ffffffffffx",
	},
	{
		name: "Remove", victim: `{"state":"joined","rank":"member"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Remove(h.t.Context(), a, room, chat.ID{}, who, "enough")
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "fffffffffff",
		archive: "yyyyffffffx",
	},
	{
		name: "Remove a moderator", victim: `{"state":"joined","rank":"moderator"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Remove(h.t.Context(), a, room, chat.ID{}, who, "enough")
		},
		public:  "yyyfffffffx",
		news:    "yyyfffffffx",
		private: "nnyfffnnfnn",
		group:   "nnyfffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "fffffffffff",
		archive: "yyyfffffffx",
	},
	{
		name: "Ban", do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Ban(h.t.Context(), a, room, chat.ID{}, who, "enough")
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "yyyyffffffx",
	},
	{
		name: "Ban an owner", victim: `{"state":"joined","rank":"owner"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Ban(h.t.Context(), a, room, chat.ID{}, who, "enough")
		},
		public:  "yyffffffffx",
		news:    "yyffffffffx",
		private: "nnffffnnfnn",
		group:   "nnffffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyffffffffx",
		archive: "yyffffffffx",
	},
	{
		name: "Unban", victim: `{"state":"banned"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Unban(h.t.Context(), a, room, chat.ID{}, who, "")
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "yyyyffffffx",
	},
	{
		name: "Mute", victim: `{"state":"joined","rank":"member"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Mute(h.t.Context(), a, room, chat.ID{}, who, time.Minute, "")
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "yyyyffffffx",
	},
	{
		name: "Unmute", victim: `{"state":"joined","rank":"member","mutedUntil":1900000000000}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.Unmute(h.t.Context(), a, room, chat.ID{}, who)
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "yyyyffffffx",
	},
	{
		name: "SetRank", victim: `{"state":"joined","rank":"member"}`,
		do: func(h *house, a chat.Actor, room chat.RoomID, who chat.PersonID) error {
			return h.rooms.SetRank(h.t.Context(), a, room, chat.ID{}, who, chat.RankModerator)
		},
		public:  "yyyfffffffx",
		news:    "yyyfffffffx",
		private: "nnyfffnnfnn",
		group:   "nnyfffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyfffffffx",
		archive: "yyyfffffffx",
	},
	{
		name: "Bans", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return second(h.rooms.Bans(h.t.Context(), a, room))
		},
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "yyyyffffffx",
	},
	{
		name: "Change name", do: func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
			return change(chat.RoomChange{Name: text("New " + string(room))})(h, a, room, "")
		},
		public:  "yyyfffffffx",
		news:    "yyyfffffffx",
		private: "nnyfffnnfnn",
		group:   "nnyyyfnnynn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyfffffffx",
		archive: "ffffffffffx",
	},
	{
		name: "Change topic", do: change(chat.RoomChange{Topic: text("New")}),
		public:  "yyyyffffffx",
		news:    "yyyyffffffx",
		private: "nnyyffnnfnn",
		group:   "nnyyffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyyffffffx",
		archive: "ffffffffffx",
	},
	{
		name: "Change slow mode", do: change(chat.RoomChange{Slow: new(int)}),
		public:  "yyyfffffffx",
		news:    "yyyfffffffx",
		private: "nnyfffnnfnn",
		group:   "nnyfffnnfnn",
		direct:  "nnffffnnfnn",
		lobby:   "yyyfffffffx",
		archive: "ffffffffffx",
	},
	{
		name: "Change archived", do: change(chat.RoomChange{Archived: new(bool), Topic: nil}),
		public:  "yyyfffffffx",
		news:    "yyyfffffffx",
		private: "yyyfffnnfnn",
		group:   "yyyfffnnfnn",
		direct:  "yyffffnnfnn",
		lobby:   "fffffffffff",
		archive: "yyyfffffffx",
	},
}

func text(s string) *string { return &s }

func change(c chat.RoomChange) func(*house, chat.Actor, chat.RoomID, chat.PersonID) error {
	return func(h *house, a chat.Actor, room chat.RoomID, _ chat.PersonID) error {
		return second(h.rooms.Change(h.t.Context(), a, room, chat.ID{}, c))
	}
}

func TestPermit_everyActOfEveryStandingInEveryRoom(t *testing.T) {
	for k, kind := range []string{"public", "announcement", "private", "group", "direct", "lobby", "archived"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, openStore(t))
			for n, act := range roomActs {
				wants := []string{act.public, act.news, act.private, act.group, act.direct, act.lobby, act.archive}[k]
				if len(wants) != len(standings) {
					t.Errorf("%s: %d outcomes for %d standings", act.name, len(wants), len(standings))
					continue
				}
				for i, s := range standings {
					a, who := h.person(s.what, s.role), h.member("Victim").ID
					room, record := chat.RoomID(fmt.Sprintf("r-%d-%d", n, i)), s.record
					if kind == "lobby" {
						room, record = chat.Lobby, s.lobby
					}
					h.furnish(room, kind, map[chat.PersonID]string{a.ID: record, who: act.victim})
					got := outcome(act.do(h, a, room, who))
					if want := wants[i : i+1]; got != want {
						t.Errorf("%s, by %s: got %s, want %s", act.name, s.what, got, want)
					}
				}
			}
		})
	}
}

// furnish writes the records of a room, with a message in its log.
func (h *house) furnish(room chat.RoomID, kind string, members map[chat.PersonID]string) {
	h.t.Helper()
	do := []chat.Write{chat.Put("count/members", "9"), chat.Put("count/owners", "3")}
	if room != chat.Lobby {
		info := fmt.Sprintf(`{"id":%q,"kind":%q,"name":%q}`, room, kind, room)
		if kind == "archived" {
			info = fmt.Sprintf(`{"id":%q,"kind":"public","name":%q,"archived":true}`, room, room)
		}
		do = append(do, chat.Put("info", info))
	} else {
		do = append(do, chat.Remove("info"))
	}
	for id, record := range members {
		do = append(do, chat.Put("m/"+string(id), record))
	}
	h.must(h.store.Commit(h.t.Context(), chat.RoomShelf(room), chat.Commit{Do: do}))
	kept := h.store.Append(h.t.Context(), room, []chat.Draft{{
		Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: "u-author", Name: "Author", Text: "hello", At: h.clock.Now(),
	}})
	h.must(kept[0].Err)
}

func outcome(err error) string {
	if err == nil {
		return "y"
	}
	switch chat.CodeOf(err) {
	case chat.CodeForbidden:
		return "f"
	case chat.CodeBanned:
		return "x"
	case chat.CodeNotFound:
		return "n"
	}
	return err.Error()
}

// serverActs are the acts that depend on the role alone: of an owner of the
// server, an admin, a member and a guest.
var serverActs = []struct {
	name, want string
	do         func(h *house, a chat.Actor) error
}{
	{"Create a public room", "yyyf", creates(chat.RoomPublic)},
	{"Create a private room", "yyyf", creates(chat.RoomPrivate)},
	{"Create an announcement room", "yyff", creates(chat.RoomAnnouncement)},
	{"Direct", "yyyf", func(h *house, a chat.Actor) error {
		return second(h.rooms.Direct(h.t.Context(), a, chat.ID{}, []chat.PersonID{h.member("Other").ID}, ""))
	}},
	{"Direct with two", "yyyf", func(h *house, a chat.Actor) error {
		people := []chat.PersonID{h.member("One").ID, h.member("Two").ID}
		return second(h.rooms.Direct(h.t.Context(), a, chat.ID{}, people, ""))
	}},
	{"Mine", "yyyy", func(h *house, a chat.Actor) error { return second(h.rooms.Mine(h.t.Context(), a)) }},
	{"Browse", "yyyy", func(h *house, a chat.Actor) error { return third(h.rooms.Browse(h.t.Context(), a, "", "", 0)) }},
	{"All", "yyff", func(h *house, a chat.Actor) error { return third(h.rooms.All(h.t.Context(), a, "", "", 0)) }},
	{"Audit", "yyff", func(h *house, a chat.Actor) error {
		return third(h.order.Audit(h.t.Context(), a, chat.ActFilter{}, "", 0))
	}},
	{"Reports", "yyff", func(h *house, a chat.Actor) error { return third(h.order.Reports(h.t.Context(), a, "", "", 0)) }},
	{"Resolve", "yyff", func(h *house, a chat.Actor) error {
		by := h.member("Reporter")
		id, err := h.order.Report(h.t.Context(), by, chat.ID{}, chat.Lobby, 1, "rude")
		h.must(err)
		return second(h.order.Resolve(h.t.Context(), a, id, chat.ResolutionKept, ""))
	}},
}

func third[T any](_ T, _ string, err error) error { return err }

func creates(kind chat.RoomKind) func(*house, chat.Actor) error {
	return func(h *house, a chat.Actor) error {
		n := chat.NewRoom{Kind: kind, Name: chat.NewID().String()}
		return second(h.rooms.Create(h.t.Context(), a, chat.ID{}, n))
	}
}

func TestPermit_actsOfRolesAlone(t *testing.T) {
	h := newHouse(t, openStore(t))
	h.furnish(chat.Lobby, "lobby", nil)
	for _, act := range serverActs {
		for i, role := range []chat.Role{chat.RoleOwner, chat.RoleAdmin, chat.RoleMember, chat.RoleGuest} {
			got := outcome(act.do(h, h.person("Actor", role)))
			if want := act.want[i : i+1]; got != want {
				t.Errorf("%s by %s: got %s, want %s", act.name, role, got, want)
			}
		}
	}
}

// An act that is in neither table has rules that nobody has looked at.
func TestPermit_noActIsLeftOut(t *testing.T) {
	// Called by this program on nobody's behalf.
	listed := map[string]bool{"Record": true, "Forget": true}
	for _, a := range roomActs {
		listed[strings.Fields(a.name)[0]] = true
	}
	for _, a := range serverActs {
		listed[strings.Fields(a.name)[0]] = true
	}
	for _, of := range []reflect.Type{reflect.TypeFor[*chat.Rooms](), reflect.TypeFor[*chat.Order]()} {
		for m := range of.NumMethod() {
			if name := of.Method(m).Name; !listed[name] {
				t.Errorf("%v.%s is not in the tables of this file", of, name)
			}
		}
	}
}
