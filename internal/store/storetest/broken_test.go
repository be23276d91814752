package storetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestRun_BrokenStores: a case that cannot fail checks nothing. Each store
// here breaks one promise, and the case that is there for it must notice.
func TestRun_BrokenStores(t *testing.T) {
	for _, broken := range []struct {
		name  string
		wrap  func(chat.Store) chat.Store
		fails []string
	}{
		{"numbers from 2", func(s chat.Store) chat.Store {
			return spoiled{s, func(_ chat.Draft, a *chat.Appended) { a.Entry.Seq++ }}
		},
			[]string{"numbers without holes", "an entry is its draft"}},
		{"counts from each restart", func(s chat.Store) chat.Store { return &forgetful{Store: s} },
			[]string{"restart", "head"}},
		{"forgets the chain", func(s chat.Store) chat.Store {
			return spoiled{s, func(_ chat.Draft, a *chat.Appended) { a.Entry.FP = 0 }}
		},
			[]string{"numbers without holes"}},
		{"a duplicate is the retry", func(s chat.Store) chat.Store {
			return spoiled{s, func(d chat.Draft, a *chat.Appended) { a.Entry.Text = d.Text }}
		}, []string{"a duplicate is the first entry"}},
		{"a duplicate is not said", func(s chat.Store) chat.Store {
			return spoiled{s, func(_ chat.Draft, a *chat.Appended) { a.Duplicate = false }}
		}, []string{"a duplicate is the first entry", "a mixed call", "many retries of one draft"}},
		{"anybody's id", func(s chat.Store) chat.Store {
			return spoiled{s, func(_ chat.Draft, a *chat.Appended) { a.Err = nil }}
		}, []string{"another author's id is refused", "a mixed call"}},
		{"C strings", func(s chat.Store) chat.Store {
			return spoiled{s, func(_ chat.Draft, a *chat.Appended) { a.Entry.Text, _, _ = strings.Cut(a.Entry.Text, "\x00") }}
		}, []string{"any bytes"}},
		{"one by one", func(s chat.Store) chat.Store { return oneByOne{s} }, []string{"many appenders", "giving up on the way"}},
		{"ignores the limit", func(s chat.Store) chat.Store { return unlimited{s} }, []string{"after and before"}},
		{"newest first", func(s chat.Store) chat.Store { return newestFirst{s} }, []string{"after and before"}},
		{"waits for ever", func(s chat.Store) chat.Store { return deaf{s} }, []string{"a caller that gave up"}},
		{"talks after stop", func(s chat.Store) chat.Store { return unstoppable{s} }, []string{"stop", "stop watching the roster"}},
		{"says nothing", func(s chat.Store) chat.Store { return silent{s} }, []string{"everything, in order", "several watchers", "every step is told"}},
		{"says everything is lost", func(s chat.Store) chat.Store { return pessimist{s} }, []string{"everything, in order"}},
		{"no grace", func(s chat.Store) chat.Store { return graceless{s} },
			[]string{"a grace", "back within the grace", "taken", "to the millisecond"}},
		{"leases for ever", func(s chat.Store) chat.Store { return immortal{s} },
			[]string{"renew", "a node that vanished", "each departure once", "the dead of before the restart"}},
		{"forgives a break", func(s chat.Store) chat.Store { return &forgiving{Store: s} }, []string{"a break that an Arrive has hidden"}},
		{"no secrets", func(s chat.Store) chat.Store { return trusting{s} }, []string{"taken", "one nickname, many hands"}},
		{"keeps no count", func(s chat.Store) chat.Store { return countless{s} }, []string{"depart", "release"}},
	} {
		t.Run(broken.name, func(t *testing.T) {
			factory := memoryFactory(true, broken.wrap)
			factory.patience = 300 * time.Millisecond
			for _, name := range broken.fails {
				if !fails(t, factory, name) {
					t.Errorf("the case %q has not noticed", name)
				}
			}
		})
	}
}

// fails reports whether the named case fails with the stores of factory.
func fails(t *testing.T, factory Factory, name string) bool {
	for _, group := range groups {
		for _, c := range group.cases {
			if c.name != name {
				continue
			}
			r := &recorder{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				c.check(r, factory)
			}()
			<-done
			return r.Failed()
		}
	}
	t.Fatalf("there is no case %q", name)
	return false
}

