package chat

import (
	"context"
	"slices"
)

const (
	// historyRead is how many entries one read of the log asks for, historyScan
	// how many a page looks at: a room where nobody writes but everybody
	// reacts must not cost more than others.
	historyRead = 200
	historyScan = 1000
)

// A Query asks for a page: what is before a number, after it or around it; with
// none of the three the newest. After 0 is the beginning, as for whoever holds
// the cursor that a room begins with.
type Query struct {
	Before, Around uint64
	After          *uint64
	Limit          int
}

// A Page is a part of a timeline, in the order of Seq. Before and After are
// what to ask with for what is next to it, 0 where nothing is.
type Page struct {
	Items         []Item
	Before, After uint64
	Head          Cursor
}

// An Item is what a timeline shows: a message as it is now, or an entry that
// tells what happened in the room, with a nil Message.
type Item struct {
	Entry
	Message *Message
}

// isShown reports whether an entry is an item of its room's timeline: what is
// said in threads is not, nor what is folded into messages.
func (e Entry) isShown() bool {
	switch e.Kind {
	case KindMessage:
		return e.Thread == 0
	case KindPin, KindCreate, KindRoom, KindJoin, KindLeave, KindInvite, KindRemove, KindBan, KindUnban, KindMute,
		KindUnmute, KindRank:
		return true
	}
	return false
}

// History returns a page of a room's timeline. It can hold fewer items than
// asked for and still have a Before or an After.
func (m *Messages) History(ctx context.Context, a Actor, room RoomID, q Query) (Page, error) {
	if _, err := m.rooms.reader(ctx, a, room); err != nil {
		return Page{}, err
	}
	head, err := m.store.Head(ctx, room)
	if err != nil {
		return Page{}, err
	}
	p := Page{Head: head}
	// What comes after the head is told live to whoever begins with this page,
	// and would be there twice.
	end := head.Seq + 1
	var entries []Entry
	limit := pageSize(q.Limit)
	switch {
	case q.Around != 0:
		var newer []Entry
		if entries, p.Before, err = m.older(ctx, room, min(q.Around+1, end), (limit+1)/2); err == nil {
			newer, p.After, err = m.newer(ctx, room, q.Around, limit/2, head)
		}
		entries = append(entries, newer...)
	case q.After != nil:
		entries, p.After, err = m.newer(ctx, room, *q.After, limit, head)
		if len(entries) > 0 && *q.After != 0 {
			p.Before = entries[0].Seq
		}
	default:
		before := end
		if q.Before != 0 {
			before = min(q.Before, end)
		}
		entries, p.Before, err = m.older(ctx, room, before, limit)
		if q.Before != 0 && q.Before <= head.Seq {
			p.After = q.Before - 1
		}
	}
	if err != nil {
		return Page{}, err
	}
	p.Items, err = m.items(ctx, a, room, entries)
	return p, err
}

// older returns up to limit shown entries before seq, and with what to go on.
func (m *Messages) older(ctx context.Context, room RoomID, seq uint64, limit int) (found []Entry, before uint64, err error) {
	for scanned := 0; scanned < historyScan; {
		page, err := m.store.Before(ctx, room, seq, historyRead)
		if err != nil {
			return nil, 0, err
		}
		scanned += len(page)
		for _, e := range slices.Backward(page) {
			if seq = e.Seq; e.isShown() {
				found = append(found, e)
			}
			if len(found) == limit {
				break
			}
		}
		if len(page) == 0 || seq == 1 {
			seq = 0
			break
		}
		if len(found) == limit {
			break
		}
	}
	slices.Reverse(found)
	return found, seq, nil
}

// newer returns up to limit shown entries after seq and up to head, and with
// what to go on.
func (m *Messages) newer(ctx context.Context, room RoomID, seq uint64, limit int, head Cursor) (found []Entry, after uint64, err error) {
	for scanned := 0; scanned < historyScan && seq < head.Seq && len(found) < limit; {
		page, err := m.store.After(ctx, room, seq, historyRead)
		if err != nil {
			return nil, 0, err
		}
		if len(page) == 0 {
			return found, 0, nil
		}
		scanned += len(page)
		for _, e := range page {
			if e.Seq > head.Seq {
				break
			}
			if seq = e.Seq; e.isShown() {
				found = append(found, e)
			}
			if len(found) == limit {
				break
			}
		}
	}
	if seq >= head.Seq {
		seq = 0
	}
	return found, seq, nil
}

// items folds the messages among entries.
func (m *Messages) items(ctx context.Context, a Actor, room RoomID, entries []Entry) ([]Item, error) {
	messages, err := m.fold(ctx, a, room, entries)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(entries))
	for i, e := range entries {
		items[i].Entry = e
		if e.Kind == KindMessage {
			items[i].Message = &messages[0]
			messages = messages[1:]
		}
	}
	return items, nil
}

// Since returns what somebody who knows the room up to c has missed: exactly
// the entries c.Seq+1 … through.Seq, in order. ok is false where there are more
// than limit of them, or where c is no place in this room's log.
func (m *Messages) Since(ctx context.Context, a Actor, room RoomID, c, through Cursor, limit int) (entries []Entry, ok bool, err error) {
	if _, err := m.rooms.reader(ctx, a, room); err != nil {
		return nil, false, err
	}
	if c.Seq > through.Seq || through.Seq-c.Seq > uint64(max(limit, 0)) {
		return nil, false, nil
	}
	if c.Seq > 0 {
		known, err := m.store.Pick(ctx, room, []uint64{c.Seq})
		if err != nil || len(known) == 0 || known[0].Cursor != c {
			return nil, false, err
		}
	} else if c.FP != 0 {
		return nil, false, nil
	}
	at := c
	for at.Seq < through.Seq {
		page, err := m.store.After(ctx, room, at.Seq, int(min(through.Seq-at.Seq, gapPage)))
		if err != nil {
			return nil, false, err
		}
		for _, e := range page {
			if at = at.Next(e.ID); at != e.Cursor {
				return nil, false, nil
			}
		}
		if len(page) == 0 {
			return nil, false, nil
		}
		entries = append(entries, page...)
	}
	return entries, at == through, nil
}
