package chat

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// goneRecord is what stays of a deleted message, beside its place in the log.
type goneRecord struct {
	By   PersonID `json:"by"`
	Name string   `json:"name"`
	At   int64    `json:"at"`
}

// Delete takes a message away: its text, the texts of its edits and what people
// put on it are erased from the store in the step that says so in the log. Who
// deletes a message that is gone already has done nothing and gets CodeGone. A
// message of somebody else is in the audit log.
func (m *Messages) Delete(ctx context.Context, a Actor, room RoomID, id ID, seq uint64) (Entry, error) {
	e, err := m.act(ctx, a, Draft{Room: room, ID: id, Kind: KindDelete, Ref: seq}, func(s standing, target Entry) (Effects, error) {
		switch mine := target.Author == a.ID; {
		case mine && !s.joined():
			return Effects{}, errJoinFirst
		case !mine && (s.level < levelModerator || s.info.Kind == RoomDirect):
			return Effects{}, errNotDeletable
		}
		return m.erasure(ctx, a, target)
	})
	if err != nil {
		return Entry{}, err
	}
	found, err := m.store.Pick(ctx, room, []uint64{seq})
	if err != nil || len(found) == 0 || found[0].Author == a.ID {
		return e, err
	}
	return e, m.rooms.note(ctx, noteOf(e, a, actDelete, found[0].Author, "message "+strconv.FormatUint(seq, 10)))
}

// erasure is what deleting a message does.
func (m *Messages) erasure(ctx context.Context, a Actor, target Entry) (Effects, error) {
	seq := target.Seq
	keep := []string{onKey(seq, "replies"), onKey(seq, "last"), onKey(seq, "gone"), onKey(seq, "edited")}
	e := Effects{Erase: []uint64{seq}}
	prefix, edited := onKey(seq, ""), ""
	err := m.scan(ctx, RoomShelf(target.Room), prefix, prefix+"\xff", func(r Record) {
		if r.Key == onKey(seq, "edited") {
			edited = r.Value
		}
		if n, ok := cutSeqKey(r.Key, onKey(seq, "edit/")); ok {
			e.Erase = append(e.Erase, n)
		}
		// What does not fit the step stays unseen: nothing is shown on a
		// message that is gone.
		if !slices.Contains(keep, r.Key) && len(e.Do) < MaxWrites-8 {
			e.Do = append(e.Do, Remove(r.Key))
		}
	})
	// An edit that is kept meanwhile would not be erased: decide again.
	e.If = []Record{{Key: onKey(seq, "edited"), Value: edited}}
	e.Do = append(e.Do, Remove(onKey(seq, "edited")), Remove(pinKey(seq)), Remove("all/"+SeqKey(seq)),
		Put(onKey(seq, "gone"), encode(goneRecord{By: a.ID, Name: a.Nickname, At: m.now().UnixMilli()})))
	if target.Thread != 0 {
		e.Do = append(e.Do, Add(onKey(target.Thread, "replies"), -1))
	}
	return e, err
}

// Redress does what an admin has decided on a report: the message is erased
// and, with ban, its author kept out of the room, also where the admin is not
// in it: the report has shown them what happened. Nobody is banned from a
// conversation between two. What has happened already is no error.
func (m *Messages) Redress(ctx context.Context, a Actor, room RoomID, seq uint64, ban bool, reason string) error {
	if a.Role.Rank() < RoleAdmin.Rank() {
		return forbidden("Only an owner or admin of this server may do this.")
	}
	found, err := m.store.Pick(ctx, room, []uint64{seq})
	if err != nil || len(found) == 0 || found[0].Kind != KindMessage {
		return err
	}
	if !found[0].isDeleted() {
		if _, err := m.purge(ctx, a, found[0]); err != nil {
			return err
		}
	}
	if !ban {
		return nil
	}
	err = m.rooms.ban(ctx, a, room, NewID(), actResolve, found[0].Author, reason)
	if err == errDirect {
		return nil
	}
	return err
}

const (
	// purgePage is how many entries are looked through at a time for messages
	// of a person.
	purgePage = 500
)

// Purge deletes all messages of a person in one room or, with "", in every
// room that there is, and returns how many. It is for moderators of the room,
// and for admins everywhere; other people's private words are erased without
// being shown. When it ends with an error it can be called again.
func (m *Messages) Purge(ctx context.Context, a Actor, who PersonID, room RoomID) (deleted int, err error) {
	rooms := []RoomID{room}
	switch {
	case room != "":
		s, err := m.rooms.reader(ctx, a, room)
		if err != nil {
			return 0, err
		}
		if s.level < levelModerator && who != a.ID {
			return 0, errModerator
		}
	case a.Role.Rank() < RoleAdmin.Rank() && who != a.ID:
		return 0, forbidden("Only an owner or admin of this server may do this everywhere.")
	default:
		if rooms, err = m.everyRoom(ctx); err != nil {
			return 0, err
		}
	}
	for _, room := range rooms {
		n, err := m.purgeRoom(ctx, a, who, room)
		if deleted += n; err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

func (m *Messages) purgeRoom(ctx context.Context, a Actor, who PersonID, room RoomID) (deleted int, err error) {
	head, err := m.store.Head(ctx, room)
	if err != nil {
		return 0, err
	}
	for seq := uint64(0); seq < head.Seq; {
		page, err := m.store.After(ctx, room, seq, purgePage)
		if err != nil || len(page) == 0 {
			return deleted, err
		}
		seq = page[len(page)-1].Seq
		var theirs []Entry
		for _, e := range page {
			if e.Kind == KindMessage && e.Author == who && !e.isDeleted() {
				theirs = append(theirs, e)
			}
		}
		gone := make([]bool, len(theirs))
		err = each(len(theirs), func(i int) (err error) {
			gone[i], err = m.purge(ctx, a, theirs[i])
			return err
		})
		for _, g := range gone {
			if g {
				deleted++
			}
		}
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

// purge deletes one message on the strength of what Purge has checked.
func (m *Messages) purge(ctx context.Context, a Actor, target Entry) (bool, error) {
	err := retry(func() error {
		effects, err := m.erasure(ctx, a, target)
		if err != nil {
			return err
		}
		gone, err := m.store.Get(ctx, RoomShelf(target.Room), onKey(target.Seq, "gone"))
		if err != nil {
			return err
		}
		if gone[0] != "" {
			return errSettled
		}
		effects.If = append(effects.If, Record{Key: onKey(target.Seq, "gone")})
		return m.rooms.keep(ctx, Draft{
			Room: target.Room, ID: NewID(), Kind: KindDelete, Author: a.ID, Name: a.Nickname,
			Ref: target.Seq, Thread: target.Thread, At: m.now().Truncate(time.Millisecond), Effects: &effects,
		}).Err
	})
	if errors.Is(err, errSettled) {
		return false, nil
	}
	return err == nil, err
}

// everyRoom returns the ids of all rooms of the house.
func (m *Messages) everyRoom(ctx context.Context) ([]RoomID, error) {
	rooms := []RoomID{Lobby}
	err := m.scan(ctx, houseShelf, "room/", "room/\xff", func(r Record) {
		rooms = append(rooms, RoomID(r.Key[len("room/"):]))
	})
	return rooms, err
}
