package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	selectAfter  = selectEntries + `seq > ? ORDER BY seq LIMIT ?`
	selectBefore = selectEntries + `seq < ? ORDER BY seq DESC LIMIT ?`
)

// After is chat.Log's.
func (r *Reader) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	return r.entries(ctx, r.reads.after, room, min(seq, math.MaxInt64), limit)
}

// Before is chat.Log's.
func (r *Reader) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	if seq == 0 || seq > math.MaxInt64 {
		seq = math.MaxInt64
	}
	entries, err := r.entries(ctx, r.reads.before, room, seq, limit)
	slices.Reverse(entries)
	return entries, err
}

func (r *Reader) entries(ctx context.Context, query *sql.Stmt, room chat.RoomID, seq uint64, limit int) (entries []chat.Entry, err error) {
	if limit < 1 {
		return nil, nil
	}
	err = r.reading(ctx, func(ctx context.Context) error {
		rows, err := query.QueryContext(ctx, string(room), int64(seq), limit)
		if err != nil {
			return err
		}
		return scanAll(rows, func(row scanner) error {
			e, err := scanEntry(room, row)
			entries = append(entries, e)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

const selectPicked = selectEntries + `seq IN `

// Pick is chat.Log's.
func (r *Reader) Pick(ctx context.Context, room chat.RoomID, seqs []uint64) (entries []chat.Entry, err error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	found := make(map[uint64]chat.Entry, len(seqs))
	err = r.reading(ctx, func(ctx context.Context) error {
		for some := range slices.Chunk(seqs, longestList) {
			if err := r.pick(ctx, room, some, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, seq := range seqs {
		if e, ok := found[seq]; ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func (r *Reader) pick(ctx context.Context, room chat.RoomID, seqs []uint64, found map[uint64]chat.Entry) error {
	args := []any{string(room)}
	for _, seq := range seqs {
		args = append(args, int64(seq))
	}
	rows, err := r.read.QueryContext(ctx, selectPicked+list(len(seqs)), args...)
	if err != nil {
		return err
	}
	return scanAll(rows, func(row scanner) error {
		e, err := scanEntry(room, row)
		found[e.Seq] = e
		return err
	})
}

// longestList is how many values one query asks for, below SQLite's limit.
const longestList = 1000

// list is n parameters in parentheses.
func list(n int) string { return "(?" + strings.Repeat(",?", n-1) + ")" }

// Head is chat.Log's.
func (r *Reader) Head(ctx context.Context, room chat.RoomID) (head chat.Cursor, err error) {
	err = r.reading(ctx, func(ctx context.Context) error {
		head, err = scanHead(r.reads.head.QueryRowContext(ctx, string(room)))
		return err
	})
	return head, err
}
