package chat

import (
	"context"
	"slices"
	"sync"
)

const (
	// maxUnread is where counting ends: 100 means 100 or more.
	maxUnread = 100
	// unreadGlance is how many entries the first look at a room reads: most
	// rooms have little that is new. unreadScan is how many a count looks at.
	unreadGlance = 20
	unreadScan   = 1000
)

// A Count is what a room has that a person has not seen.
type Count struct {
	// Head is the room's end as it was counted, Read how far the person has
	// read.
	Head Cursor
	Read uint64
	// Unread counts the messages of others in the room's timeline after Read,
	// Mentions those of them, or in threads, that call the person: both at
	// most 100. Deleted messages and those of blocked people do not count.
	Unread, Mentions int
	// Latest is the newest message among the last entries, with the text that it
	// has now, or nil.
	Latest *Entry
}

// Counts counts rooms that the person may read; others are left out.
func (d *Desks) Counts(ctx context.Context, a Actor, rooms []RoomID) (map[RoomID]Count, error) {
	read, err := d.marks(ctx, a, rooms)
	if err != nil {
		return nil, err
	}
	blocked, err := d.Blocked(ctx, a)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	counts := make(map[RoomID]Count, len(rooms))
	err = each(len(rooms), func(i int) error {
		s, err := d.rooms.standing(ctx, a, rooms[i])
		if err != nil {
			return err
		}
		if !s.mayRead() {
			return nil
		}
		c := counter{d: d, actor: a, standing: s, blocked: blocked, Count: Count{Read: read[i]}}
		if err := c.run(ctx, rooms[i]); err != nil {
			return err
		}
		if err := c.freshen(ctx, rooms[i]); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		counts[rooms[i]] = c.Count
		return nil
	})
	return counts, err
}

// marks returns how far a has read each room.
func (d *Desks) marks(ctx context.Context, a Actor, rooms []RoomID) ([]uint64, error) {
	seqs := make([]uint64, len(rooms))
	if !a.ID.hasShelf() || len(rooms) == 0 {
		return seqs, nil
	}
	keys := make([]string, len(rooms))
	for i, room := range rooms {
		keys[i] = readKey(room, 0)
	}
	values, err := d.store.Get(ctx, PersonShelf(a.ID), keys...)
	for i, v := range values {
		seqs[i] = parseSeq(v)
	}
	return seqs, err
}

// A counter counts one room from its end backwards.
type counter struct {
	Count
	d        *Desks
	actor    Actor
	standing standing
	blocked  []PersonID
}

func (c *counter) run(ctx context.Context, room RoomID) error {
	from, limit := uint64(0), unreadGlance
	for scanned := 0; ; limit = historyRead {
		page, err := c.d.store.Before(ctx, room, from, limit)
		if err != nil {
			return err
		}
		if from == 0 && len(page) > 0 {
			c.Head = page[len(page)-1].Cursor
		}
		for _, e := range slices.Backward(page) {
			c.look(e)
		}
		scanned += len(page)
		if len(page) == 0 {
			return nil
		}
		from = page[0].Seq
		switch {
		case from <= c.Read+1, c.Read == 0 && !c.isNew(page[0]):
			return nil
		case c.Unread >= maxUnread || scanned >= unreadScan:
			return c.further(ctx, room, from)
		}
	}
}

// isNew reports whether an entry came after the person had read, or, for who
// has read nothing yet, after they came in themselves.
func (c *counter) isNew(e Entry) bool {
	if c.Read > 0 {
		return e.Seq > c.Read
	}
	since := c.standing.me.Since
	return !since.IsZero() && e.At.After(since)
}

func (c *counter) look(e Entry) {
	if e.Kind != KindMessage || e.isDeleted() || slices.Contains(c.blocked, e.Author) {
		return
	}
	if c.Latest == nil && e.Thread == 0 {
		c.Latest = &e
	}
	if e.Author == c.actor.ID || !c.isNew(e) || !c.standing.joined() {
		return
	}
	if e.Thread == 0 {
		c.Unread = min(c.Unread+1, maxUnread)
	}
	if data := e.data(); data.Calls != "" || slices.Contains(data.Mentions, c.actor.ID) {
		c.Mentions = min(c.Mentions+1, maxUnread)
	}
}

// freshen gives the latest message its newest text.
func (c *counter) freshen(ctx context.Context, room RoomID) error {
	if c.Latest == nil {
		return nil
	}
	edited, err := c.d.store.Get(ctx, RoomShelf(room), onKey(c.Latest.Seq, "edited"))
	if err != nil || edited[0] == "" {
		return err
	}
	edits, err := c.d.store.Pick(ctx, room, []uint64{parseSeq(edited[0])})
	if err != nil || len(edits) == 0 || edits[0].Text == "" {
		return err
	}
	latest := *c.Latest
	latest.Text, latest.Data = edits[0].Text, edits[0].Data
	c.Latest = &latest
	return nil
}

// further adds the mentions before seq that the scan has not come to.
func (c *counter) further(ctx context.Context, room RoomID, seq uint64) error {
	if !c.actor.ID.hasShelf() || c.Read == 0 {
		return nil
	}
	for _, list := range []struct {
		shelf  Shelf
		prefix string
	}{{PersonShelf(c.actor.ID), "mention/" + string(room) + "/"}, {RoomShelf(room), "all/"}} {
		lines, err := c.d.store.List(ctx, list.shelf, Range{
			From: list.prefix + SeqKey(c.Read+1), To: list.prefix + SeqKey(seq), Limit: maxUnread,
		})
		if err != nil {
			return err
		}
		c.Mentions = min(c.Mentions+len(lines), maxUnread)
	}
	return nil
}
