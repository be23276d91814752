package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// A house is a House over a real store, with one person of every kind.
type house struct {
	*House
	t      *testing.T
	people map[string]*auth.Identity // nil for nobody
	names  int
}

// kinds are the people of the matrix, as they stand to its private room. The
// admin is one of the house, and not in the room; the blocked one is a member
// whom the person that acts are about has blocked.
var kinds = []string{"owner", "admin", "member", "ex-member", "stranger", "guest", "banned", "blocked", "nobody"}

func newHouse(t *testing.T) *house {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return newHouseOver(t, store)
}

// newRedisHouse is for tests that make hundreds of rooms: with the race
// detector, which looks at every step of SQLite too, they take minutes there.
func newRedisHouse(t *testing.T) *house {
	t.Helper()
	store, err := redis.Open(t.Context(), redis.Options{URL: redistest.Start(t).URL(), Prefix: "test", Node: chat.NewNodeID()})
	if err != nil {
		t.Fatal(err)
	}
	return newHouseOver(t, store)
}

func newHouseOver(t *testing.T, store chat.Store) *house {
	t.Helper()
	ctx := t.Context()
	t.Cleanup(func() { _ = store.Close() })
	s := chat.New(store, chat.Options{})
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	accounts := auth.New(store, auth.Options{})
	rooms := chat.NewRooms(s, accounts)
	messages := chat.NewMessages(s, rooms, accounts)
	t.Cleanup(func() { _ = messages.Flush(context.Background()) })
	h := &house{t: t, people: map[string]*auth.Identity{"nobody": nil}, House: &House{
		Service: s, Rooms: rooms, Messages: messages, Desks: chat.NewDesks(s, rooms, messages),
		Order: chat.NewOrder(s, rooms), States: chat.NewStates(s), Accounts: accounts,
		Version: "test", Limits: LimitsOf(4000, 0, 0), PublicURL: "http://127.0.0.1:3000",
		Logger: slog.New(slog.DiscardHandler),
	}}
	h.settle(ctx)
	return h
}

// settle makes the people.
func (h *house) settle(ctx context.Context) {
	h.t.Helper()
	code, _, err := h.Accounts.SetupCode(ctx)
	h.must(err)
	open, yes := "open", true
	first, _, err := h.Accounts.Setup(ctx, code, auth.Registration{Name: "Founder", Password: "correct horse battery"},
		auth.SettingsChange{Registration: &open, Guests: &yes, MemberInvitations: &yes})
	h.must(err)
	for i, kind := range kinds {
		switch kind {
		case "nobody":
		case "guest":
			h.people[kind] = h.guest(ctx)
		default:
			who, _, err := h.Accounts.Register(ctx, auth.Registration{Name: fmt.Sprint("Person ", i), Password: "correct horse battery"})
			h.must(err)
			h.people[kind] = &who
		}
	}
	h.must(h.Accounts.SetRole(ctx, first.Actor(), h.people["admin"].Person.ID, chat.RoleAdmin))
	h.people["admin"].Role = chat.RoleAdmin
}

func (h *house) guest(ctx context.Context) *auth.Identity {
	h.t.Helper()
	h.names++
	who, _, err := h.Accounts.Guest(ctx, fmt.Sprint("Visitor ", h.names), "", "", "")
	h.must(err)
	return &who
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// A scene is a private room with the people in their places, a message of the
// member's, and somebody whom acts are about.
type scene struct {
	room   chat.RoomID
	seq    uint64
	victim *auth.Identity
	report string
}

func (h *house) scene(ctx context.Context) scene {
	h.t.Helper()
	owner := h.people["owner"].Actor()
	h.names++
	v, err := h.Rooms.Create(ctx, owner, chat.NewID(), chat.NewRoom{Kind: chat.RoomPrivate, Name: fmt.Sprint("Room ", h.names)})
	h.must(err)
	s := scene{room: v.ID, victim: h.guest(ctx)}
	in := func(a chat.Actor) {
		h.must(h.Rooms.Invite(ctx, owner, s.room, chat.NewID(), a.ID))
		_, err := h.Rooms.Join(ctx, a, s.room, chat.NewID())
		h.must(err)
	}
	for _, kind := range []string{"member", "ex-member", "blocked"} {
		in(h.people[kind].Actor())
	}
	in(s.victim.Actor())
	h.must(h.Rooms.Leave(ctx, h.people["ex-member"].Actor(), s.room, chat.NewID()))
	h.must(h.Rooms.Ban(ctx, owner, s.room, chat.NewID(), h.people["banned"].Person.ID, ""))
	h.must(h.Desks.Block(ctx, s.victim.Actor(), h.people["blocked"].Person.ID))
	var sent Kept
	out, err := h.do(ctx, "message-send", "member", map[string]any{"room": s.room, "text": "hello"})
	h.must(err)
	sent = out.(Kept)
	s.seq = sent.Seq
	s.report, err = h.Order.Report(ctx, owner, chat.ID{}, s.room, s.seq, "why")
	h.must(err)
	return s
}

// do has somebody do an act and waits for the answer.
func (h *house) do(ctx context.Context, name, who string, in map[string]any) (any, error) {
	h.t.Helper()
	b, err := json.Marshal(in)
	h.must(err)
	type answer struct {
		out any
		err error
	}
	answers := make(chan answer, 1)
	actNamed(h.t, name).Do(ctx, h.House, Caller{Identity: h.people[who]}, b, func(out any, err error) { answers <- answer{out, err} })
	a := <-answers
	return a.out, a.err
}
