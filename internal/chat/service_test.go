package chat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const limit = 20 * time.Second

func openStore(t *testing.T) chat.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func serve(t *testing.T, store chat.Store, o chat.Options) *chat.Service {
	t.Helper()
	s := chat.New(store, o)
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// An audience notes what it is told and can be waited on.
type audience struct {
	t    *testing.T
	mu   sync.Mutex
	cond sync.Cond

	entries []chat.Entry
	resets  [][]chat.Entry
	typing  []chat.Person
	changes []chat.Change
	total   int
}

func newAudience(t *testing.T) *audience {
	a := &audience{t: t}
	a.cond.L = &a.mu
	return a
}

func (a *audience) note(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
	a.cond.Broadcast()
}

func (a *audience) Entries(e []chat.Entry) { a.note(func() { a.entries = append(a.entries, e...) }) }
func (a *audience) Reset(e []chat.Entry) {
	a.note(func() { a.resets = append(a.resets, slices.Clone(e)) })
}
func (a *audience) Settled() {}
func (a *audience) Signal(s chat.Signal) {
	a.note(func() { a.typing = append(a.typing, s.Person) })
}
func (a *audience) Changes(c []chat.Change, total int) {
	a.note(func() { a.changes = append(a.changes, c...); a.total = total })
}

// await waits until the condition holds for what has been told.
func (a *audience) await(what string, reached func() bool) {
	a.t.Helper()
	late := time.AfterFunc(limit, func() { a.note(func() {}) })
	defer late.Stop()
	deadline := time.Now().Add(limit)
	a.mu.Lock()
	defer a.mu.Unlock()
	for !reached() {
		if time.Now().After(deadline) {
			a.t.Fatalf("not told within %v: %s", limit, what)
		}
		a.cond.Wait()
	}
}

// checkTold checks that the entries are numbered from first on without holes.
func (a *audience) checkTold(first uint64) {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, e := range a.entries {
		if want := first + uint64(i); e.Seq != want {
			a.t.Fatalf("told number %d where %d was next", e.Seq, want)
		}
	}
}

var ana = chat.Person{ID: "ana", Nickname: "Ana"}

// send sends one message and waits for its fate.
func send(s *chat.Service, text string) (chat.Entry, error) {
	type fate struct {
		entry chat.Entry
		err   error
	}
	done := make(chan fate, 1)
	s.Send(chat.Lobby, ana, chat.NewID(), text, func(e chat.Entry, err error) { done <- fate{e, err} })
	f := <-done
	return f.entry, f.err
}

// deaf is a store whose announcements can be switched off.
type deaf struct {
	chat.Store
	off atomic.Bool
}

func (d *deaf) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (func(), error) {
	return d.Store.Watch(ctx, room, func(e []chat.Entry) {
		if !d.off.Load() {
			f(e)
		}
	})
}

func (d *deaf) WatchRoster(ctx context.Context, f func([]chat.Change)) (func(), error) {
	return d.Store.WatchRoster(ctx, func(c []chat.Change) {
		if !d.off.Load() {
			f(c)
		}
	})
}

func TestRoom_ALostAnnouncementIsReadFromTheLog(t *testing.T) {
	store := &deaf{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	a := newAudience(t)
	if _, err := s.Open(t.Context(), chat.Lobby, a); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		store.off.Store(n == 1)
		for i := range 700*(n%2) + 5 {
			if _, err := send(s, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.await("all 715 messages", func() bool { return len(a.entries) == 715 })
	a.checkTold(1)
}

func TestRoom_SilenceIsComparedWithTheLog(t *testing.T) {
	t.Parallel()
	store := &deaf{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	a := newAudience(t)
	if _, err := s.Open(t.Context(), chat.Lobby, a); err != nil {
		t.Fatal(err)
	}
	store.off.Store(true)
	if _, err := send(s, "nobody is told of this"); err != nil {
		t.Fatal(err)
	}
	a.await("the message", func() bool { return len(a.entries) == 1 })
}

// swapped is a store whose log can be exchanged, as a failover to a stale
// replica does.
type swapped struct {
	chat.Store
	log   atomic.Pointer[chat.Log]
	tells atomic.Pointer[func([]chat.Entry)]
}

func (s *swapped) now() chat.Log {
	if l := s.log.Load(); l != nil {
		return *l
	}
	return s.Store
}

func (s *swapped) Head(ctx context.Context, r chat.RoomID) (chat.Cursor, error) {
	return s.now().Head(ctx, r)
}

func (s *swapped) After(ctx context.Context, r chat.RoomID, seq uint64, n int) ([]chat.Entry, error) {
	return s.now().After(ctx, r, seq, n)
}

func (s *swapped) Before(ctx context.Context, r chat.RoomID, seq uint64, n int) ([]chat.Entry, error) {
	return s.now().Before(ctx, r, seq, n)
}

func (s *swapped) Append(ctx context.Context, r chat.RoomID, d []chat.Draft) []chat.Appended {
	return s.now().Append(ctx, r, d)
}

func (s *swapped) Watch(ctx context.Context, r chat.RoomID, f func([]chat.Entry)) (func(), error) {
	s.tells.Store(&f)
	return s.Store.Watch(ctx, r, f)
}

func TestRoom_ARewrittenLogIsToldAsAReset(t *testing.T) {
	for _, test := range []struct {
		name         string
		before, then int
	}{
		{"shorter", 5, 2},
		{"as long", 3, 3},
		{"longer", 3, 6},
		{"empty", 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := &swapped{Store: openStore(t)}
			s := serve(t, store, chat.Options{})
			a := newAudience(t)
			if _, err := s.Open(t.Context(), chat.Lobby, a); err != nil {
				t.Fatal(err)
			}
			for range test.before {
				send(s, "lost in the failover")
			}
			a.await("the old messages", func() bool { return len(a.entries) == test.before })
			other := chat.Log(openStore(t))
			store.log.Store(&other)
			for range test.then {
				send(s, "kept after the failover")
			}
			(*store.tells.Load())(nil)
			a.await("the reset", func() bool { return len(a.resets) > 0 })
			if got := len(a.resets[0]); got != test.then {
				t.Errorf("the reset tells %d messages, want %d", got, test.then)
			}
		})
	}
}

func TestRoom_JoinLeavesNoHole(t *testing.T) {
	store := openStore(t)
	s := serve(t, store, chat.Options{})
	a := newAudience(t)
	room, err := s.Open(t.Context(), chat.Lobby, a)
	if err != nil {
		t.Fatal(err)
	}
	const messages = 300
	for range messages {
		s.Send(chat.Lobby, ana, chat.NewID(), "hi", func(chat.Entry, error) {})
		room.Join(func(tail []chat.Entry, head chat.Cursor) {
			a.mu.Lock()
			defer a.mu.Unlock()
			if got := uint64(len(a.entries)); got != head.Seq {
				t.Errorf("joined at %d when %d were told", head.Seq, got)
			}
			if n := len(tail); n > chat.HistoryLength || n > 0 && tail[n-1].Cursor != head {
				t.Errorf("the tail has %d entries", n)
			}
		})
	}
	a.await("all messages", func() bool { return len(a.entries) == messages })
	a.checkTold(1)
}

// failing is a store whose writes can fail.
type failing struct {
	chat.Store
	off atomic.Bool
}

var errOff = errors.New("switched off")

func (f *failing) Append(ctx context.Context, r chat.RoomID, d []chat.Draft) []chat.Appended {
	if f.off.Load() {
		return slices.Repeat([]chat.Appended{{Err: chat.Unavailable(errOff)}}, len(d))
	}
	return f.Store.Append(ctx, r, d)
}

func (f *failing) Depart(ctx context.Context, id chat.PersonID, n chat.NodeID, grace time.Duration) error {
	if f.off.Load() {
		return chat.Unavailable(errOff)
	}
	return f.Store.Depart(ctx, id, n, grace)
}

func TestService_Send_Unavailable(t *testing.T) {
	store := &failing{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	store.off.Store(true)
	if _, err := send(s, "hi"); chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("got %v", err)
	}
	store.off.Store(false)
	if e, err := send(s, "hi"); err != nil || e.Seq != 1 {
		t.Errorf("after it came back: %v, %v", e.Cursor, err)
	}
}

// hanging is a store that does not answer, until the context of a call ends.
type hanging struct {
	chat.Store
	on atomic.Bool
}

func (h *hanging) hang(ctx context.Context) error {
	if !h.on.Load() {
		return nil
	}
	<-ctx.Done()
	return chat.Unavailable(ctx.Err())
}

func (h *hanging) Head(ctx context.Context, r chat.RoomID) (chat.Cursor, error) {
	if err := h.hang(ctx); err != nil {
		return chat.Cursor{}, err
	}
	return h.Store.Head(ctx, r)
}

func (h *hanging) Roster(ctx context.Context) (chat.Roster, error) {
	if err := h.hang(ctx); err != nil {
		return chat.Roster{}, err
	}
	return h.Store.Roster(ctx)
}

func (h *hanging) Depart(ctx context.Context, id chat.PersonID, n chat.NodeID, grace time.Duration) error {
	return errors.Join(h.hang(ctx), h.Store.Depart(ctx, id, n, grace))
}

func (h *hanging) Release(ctx context.Context, n chat.NodeID, grace time.Duration) error {
	return errors.Join(h.hang(ctx), h.Store.Release(ctx, n, grace))
}

func (h *hanging) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (func(), error) {
	return h.Store.Watch(ctx, room, func(e []chat.Entry) { f(nil) })
}

func TestService_CloseDoesNotWaitForAStoreThatHangs(t *testing.T) {
	store := &hanging{Store: openStore(t)}
	s := chat.New(store, chat.Options{})
	a := newAudience(t)
	if _, err := s.Open(t.Context(), chat.Lobby, a); err != nil {
		t.Fatal(err)
	}
	if err := s.Follow(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	store.on.Store(true)
	if _, err := send(s, "has the room read the log, which hangs"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if err := s.Close(ctx); err == nil {
		t.Error("the lease was given up to a store that does not answer")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
}

// together is a store that answers for a room when it is asked for all of them.
type together struct {
	chat.Store
	asked sync.WaitGroup
}

func (s *together) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	s.asked.Done()
	all := make(chan struct{})
	go func() {
		defer close(all)
		s.asked.Wait()
	}()
	select {
	case <-all:
	case <-time.After(limit):
		return chat.Cursor{}, errOff
	}
	return s.Store.Head(ctx, room)
}

// A list of rooms does not take one round trip for each of them.
func TestService_HeadsAsksForAllAtOnce(t *testing.T) {
	store := &together{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	kept, err := send(s, "hello")
	if err != nil {
		t.Fatal(err)
	}
	rooms := []chat.RoomID{"a", chat.Lobby, "b", "c"}
	store.asked.Add(len(rooms))
	heads, err := s.Heads(t.Context(), rooms)
	if want := []chat.Cursor{{}, kept.Cursor, {}, {}}; err != nil || !slices.Equal(heads, want) {
		t.Errorf("got %v, %v, want %v", heads, err, want)
	}
}
