package redis

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Watch implements chat.Log.
func (s *Store) Watch(ctx context.Context, room chat.RoomID, f func([]chat.Entry)) (stop func(), err error) {
	if err := room.Check(); err != nil {
		return nil, err
	}
	channel := s.keys.roomChannel(room)
	return s.watch(ctx, channel, func(payload string) {
		if payload != "" && (payload[0] == signalV1 || payload[0] == signalV2) {
			return
		}
		entries, err := decodeEntries(room, payload)
		if err != nil {
			s.garbage.note(channel, err)
			return
		}
		f(entries)
	}, func() { f(nil) })
}

// watch calls message with what is published on the channel, and lost, unless
// it is nil, after something may have been missed.
func (s *Store) watch(ctx context.Context, name string, message func(string), lost func()) (stop func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	w := &watcher{message: message, lost: lost}
	if err := s.hub.add(ctx, name, w); err != nil {
		return nil, unavailable(fmt.Errorf("subscribe: %w", err))
	}
	return sync.OnceFunc(func() {
		w.stop()
		s.hub.remove(name, w)
	}), nil
}

// A watcher is one call of Watch, WatchRoster or WatchSignals.
type watcher struct {
	message func(string)
	lost    func()

	mu      sync.Mutex // held while message or lost runs
	stopped bool       // guarded by mu
}

func (w *watcher) tell(payload string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.message(payload)
	}
}

func (w *watcher) tellLost() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped && w.lost != nil {
		w.lost()
	}
}

// stop waits for a running call and lets no further one begin.
func (w *watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}

// A channel is one Redis channel that somebody watches, or that is still to be
// unsubscribed. Its fields are guarded by hub.mu.
type channel struct {
	name     string
	slot     uint16
	watchers []*watcher // replaced, never changed in place
	feed     *feed      // the feed that is subscribed to it, or nil
	missed   bool       // it was subscribed before: messages may have been lost
	waiting  []chan error
}

func (c *channel) add(w *watcher) { c.watchers = append(slices.Clone(c.watchers), w) }

func (c *channel) remove(w *watcher) {
	c.watchers = slices.DeleteFunc(slices.Clone(c.watchers), func(x *watcher) bool { return x == w })
}

// settle tells everyone who waits for the subscription how it went.
func (c *channel) settle(err error) {
	for _, waiting := range c.waiting {
		waiting <- err
	}
	c.waiting = nil
}

// garbage counts payloads that this program cannot read. Others may publish
// on our channels by mistake or malice; one line in the log says so.
type garbage struct {
	logger *slog.Logger
	count  atomic.Uint64
	once   sync.Once
}

func (g *garbage) note(channel string, err error) {
	g.count.Add(1)
	g.once.Do(func() {
		g.logger.Warn("somebody else publishes on a channel of this program: such messages are dropped",
			slog.String("channel", channel), slog.Any("error", err))
	})
}
