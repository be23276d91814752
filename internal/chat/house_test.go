package chat_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// A house is the rooms over a store, with the people who live there.
type house struct {
	t     *testing.T
	store chat.Store
	rooms *chat.Rooms
	order *chat.Order
	clock *clock

	mu       sync.Mutex
	accounts map[chat.PersonID]chat.Profile // guarded by mu
}

// A clock goes only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newHouse(t *testing.T, store chat.Store) *house {
	t.Helper()
	h := &house{
		t: t, store: store, clock: &clock{now: time.UnixMilli(1_800_000_000_000)},
		accounts: make(map[chat.PersonID]chat.Profile),
	}
	s := serve(t, store, chat.Options{Now: h.clock.Now})
	h.rooms = chat.NewRooms(s, h)
	h.order = chat.NewOrder(s, h.rooms)
	return h
}

// onBothStores runs a test in a house over each of the stores.
func onBothStores(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel() // one waits for the disk while the other waits for Redis
		test(t, newHouse(t, openStore(t)))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		store, err := redis.Open(t.Context(), redis.Options{URL: redistest.Start(t).URL()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		test(t, newHouse(t, store))
	})
}

func (h *house) People(_ context.Context, ids []chat.PersonID) ([]chat.Profile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []chat.Profile
	for _, id := range ids {
		if p, ok := h.accounts[id]; ok {
			found = append(found, p)
		}
	}
	return found, nil
}

func (h *house) Named(_ context.Context, keys []string) (map[string]chat.Person, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found := make(map[string]chat.Person)
	for _, p := range h.accounts {
		if key, err := chat.NameKey(p.Nickname); err == nil && slices.Contains(keys, key) {
			found[key] = p.Person
		}
	}
	return found, nil
}

// person makes an account.
func (h *house) person(name string, role chat.Role) chat.Actor {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := chat.Person{ID: chat.PersonID(fmt.Sprintf("u-%020d", len(h.accounts)+1)), Nickname: name}
	h.accounts[p.ID] = chat.Profile{Person: p, Role: role}
	return chat.Actor{Person: p, Role: role}
}

func (h *house) member(name string) chat.Actor { return h.person(name, chat.RoleMember) }

// must fails the test at once if an act of its preparation did.
func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) create(a chat.Actor, kind chat.RoomKind, name string) chat.RoomID {
	h.t.Helper()
	v, err := h.rooms.Create(h.t.Context(), a, chat.ID{}, chat.NewRoom{Kind: kind, Name: name})
	h.must(err)
	return v.ID
}

func (h *house) join(room chat.RoomID, people ...chat.Actor) {
	h.t.Helper()
	for _, p := range people {
		_, err := h.rooms.Join(h.t.Context(), p, room, chat.ID{})
		h.must(err)
	}
}

// entries returns the whole log of a room.
func (h *house) entries(room chat.RoomID) []chat.Entry {
	h.t.Helper()
	entries, err := h.store.After(h.t.Context(), room, 0, 10_000)
	h.must(err)
	return entries
}

// kinds returns the kinds of a room's entries.
func (h *house) kinds(room chat.RoomID) []chat.Kind {
	var kinds []chat.Kind
	for _, e := range h.entries(room) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// members returns the ranks of those who have joined, and checks that the
// room's counters agree with its records.
func (h *house) members(room chat.RoomID) map[chat.PersonID]chat.Rank {
	h.t.Helper()
	records, err := h.store.List(h.t.Context(), chat.RoomShelf(room), chat.Prefix("m/", "", 1000))
	h.must(err)
	ranks := make(map[chat.PersonID]chat.Rank)
	owners := 0
	for _, rec := range records {
		one := chat.PersonID(rec.Key[len("m/"):])
		v, err := h.rooms.View(h.t.Context(), chat.Actor{Person: chat.Person{ID: one}, Role: chat.RoleGuest}, room)
		if err != nil || v.Me.State != chat.StateJoined {
			continue
		}
		if ranks[one] = v.Me.Rank; v.Me.Rank == chat.RankOwner {
			owners++
		}
	}
	counts, err := h.store.Get(h.t.Context(), chat.RoomShelf(room), "count/members", "count/owners")
	h.must(err)
	if got, want := counts, []string{decimal(len(ranks)), decimal(owners)}; !slices.Equal(got, want) {
		h.t.Errorf("room %s counts members and owners %q, its records say %q", room, got, want)
	}
	return ranks
}

func decimal(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// mine returns the ids of the rooms of a, without the lobby.
func (h *house) mine(a chat.Actor) []chat.RoomID {
	h.t.Helper()
	views, err := h.rooms.Mine(h.t.Context(), a)
	h.must(err)
	var ids []chat.RoomID
	for _, v := range views {
		if v.ID != chat.Lobby {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

func (h *house) wantCode(what string, err error, want chat.Code) {
	h.t.Helper()
	got := chat.Code("")
	if err != nil {
		got = chat.CodeOf(err)
	}
	if got != want {
		h.t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

const ok chat.Code = ""
