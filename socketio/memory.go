package socketio

import (
	"context"
	"slices"
	"sync"
)

// MemoryAdapter joins servers within one process: for tests, for a program that
// serves several listeners with different options, and as the reference of what
// an [Adapter] does.
type MemoryAdapter struct {
	mu    sync.RWMutex
	links map[string][]*memoryLink // guarded by mu; by namespace
}

// NewMemoryAdapter returns an adapter to be shared, in Options.Adapter, by the
// servers that belong together.
func NewMemoryAdapter() *MemoryAdapter {
	return &MemoryAdapter{links: map[string][]*memoryLink{}}
}

// Attach implements [Adapter].
func (a *MemoryAdapter) Attach(namespace string, handle func(context.Context, Command) Reply) (Link, error) {
	l := &memoryLink{adapter: a, namespace: namespace, handle: handle}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.links[namespace] = append(slices.Clip(a.links[namespace]), l)
	return l, nil
}

type memoryLink struct {
	adapter   *MemoryAdapter
	namespace string
	handle    func(context.Context, Command) Reply

	mu        sync.Mutex
	queue     []func() // guarded by mu; published to this link, not handled yet
	receiving bool     // guarded by mu: some goroutine handles the queue
}

// receive handles f after everything that was published before, on the first
// publisher's goroutine: a handler that publishes in turn cannot deadlock.
func (l *memoryLink) receive(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, f)
	if l.receiving {
		return
	}
	l.receiving = true
	for len(l.queue) > 0 {
		next := l.queue[0]
		l.queue = l.queue[1:]
		l.mu.Unlock()
		next()
		l.mu.Lock()
	}
	l.receiving, l.queue = false, nil
}

// others returns the links of the other servers.
func (l *memoryLink) others() []*memoryLink {
	l.adapter.mu.RLock()
	defer l.adapter.mu.RUnlock()
	var others []*memoryLink
	for _, o := range l.adapter.links[l.namespace] {
		if o != l {
			others = append(others, o)
		}
	}
	return others
}

// Publish implements [Link].
func (l *memoryLink) Publish(ctx context.Context, c Command) error {
	for _, o := range l.others() {
		o.receive(func() { o.handle(ctx, c) })
	}
	return nil
}

// Request implements [Link].
func (l *memoryLink) Request(ctx context.Context, c Command) ([]Reply, error) {
	others := l.others()
	results := make(chan Reply, len(others))
	for _, o := range others {
		go func() { results <- o.handle(ctx, c) }()
	}
	var replies []Reply
	for range others {
		select {
		case r := <-results:
			replies = append(replies, r)
		case <-ctx.Done():
			return replies, ctx.Err()
		}
	}
	return replies, nil
}

// Close implements [Link].
func (l *memoryLink) Close() error {
	l.adapter.mu.Lock()
	defer l.adapter.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(l.adapter.links[l.namespace]), func(o *memoryLink) bool { return o == l })
	if len(left) == 0 {
		delete(l.adapter.links, l.namespace)
	} else {
		l.adapter.links[l.namespace] = left
	}
	return nil
}
