package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Append is chat.Log's.
func (s *Store) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	if len(drafts) == 0 {
		return nil
	}
	var out []chat.Appended
	var fresh []chat.Entry
	err := s.keep(ctx, func(w *writer) (err error) {
		out, fresh, err = w.append(room, drafts)
		return err
	}, func() { s.news.entries(room, fresh) })
	if err != nil {
		return slices.Repeat([]chat.Appended{{Err: err}}, len(drafts))
	}
	return out
}

const (
	selectHead  = `SELECT seq, fp FROM events WHERE room = ? ORDER BY seq DESC LIMIT 1`
	insertEntry = `INSERT INTO events (room, seq, id, author, kind, name, body, at, fp)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, id) DO NOTHING`
	selectEntry = `SELECT seq, id, author, kind, name, body, at, fp FROM events WHERE room = ? AND id = ?`
)

// append keeps drafts and returns their outcomes and the entries that are new.
func (w *writer) append(room chat.RoomID, drafts []chat.Draft) (out []chat.Appended, fresh []chat.Entry, err error) {
	out = make([]chat.Appended, len(drafts))
	head, err := scanHead(w.row(selectHead, string(room)))
	if err != nil {
		return nil, nil, err
	}
	for i := range drafts {
		e := entryOf(room, drafts[i], head)
		changed, err := w.exec(insertEntry, string(room), int64(e.Seq), e.ID[:], string(e.Author), int64(e.Kind),
			e.Name, e.Text, e.At.UnixMilli(), int64(e.FP))
		if err != nil {
			return nil, nil, err
		}
		if changed == 1 {
			head = e.Cursor
			out[i].Entry = e
			fresh = append(fresh, e)
			continue
		}
		if out[i], err = w.known(room, drafts[i]); err != nil {
			return nil, nil, err
		}
	}
	return out, fresh, nil
}

// known is the outcome of a draft whose id is in the room's log.
func (w *writer) known(room chat.RoomID, d chat.Draft) (chat.Appended, error) {
	first, err := scanEntry(room, w.row(selectEntry, string(room), d.ID[:]))
	switch {
	case err != nil:
		return chat.Appended{}, err
	case first.Author != d.Author:
		return chat.Appended{Err: chat.ErrIDTaken}, nil
	}
	return chat.Appended{Entry: first, Duplicate: true}, nil
}

// entryOf is d as it is kept after head.
func entryOf(room chat.RoomID, d chat.Draft, head chat.Cursor) chat.Entry {
	d.Room = room
	d.At = time.UnixMilli(d.At.UnixMilli()).UTC()
	return chat.Entry{Draft: d, Cursor: head.Next(d.ID)}
}

func scanHead(row scanner) (head chat.Cursor, err error) {
	var seq, fp int64
	if err := row.Scan(&seq, &fp); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return chat.Cursor{}, err
	}
	return chat.Cursor{Seq: uint64(seq), FP: chat.Fingerprint(fp)}, nil
}

func scanEntry(room chat.RoomID, row scanner) (chat.Entry, error) {
	var author, name, text string
	var id []byte
	var seq, kind, at, fp int64
	if err := row.Scan(&seq, &id, &author, &kind, &name, &text, &at, &fp); err != nil {
		return chat.Entry{}, err
	}
	if len(id) != len(chat.ID{}) {
		return chat.Entry{}, fmt.Errorf("the id of entry %d of %s has %d bytes, want 16", seq, room, len(id))
	}
	return chat.Entry{
		Draft: chat.Draft{
			Room: room, ID: chat.ID(id), Kind: chat.Kind(kind), Author: chat.PersonID(author),
			Name: name, Text: text, At: time.UnixMilli(at).UTC(),
		},
		Cursor: chat.Cursor{Seq: uint64(seq), FP: chat.Fingerprint(fp)},
	}, nil
}

const (
	selectAfter = `SELECT seq, id, author, kind, name, body, at, fp FROM events
		WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`
	selectBefore = `SELECT seq, id, author, kind, name, body, at, fp FROM events
		WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`
)

// After is chat.Log's.
func (s *Store) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	return s.entries(ctx, s.reads.after, room, min(seq, math.MaxInt64), limit)
}

// Before is chat.Log's.
func (s *Store) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	if seq == 0 || seq > math.MaxInt64 {
		seq = math.MaxInt64
	}
	entries, err := s.entries(ctx, s.reads.before, room, seq, limit)
	slices.Reverse(entries)
	return entries, err
}

func (s *Store) entries(ctx context.Context, query *sql.Stmt, room chat.RoomID, seq uint64, limit int) (entries []chat.Entry, err error) {
	if limit < 1 {
		return nil, nil
	}
	err = s.reading(ctx, func(ctx context.Context) error {
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

// Head is chat.Log's.
func (s *Store) Head(ctx context.Context, room chat.RoomID) (head chat.Cursor, err error) {
	err = s.reading(ctx, func(ctx context.Context) error {
		head, err = scanHead(s.reads.head.QueryRowContext(ctx, string(room)))
		return err
	})
	return head, err
}
