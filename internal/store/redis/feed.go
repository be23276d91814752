package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/rueidis"
)

// subscribeBatch is the number of channels that one round trip subscribes.
const subscribeBatch = 512

const (
	minFeedDelay = 20 * time.Millisecond
	maxFeedDelay = time.Second
	// redirectDelay is how long a channel waits whose slot is on the move.
	redirectDelay = 50 * time.Millisecond
)

var (
	errProbeLate = errors.New("a probe did not come back")
	errConnEnded = errors.New("the connection ended")
	errSlotMoved = errors.New("the probe's slot moved away")
	errNoNode    = errors.New("the cluster does not list this primary")
)

// A feed is the subscription connection to one Redis primary. When it breaks,
// or when a probe sent round through the server does not come back, it is
// replaced, and the watchers are told that they may have missed something.
type feed struct {
	hub  *hub
	addr string
	stop context.CancelFunc
	wake chan struct{} // holds a token when dirty may not be empty

	// Guarded by hub.mu:
	dirty  map[*channel]struct{} // whose subscription may not fit its watchers
	probe  string                // channel of the probes of the current connection
	sent   uint64                // number of the last probe sent
	echo   time.Time             // when the last probe came back, or the connection began
	proven bool                  // a probe has come back over the current connection
	err    error                 // why there is no connection
	moved  bool                  // the server has dropped the probe's subscription
	conns  uint64                // number of connections begun, to tell an old one's news
}

func (f *feed) nudge() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// health is called with hub.mu held.
func (f *feed) health() error {
	switch {
	case f.err != nil:
		return fmt.Errorf("the subscription connection is down: %w", f.err)
	case !f.proven:
		return errors.New("the subscription connection is not proven yet")
	case time.Since(f.echo) > f.hub.probeLate:
		return errProbeLate
	}
	return nil
}

// run keeps one connection after the other until ctx ends.
func (f *feed) run(ctx context.Context) {
	delay := minFeedDelay
	for {
		err := f.serve(ctx)
		proven := f.down(err)
		if ctx.Err() != nil {
			return
		}
		f.hub.refreshOwners()
		if proven {
			delay = minFeedDelay
			f.hub.logger.Warn("the subscription connection to Redis was lost", slog.Any("error", err))
		}
		// Many nodes lose the same server at the same moment.
		timer := time.NewTimer(delay/2 + rand.N(delay/2))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		delay = min(2*delay, maxFeedDelay)
	}
}

// down takes note that there is no connection and reports whether there was a
// working one.
func (f *feed) down(err error) (proven bool) {
	h := f.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	proven = f.proven
	f.proven, f.err = false, err
	f.conns++
	for _, c := range h.channels {
		if c.feed == f {
			c.feed, c.missed = nil, true
			h.mark(c)
		}
	}
	return proven
}

// serve connects, subscribes to everything that is watched, and works until
// the connection is of no use any more.
func (f *feed) serve(ctx context.Context) error {
	client, err := f.hub.node(f.addr)
	if err != nil {
		return err
	}
	conn, _ := client.Dedicate()
	defer conn.Close()
	number := f.nextConn()
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{
		OnMessage:      f.onMessage,
		OnSubscription: func(s rueidis.PubSubSubscription) { f.onSubscription(number, s) },
	})
	if err := f.begin(ctx, conn); err != nil {
		return err
	}
	probes := time.NewTicker(f.hub.probeEvery)
	defer probes.Stop()
	f.nudge()
	f.sendProbe(ctx)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if err == nil {
				err = errConnEnded
			}
			return err
		case <-f.wake:
			if err := f.sync(ctx, conn); err != nil {
				return err
			}
		case <-probes.C:
			if f.late() {
				return errProbeLate
			}
			f.sendProbe(ctx)
		}
	}
}

func (f *feed) nextConn() uint64 {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.conns++
	return f.conns
}

// begin subscribes the probe channel, which proves that the server answers.
func (f *feed) begin(ctx context.Context, conn rueidis.DedicatedClient) error {
	h := f.hub
	probe := h.probeChannel(f)
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	if err := conn.Do(ctx, f.subscribe(conn, probe)).Error(); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	f.probe, f.echo, f.proven, f.err, f.moved = probe, time.Now(), false, nil, false
	for _, c := range h.channels {
		if c.feed == nil && h.owner(c.slot) == f {
			f.dirty[c] = struct{}{}
		}
	}
	return nil
}

func (f *feed) subscribe(conn rueidis.DedicatedClient, name string) rueidis.Completed {
	if f.hub.sharded {
		return conn.B().Ssubscribe().Channel(name).Build()
	}
	return conn.B().Subscribe().Channel(name).Build()
}

