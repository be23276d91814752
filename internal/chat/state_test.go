package chat_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A watcher notes what is told of states and can be waited on.
type watcher struct {
	t    *testing.T
	mu   sync.Mutex
	cond sync.Cond
	now  map[chat.PersonID]string
	ever map[chat.PersonID][]string
}

func watchStates(t *testing.T, s *chat.States) *watcher {
	t.Helper()
	w := &watcher{t: t, now: make(map[chat.PersonID]string), ever: make(map[chat.PersonID][]string)}
	w.cond.L = &w.mu
	stop, err := s.Watch(t.Context(), func(changed map[chat.PersonID]chat.State) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for p, s := range changed {
			w.now[p] = s.State
			w.ever[p] = append(w.ever[p], s.State)
		}
		w.cond.Broadcast()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return w
}

func (w *watcher) await(p chat.PersonID, want string) {
	w.t.Helper()
	late := time.AfterFunc(limit, w.cond.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(limit)
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.now[p] != want {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is told as %q, not %q, after %v", p, w.now[p], want, limit)
		}
		w.cond.Wait()
	}
}

// twoNodes are the states of two nodes over one store, and Ana who is here.
func twoNodes(t *testing.T, patience time.Duration) (store chat.Store, a, b *chat.States) {
	t.Helper()
	store = openStore(t)
	node := chat.NewNodeID()
	errs := store.Arrive(t.Context(), []chat.Arrival{{Person: ana, Node: node}}, time.Hour)
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	a = chat.NewStates(serve(t, store, chat.Options{}))
	b = chat.NewStates(serve(t, store, chat.Options{}))
	a.SetAskTime(patience)
	b.SetAskTime(patience)
	return store, a, b
}

func set(t *testing.T, s *chat.States, device, state string, manual bool) {
	t.Helper()
	if err := s.Set(t.Context(), ana.ID, device, state, manual); err != nil {
		t.Fatal(err)
	}
}

func TestStates_awayIsWhoIsAwayOnAllDevices(t *testing.T) {
	_, a, b := twoNodes(t, 50*time.Millisecond)
	w := watchStates(t, a)
	watchStates(t, b)
	set(t, a, "laptop", chat.StateOnline, false)
	set(t, b, "phone", chat.StateOnline, false)
	set(t, a, "laptop", chat.StateAway, false)
	set(t, b, "phone", chat.StateAway, false)
	w.await(ana.ID, chat.StateAway)
	set(t, b, "phone", chat.StateOnline, false)
	w.await(ana.ID, chat.StateOnline)
	// The active device goes; the idle one stays.
	if err := b.Gone(t.Context(), ana.ID, "phone"); err != nil {
		t.Fatal(err)
	}
	w.await(ana.ID, chat.StateAway)
}

// meanwhile is a store in which something is said of a person, and announced,
// while what was said before is on its way to the reader.
type meanwhile struct {
	chat.Store
	person chat.PersonID
	says   string
	heard  chan struct{}
	once   sync.Once
}

func (s *meanwhile) WatchShelf(ctx context.Context, shelf chat.Shelf, f func([]chat.Record)) (func(), error) {
	return s.Store.WatchShelf(ctx, shelf, func(changed []chat.Record) {
		f(changed)
		if len(changed) > 0 {
			s.heard <- struct{}{}
		}
	})
}

func (s *meanwhile) List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error) {
	page, err := s.Store.List(ctx, shelf, r)
	s.once.Do(func() {
		said := chat.Put(string(s.person), s.says)
		if err = s.Commit(ctx, shelf, chat.Commit{Do: []chat.Write{said}}); err != nil {
			return
		}
		<-s.heard
		for range 1000 { // whoever would take it in too early may
			runtime.Gosched()
		}
	})
	return page, err
}

func TestStates_whatIsSaidWhileAWatchBegins(t *testing.T) {
	store := &meanwhile{Store: openStore(t), person: ana.ID, says: "dnd", heard: make(chan struct{}, 10)}
	before := chat.Commit{Do: []chat.Write{chat.Put(string(ana.ID), "away-chosen")}}
	if err := store.Commit(t.Context(), "presence", before); err != nil {
		t.Fatal(err)
	}
	w := watchStates(t, chat.NewStates(serve(t, store, chat.Options{})))
	if errs := store.Arrive(t.Context(), []chat.Arrival{{Person: ana, Node: chat.NewNodeID()}}, time.Hour); errs[0] != nil {
		t.Fatal(errs[0])
	}
	w.await(ana.ID, chat.StateDND)
}

