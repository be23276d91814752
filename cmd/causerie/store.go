package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/httpapi"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// openStore is the one place that knows which stores there are.
func openStore(ctx context.Context, cfg config.Config, node chat.NodeID, l *slog.Logger) (chat.Store, error) {
	if cfg.Redis == "" {
		if cfg.DataByDefault {
			// A new user's home may lack the folders above; what is wrong with
			// them the store says better.
			_ = os.MkdirAll(filepath.Dir(cfg.Data), 0o700)
		}
		warnOfRemains(cfg.Data, l)
		return sqlite.Open(ctx, sqlite.Options{Dir: cfg.Data, Logger: l})
	}
	return redis.Open(ctx, redis.Options{
		URL:        cfg.Redis.Reveal(),
		Prefix:     cfg.RedisPrefix,
		Node:       node,
		Durability: redis.Durability(cfg.RedisDurability),
		Logger:     l,
	})
}

// storeName says for the log where the chat is kept.
func storeName(cfg config.Config) slog.Attr {
	if cfg.Redis == "" {
		return slog.String("data", cfg.Data)
	}
	return slog.Any("redis", cfg.Redis)
}

// A meteredStore is a store whose operations are timed, and whose health is
// also what becomes of people's messages.
type meteredStore struct {
	chat.Store
	metrics *httpapi.Metrics
	appends *appends
}

// failureCounts is for how long an append that failed speaks against a store
// whose own proof succeeds: on a disk that is full the few bytes of the proof
// may still fit. It ends by itself, because nobody sends anything to where
// nobody is sent.
const failureCounts = 30 * time.Second

// appends remember how the last one ended.
type appends struct {
	mu     sync.Mutex
	err    error     // guarded by mu; nil after one that was kept
	failed time.Time // guarded by mu
}

func (a *appends) ended(err error) {
	if code := chat.CodeOf(err); err != nil && code != chat.CodeUnavailable && code != chat.CodeInternal {
		err = nil // the store has answered; the sender was wrong
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err, a.failed = err, time.Now()
}

func (a *appends) trouble() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil || time.Since(a.failed) >= failureCounts {
		return nil
	}
	return fmt.Errorf("messages are not kept: %w", a.err)
}

// Check is chat.Store's, and fails as well while messages are not kept.
func (s meteredStore) Check(ctx context.Context) error {
	if err := s.appends.trouble(); err != nil {
		return err
	}
	return s.Store.Check(ctx)
}

// timed begins one operation; what it returns ends it.
func (s meteredStore) timed(operation string) func(error) {
	start := time.Now()
	return func(err error) { s.metrics.StoreDone(operation, time.Since(start), err) }
}

func (s meteredStore) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	done := s.timed("append")
	appended := s.Store.Append(ctx, room, drafts)
	// One step of the store: its failure is in every outcome, and an outcome
	// of its own is the sender's mistake.
	var failure error
	kept := 0
	for _, a := range appended {
		switch {
		case a.Err != nil:
			failure = a.Err
		case !a.Duplicate && a.Entry.Kind == chat.KindMessage:
			kept++
		}
	}
	done(failure)
	s.appends.ended(failure)
	s.metrics.MessagesKept(kept)
	return appended
}

func (s meteredStore) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	done := s.timed("after")
	entries, err := s.Store.After(ctx, room, seq, limit)
	done(err)
	return entries, err
}

func (s meteredStore) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	done := s.timed("before")
	entries, err := s.Store.Before(ctx, room, seq, limit)
	done(err)
	return entries, err
}

func (s meteredStore) Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error) {
	done := s.timed("pick")
	entries, err := s.Store.Pick(ctx, room, seqs)
	done(err)
	return entries, err
}

func (s meteredStore) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	done := s.timed("head")
	head, err := s.Store.Head(ctx, room)
	done(err)
	return head, err
}

func (s meteredStore) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) []error {
	done := s.timed("arrive")
	errs := s.Store.Arrive(ctx, arrivals, ttl)
	var failure error
	for _, err := range errs {
		if err != nil {
			failure = err
		}
	}
	done(failure)
	return errs
}

func (s meteredStore) Depart(ctx context.Context, id chat.PersonID, node chat.NodeID, grace time.Duration) error {
	done := s.timed("depart")
	err := s.Store.Depart(ctx, id, node, grace)
	done(err)
	return err
}

func (s meteredStore) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (bool, error) {
	done := s.timed("renew")
	held, err := s.Store.Renew(ctx, node, ttl)
	done(err)
	return held, err
}

func (s meteredStore) Release(ctx context.Context, node chat.NodeID, grace time.Duration) error {
	done := s.timed("release")
	err := s.Store.Release(ctx, node, grace)
	done(err)
	return err
}

func (s meteredStore) Expire(ctx context.Context, grace time.Duration) error {
	done := s.timed("expire")
	err := s.Store.Expire(ctx, grace)
	done(err)
	return err
}

func (s meteredStore) Roster(ctx context.Context) (chat.Roster, error) {
	done := s.timed("roster")
	roster, err := s.Store.Roster(ctx)
	done(err)
	return roster, err
}

func (s meteredStore) Signal(ctx context.Context, signal chat.Signal) error {
	done := s.timed("signal")
	err := s.Store.Signal(ctx, signal)
	done(err)
	return err
}

func (s meteredStore) Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error) {
	done := s.timed("get")
	values, err := s.Store.Get(ctx, shelf, keys...)
	done(err)
	return values, err
}

func (s meteredStore) List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error) {
	done := s.timed("list")
	records, err := s.Store.List(ctx, shelf, r)
	done(err)
	return records, err
}

func (s meteredStore) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	done := s.timed("commit")
	err := s.Store.Commit(ctx, shelf, c)
	done(err)
	return err
}
