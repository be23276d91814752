package sqlite

import (
	"context"
	"slices"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

// longestQueue is how many announcements may wait for slow watchers. Beyond
// it they are lost, and the watchers told so.
const longestQueue = 4096

// An announcer tells the watchers of this process what was kept. Its one
// goroutine keeps the order and keeps a slow watcher from holding up the
// commits.
type announcer struct {
	rooms   board[chat.RoomID, []chat.Entry]
	roster  board[struct{}, []chat.Change]
	signals board[chat.RoomID, chat.Signal]
	shelves board[chat.Shelf, []chat.Record]

	mu     sync.Mutex
	queue  []func() // guarded by mu
	lost   bool     // guarded by mu; the queue was full
	closed bool     // guarded by mu
	wake   chan struct{}
}

func newAnnouncer() *announcer { return &announcer{wake: make(chan struct{}, 1)} }

// post queues one announcement. It never waits.
func (a *announcer) post(tell func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) >= longestQueue {
		a.lost = true
		return
	}
	a.queue = append(a.queue, tell)
	a.nudge()
}

func (a *announcer) nudge() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run tells what is queued until close.
func (a *announcer) run() {
	for range a.wake {
		queue, lost, closed := a.take()
		if closed {
			return
		}
		for _, tell := range queue {
			tell()
		}
		if lost {
			a.rooms.tellAll(nil)
			a.roster.tellAll(nil)
			a.shelves.tellAll(nil)
		}
	}
}

func (a *announcer) take() (queue []func(), lost, closed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	queue, lost = a.queue, a.lost
	a.queue, a.lost = nil, false
	return queue, lost, a.closed
}

func (a *announcer) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.nudge()
}

func (a *announcer) entries(room chat.RoomID, fresh []chat.Entry) {
	if len(fresh) > 0 && a.rooms.watched(room) {
		a.post(func() { a.rooms.tell(room, fresh) })
	}
}

func (a *announcer) changes(changes []chat.Change) {
	if len(changes) > 0 && a.roster.watched(struct{}{}) {
		a.post(func() { a.roster.tell(struct{}{}, changes) })
	}
}

func (a *announcer) records(shelf chat.Shelf, changed []chat.Record) {
	if len(changed) > 0 && a.shelves.watched(shelf) {
		a.post(func() { a.shelves.tell(shelf, changed) })
	}
}

// A board is the watchers of one kind of news, by topic.
type board[Topic comparable, News any] struct {
	mu     sync.Mutex
	topics map[Topic][]*watcher[News] // guarded by mu; the slices never change
}

// A watcher is one f of a Watch.
type watcher[News any] struct {
	mu      sync.Mutex // held while f runs
	f       func(News)
	stopped bool // guarded by mu
}

func (w *watcher[News]) tell(news News) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.f(news)
	}
}

func (b *board[Topic, News]) watch(topic Topic, f func(News)) (stop func()) {
	w := &watcher[News]{f: f}
	b.change(topic, func(all []*watcher[News]) []*watcher[News] { return append(slices.Clip(all), w) })
	return func() {
		b.change(topic, func(all []*watcher[News]) []*watcher[News] {
			return slices.DeleteFunc(slices.Clone(all), func(other *watcher[News]) bool { return other == w })
		})
		w.mu.Lock()
		defer w.mu.Unlock()
		w.stopped = true
	}
}

func (b *board[Topic, News]) change(topic Topic, f func([]*watcher[News]) []*watcher[News]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics == nil {
		b.topics = make(map[Topic][]*watcher[News])
	}
	if b.topics[topic] = f(b.topics[topic]); len(b.topics[topic]) == 0 {
		delete(b.topics, topic)
	}
}

func (b *board[Topic, News]) watchers(topic Topic) []*watcher[News] {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.topics[topic]
}

func (b *board[Topic, News]) watched(topic Topic) bool { return b.watchers(topic) != nil }

func (b *board[Topic, News]) tell(topic Topic, news News) {
	for _, w := range b.watchers(topic) {
		w.tell(news)
	}
}

// tellAll tells the watchers of every topic.
func (b *board[Topic, News]) tellAll(news News) {
	b.mu.Lock()
	var all []*watcher[News]
	for _, watchers := range b.topics {
		all = append(all, watchers...)
	}
	b.mu.Unlock()
	for _, w := range all {
		w.tell(news)
	}
}

// Watch is chat.Log's.
func (s *Store) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (stop func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, chat.Unavailable(err)
	}
	return s.news.rooms.watch(room, f), nil
}

// WatchRoster is chat.Presence's.
func (s *Store) WatchRoster(ctx context.Context, f func([]chat.Change)) (stop func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, chat.Unavailable(err)
	}
	return s.news.roster.watch(struct{}{}, f), nil
}
