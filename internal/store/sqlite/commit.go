package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	// largestGroup bounds how long the first of a group waits for the last.
	largestGroup = 512
	// idleAfter is how long nothing must have been written before the
	// write-ahead log is folded into the database and given back to the disk.
	idleAfter = 3 * time.Second
	// scrubAfter is how long at most what was erased stays in the write-ahead
	// log of a store that is never idle, unless a reader is in the way.
	scrubAfter = 30 * time.Second
)

var errClosed = errors.New("the store is closed")

// A step is one call that writes: all of it or nothing is kept.
type step struct {
	ctx context.Context
	run func(*writer) error // inside the transaction of its group
	// kept is called once the step is durable, in the order of the steps.
	kept func()
	done chan error
}

// keep runs one step in the next transaction and waits until it is durable.
// run must not touch anything of the caller's that the caller reads when keep
// has failed: when ctx ends while the step is under way it goes on alone.
func (s *Store) keep(ctx context.Context, run func(*writer) error, kept func()) error {
	if err := ctx.Err(); err != nil {
		return chat.Unavailable(err)
	}
	st := &step{ctx: ctx, run: run, kept: kept, done: make(chan error, 1)}
	select {
	case s.steps <- st:
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	case <-s.closing:
		return chat.Unavailable(errClosed)
	}
	select {
	case err := <-st.done:
		if err != nil {
			return chat.Unavailable(err)
		}
		return nil
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	}
}

// commitAll is the one goroutine that writes. It owns w, and replaces it after
// every failure: a new connection is the one state that is surely clean.
func (s *Store) commitAll(w *writer) {
	idle := time.NewTimer(s.options.idle)
	defer idle.Stop()
	written := true
	erased := time.Now() // since when there is something to scrub, maybe of the run before
	fold := func() {
		if w == nil || !written {
			return
		}
		if w.truncate() {
			written, erased = false, time.Time{}
			return
		}
		idle.Reset(s.options.idle) // a reader is in the way: try again
		if !erased.IsZero() {
			erased = time.Now()
		}
	}
	for {
		select {
		case first := <-s.steps:
			w = s.commit(w, s.group(first))
			written = true
			idle.Reset(s.options.idle)
			if w != nil && w.erased {
				w.erased = false
				if erased.IsZero() {
					erased = time.Now()
				}
			}
			if !erased.IsZero() && time.Since(erased) >= s.options.scrub {
				fold()
			}
		case <-idle.C:
			fold()
		case <-s.closing:
			if w != nil {
				w.truncate()
				_ = w.close() // all of it is durable already
			}
			return
		}
	}
}

// group takes everything that is waiting at this moment.
func (s *Store) group(first *step) []*step {
	group := []*step{first}
	for len(group) < largestGroup {
		select {
		case st := <-s.steps:
			group = append(group, st)
		default:
			return group
		}
	}
	return group
}

// commit keeps a group and tells its callers. It returns the writer to go on
// with, or nil where the next group needs a new one.
func (s *Store) commit(w *writer, group []*step) *writer {
	if w == nil {
		var err error
		if w, err = s.connect(context.Background()); err != nil {
			finish(group, err)
			return nil
		}
	}
	live, err := w.transact(group)
	if err != nil {
		_ = w.close() // rolls back; err is the reason that matters
		finish(live, err)
		return nil
	}
	for _, st := range live {
		if st.kept != nil {
			st.kept()
		}
	}
	finish(live, nil)
	return w
}

func finish(group []*step, err error) {
	for _, st := range group {
		st.done <- err
	}
}

// transact runs the steps whose callers are still there in one transaction.
// It returns those, and has told the others.
func (w *writer) transact(group []*step) (live []*step, err error) {
	for _, st := range group {
		if err := st.ctx.Err(); err != nil {
			st.done <- err
			continue
		}
		live = append(live, st)
	}
	if len(live) == 0 {
		return nil, nil
	}
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return live, err
	}
	for _, st := range live {
		if err := st.run(w); err != nil {
			return live, err
		}
	}
	_, err = w.exec("COMMIT")
	return live, err
}

// truncate folds the write-ahead log into the database and gives its space
// back, unless a reader is in the way.
func (w *writer) truncate() (done bool) {
	ctx := context.Background()
	_, _ = w.conn.ExecContext(ctx, "PRAGMA busy_timeout(0)")
	var busy, pages, folded int
	err := w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &folded)
	_, _ = w.conn.ExecContext(ctx, "PRAGMA busy_timeout(5000)")
	return err == nil && busy == 0
}
