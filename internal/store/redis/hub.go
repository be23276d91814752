package redis

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

// A hub brings what is published on channels to their watchers, through one
// feed per Redis primary.
type hub struct {
	client     rueidis.Client
	sharded    bool // a cluster, with sharded Pub/Sub
	keys       keys
	name       string // this hub's own, in its probe channels
	logger     *slog.Logger
	timeout    time.Duration
	probeEvery time.Duration
	probeLate  time.Duration

	mu       sync.Mutex
	channels map[string]*channel // guarded by mu
	feeds    map[string]*feed    // by address, of every primary; guarded by mu
	owners   []*feed             // by slot; empty when not sharded; guarded by mu

	stale   chan struct{} // holds a token when owners should be read again
	closing context.Context
	close   context.CancelFunc
	running sync.WaitGroup
}

// start begins to feed. On a cluster it first learns who owns which slot.
func (h *hub) start(ctx context.Context) error {
	h.channels = make(map[string]*channel)
	h.feeds = make(map[string]*feed)
	h.stale = make(chan struct{}, 1)
	h.closing, h.close = context.WithCancel(context.Background())
	if !h.sharded {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.startFeed("")
		return nil
	}
	if err := h.learnOwners(ctx); err != nil {
		return err
	}
	h.running.Go(h.followOwners)
	return nil
}

// stop ends all feeds; no watcher is called afterwards.
func (h *hub) stop() {
	if h.close == nil {
		return
	}
	h.close()
	h.running.Wait()
	// A closed connection may still be handing over what it had read.
	h.mu.Lock()
	var watchers []*watcher
	for _, c := range h.channels {
		watchers = append(watchers, c.watchers...)
	}
	h.mu.Unlock()
	for _, w := range watchers {
		w.stop()
	}
}

// startFeed is called with mu held.
func (h *hub) startFeed(addr string) *feed {
	f := &feed{hub: h, addr: addr, wake: make(chan struct{}, 1), dirty: make(map[*channel]struct{})}
	ctx, cancel := context.WithCancel(h.closing)
	f.stop = cancel
	h.feeds[addr] = f
	h.running.Go(func() { f.run(ctx) })
	return f
}

// publish sends to everyone who is subscribed.
func (h *hub) publish(ctx context.Context, channel, payload string) error {
	b := h.client.B()
	if h.sharded {
		return h.client.Do(ctx, b.Spublish().Channel(channel).Message(payload).Build()).Error()
	}
	return h.client.Do(ctx, b.Publish().Channel(channel).Message(payload).Build()).Error()
}

// slot returns the hash slot of a key or channel on a cluster.
func (h *hub) slot(name string) uint16 {
	if !h.sharded {
		return 0
	}
	command := h.client.B().Ssubscribe().Channel(name).Build()
	return command.Slot()
}

// owner is called with mu held. It is nil while a cluster has nobody for the
// slot.
func (h *hub) owner(slot uint16) *feed {
	if !h.sharded {
		return h.feeds[""]
	}
	return h.owners[slot]
}

// add begins to watch and returns when the subscription is confirmed.
func (h *hub) add(ctx context.Context, name string, w *watcher) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	slot := h.slot(name)
	h.mu.Lock()
	c := h.channels[name]
	if c == nil {
		c = &channel{name: name, slot: slot}
		h.channels[name] = c
	}
	c.add(w)
	if c.feed != nil {
		h.mu.Unlock()
		return nil
	}
	waiting := make(chan error, 1)
	c.waiting = append(c.waiting, waiting)
	h.mark(c)
	h.mu.Unlock()

	var err error
	select {
	case err = <-waiting:
	case <-ctx.Done():
		err = ctx.Err()
	case <-h.closing.Done():
		err = errors.New("the store is closed")
	}
	if err != nil {
		w.stop()
		h.remove(name, w)
	}
	return err
}

// remove ends a watch. The subscription ends soon after its last watch.
func (h *hub) remove(name string, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.channels[name]
	if c == nil {
		return
	}
	if c.remove(w); len(c.watchers) == 0 {
		h.mark(c)
	}
}

// mark, called with mu held, asks the channel's feed to bring its subscription
// in line with its watchers.
func (h *hub) mark(c *channel) {
	f := c.feed
	if f == nil {
		f = h.owner(c.slot)
	}
	switch {
	case f != nil:
		f.dirty[c] = struct{}{}
		f.nudge()
	case len(c.watchers) == 0:
		delete(h.channels, c.name)
	}
}

// deliver gives one message to everyone who watches its channel.
func (h *hub) deliver(name, payload string) {
	h.mu.Lock()
	var watchers []*watcher
	if c := h.channels[name]; c != nil {
		watchers = c.watchers
	}
	h.mu.Unlock()
	for _, w := range watchers {
		w.tell(payload)
	}
}

// check returns why announcements may not arrive, or nil.
func (h *hub) check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.feeds {
		if err := f.health(); err != nil {
			return err
		}
	}
	for _, owner := range h.owners {
		if owner == nil {
			return errors.New("a part of the cluster has no primary")
		}
	}
	return nil
}
