package storetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// memory is the models behind chat.Store: the smallest store that keeps the
// promises. It shows that the suite asks for nothing that cannot be had, and
// it is what the broken stores of TestRun_BrokenStores are made from.
type memory struct {
	now      func() time.Time
	mu       sync.Mutex
	log      logModel
	presence *presenceModel
	entries  watchers[[]chat.Entry]
	changes  watchers[[]chat.Change]
	signals  watchers[chat.Signal]
	shelves  watchers[[]chat.Record]
}

// memoryFactory wraps every handle of a memory store with wrap.
func memoryFactory(peers bool, wrap func(chat.Store) chat.Store) Factory {
	return Factory{Clock: true, Peers: peers, New: func(_ testing.TB, now func() time.Time) Open {
		if now == nil {
			now = time.Now
		}
		m := &memory{now: now, log: newLogModel(), presence: newPresenceModel()}
		return func() (chat.Store, error) { return wrap(&memoryHandle{memory: m}), nil }
	}}
}

// A memoryHandle is one node's handle: what it watches ends with it.
type memoryHandle struct {
	*memory
	stops []func() // guarded by memory.mu
}

// watchers are the callbacks of one kind, by room or shelf.
type watchers[T any] struct {
	mu  sync.Mutex
	all []*watcher[T] // guarded by mu
}

type watcher[T any] struct {
	topic string
	f     func(T)
}

func (w *watchers[T]) tell(topic string, news T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.all {
		if one.topic == topic {
			one.f(news)
		}
	}
}

func (w *watchers[T]) watch(topic string, f func(T)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := &watcher[T]{topic: topic, f: f}
	w.all = append(w.all, one)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.all = slices.DeleteFunc(w.all, func(other *watcher[T]) bool { return other == one })
	}
}

func answer(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return chat.Unavailable(err)
	}
	return nil
}

func (h *memoryHandle) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	if err := answer(ctx); err != nil {
		return slices.Repeat([]chat.Appended{{Err: err}}, len(drafts))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.log.append(room, drafts)
	var news []chat.Entry
	for _, a := range out {
		if a.Err == nil && !a.Duplicate {
			news = append(news, a.Entry)
		}
	}
	if news != nil {
		h.entries.tell(string(room), news)
	}
	return out
}

func (h *memoryHandle) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.log.after(room, seq, limit)), answer(ctx)
}

func (h *memoryHandle) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.log.before(room, seq, limit)), answer(ctx)
}

func (h *memoryHandle) Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.pick(room, seqs), answer(ctx)
}

func (h *memoryHandle) Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !validShelf.MatchString(string(shelf)) || slices.ContainsFunc(keys, func(key string) bool { return !validKey(key) }) {
		return nil, errInvalid
	}
	return h.log.records.get(shelf, keys...), answer(ctx)
}

func (h *memoryHandle) List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !validShelf.MatchString(string(shelf)) {
		return nil, errInvalid
	}
	return h.log.records.list(shelf, r), answer(ctx)
}

func (h *memoryHandle) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if err := answer(ctx); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	changed, err := h.log.records.commit(shelf, c)
	if len(changed) > 0 {
		h.shelves.tell(string(shelf), changed)
	}
	return err
}

func (h *memoryHandle) WatchShelf(_ context.Context, shelf chat.Shelf, f func([]chat.Record)) (func(), error) {
	if !validShelf.MatchString(string(shelf)) {
		return nil, errInvalid
	}
	return h.until(h.shelves.watch(string(shelf), f)), nil
}

func (h *memoryHandle) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.head(room), answer(ctx)
}

func (h *memoryHandle) Watch(_ context.Context, room chat.RoomID, f func([]chat.Entry)) (func(), error) {
	return h.until(h.entries.watch(string(room), f)), nil
}

// until makes stop part of Close.
func (h *memoryHandle) until(stop func()) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stops = append(h.stops, stop)
	return stop
}

// change runs f as one step of the roster and tells what it changed.
func (h *memoryHandle) change(ctx context.Context, f func(p *presenceModel, now time.Time)) error {
	if err := answer(ctx); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	before := len(h.presence.changes)
	f(h.presence, h.now())
	if news := slices.Clone(h.presence.changes[before:]); len(news) > 0 {
		h.changes.tell("", news)
	}
	return nil
}

func (h *memoryHandle) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) (errs []error) {
	err := h.change(ctx, func(p *presenceModel, now time.Time) { errs = p.arrive(now, arrivals, ttl) })
	if err != nil {
		return slices.Repeat([]error{err}, len(arrivals))
	}
	return errs
}

func (h *memoryHandle) Depart(ctx context.Context, id chat.PersonID, node chat.NodeID, grace time.Duration) error {
	return h.change(ctx, func(p *presenceModel, now time.Time) { p.depart(now, id, node, grace) })
}

func (h *memoryHandle) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (held bool, err error) {
	err = h.change(ctx, func(p *presenceModel, now time.Time) { held = p.renew(now, node, ttl) })
	return held, err
}

func (h *memoryHandle) Release(ctx context.Context, node chat.NodeID, grace time.Duration) error {
	return h.change(ctx, func(p *presenceModel, now time.Time) { p.release(now, node, grace) })
}

func (h *memoryHandle) Expire(ctx context.Context, grace time.Duration) error {
	return h.change(ctx, func(p *presenceModel, now time.Time) { p.expire(now, grace) })
}

func (h *memoryHandle) Roster(ctx context.Context) (chat.Roster, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.presence.roster(), answer(ctx)
}

func (h *memoryHandle) WatchRoster(_ context.Context, f func([]chat.Change)) (func(), error) {
	return h.until(h.changes.watch("", f)), nil
}

func (h *memoryHandle) Signal(ctx context.Context, s chat.Signal) error {
	h.signals.tell(string(s.Room), s)
	return answer(ctx)
}

func (h *memoryHandle) WatchSignals(_ context.Context, room chat.RoomID, f func(chat.Signal)) (func(), error) {
	return h.until(h.signals.watch(string(room), f)), nil
}

func (h *memoryHandle) Check(ctx context.Context) error { return answer(ctx) }

func (h *memoryHandle) Close() error {
	for _, stop := range h.stops {
		stop()
	}
	return nil
}
