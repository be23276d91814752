package sqlite

import (
	"context"
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	selectRecords = `SELECT key, value FROM records JOIN slots ON place = slot WHERE shelf = ? AND key `
	selectForth   = selectRecords + `>= ? AND key < ? ORDER BY key LIMIT ?`
	selectBack    = selectRecords + `>= ? AND key < ? ORDER BY key DESC LIMIT ?`
)

// Get is chat.Records'.
func (r *Reader) Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if err := chat.CheckKey(key); err != nil {
			return nil, err
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found := make(map[string]string, len(keys))
	err := r.reading(ctx, func(ctx context.Context) error {
		tx, err := r.read.BeginTx(ctx, nil) // all of one moment
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for some := range slices.Chunk(keys, longestList) {
			args := []any{string(shelf)}
			for _, key := range some {
				args = append(args, key)
			}
			rows, err := tx.QueryContext(ctx, selectRecords+"IN "+list(len(some)), args...)
			if err != nil {
				return err
			}
			if err := scanAll(rows, func(row scanner) error {
				r, err := scanRecord(row)
				found[r.Key] = r.Value
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = found[key]
	}
	return values, nil
}

// List is chat.Records'.
func (r *Reader) List(ctx context.Context, shelf chat.Shelf, part chat.Range) (records []chat.Record, err error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	if part.Limit < 1 {
		return nil, nil
	}
	query := r.reads.forth
	if part.Reverse {
		query = r.reads.back
	}
	var to any = part.To
	if part.To == "" {
		to = []byte{0} // every text is less than every blob
	}
	err = r.reading(ctx, func(ctx context.Context) error {
		rows, err := query.QueryContext(ctx, string(shelf), part.From, to, part.Limit)
		if err != nil {
			return err
		}
		return scanAll(rows, func(row scanner) error {
			r, err := scanRecord(row)
			records = append(records, r)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

func scanRecord(row scanner) (r chat.Record, err error) {
	err = row.Scan(&r.Key, &r.Value)
	return r, err
}

// Commit is chat.Records'.
func (s *Store) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if err := shelf.Check(); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if len(c.Do) == 0 {
		return s.compare(ctx, shelf, c.If)
	}
	var refused error
	var changes []chat.Record
	err := s.keep(ctx, func(w *writer) (err error) {
		step := shelfStep{writer: w, shelf: shelf}
		changes, err = step.plan(c)
		if refused = refusal(err); refused != nil {
			return nil
		}
		if err != nil {
			return err
		}
		return step.write(changes)
	}, func() { s.news.records(shelf, changes) })
	if err != nil {
		return err
	}
	return refused
}

// compare is a Commit that only checks: a read, which costs no write.
func (s *Store) compare(ctx context.Context, shelf chat.Shelf, want []chat.Record) error {
	keys := make([]string, len(want))
	for i := range want {
		keys[i] = want[i].Key
	}
	got, err := s.Get(ctx, shelf, keys...)
	if err != nil {
		return err
	}
	for i := range want {
		if got[i] != want[i].Value {
			return chat.ErrConflict
		}
	}
	return nil
}

// WatchShelf is chat.Records'.
func (s *Store) WatchShelf(ctx context.Context, shelf chat.Shelf, f func([]chat.Record)) (stop func(), err error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, chat.Unavailable(err)
	}
	return s.news.shelves.watch(shelf, f), nil
}
