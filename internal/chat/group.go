package chat

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

const (
	// maxBatch bounds one call so that a single step of the store stays short
	// and everyone else's latency with it.
	maxBatch = 1024
	// maxWaiting bounds what may wait behind a call per key. Beyond it the
	// store is slower than its callers, and telling them beats hoarding.
	maxWaiting = 16 * maxBatch
)

// A group turns many submissions into few calls (group commit): per key there
// is one call at a time, which takes everything that has come since the last
// one. A submission that finds its key idle does not wait for company.
//
// Submissions of one key are called in the order of their submit calls.
type group[K comparable, T, R any] struct {
	// call handles the items, at least one, and returns one result per item.
	call func(key K, items []T) []R
	// failed says that a result is a failure of the whole call, and what
	// those get who waited behind it: a store that did not answer would keep
	// each following call waiting for its whole timeout.
	failed func(R) bool
	// settled, if not nil, is called after the results of one call have been
	// handed out, on the same goroutine.
	settled func(key K)
	// full is what a submission gets that would wait behind too many others.
	full R

	mu    sync.Mutex
	lanes map[K]*lane[T, R] // keys with a call in flight; guarded by mu
	idle  *sync.Cond        // len(lanes) fell to 0
}

type lane[T, R any] struct {
	items []T       // guarded by group.mu
	done  []func(R) // guarded by group.mu
}

func newGroup[K comparable, T, R any](call func(K, []T) []R, failed func(R) bool, full R) *group[K, T, R] {
	g := &group[K, T, R]{call: call, failed: failed, full: full, lanes: make(map[K]*lane[T, R])}
	g.idle = sync.NewCond(&g.mu)
	return g
}

// submit calls done exactly once with the item's result, from another
// goroutine or from this one. done must not block.
func (g *group[K, T, R]) submit(key K, item T, done func(R)) {
	g.mu.Lock()
	l, busy := g.lanes[key]
	if !busy {
		l = &lane[T, R]{}
		g.lanes[key] = l
	}
	if len(l.items) >= maxWaiting {
		g.mu.Unlock()
		done(g.full)
		return
	}
	l.items = append(l.items, item)
	l.done = append(l.done, done)
	g.mu.Unlock()
	if !busy {
		go g.run(key, l)
	}
}

// run makes calls until nothing waits in the lane.
func (g *group[K, T, R]) run(key K, l *lane[T, R]) {
	for {
		// Whoever is about to submit may do so first. That costs nobody any
		// time, since they would run before the call returns anyway, and many
		// senders who were answered together fill one call and not two.
		runtime.Gosched()
		items, done := g.take(key, l)
		if len(items) == 0 {
			return
		}
		results := g.call(key, items)
		for i, r := range results {
			done[i](r)
		}
		if g.settled != nil {
			g.settled(key)
		}
		if last := results[len(results)-1]; g.failed(last) {
			g.refuse(l, last)
		}
	}
}

// take removes the next batch from the lane, or the lane itself when nothing
// waits in it.
func (g *group[K, T, R]) take(key K, l *lane[T, R]) ([]T, []func(R)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	items, done := l.items, l.done
	if len(items) == 0 {
		delete(g.lanes, key)
		if len(g.lanes) == 0 {
			g.idle.Broadcast()
		}
		return nil, nil
	}
	n := min(len(items), maxBatch)
	l.items = slices.Clone(items[n:])
	l.done = slices.Clone(done[n:])
	return items[:n], done[:n]
}

// refuse gives r to everything that waits in the lane.
func (g *group[K, T, R]) refuse(l *lane[T, R], r R) {
	g.mu.Lock()
	done := l.done
	l.items, l.done = nil, nil
	g.mu.Unlock()
	for _, f := range done {
		f(r)
	}
}

// flush waits until everything submitted so far is settled.
func (g *group[K, T, R]) flush(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.idle.Broadcast()
	})
	defer stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.lanes) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.idle.Wait()
	}
	return nil
}
