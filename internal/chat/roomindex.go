package chat

import (
	"context"
	"errors"
	"strconv"
	"time"
)

const (
	// pendingTime is how long an index line, or a claim of a name, is believed
	// in before what it announces must be there. Appends give up long before.
	pendingTime = time.Minute
	// maxTries bounds how often an act is decided anew because somebody else
	// was quicker. Each time at least one of those who compete has got through.
	maxTries = 16
)

// An indexLine is a room on a person's own shelf, under room/<room>, so that a
// person's rooms are found without asking every room. It may be there without
// the person being in the room, never the other way round: it is written
// before a membership and removed after its end, and the room's own member
// record is what counts.
type indexLine struct {
	Favourite bool   `json:"favourite,omitempty"`
	Notify    string `json:"notify,omitempty"`
	// Pending is when a membership was about to begin, in Unix milliseconds;
	// 0 once it has.
	Pending int64 `json:"pending,omitempty"`
}

const indexPrefix = "room/"

func indexKey(room RoomID) string { return indexPrefix + string(room) }

func (l indexLine) notify() string {
	if l.Notify == "" {
		return NotifyAll
	}
	return l.Notify
}

// pending reports whether a membership may be about to begin.
func (l indexLine) pending(now time.Time) bool {
	return l.Pending != 0 && now.Sub(time.UnixMilli(l.Pending)) < pendingTime
}

// changeLine has f change the person's line of the room until nobody
// interferes. f returns false to leave it as it is.
func (r *Rooms) changeLine(ctx context.Context, who PersonID, room RoomID, f func(l *indexLine, there bool) (bool, error)) error {
	if !who.hasShelf() {
		return nil
	}
	shelf, key := PersonShelf(who), indexKey(room)
	return retry(func() error {
		was, err := r.store.Get(ctx, shelf, key)
		if err != nil {
			return err
		}
		var l indexLine
		if err := decode(was[0], &l); err != nil {
			return err
		}
		change, err := f(&l, was[0] != "")
		if err != nil || !change {
			return err
		}
		return r.store.Commit(ctx, shelf, Commit{
			If: []Record{{Key: key, Value: was[0]}},
			Do: []Write{Put(key, encode(l))},
		})
	})
}

// announceLine says on the person's shelf that they are about to be in the room.
func (r *Rooms) announceLine(ctx context.Context, who PersonID, room RoomID) error {
	return r.changeLine(ctx, who, room, func(l *indexLine, _ bool) (bool, error) {
		l.Pending = r.now().UnixMilli()
		return true, nil
	})
}

// confirmLine says on the person's shelf that they are in the room. It is a
// change even if nothing was pending: the person's devices watch the shelf.
func (r *Rooms) confirmLine(ctx context.Context, who PersonID, room RoomID) error {
	return r.changeLine(ctx, who, room, func(l *indexLine, _ bool) (bool, error) {
		l.Pending = 0
		return true, nil
	})
}

// repairLine does what somebody who made m crashed before doing.
func (r *Rooms) repairLine(ctx context.Context, who PersonID, room RoomID, m Membership) error {
	switch {
	case room == Lobby:
		return nil
	case !m.Related():
		return r.dropLine(ctx, who, room)
	}
	return r.changeLine(ctx, who, room, func(l *indexLine, there bool) (bool, error) {
		repair := !there || l.Pending != 0
		l.Pending = 0
		return repair, nil
	})
}

// dropLine takes the room off the person's shelf if they are neither in it nor
// about to be.
func (r *Rooms) dropLine(ctx context.Context, who PersonID, room RoomID) error {
	if !who.hasShelf() {
		return nil
	}
	shelf, key := PersonShelf(who), indexKey(room)
	return retry(func() error {
		// The line is read before the room: a membership that begins in
		// between has changed the line first, and the commit fails.
		was, err := r.store.Get(ctx, shelf, key)
		if err != nil || was[0] == "" {
			return err
		}
		var l indexLine
		if err := decode(was[0], &l); err != nil || l.pending(r.now()) {
			return err
		}
		v, err := r.store.Get(ctx, RoomShelf(room), memberKey(who))
		if err != nil {
			return err
		}
		if m, err := parseMembership(v[0]); err != nil || m.Related() {
			return err
		}
		return r.store.Commit(ctx, shelf, Commit{If: []Record{{Key: key, Value: was[0]}}, Do: []Write{Remove(key)}})
	})
}

// retry calls f until it is not in conflict, at most maxTries times.
func retry(f func() error) error {
	var err error
	for range maxTries {
		if err = f(); !isConflict(err) {
			return err
		}
	}
	return err
}

// isConflict reports whether a condition of the store did not hold.
func isConflict(err error) bool { return errors.Is(err, ErrConflict) }

// view completes a standing to what the person sees of the room.
func (r *Rooms) view(ctx context.Context, a Actor, s standing) (RoomView, error) {
	v, err := r.store.Get(ctx, RoomShelf(s.info.ID), membersKey)
	if err != nil {
		return RoomView{}, err
	}
	line := ""
	if a.ID.hasShelf() {
		l, err := r.store.Get(ctx, PersonShelf(a.ID), indexKey(s.info.ID))
		if err != nil {
			return RoomView{}, err
		}
		line = l[0]
	}
	return s.view(v[0], line)
}

// view makes a RoomView of the room's count and the person's line.
func (s standing) view(count, line string) (RoomView, error) {
	var l indexLine
	if err := decode(line, &l); err != nil {
		return RoomView{}, err
	}
	v := RoomView{RoomInfo: s.info, Me: s.me, Members: number(count), Favourite: l.Favourite, Notify: l.notify()}
	v.Me.Rank = s.rank
	if s.joined() {
		v.Me.State = StateJoined
	}
	return v, nil
}

// number reads a counter; one that is not there is 0.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

const (
	// membersKey counts who has joined, ownersKey those of them whom the room
	// has made owners. The lobby keeps neither.
	membersKey = "count/members"
	ownersKey  = "count/owners"
)