func (f *feed) unsubscribe(conn rueidis.DedicatedClient, name string) rueidis.Completed {
	if f.hub.sharded {
		return conn.B().Sunsubscribe().Channel(name).Build()
	}
	return conn.B().Unsubscribe().Channel(name).Build()
}

// sync subscribes and unsubscribes until nothing is dirty. An error means that
// the connection is broken.
func (f *feed) sync(ctx context.Context, conn rueidis.DedicatedClient) error {
	for {
		f.hub.mu.Lock()
		moved := f.moved
		join, leave := f.take()
		f.hub.mu.Unlock()
		if moved {
			return errSlotMoved
		}
		if len(join)+len(leave) == 0 {
			return nil
		}
		commands := make([]rueidis.Completed, 0, len(join)+len(leave))
		for _, c := range join {
			commands = append(commands, f.subscribe(conn, c.name))
		}
		for _, c := range leave {
			commands = append(commands, f.unsubscribe(conn, c.name))
		}
		call, cancel := context.WithTimeout(ctx, f.hub.timeout)
		results := conn.DoMulti(call, commands...)
		cancel()
		for _, res := range results {
			if err := res.NonRedisError(); err != nil {
				return err
			}
		}
		f.joined(join, results)
	}
}

// take, called with hub.mu held, removes some channels from dirty and sorts
// out what to do about them.
func (f *feed) take() (join, leave []*channel) {
	h := f.hub
	for c := range f.dirty {
		if len(join)+len(leave) == subscribeBatch {
			break
		}
		delete(f.dirty, c)
		watched := len(c.watchers) > 0
		switch {
		case watched && c.feed == nil && h.owner(c.slot) == f:
			join = append(join, c)
		case !watched && c.feed == f:
			c.feed = nil
			leave = append(leave, c)
		}
		if !watched && h.channels[c.name] == c {
			delete(h.channels, c.name)
		}
	}
	return join, leave
}

// joined takes note of the answers to SUBSCRIBE.
func (f *feed) joined(join []*channel, results []rueidis.RedisResult) {
	h := f.hub
	var missed []*watcher
	var again []*channel
	h.mu.Lock()
	for i, c := range join {
		err := results[i].Error()
		switch {
		case err == nil && c.feed == f:
			c.settle(nil)
			if c.missed {
				c.missed = false
				missed = append(missed, c.watchers...)
			}
			if len(c.watchers) == 0 {
				h.mark(c)
			}
		case err == nil, isRedirect(err):
			// The slot is on the move, or has moved since.
			again = append(again, c)
		default:
			c.settle(err)
			again = append(again, c)
		}
	}
	h.mu.Unlock()
	for _, w := range missed {
		w.tellLost()
	}
	if len(again) > 0 {
		h.refreshOwners()
		h.running.Go(func() { h.markLater(again) })
	}
}

// onMessage runs on the connection's reader.
func (f *feed) onMessage(m rueidis.PubSubMessage) {
	f.hub.mu.Lock()
	isProbe := m.Channel == f.probe
	if isProbe && m.Message == strconv.FormatUint(f.sent, 10) {
		f.echo, f.proven = time.Now(), true
	}
	f.hub.mu.Unlock()
	if !isProbe {
		f.hub.deliver(m.Channel, m.Message)
	}
}

// onSubscription runs on the connection's reader, so it follows the server: a
// channel's feed is the one that it was last subscribed through. A cluster
// ends a subscription by itself when the slot moves to another primary.
func (f *feed) onSubscription(conn uint64, s rueidis.PubSubSubscription) {
	h := f.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if conn != f.conns {
		return
	}
	c := h.channels[s.Channel]
	switch s.Kind {
	case "subscribe", "ssubscribe":
		if c != nil {
			c.feed = f
		}
	case "sunsubscribe":
		if s.Channel == f.probe {
			f.moved = true
			f.nudge()
		}
		if c != nil && c.feed == f {
			c.feed, c.missed = nil, true
			h.mark(c)
			h.refreshOwners()
		}
	}
}

func (f *feed) late() bool {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	return time.Since(f.echo) > f.hub.probeLate
}

// sendProbe publishes the next probe the way all announcements go, without
// holding up the feed.
func (f *feed) sendProbe(ctx context.Context) {
	h := f.hub
	h.mu.Lock()
	f.sent++
	channel, number := f.probe, f.sent
	h.mu.Unlock()
	h.running.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, h.timeout)
		defer cancel()
		// If it fails the probe does not come back, which is what counts.
		_ = h.publish(ctx, channel, strconv.FormatUint(number, 10))
	})
}
