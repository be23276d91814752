package chat

import (
	"context"
	"time"
)

// Edit gives a message of a's another text. What it said before stays in the
// log and can be read with Versions.
func (m *Messages) Edit(ctx context.Context, a Actor, room RoomID, id ID, seq uint64, text string) (Entry, error) {
	if err := checkText(text, m.service.options.MaxMessage); err != nil {
		return Entry{}, err
	}
	d := Draft{Room: room, ID: id, Kind: KindEdit, Ref: seq, Text: text}
	s, err := m.rooms.reader(ctx, a, room)
	if err != nil {
		return Entry{}, err
	}
	data, err := m.dataOf(ctx, s, text)
	if err != nil {
		return Entry{}, err
	}
	if data.Calls != "" || len(data.Mentions) > 0 {
		d.Data = encode(data)
	}
	var target Entry
	e, err := m.act(ctx, a, d, func(s standing, found Entry) (Effects, error) {
		if target = found; target.Author != a.ID {
			return Effects{}, errNotYours
		}
		return Effects{Commit: Commit{
			Do: []Write{Index(onKey(seq, "edit/"), "1"), Stamp(onKey(seq, "edited"))},
		}}, m.mayWrite(ctx, a, s)
	})
	if err == nil && target.Seq == seq { // it has not been deleted since
		m.call(ctx, target, data.Mentions)
	}
	return e, err
}

// A Version is what a message said at one time.
type Version struct {
	Text string
	At   time.Time
}

// Versions returns everything that a message has said, oldest first.
func (m *Messages) Versions(ctx context.Context, a Actor, room RoomID, seq uint64) ([]Version, error) {
	if _, err := m.rooms.reader(ctx, a, room); err != nil {
		return nil, err
	}
	first, err := m.target(ctx, room, seq)
	if CodeOf(err) == CodeGone {
		err = errNoMessage
	}
	if err != nil {
		return nil, err
	}
	edits, err := m.edits(ctx, room, seq)
	if err != nil {
		return nil, err
	}
	found, err := m.store.Pick(ctx, room, edits)
	if err != nil {
		return nil, err
	}
	versions := []Version{{first.Text, first.At}}
	for _, e := range found {
		versions = append(versions, Version{e.Text, e.At})
	}
	return versions, nil
}

// edits returns the numbers of the edits of a message.
func (m *Messages) edits(ctx context.Context, room RoomID, seq uint64) ([]uint64, error) {
	prefix := onKey(seq, "edit/")
	var seqs []uint64
	err := m.scan(ctx, RoomShelf(room), prefix, prefix+"\xff", func(r Record) {
		if n, ok := parseSeqKey(r.Key[len(prefix):]); ok {
			seqs = append(seqs, n)
		}
	})
	return seqs, err
}

// maxList is how many records one read asks for.
const maxList = 1000

// scan calls f with all records from a key up to another.
func (m *Messages) scan(ctx context.Context, shelf Shelf, from, to string, f func(Record)) error {
	return scanShelf(ctx, m.store, shelf, from, to, f)
}

func scanShelf(ctx context.Context, s Records, shelf Shelf, from, to string, f func(Record)) error {
	for {
		page, err := s.List(ctx, shelf, Range{From: from, To: to, Limit: maxList})
		if err != nil {
			return err
		}
		for _, r := range page {
			f(r)
		}
		if len(page) < maxList {
			return nil
		}
		from = page[len(page)-1].Key + "\x00"
	}
}
