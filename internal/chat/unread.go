package chat

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// maxUnread is where counting ends: 100 means 100 or more.
	maxUnread = 100
	// unreadGlance is how many entries the first look at a room reads: most
	// rooms have little that is new. unreadScan is how many a count looks at;
	// more without a hundred messages among them are counted short.
	unreadGlance = 20
	unreadScan   = 10_000
)

// A Count is what a room has that a person has not seen.
type Count struct {
	// Head is the room's end as it was counted, Read how far the person has
	// read.
	Head Cursor
	Read uint64
	// Unread counts the messages of others in the room's timeline after Read
	// and after the person came in, Mentions those of them, or in threads, that
	// call the person: both at most 100. Deleted messages and those of blocked
	// people do not count, and the lobby has nothing new for who has never
	// looked at it.
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
		c := counter{d: d, actor: a, blocked: blocked, since: s.me.Since, Count: Count{Read: read[i]}, edits: make(map[uint64]MessageData)}
		c.done = !s.joined() || rooms[i] == Lobby && read[i] == 0
		if err := c.run(ctx, rooms[i]); err != nil {
			return err
		}
		if err := d.heal(ctx, a, rooms[i], read[i], &c); err != nil {
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
	d       *Desks
	actor   Actor
	blocked []PersonID
	// since is when the person came in.
	since time.Time
	// done: everything further back is known to the person.
	done bool
	// edits are what the newest edits say of messages, mentions the messages
	// that mention the person by name.
	edits    map[uint64]MessageData
	mentions []Entry
}

func (c *counter) run(ctx context.Context, room RoomID) error {
	from, limit := uint64(0), unreadGlance
	for scanned := 0; ; {
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
		if scanned += len(page); c.done || len(page) == 0 || page[0].Seq <= c.Read+1 {
			return nil
		}
		if from = page[0].Seq; c.Unread >= maxUnread || scanned >= unreadScan {
			return c.further(ctx, room, from)
		}
		// The more has been looked at, the more may be left.
		limit = min(max(historyRead, scanned), maxList)
	}
}

// look counts one entry.
func (c *counter) look(e Entry) {
	said := c.isSaid(e)
	if c.Latest == nil && said && e.Thread == 0 {
		c.Latest = &e
	}
	if c.done = c.done || e.Seq <= c.Read || c.knows(e); c.done {
		return
	}
	switch {
	case e.Kind == KindEdit:
		if _, newer := c.edits[e.Ref]; !newer && e.Text != "" {
			c.edits[e.Ref] = e.data()
		}
	case c.isNews(e):
		c.count(e)
	}
}

// isSaid reports whether the entry is a message that the person sees.
func (c *counter) isSaid(e Entry) bool {
	return e.Kind == KindMessage && !e.isDeleted() && !slices.Contains(c.blocked, e.Author)
}

func (c *counter) isNews(e Entry) bool { return c.isSaid(e) && e.Author != c.actor.ID }

// knows reports whether the entry says that the person knows everything up to
// it: they wrote it, or came in with it.
func (c *counter) knows(e Entry) bool {
	switch {
	case e.Kind == KindMessage && e.Thread == 0 && e.Author == c.actor.ID:
		c.Read = e.Seq
		return true
	case e.Kind == KindJoin:
		return e.Author == c.actor.ID
	case e.Kind == KindInvite && e.Subject == c.actor.ID:
		var act ActData
		return decode(e.Data, &act) == nil && act.Rank != ""
	}
	return false
}

func (c *counter) count(e Entry) {
	if e.Thread == 0 {
		c.Unread = min(c.Unread+1, maxUnread)
	}
	if named := slices.Contains(c.saying(e).Mentions, c.actor.ID); named && len(c.mentions) < maxUnread {
		c.mentions = append(c.mentions, e)
	}
	if c.calls(e) {
		c.Mentions = min(c.Mentions+1, maxUnread)
	}
}

// saying is whom a message calls as it is now.
func (c *counter) saying(e Entry) MessageData {
	if said, edited := c.edits[e.Seq]; edited {
		return said
	}
	return e.data()
}

func (c *counter) calls(e Entry) bool {
	said := c.saying(e)
	return said.Calls != "" || slices.Contains(said.Mentions, c.actor.ID)
}

// healAfter is when what follows from a message has been written, if it ever
// is.
const healAfter = time.Minute

// heal writes what a crash of the node that took a message has kept from being
// written: the log knows it.
func (d *Desks) heal(ctx context.Context, a Actor, room RoomID, marked uint64, c *counter) error {
	if !a.ID.hasShelf() {
		return nil
	}
	if c.Read > marked {
		d.messages.trail.add(a.ID, Max(readKey(room, 0), int64(c.Read)))
	}
	old := d.service.options.Now().Add(-healAfter)
	lines := slices.DeleteFunc(c.mentions, func(e Entry) bool { return e.At.After(old) })
	if len(lines) == 0 {
		return nil
	}
	keys := make([]string, len(lines))
	for i, e := range lines {
		keys[i] = mentionKey(room, e.Seq)
	}
	values, err := d.store.Get(ctx, PersonShelf(a.ID), keys...)
	for i, v := range values {
		if v == "" {
			d.messages.trail.add(a.ID, mentionLines(room, lines[i].Seq, lines[i].At)...)
		}
	}
	return err
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

// further adds the mentions before seq that the scan has not come to. The lists
// name what once called somebody: since then it may have been edited or deleted.
func (c *counter) further(ctx context.Context, room RoomID, seq uint64) error {
	if !c.actor.ID.hasShelf() {
		return nil
	}
	var seqs []uint64
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
		seqs = append(seqs, seqsOf(lines, list.prefix)...)
	}
	if len(seqs) == 0 {
		return nil
	}
	slices.Sort(seqs)
	found, err := c.d.store.Pick(ctx, room, slices.Compact(seqs))
	if err != nil {
		return err
	}
	if err := c.lookUpEdits(ctx, room, found); err != nil {
		return err
	}
	for _, e := range found {
		if c.isNews(e) && !e.At.Before(c.since) && c.calls(e) {
			c.Mentions = min(c.Mentions+1, maxUnread)
		}
	}
	return nil
}

// lookUpEdits adds to the edits the newest ones of messages.
func (c *counter) lookUpEdits(ctx context.Context, room RoomID, messages []Entry) error {
	keys := make([]string, len(messages))
	for i, e := range messages {
		keys[i] = onKey(e.Seq, "edited")
	}
	values, err := c.d.store.Get(ctx, RoomShelf(room), keys...)
	if err != nil {
		return err
	}
	var seqs []uint64
	for _, v := range values {
		if v != "" {
			seqs = append(seqs, parseSeq(v))
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	slices.Sort(seqs)
	edits, err := c.d.store.Pick(ctx, room, seqs)
	for _, e := range edits {
		c.edits[e.Ref] = e.data()
	}
	return err
}
