package chat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

type connection struct{ expelled chan error }

func newConnection() *connection         { return &connection{make(chan error, 1)} }
func (c *connection) Expelled(err error) { c.expelled <- err }

func TestService_ADepartureIsToldOnceTheStoreIsBack(t *testing.T) {
	t.Parallel()
	store := &failing{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	a, c := newAudience(t), newConnection()
	if err := s.Follow(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.Enter(ana, chat.HashSecret("s"), c); err != nil {
		t.Fatal(err)
	}
	store.off.Store(true)
	s.Leave(ana.ID, c, false)
	store.off.Store(false)
	a.await("joined and left", func() bool { return len(a.changes) == 2 })
	if a.changes[0].Joined != true || a.changes[1].Joined != false || a.total != 0 {
		t.Errorf("told %+v, %d here", a.changes, a.total)
	}
}

func TestService_APausedNodeGetsItsPeopleBackOrExpelsThem(t *testing.T) {
	store := openStore(t)
	s := serve(t, store, chat.Options{Node: "aaaaaaaaaaaaaaaa", Lease: 600 * time.Millisecond, Absence: time.Millisecond})
	a := newAudience(t)
	if err := s.Follow(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	bob := chat.Person{ID: "bob", Nickname: "Bob"}
	anas, bobs := newConnection(), newConnection()
	for p, c := range map[chat.Person]*connection{ana: anas, bob: bobs} {
		if err := s.Enter(p, chat.HashSecret(p.Nickname), c); err != nil {
			t.Fatal(err)
		}
	}
	// As if the node had been stopped for longer than its lease, and somebody
	// had taken Bob's nickname elsewhere meanwhile.
	for _, err := range []error{
		store.Release(t.Context(), "aaaaaaaaaaaaaaaa", 0),
		store.Expire(t.Context(), 0),
		store.Arrive(t.Context(), []chat.Arrival{{Person: bob, Secret: chat.HashSecret("another"), Node: "bbbbbbbbbbbbbbbb"}}, time.Hour)[0],
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-bobs.expelled:
		if chat.CodeOf(err) != chat.CodeTaken {
			t.Errorf("Bob was expelled with %v", err)
		}
	case <-time.After(limit):
		t.Fatal("Bob was not expelled")
	}
	a.await("Ana to be back", func() bool {
		last := chat.Change{}
		for _, c := range a.changes {
			if c.Person.ID == ana.ID {
				last = c
			}
		}
		return last.Joined && len(a.changes) >= 6
	})
	if len(anas.expelled) != 0 {
		t.Error("Ana was expelled")
	}
}

// reluctant is a store that has lost a node's lease and then does not take its
// people back at once.
type reluctant struct {
	chat.Store
	refuse atomic.Int32 // so many more arrivals
}

func (f *reluctant) Arrive(ctx context.Context, a []chat.Arrival, ttl time.Duration) []error {
	if f.refuse.Add(-1) >= 0 {
		return slices.Repeat([]error{chat.Unavailable(errOff)}, len(a))
	}
	return f.Store.Arrive(ctx, a, ttl)
}

func TestService_WhomTheStoreDidNotTakeBackIsPutBackLater(t *testing.T) {
	t.Parallel()
	store := &reluctant{Store: openStore(t)}
	s := serve(t, store, chat.Options{Node: "aaaaaaaaaaaaaaaa", Lease: 3 * time.Second})
	a := newAudience(t)
	if err := s.Follow(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.Enter(ana, chat.HashSecret("Ana"), newConnection()); err != nil {
		t.Fatal(err)
	}
	store.refuse.Store(2)
	if err := errors.Join(store.Release(t.Context(), "aaaaaaaaaaaaaaaa", 0), store.Expire(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	a.await("Ana to leave and be back", func() bool { return len(a.changes) == 3 && a.changes[2].Joined })
	if left := store.refuse.Load(); left > 0 {
		t.Errorf("the store has not been asked again: it would refuse %d more", left)
	}
}

func TestService_ALostChangeOfTheRosterIsFound(t *testing.T) {
	store := &deaf{Store: openStore(t)}
	s := serve(t, store, chat.Options{})
	a := newAudience(t)
	if err := s.Follow(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	store.off.Store(true)
	for i := range 10 {
		p := chat.Person{ID: chat.PersonID(fmt.Sprint("p", i)), Nickname: fmt.Sprint("P", i)}
		c := newConnection()
		if err := s.Enter(p, chat.HashSecret("s"), c); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			s.Leave(p.ID, c, false)
		}
	}
	store.off.Store(false)
	if err := s.Enter(ana, chat.HashSecret("s"), newConnection()); err != nil {
		t.Fatal(err)
	}
	a.await("the five who stayed and Ana", func() bool { return a.total == 6 })
	for _, c := range a.changes {
		if !c.Joined {
			t.Errorf("told that %s left, who was never told as here", c.Person.Nickname)
		}
	}
}
