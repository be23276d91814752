package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	day       = 24 * time.Hour
	guestLife = 40 * day
)

// A lodge is accounts over records in memory, in the time of a bubble, with
// collectors at work.
type lodge struct {
	*Accounts
	t     *testing.T
	shelf *memoryShelf

	mu     sync.Mutex
	forgot []chat.PersonID        // guarded by mu: in order, each as often as asked
	stay   map[chat.PersonID]bool // guarded by mu: must not be forgotten
	broken error                  // guarded by mu: what forgetting fails with
}

func newLodge(t *testing.T) *lodge {
	l := &lodge{t: t, shelf: newMemoryShelf(), stay: make(map[chat.PersonID]bool)}
	o := Options{Logger: testLogger, cost: cheap, Defaults: DefaultSettings}
	o.Defaults.Registration = RegistrationOpen
	l.Accounts = New(l.shelf, o)
	return l
}

func (l *lodge) forget(_ context.Context, p chat.Person) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgot = append(l.forgot, p.ID)
	return !l.stay[p.ID], l.broken
}

// collect lets nodes collect while time passes.
func (l *lodge) collect(nodes int, life, pass time.Duration) {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	var running sync.WaitGroup
	for range nodes {
		running.Go(func() { NewCollector(l.Accounts, life, l.forget).Run(ctx) })
	}
	time.Sleep(pass)
	cancel()
	running.Wait()
}

func (l *lodge) guest(name string) (Identity, string) {
	l.t.Helper()
	i, token, err := l.Guest(l.t.Context(), name, "", "", "")
	if err != nil {
		l.t.Fatalf("Guest(%q): %v", name, err)
	}
	return i, token
}

func TestCollector_letsGoOfGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		gone, token := l.guest("Gus")
		here, hereToken := l.guest("Hana")
		stays, _ := l.guest("Sam")
		l.stay[stays.Person.ID] = true
		member, _, err := l.Register(t.Context(), Registration{Name: "Mia", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		l.collect(1, guestLife, guestLife-day)
		if _, err := l.Authenticate(t.Context(), hereToken); err != nil {
			t.Fatalf("a guest who comes back in time: %v", err)
		}
		if len(l.forgot) > 0 {
			t.Errorf("before their time: got %v forgotten, want nobody", l.forgot)
		}

		l.collect(3, guestLife, 2*day)
		if _, err := l.Authenticate(t.Context(), token); !errors.Is(err, ErrSignedOut) {
			t.Errorf("a guest who is gone: got %v, want ErrSignedOut", err)
		}
		if left := l.shelf.keys("account/"+string(gone.Person.ID), "seen/"+string(gone.Person.ID), "logins/"+string(gone.Person.ID), "sessions/"+string(gone.Person.ID), "name/gus", "look/gus"); len(left) > 0 {
			t.Errorf("of a guest who is gone there is left: %v", left)
		}
		for _, i := range []Identity{here, stays, member} {
			if _, err := l.Account(t.Context(), i.Person.ID); err != nil {
				t.Errorf("%s: got %v, want an account", i.Person.Nickname, err)
			}
		}
		if _, _, total, err := l.List(t.Context(), "", "", 0); err != nil || total != 3 {
			t.Errorf("people: got %d, %v, want 3", total, err)
		}
		if again, _ := l.guest("Gus"); again.Person.ID == gone.Person.ID {
			t.Error("the name came back with the person who had it")
		}
	})
}

func TestCollector_goesOnWhereItFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		guest, token := l.guest("Gus")
		l.broken = chat.Unavailable(errors.New("no answer"))
		time.Sleep(guestLife)
		l.collect(1, guestLife, time.Hour)
		if _, err := l.Authenticate(t.Context(), token); !errors.Is(err, ErrSignedOut) {
			t.Errorf("half forgotten: got %v, want that nobody can be them any more", err)
		}
		if _, err := l.Account(t.Context(), guest.Person.ID); err != nil {
			t.Errorf("half forgotten: got %v, want that the account is there until all is done", err)
		}
		l.broken = nil
		l.collect(1, guestLife, time.Hour)
		wantError(t, second(l.Account(t.Context(), guest.Person.ID)), ErrNoPerson)
	})
}

func second[T any](_ T, err error) error { return err }

func TestCollector_keepsGuestsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		guest, _ := l.guest("Gus")
		time.Sleep(10 * 365 * day)
		l.collect(1, 0, 3*time.Hour)
		if _, err := l.Account(t.Context(), guest.Person.ID); err != nil || len(l.forgot) > 0 {
			t.Errorf("with no life: got %v and %v forgotten, want an account", err, l.forgot)
		}
	})
}

