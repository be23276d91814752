package storetest

import (
	"sync"
	"sync/atomic"
	"time"
)

// An ear listens for one watch: it keeps what it hears and reports a watch
// that breaks the terms of Log.Watch.
type ear[T any] struct {
	s     *site
	busy  atomic.Bool
	heard chan struct{} // holds a token after something was heard

	mu      sync.Mutex
	all     []T  // guarded by mu
	lost    bool // guarded by mu; f(nil) was called
	stopped bool // guarded by mu
}

func newEar[T any](s *site) *ear[T] { return &ear[T]{s: s, heard: make(chan struct{}, 1)} }

// hear is the watch's f.
func (e *ear[T]) hear(news []T) {
	if !e.busy.CompareAndSwap(false, true) {
		e.s.Errorf("watch: f was called by two goroutines at once")
	}
	defer e.busy.Store(false)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		e.s.Errorf("watch: f was called after stop had returned, with %d news", len(news))
	}
	e.all = append(e.all, news...)
	e.lost = e.lost || news == nil
	select {
	case e.heard <- struct{}{}:
	default:
	}
}

// one is hear for a watch that gives one thing at a time.
func (e *ear[T]) one(news T) { e.hear([]T{news}) }

// stop marks what is heard from now on as a mistake.
func (e *ear[T]) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
}

// news is a copy of what was heard so far.
func (e *ear[T]) news() (all []T, lost bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append(all, e.all...), e.lost
}

// wait waits until enough is true of what was heard, and returns it. It
// returns false when the store has said that announcements may have been
// lost, after which nothing more can be asked of them.
func (e *ear[T]) wait(what string, enough func([]T) bool) (all []T, ok bool) {
	e.s.Helper()
	limit := time.After(e.s.factory.patience)
	for {
		all, lost := e.news()
		switch {
		case enough(all):
			return all, true
		case lost:
			return all, false
		}
		select {
		case <-e.heard:
		case <-limit:
			e.s.Fatalf("watch: waited in vain for %s; heard %d", what, len(all))
		}
	}
}

// calm runs f until it returns true. Announcements are a hint, so a store may
// call f(nil) when the machine stalls; it may not live on that.
func (s *site) calm(f func() bool) {
	s.Helper()
	for range 5 {
		if f() {
			return
		}
	}
	s.Fatalf("watch: announcements were lost 5 times in a row")
}
