package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// readDeadline bounds every read: while one is open the write-ahead log cannot
// be folded into the database and grows.
const readDeadline = 10 * time.Second

// reads are the statements of the reading side, prepared on each of its
// connections as needed.
type reads struct {
	after, before, head, forth, back, version, people *sql.Stmt
}

func (s *reads) prepare(ctx context.Context, db *sql.DB) error {
	for query, to := range map[string]**sql.Stmt{
		selectAfter:   &s.after,
		selectBefore:  &s.before,
		selectHead:    &s.head,
		selectForth:   &s.forth,
		selectBack:    &s.back,
		selectVersion: &s.version,
		selectPeople:  &s.people,
	} {
		stmt, err := db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		*to = stmt
	}
	return nil
}

// reading runs f under the deadline and gives its failure the code that
// callers know.
func (r *Reader) reading(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	if err := f(ctx); err != nil {
		return chat.Unavailable(err)
	}
	return nil
}
