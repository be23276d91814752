package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Append is chat.Log's.
func (s *Store) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	if len(drafts) == 0 {
		return nil
	}
	if err := room.Check(); err != nil {
		return slices.Repeat([]chat.Appended{{Err: err}}, len(drafts))
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
	insertEntry = `INSERT INTO events (room, seq, id, author, kind, name, body, ref, thread, subject, data, at, fp)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, id) DO NOTHING`
	// selectEntries is what scanEntry reads.
	selectEntries = `SELECT seq, id, author, kind, name, iif(erased, '', body), ref, thread, subject, iif(erased, '', data), at, fp
		FROM events WHERE room = ? AND `
	selectEntry = selectEntries + `id = ?`
)

// A roomStep is a room inside one step.
type roomStep struct {
	shelfStep
	room chat.RoomID
	head chat.Cursor
}

// append keeps drafts and returns their outcomes and the entries that are new.
func (w *writer) append(room chat.RoomID, drafts []chat.Draft) (out []chat.Appended, fresh []chat.Entry, err error) {
	r := roomStep{shelfStep: shelfStep{writer: w, shelf: chat.RoomShelf(room)}, room: room}
	if r.head, err = scanHead(w.row(selectHead, string(room))); err != nil {
		return nil, nil, err
	}
	out = make([]chat.Appended, len(drafts))
	for i := range drafts {
		if out[i], err = r.append(drafts[i]); err != nil {
			return nil, nil, err
		}
		if out[i].Err == nil && !out[i].Duplicate {
			fresh = append(fresh, out[i].Entry)
		}
	}
	return out, fresh, nil
}

// append keeps one draft with its effects.
func (r *roomStep) append(d chat.Draft) (chat.Appended, error) {
	effects := d.Effects
	if effects == nil {
		effects = &chat.Effects{}
	}
	if err := effects.Check(); err != nil {
		return chat.Appended{Err: err}, nil
	}
	changes, err := r.plan(effects.At(r.head.Seq + 1))
	if refused := refusal(err); refused != nil {
		return r.refuse(d, refused)
	}
	if err != nil {
		return chat.Appended{}, err
	}
	e := entryOf(r.room, d, r.head)
	kept, err := r.exec(insertEntry, string(r.room), int64(e.Seq), e.ID[:], string(e.Author), int64(e.Kind), e.Name,
		e.Text, int64(e.Ref), int64(e.Thread), string(e.Subject), e.Data, e.At.UnixMilli(), int64(e.FP))
	if err != nil {
		return chat.Appended{}, err
	}
	if kept == 0 {
		return r.known(d)
	}
	r.head = e.Cursor
	if err := r.write(changes); err != nil {
		return chat.Appended{}, err
	}
	return chat.Appended{Entry: e}, r.erase(effects.Erase)
}

// refuse is the outcome of a draft whose effects cannot be, unless it is in
// the log already: what happened once is not asked for its conditions again.
func (r *roomStep) refuse(d chat.Draft, refused error) (chat.Appended, error) {
	a, err := r.known(d)
	if errors.Is(err, sql.ErrNoRows) {
		return chat.Appended{Err: refused}, nil
	}
	return a, err
}

const updateErased = `UPDATE events SET erased = 1,
	body = substr(hex(zeroblob(octet_length(body))), 1, octet_length(body)),
	data = substr(hex(zeroblob(octet_length(data))), 1, octet_length(data))
	WHERE room = ? AND seq = ? AND erased = 0`

// erase overwrites the text and the data of entries. The schema says why the
// rows keep their size.
func (r *roomStep) erase(seqs []uint64) error {
	for _, seq := range seqs {
		erased, err := r.exec(updateErased, string(r.room), int64(seq))
		if err != nil {
			return err
		}
		r.erased = r.erased || erased > 0
	}
	return nil
}

// known is the outcome of a draft whose id is in the room's log.
func (r *roomStep) known(d chat.Draft) (chat.Appended, error) {
	first, err := scanEntry(r.room, r.row(selectEntry, string(r.room), d.ID[:]))
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
	d.Room, d.Effects = room, nil
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
	var author, name, text, subject, data string
	var id []byte
	var seq, kind, ref, thread, at, fp int64
	if err := row.Scan(&seq, &id, &author, &kind, &name, &text, &ref, &thread, &subject, &data, &at, &fp); err != nil {
		return chat.Entry{}, err
	}
	if len(id) != len(chat.ID{}) {
		return chat.Entry{}, fmt.Errorf("the id of entry %d of %s has %d bytes, want 16", seq, room, len(id))
	}
	return chat.Entry{
		Draft: chat.Draft{
			Room: room, ID: chat.ID(id), Kind: chat.Kind(kind), Author: chat.PersonID(author),
			Name: name, Text: text, Ref: uint64(ref), Thread: uint64(thread),
			Subject: chat.PersonID(subject), Data: data, At: time.UnixMilli(at).UTC(),
		},
		Cursor: chat.Cursor{Seq: uint64(seq), FP: chat.Fingerprint(fp)},
	}, nil
}
