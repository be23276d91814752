package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// A Store keeps everything in Redis. Its methods may be called at once from
// many goroutines; see package chat for what they promise.
type Store struct {
	client    rueidis.Client
	keys      keys
	hub       *hub
	confirmer *confirmer // nil when the reply of a script is enough
	garbage   garbage
	hints     hints

	publish   string // the command that announces: PUBLISH or SPUBLISH
	touch     string // "1" when every append must write something
	dedupeFor time.Duration
	timeout   time.Duration
}

var _ chat.Store = (*Store)(nil)

// Open connects to Redis, checks that it can keep the promises and waits until
// announcements come through. An error is one sentence that says what to do.
// Settings that put acknowledged messages at risk are logged as warnings.
func Open(ctx context.Context, options Options) (*Store, error) {
	o, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	clientOptions, err := o.client()
	if err != nil {
		return nil, err
	}
	addr := strings.Join(clientOptions.InitAddress, ", ")
	client, err := rueidis.NewClient(clientOptions)
	if err != nil {
		return nil, openError(addr, err)
	}
	s := newStore(client, o)
	if err := s.open(ctx, addr, o); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func newStore(client rueidis.Client, o Options) *Store {
	s := &Store{
		client:    client,
		keys:      keys{prefix: o.Prefix},
		garbage:   garbage{logger: o.Logger},
		publish:   "PUBLISH",
		touch:     "0",
		dedupeFor: o.DedupeFor,
		timeout:   o.Timeout,
	}
	s.hub = &hub{
		client:     client,
		sharded:    client.Mode() == rueidis.ClientModeCluster,
		keys:       s.keys,
		name:       chat.NewID().String(),
		logger:     o.Logger,
		timeout:    o.Timeout,
		probeEvery: o.probeEvery,
		probeLate:  o.probeLate,
	}
	if s.hub.sharded {
		s.publish = "SPUBLISH"
	}
	return s
}

func (s *Store) open(ctx context.Context, addr string, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, 2*o.Timeout)
	defer cancel()
	fsyncs, err := s.checkServers(ctx, addr, o)
	if err != nil {
		return err
	}
	switch {
	case o.Durability == Replicated:
		s.touch = "1"
		s.confirmer = newConfirmer(s.hub, s.timeout)
		s.confirmer.waitFor(o.Replicas)
	case o.Durability == Fsynced && !fsyncs:
		s.touch = "1"
		s.confirmer = newConfirmer(s.hub, s.timeout)
		s.confirmer.waitForDisk()
	}
	if err := s.hub.start(ctx); err != nil {
		return openError(addr, err)
	}
	return s.awaitFeeds(ctx, addr)
}

// awaitFeeds waits until a probe has come back from every primary.
func (s *Store) awaitFeeds(ctx context.Context, addr string) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.hub.check()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("Redis at %s does not deliver Pub/Sub messages (%w): permit PUBLISH and SUBSCRIBE, or SPUBLISH and SSUBSCRIBE on a cluster, for its channels", addr, err)
		}
	}
}

// runDurably runs a script with the durability the store was opened with.
func (s *Store) runDurably(ctx context.Context, script *script, keys, args []string) rueidis.RedisResult {
	if s.confirmer != nil {
		return s.confirmer.run(ctx, script, keys, args)
	}
	return script.run(ctx, s.client, keys, args)
}

// Check implements chat.Store. It writes, so it also sees a server that only
// answers reads: a full disk, a demoted primary, too few replicas.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	set := s.client.B().Set().Key(s.keys.check()).Value(s.hub.name).Ex(time.Minute).Build()
	if err := s.client.Do(ctx, set).Error(); err != nil {
		return fmt.Errorf("redis does not take writes: %w", err)
	}
	if err := s.hub.check(); err != nil {
		return fmt.Errorf("redis announcements: %w", err)
	}
	return nil
}

// Garbage returns how many messages on this program's channels were not its
// own and were dropped.
func (s *Store) Garbage() uint64 { return s.garbage.count.Load() }

// Close implements chat.Store.
func (s *Store) Close() error {
	s.hub.stop()
	if s.confirmer != nil {
		s.confirmer.stop()
	}
	s.client.Close()
	return nil
}
