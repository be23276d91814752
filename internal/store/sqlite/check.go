package sqlite

import (
	"context"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// checkFor is how long one proof is good for: probes that come in swarms must
// not cost an fsync each.
const checkFor = 2 * time.Second

// A check remembers the last proof.
type check struct {
	mu     sync.Mutex
	proven time.Time // guarded by mu
}

func (c *check) fresh() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.proven.IsZero() && time.Since(c.proven) < checkFor
}

func (c *check) prove() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven = time.Now()
}

const updateChecked = `UPDATE counters SET value = ? WHERE name = 'checked'`

// Check is chat.Store's. The proof is a durable write, its announcement, and a
// read: each of the three parts that a chat needs.
func (s *Store) Check(ctx context.Context) error {
	if s.check.fresh() {
		return nil
	}
	told := make(chan struct{})
	err := s.keep(ctx, func(w *writer) error {
		_, err := w.exec(updateChecked, s.options.Now().UnixMilli())
		return err
	}, func() { s.news.post(func() { close(told) }) })
	if err != nil {
		return err
	}
	select {
	case <-told:
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	}
	if _, err := s.Head(ctx, chat.Lobby); err != nil {
		return err
	}
	s.check.prove()
	return nil
}