func TestStates_anActiveDeviceElsewhereObjects(t *testing.T) {
	store, a, b := twoNodes(t, time.Hour) // nobody is told away unasked
	w := watchStates(t, a)
	watchStates(t, b)
	set(t, a, "laptop", chat.StateOnline, false)
	set(t, b, "phone", chat.StateAway, false)
	objected := make(chan struct{}, 1)
	stop, err := store.WatchShelf(t.Context(), "presence", func([]chat.Record) {
		if v, err := store.Get(t.Context(), "presence", string(ana.ID)); err == nil && v[0] == "" {
			select {
			case objected <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	// Asked once more, now that somebody listens.
	set(t, b, "tablet", chat.StateAway, false)
	select {
	case <-objected:
	case <-time.After(limit):
		t.Fatal("no node with an active device has objected")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := w.ever[ana.ID]; len(got) != 0 {
		t.Errorf("told of %v while a device was active, want nothing", got)
	}
}

func TestStates_whatWasChosenStays(t *testing.T) {
	_, a, b := twoNodes(t, time.Hour)
	w := watchStates(t, b)
	for _, chosen := range []string{chat.StateDND, chat.StateAway} {
		set(t, a, "laptop", chosen, true)
		w.await(ana.ID, chosen)
		set(t, b, "phone", chat.StateOnline, false)
		set(t, a, "laptop", chat.StateAway, false)
		if err := a.Gone(t.Context(), ana.ID, "laptop"); err != nil {
			t.Fatal(err)
		}
		if got := stateOf(t, b); got.State != chosen {
			t.Errorf("after devices came and went: got %q, want %q", got.State, chosen)
		}
		set(t, b, "phone", chat.StateOnline, true)
		w.await(ana.ID, chat.StateOnline)
	}
	if err := a.Set(t.Context(), ana.ID, "laptop", "asleep", true); chat.CodeOf(err) != chat.CodeInvalid {
		t.Errorf("a state that there is not: got %v, want %s", err, chat.CodeInvalid)
	}
}

func stateOf(t *testing.T, s *chat.States) chat.State {
	t.Helper()
	states, err := s.Of(t.Context(), []chat.PersonID{ana.ID, "u-nobody"})
	if err != nil {
		t.Fatal(err)
	}
	if got := states["u-nobody"]; got != (chat.State{State: chat.StateOffline}) {
		t.Errorf("somebody who was never here: got %+v, want offline", got)
	}
	return states[ana.ID]
}

func TestStates_whoLeavesIsOfflineAndWasSeen(t *testing.T) {
	store, a, b := twoNodes(t, time.Millisecond)
	w := watchStates(t, a)
	set(t, a, "laptop", chat.StateDND, true)
	w.await(ana.ID, chat.StateDND)
	set(t, a, "laptop", chat.StateOnline, true)
	before := time.Now().Add(-time.Second)
	if err := a.Gone(t.Context(), ana.ID, "laptop"); err != nil {
		t.Fatal(err)
	}
	// She is here through a node that is not one of these.
	for _, s := range []*chat.States{a, b} {
		if got := stateOf(t, s); got.State != chat.StateOnline {
			t.Errorf("before the roster says so: got %+v, want online", got)
		}
	}
	node := chat.NewNodeID()
	if errs := store.Arrive(t.Context(), []chat.Arrival{{Person: chat.Person{ID: "bo"}, Node: node}}, time.Hour); errs[0] != nil {
		t.Fatal(errs[0])
	}
	w.await("bo", chat.StateOnline)
	if err := store.Depart(t.Context(), "bo", node, 0); err != nil {
		t.Fatal(err)
	}
	w.await("bo", chat.StateOffline)
	v, err := store.Get(t.Context(), "presence", "seen/"+string(ana.ID))
	if err != nil || v[0] == "" || v[0] < decimal(int(before.UnixMilli())) {
		t.Errorf("last seen: got %q, %v; want a time after %v", v, err, before)
	}
}

// Who says it without a device, over HTTP for example, is no device that is
// there: their last real one ends what is said of them as ever.
func TestStates_withoutADevice(t *testing.T) {
	store, a, _ := twoNodes(t, time.Millisecond)
	w := watchStates(t, a)
	say := func(state string, manual bool) {
		t.Helper()
		if err := a.Set(t.Context(), ana.ID, nil, state, manual); err != nil {
			t.Fatal(err)
		}
	}
	set(t, a, "laptop", chat.StateOnline, false)
	say(chat.StateDND, false)
	w.await(ana.ID, chat.StateDND)
	say(chat.StateOnline, true)
	w.await(ana.ID, chat.StateOnline)
	say(chat.StateAway, false)
	say(chat.StateOnline, false)
	set(t, a, "laptop", chat.StateAway, false)
	w.await(ana.ID, chat.StateAway)
	if err := a.Gone(t.Context(), ana.ID, "laptop"); err != nil {
		t.Fatal(err)
	}
	if v, err := store.Get(t.Context(), "presence", "seen/"+string(ana.ID)); err != nil || v[0] == "" {
		t.Errorf("last seen: got %q, %v; want that she was", v, err)
	}
}

// What is asked about somebody who is gone from everywhere does not stay.
func TestStates_nothingIsKeptOfThoseWhoHaveGone(t *testing.T) {
	store, a, _ := twoNodes(t, 10*time.Millisecond)
	watchStates(t, a)
	for _, last := range []string{chat.StateOnline, chat.StateAway} {
		empty := make(chan struct{}, 1)
		set(t, a, "laptop", last, false)
		stop, err := store.WatchShelf(t.Context(), "presence", func(changed []chat.Record) {
			for _, r := range changed {
				if r.Key == string(ana.ID) && r.Value == "" {
					select {
					case empty <- struct{}{}:
					default:
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Gone(t.Context(), ana.ID, "laptop"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-empty:
		case <-time.After(limit):
			t.Errorf("%s: something is still said of somebody who has no device", last)
		}
		stop()
	}
}