// A recorder is a test that may fail without failing the one around it.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	failed bool // guarded by mu
}

func (r *recorder) Errorf(string, ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *recorder) Cleanup(func()) {}

// spoiled changes every outcome of Append.
type spoiled struct {
	chat.Store
	spoil func(chat.Draft, *chat.Appended)
}

func (s spoiled) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := s.Store.Append(ctx, room, drafts)
	for i := range out {
		s.spoil(drafts[i], &out[i])
	}
	return out
}

// forgetful takes the numbers it gave itself for the whole log.
type forgetful struct {
	chat.Store
	head chat.Cursor
}

func (f *forgetful) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := f.Store.Append(ctx, room, drafts)
	for i := range out {
		f.head = f.head.Next(out[i].Entry.ID)
		out[i].Entry.Cursor = f.head
	}
	return out
}

func (f *forgetful) Head(context.Context, chat.RoomID) (chat.Cursor, error) { return f.head, nil }

// oneByOne keeps each draft in a step of its own.
type oneByOne struct{ chat.Store }

func (s oneByOne) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) (out []chat.Appended) {
	for i := range drafts {
		if i > 0 {
			<-time.After(50 * time.Microsecond)
		}
		out = append(out, s.Store.Append(ctx, room, drafts[i:i+1])...)
	}
	return out
}

type unlimited struct{ chat.Store }

func (s unlimited) After(ctx context.Context, room chat.RoomID, seq uint64, _ int) ([]chat.Entry, error) {
	return s.Store.After(ctx, room, seq, 1<<20)
}

type newestFirst struct{ chat.Store }

func (s newestFirst) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	entries, err := s.Store.Before(ctx, room, seq, limit)
	slices.Reverse(entries)
	return entries, err
}

type deaf struct{ chat.Store }

func (s deaf) Head(_ context.Context, room chat.RoomID) (chat.Cursor, error) {
	return s.Store.Head(context.Background(), room)
}

type unstoppable struct{ chat.Store }

func (s unstoppable) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (func(), error) {
	_, err := s.Store.Watch(ctx, room, f)
	return func() {}, err
}

func (s unstoppable) WatchRoster(ctx context.Context, f func([]chat.Change)) (func(), error) {
	_, err := s.Store.WatchRoster(ctx, f)
	return func() {}, err
}

type silent struct{ chat.Store }

func (silent) Watch(context.Context, chat.RoomID, func([]chat.Entry)) (func(), error) {
	return func() {}, nil
}

func (silent) WatchRoster(context.Context, func([]chat.Change)) (func(), error) {
	return func() {}, nil
}

type pessimist struct{ chat.Store }

func (s pessimist) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (func(), error) {
	return s.Store.Watch(ctx, room, func([]chat.Entry) { f(nil) })
}

type graceless struct{ chat.Store }

func (s graceless) Depart(ctx context.Context, id chat.PersonID, node chat.NodeID, _ time.Duration) error {
	return s.Store.Depart(ctx, id, node, 0)
}

type immortal struct{ chat.Store }

func (s immortal) Arrive(ctx context.Context, arrivals []chat.Arrival, _ time.Duration) []error {
	return s.Store.Arrive(ctx, arrivals, 1000*time.Hour)
}

func (s immortal) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (bool, error) {
	_, err := s.Store.Renew(ctx, node, ttl)
	return true, err
}

// forgiving takes an Arrive for a Renew.
type forgiving struct {
	chat.Store
	arrived bool
}

func (s *forgiving) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) []error {
	s.arrived = true
	return s.Store.Arrive(ctx, arrivals, ttl)
}

func (s *forgiving) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (bool, error) {
	held, err := s.Store.Renew(ctx, node, ttl)
	held = held || s.arrived
	s.arrived = false
	return held, err
}

type trusting struct{ chat.Store }

func (s trusting) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) []error {
	trusted := slices.Clone(arrivals)
	for i := range trusted {
		trusted[i].Secret = chat.HashSecret(fmt.Sprint(trusted[i].Person.ID))
	}
	return s.Store.Arrive(ctx, trusted, ttl)
}

type countless struct{ chat.Store }

func (s countless) Roster(ctx context.Context) (chat.Roster, error) {
	roster, err := s.Store.Roster(ctx)
	roster.Version = uint64(len(roster.People))
	return roster, err
}
