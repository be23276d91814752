package chat

import (
	"context"
	"strings"
	"sync"
	"time"
)

const (
	// stateCompare is how often what is said of people is read again, in case
	// an announcement got lost.
	stateCompare = time.Minute
	statePage    = 500
)

// A stateWatch follows who is here and what is said of them, and answers for
// this node when another one asks whether somebody is active.
type stateWatch struct {
	states *States
	f      func(map[PersonID]State)
	said   *follower[Record]
	roster *rosterView
	stop   func()

	reading context.Context // ends with the watch
	cancel  context.CancelFunc
	done    chan struct{}
	asks    sync.WaitGroup

	telling sync.Mutex // held while f runs, so that it hears one at a time and in order
	mu      sync.Mutex
	here    map[PersonID]struct{} // guarded by mu
	known   map[PersonID]string   // what is said, of those of whom something is; guarded by mu
}

// Watch calls f with the states that change, through any node, until stop is
// called. f is called by one goroutine at a time, must not block for long, and
// may be told what it knows already. A States has one Watch at a time.
func (s *States) Watch(ctx context.Context, f func(map[PersonID]State)) (stop func(), err error) {
	w := &stateWatch{
		states: s, f: f, stop: func() {}, done: make(chan struct{}),
		here: make(map[PersonID]struct{}), known: make(map[PersonID]string),
	}
	s.mu.Lock()
	if s.watch != nil {
		s.mu.Unlock()
		return nil, errWatching
	}
	s.watch = w
	s.mu.Unlock()
	w.reading, w.cancel = context.WithCancel(context.Background())
	w.said = newFollower(w.step)
	if err := w.begin(ctx); err != nil {
		close(w.done)
		w.end()
		return nil, err
	}
	go w.compare()
	return sync.OnceFunc(w.end), nil
}

func (w *stateWatch) begin(ctx context.Context) error {
	if err := w.load(ctx); err != nil {
		return err
	}
	var err error
	if w.roster, err = openRoster(ctx, w.states.store, w); err != nil {
		return err
	}
	// What was told before this is in the roster as it is now.
	loaded := make(chan struct{})
	w.roster.view(func(people []Person) {
		defer close(loaded)
		w.mu.Lock()
		defer w.mu.Unlock()
		clear(w.here)
		for _, p := range people {
			w.here[p.ID] = struct{}{}
		}
	})
	<-loaded
	return nil
}

// load begins to listen and reads all that is said; what is announced meanwhile
// is newer and comes after it.
func (w *stateWatch) load(ctx context.Context) error {
	loaded := make(chan struct{})
	defer close(loaded)
	w.said.hold(loaded)
	stop, err := w.states.store.WatchShelf(ctx, presenceShelf, w.said.announce)
	if err != nil {
		return err
	}
	w.stop = stop
	return w.read(ctx)
}

func (w *stateWatch) end() {
	w.stop()
	w.mu.Lock() // see later
	w.cancel()
	w.mu.Unlock()
	<-w.done
	w.asks.Wait()
	w.said.close()
	if w.roster != nil {
		w.roster.close()
	}
	w.states.mu.Lock()
	defer w.states.mu.Unlock()
	w.states.watch = nil
}

func (w *stateWatch) compare() {
	defer close(w.done)
	tick := time.NewTicker(stateCompare)
	defer tick.Stop()
	for {
		select {
		case <-w.reading.Done():
			return
		case <-tick.C:
			w.said.announce(nil)
			w.roster.compare()
		}
	}
}

func (w *stateWatch) isHere(id PersonID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return has(w.here, id)
}

// Changes tells who came and went: the watch is a Crowd.
func (w *stateWatch) Changes(changes []Change, _ int) {
	w.tell(func(changed map[PersonID]State) {
		for _, c := range changes {
			if c.Joined {
				w.here[c.Person.ID] = struct{}{}
				changed[c.Person.ID] = State{State: shownState(w.known[c.Person.ID])}
			} else {
				delete(w.here, c.Person.ID)
				changed[c.Person.ID] = State{State: StateOffline, Seen: w.states.now()}
			}
		}
	})
}

// tell has change note what it changes, and tells that.
func (w *stateWatch) tell(change func(changed map[PersonID]State)) {
	w.telling.Lock()
	defer w.telling.Unlock()
	changed := make(map[PersonID]State)
	w.mu.Lock()
	change(changed)
	w.mu.Unlock()
	if len(changed) > 0 {
		w.f(changed)
	}
}

// step takes in what was said of people.
func (w *stateWatch) step(announced []Record, lost bool) error {
	said := make(map[PersonID]string)
	for _, rec := range announced {
		if !strings.HasPrefix(rec.Key, seenPrefix) {
			said[PersonID(rec.Key)] = rec.Value
		}
	}
	w.hear(said)
	var err error
	if lost {
		err = w.read(w.reading)
	}
	for p, what := range said {
		w.answer(p, what)
	}
	return err
}

func (w *stateWatch) hear(said map[PersonID]string) {
	w.tell(func(changed map[PersonID]State) {
		for p, is := range said {
			was := w.known[p]
			if is == "" {
				delete(w.known, p)
			} else {
				w.known[p] = is
			}
			if shownState(was) != shownState(is) && has(w.here, p) {
				changed[p] = State{State: shownState(is)}
			}
		}
	})
}

// read reads all that is said.
func (w *stateWatch) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	w.mu.Lock()
	said := make(map[PersonID]string, len(w.known))
	for p := range w.known {
		said[p] = ""
	}
	w.mu.Unlock()
	// When people were seen last lies in between and is not needed.
	for _, r := range []Range{{To: seenPrefix}, {From: seenPrefix + "\xff"}} {
		r.Limit = statePage
		for {
			page, err := w.states.store.List(ctx, presenceShelf, r)
			if err != nil {
				return err
			}
			for _, rec := range page {
				said[PersonID(rec.Key)] = rec.Value
			}
			if len(page) < statePage {
				break
			}
			r.From = page[len(page)-1].Key + "\x00"
		}
	}
	w.hear(said)
	for p, what := range said {
		w.answer(p, what)
	}
	return nil
}

// answer says what this node knows when somebody's state is in question: that
// the person is active here, or, when nobody has said so for a while, that
// they are not.
func (w *stateWatch) answer(p PersonID, said string) {
	question := asks(said, saidAsk) || asks(said, saidStill)
	switch {
	case !question && said != saidIdle:
	case w.states.active(p):
		w.change(p, said, "", w.states.active)
	case asks(said, saidStill) && w.states.idle(p):
		w.change(p, said, saidIdle, w.states.idle)
	case asks(said, saidAsk) && w.states.idle(p):
		w.later(w.states.askTime, p, said, saidIdle, w.states.idle)
	}
}

// later is change after d, unless the watch ends before.
func (w *stateWatch) later(d time.Duration, p PersonID, from, to string, holds func(PersonID) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reading.Err() != nil {
		return
	}
	w.asks.Go(func() {
		select {
		case <-time.After(d):
			w.change(p, from, to, holds)
		case <-w.reading.Done():
		}
	})
}

// change makes what is said of the person to, if it is from and holds. A store
// that does not answer leaves it to the next reading of everything.
func (w *stateWatch) change(p PersonID, from, to string, holds func(PersonID) bool) {
	ctx, cancel := context.WithTimeout(w.reading, readTimeout)
	defer cancel()
	_ = w.states.say(ctx, p, func(said string) string {
		if said == from && holds(p) {
			return to
		}
		return said
	})
}
