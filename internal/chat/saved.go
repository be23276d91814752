package chat

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Save keeps a message on the person's desk. One that is saved stays where it
// is in the list.
func (d *Desks) Save(ctx context.Context, a Actor, room RoomID, seq uint64) error {
	if _, err := d.rooms.reader(ctx, a, room); err != nil {
		return err
	}
	if _, err := d.messages.target(ctx, room, seq); err != nil {
		return err
	}
	at, place := timeKey(d.service.options.Now()), placeKey(room, seq)
	err := d.store.Commit(ctx, PersonShelf(a.ID), Commit{
		If: []Record{{Key: "savedat/" + place}},
		Do: []Write{Put("savedat/"+place, at), Put("saved/"+at+"/"+place, "1")},
	})
	if isConflict(err) {
		return nil
	}
	return err
}

// Unsave takes a message off the desk. One that is not there is no error.
func (d *Desks) Unsave(ctx context.Context, a Actor, room RoomID, seq uint64) error {
	place := placeKey(room, seq)
	return retry(func() error {
		at, err := d.store.Get(ctx, PersonShelf(a.ID), "savedat/"+place)
		if err != nil || at[0] == "" {
			return err
		}
		return d.store.Commit(ctx, PersonShelf(a.ID), Commit{
			If: []Record{{Key: "savedat/" + place, Value: at[0]}},
			Do: []Write{Remove("savedat/" + place), Remove("saved/" + at[0] + "/" + place)},
		})
	})
}

// Saved returns the saved messages, the one saved last first. Those that the
// person may not read any more are left out.
func (d *Desks) Saved(ctx context.Context, a Actor, cursor string, limit int) (messages []Message, next string, err error) {
	return d.timeline(ctx, a, "saved/", cursor, limit)
}

// Mentions returns the messages that mention the person, the newest first. A
// page can hold fewer than asked for and still have a next.
func (d *Desks) Mentions(ctx context.Context, a Actor, cursor string, limit int) (messages []Message, next string, err error) {
	messages, next, err = d.timeline(ctx, a, "mentioned/", cursor, limit)
	// Since the line was written the message may have been deleted, or edited
	// to mention nobody.
	return slices.DeleteFunc(messages, func(m Message) bool { return !slices.Contains(m.Mentions, a.ID) }), next, err
}

// savedAmong says which of messages the person has saved.
func (m *Messages) savedAmong(ctx context.Context, a Actor, room RoomID, messages []Message) (map[uint64]bool, error) {
	if !a.ID.hasShelf() || len(messages) == 0 {
		return nil, nil
	}
	keys := make([]string, len(messages))
	for i := range messages {
		keys[i] = "savedat/" + placeKey(room, messages[i].Seq)
	}
	values, err := m.store.Get(ctx, PersonShelf(a.ID), keys...)
	saved := make(map[uint64]bool)
	for i, v := range values {
		if v != "" {
			saved[messages[i].Seq] = true
		}
	}
	return saved, err
}

// timeKey writes a time so that keys are in the order of times.
func timeKey(t time.Time) string { return SeqKey(uint64(t.UnixMilli())) }

// timeline returns the messages that prefix lists, prefix<time>/<room>/<seq>,
// the latest time first.
func (d *Desks) timeline(ctx context.Context, a Actor, prefix, cursor string, limit int) (messages []Message, next string, err error) {
	limit = pageSize(limit)
	to := prefix + "\xff"
	if cursor != "" {
		if !strings.HasPrefix(cursor, prefix) {
			return nil, "", errCursor
		}
		to = cursor
	}
	lines, err := d.store.List(ctx, PersonShelf(a.ID), Range{From: prefix, To: to, Limit: limit, Reverse: true})
	if err != nil {
		return nil, "", err
	}
	if len(lines) == limit {
		next = lines[limit-1].Key
	}
	messages, err = d.messagesAt(ctx, a, lines, func(key string) (RoomID, uint64, bool) {
		if len(key) < len(prefix)+17 {
			return "", 0, false
		}
		return cutPlace(key[len(prefix)+17:])
	})
	return messages, next, err
}

// messagesAt returns the messages that lines name, of those that a may read, in
// the order of the lines.
func (d *Desks) messagesAt(ctx context.Context, a Actor, lines []Record, cut func(key string) (RoomID, uint64, bool)) ([]Message, error) {
	seqs := make(map[RoomID][]uint64)
	for _, l := range lines {
		if room, seq, ok := cut(l.Key); ok {
			seqs[room] = append(seqs[room], seq)
		}
	}
	rooms := slices.Collect(maps.Keys(seqs))
	found := make([][]Message, len(rooms))
	err := each(len(rooms), func(i int) (err error) {
		found[i], err = d.readable(ctx, a, rooms[i], seqs[rooms[i]])
		return err
	})
	if err != nil {
		return nil, err
	}
	known := make(map[string]Message)
	for _, m := range slices.Concat(found...) {
		known[placeKey(m.Room, m.Seq)] = m
	}
	var messages []Message
	for _, l := range lines {
		if room, seq, ok := cut(l.Key); ok {
			if m, ok := known[placeKey(room, seq)]; ok {
				messages = append(messages, m)
			}
		}
	}
	return messages, nil
}

// readable returns messages of a room, or none if a may not read it.
func (d *Desks) readable(ctx context.Context, a Actor, room RoomID, seqs []uint64) ([]Message, error) {
	s, err := d.rooms.standing(ctx, a, room)
	if err != nil || !s.mayRead() {
		return nil, err
	}
	return d.messages.pick(ctx, a, room, seqs)
}
