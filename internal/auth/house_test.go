package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const password = canary + "-Correct horse"

// cheap makes hashes that cost next to nothing, for tests of other things.
var cheap = cost{memory: 8, passes: 1, threads: 1}

// console is whoever runs the program.
var console = chat.Actor{Role: chat.RoleOwner}

// A house is accounts over a real store, with a clock of its own.
type house struct {
	*Accounts
	t     testing.TB
	store chat.Store
	clock *clock
}

func newHouse(t testing.TB, options ...func(*Options)) *house {
	t.Helper()
	return newHouseOver(t, openStore(t, t.TempDir()), options...)
}

func openStore(t testing.TB, dir string) chat.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Logger: testLogger})
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

func newHouseOver(t testing.TB, store chat.Store, options ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, store: store, clock: newClock()}
	h.Accounts = h.node(options...)
	return h
}

// node returns the accounts of another node over the same store.
func (h *house) node(options ...func(*Options)) *Accounts {
	o := Options{Now: h.clock.Now, Logger: testLogger, cost: cheap}
	o.Defaults = DefaultSettings
	o.Defaults.Registration = RegistrationOpen
	for _, f := range options {
		f(&o)
	}
	return New(h.store, o)
}

func closedHouse(o *Options)   { o.Defaults.Registration = RegistrationClosed }
func byInvitation(o *Options)  { o.Defaults.Registration = RegistrationInvitation }
func withoutGuests(o *Options) { o.Defaults.Guests = false }

// person makes an account and returns it with a session's token.
func (h *house) person(name string) (Identity, string) {
	h.t.Helper()
	i, token, err := h.Register(h.t.Context(), Registration{Name: name, Password: password})
	if err != nil {
		h.t.Fatalf("Register(%q): %v", name, err)
	}
	return i, token
}

func (h *house) guest(name string) (Identity, string) {
	h.t.Helper()
	i, token, err := h.Guest(h.t.Context(), name, "", "", "")
	if err != nil {
		h.t.Fatalf("Guest(%q): %v", name, err)
	}
	return i, token
}

// with makes an account with a role.
func (h *house) with(name string, role chat.Role) Identity {
	h.t.Helper()
	a, err := h.Add(h.t.Context(), console, Registration{Name: name, Password: password}, role)
	if err != nil {
		h.t.Fatalf("Add(%q): %v", name, err)
	}
	return Identity{Person: a.Person, Role: role}
}

// login opens another session.
func (h *house) login(name string) (Identity, string) {
	h.t.Helper()
	i, token, err := h.Login(h.t.Context(), Login{Name: name, Password: password})
	if err != nil {
		h.t.Fatalf("Login(%q): %v", name, err)
	}
	return i, token
}

// in reports whether the token lets somebody in, and fails for other errors
// than being signed out.
func (h *house) in(token string) bool {
	h.t.Helper()
	_, err := h.Authenticate(h.t.Context(), token)
	if err != nil && chat.CodeOf(err) != chat.CodeUnauthorized {
		h.t.Errorf("Authenticate: %v", err)
	}
	return err == nil
}

// wantCode fails unless err has that code; "" means no error.
func wantCode(t testing.TB, err error, want chat.Code) {
	t.Helper()
	var got chat.Code
	if err != nil {
		got = chat.CodeOf(err)
	}
	if got != want {
		t.Errorf("got the code %q (%v), want %q", got, err, want)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

type clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

func newClock() *clock { return &clock{now: time.UnixMilli(1_790_000_000_000)} }

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

// counted counts what a store is asked.
type counted struct {
	chat.Records
	gets, lists, commits atomic.Int64
}

func (c *counted) Get(ctx context.Context, s chat.Shelf, keys ...string) ([]string, error) {
	c.gets.Add(1)
	return c.Records.Get(ctx, s, keys...)
}

func (c *counted) List(ctx context.Context, s chat.Shelf, r chat.Range) ([]chat.Record, error) {
	c.lists.Add(1)
	return c.Records.List(ctx, s, r)
}

func (c *counted) Commit(ctx context.Context, s chat.Shelf, commit chat.Commit) error {
	c.commits.Add(1)
	return c.Records.Commit(ctx, s, commit)
}

func (c *counted) take() [3]int64 {
	return [3]int64{c.gets.Swap(0), c.lists.Swap(0), c.commits.Swap(0)}
}

// together runs f n times at once and returns how many did not fail.
func together(t testing.TB, n int, f func(i int) error) (done int) {
	t.Helper()
	var ok atomic.Int64
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			if err := f(i); err == nil {
				ok.Add(1)
			} else if c := chat.CodeOf(err); c == chat.CodeInternal || c == chat.CodeUnavailable {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	close(start)
	all.Wait()
	return int(ok.Load())
}

func retryAfter(err error) time.Duration {
	var e *chat.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}