func TestCollector_whatIsOutOfDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		ctx := t.Context()
		mia, _, err := l.Register(ctx, Registration{Name: "Mia", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		owner := chat.Actor{Person: mia.Person, Role: chat.RoleOwner}
		for i := range 3 {
			_, _, err := l.Login(ctx, Login{Name: fmt.Sprint("nobody ", i), Password: canary})
			wantError(t, err, ErrWrong)
			in, _, err := l.Login(ctx, Login{Name: "Mia", Password: password})
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Logout(ctx, in.Session); err != nil {
				t.Fatal(err)
			}
		}
		for _, life := range []time.Duration{0, day} {
			if _, _, err := l.CreateInvitation(ctx, owner, NewInvitation{Life: life}); err != nil {
				t.Fatal(err)
			}
			if _, _, err := l.CreateToken(ctx, mia.Person.ID, "bot", []string{ScopeRead}, life); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := l.ResetCode(ctx, console, mia.Person.ID); err != nil {
			t.Fatal(err)
		}
		dated := []string{"invite/", "token/", "tokens/", "reset/", "resets/", "known/", "tries/", "session/", "sessions/"}
		if n := len(l.shelf.keys(dated...)); n < 14 {
			t.Fatalf("to begin with there are %d records, want at least 14: %v", n, l.shelf.keys(dated...))
		}
		l.collect(2, guestLife, 2*day)
		for prefix, want := range map[string]int{
			"invite/": 1, "token/": 1, "tokens/": 1, "reset": 0, "tries/": 0, "known/": 3, "session/": 1, "sessions/": 1,
		} {
			if got := l.shelf.keys(prefix); len(got) != want {
				t.Errorf("after two days, %s: got %v, want %d", prefix, got, want)
			}
		}
		l.collect(2, guestLife, SessionLife)
		if left := l.shelf.keys("known/", "session"); len(left) > 0 {
			t.Errorf("after the life of a session there is left: %v", left)
		}
		if _, err := l.Account(ctx, mia.Person.ID); err != nil {
			t.Errorf("the account: %v", err)
		}
	})
}

// A step is bounded, and a round of many steps leaves nothing out.
func TestCollector_manySteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		const guests = 5 * stepGuests
		for i := range guests {
			l.guest(fmt.Sprint("Guest no ", i))
		}
		for i := range 2 * stepRecords {
			_, _, err := l.Login(t.Context(), Login{Name: fmt.Sprint("nobody ", i), Password: canary})
			wantError(t, err, ErrWrong)
		}
		time.Sleep(guestLife)
		c := NewCollector(l.Accounts, guestLife, l.forget)
		steps, before := 0, 0
		for wait := time.Duration(0); wait < roundEvery; steps++ {
			time.Sleep(wait)
			var err error
			if wait, err = c.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(l.forgot) - before; n > stepGuests {
				t.Errorf("step %d has let %d guests go, want at most %d", steps, n, stepGuests)
			}
			before = len(l.forgot)
		}
		if left := l.shelf.keys("account/", "session", "tries/", "name/", "look/", "seen/", "count"); len(left) > 0 {
			t.Errorf("after %d steps there is left: %v", steps, left)
		}
		if steps < guests/stepGuests || steps > 20 {
			t.Errorf("got %d steps", steps)
		}
		slices.Sort(l.forgot)
		if n := len(slices.Compact(l.forgot)); n != guests {
			t.Errorf("got %d guests let go, want %d", n, guests)
		}
	})
}

// Of many nodes one has the turn, and a clock that was wrong by years does not
// stop the collecting once it is right.
func TestCollector_takesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		nodes := []*Collector{NewCollector(l.Accounts, 0, l.forget), NewCollector(l.Accounts, 0, l.forget)}
		if wait, err := nodes[0].Step(t.Context()); err != nil || wait != roundEvery {
			t.Errorf("the first: got a wait of %v, %v, want %v", wait, err, roundEvery)
		}
		time.Sleep(time.Minute)
		was := l.shelf.values[turnKey]
		if wait, err := nodes[1].Step(t.Context()); err != nil || wait != roundEvery-time.Minute || l.shelf.values[turnKey] != was {
			t.Errorf("the second: got a wait of %v, %v, want %v and nothing done", wait, err, roundEvery-time.Minute)
		}
		l.shelf.values[turnKey] = encode(turn{Next: millis(time.Now().Add(365 * day))})
		if wait, err := nodes[1].Step(t.Context()); err != nil || wait != roundEvery {
			t.Errorf("after a clock that was wrong: got a wait of %v, %v, want a step", wait, err)
		}
	})
}

// What cannot be read is stepped over.
func TestCollector_damagedRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLodge(t)
		l.guest("Gus")
		l.shelf.values["account/damaged"] = "{"
		time.Sleep(guestLife)
		l.collect(1, guestLife, time.Hour)
		if left := l.shelf.keys("account/"); !slices.Equal(left, []string{"account/damaged"}) {
			t.Errorf("got %v, want only what cannot be read", left)
		}
	})
}
