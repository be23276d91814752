package chat

import (
	"context"
	"errors"
	"time"
)

// A look is everything an act on somebody in a room is decided on, read at one
// moment.
type look struct {
	standing
	who PersonID
	// subject is what the room knows of who, and subjectRecord how it says so.
	subject       Membership
	subjectRecord string
	members       string // the counters as read
	owners        string
}

// A verdict is an act that may be done: the data of the entry that tells of it
// and what it makes of the room's records.
type verdict struct {
	data string
	// next is what the room knows of the look's subject from now on.
	next Membership
	// conditions are needed beyond those that every act has.
	conditions []Record
	do         []Write
}

// look reads how a and who stand in the room.
func (r *Rooms) look(ctx context.Context, a Actor, room RoomID, who PersonID) (look, error) {
	v, err := r.store.Get(ctx, RoomShelf(room), infoKey, memberKey(a.ID), memberKey(who), membersKey, ownersKey)
	if err != nil {
		return look{}, err
	}
	s, err := newStanding(a, room, v[0], v[1])
	if err != nil {
		return look{}, err
	}
	subject, err := parseMembership(v[2])
	return look{standing: s, who: who, subject: subject, subjectRecord: v[2], members: v[3], owners: v[4]}, err
}

// seen is the condition that what the decision rests on is still so.
func (l look) seen(a Actor) []Record {
	seen := []Record{{Key: infoKey, Value: l.kept}, {Key: memberKey(l.who), Value: l.subjectRecord}}
	if l.who != a.ID {
		seen = append(seen, Record{Key: memberKey(a.ID), Value: l.record})
	}
	return seen
}

// become are the writes that make the subject's membership m, with the
// counters and lists that follow from it.
func (l look) become(m Membership) []Write {
	if m == l.subject {
		return nil
	}
	do := []Write{Put(memberKey(l.who), m.record())}
	if l.info.ID != Lobby {
		do = count(do, membersKey, l.subject.State == StateJoined, m.State == StateJoined)
		do = count(do, ownersKey, l.subject.owns(), m.owns())
	}
	switch was, is := l.subject.State == StateBanned, m.State == StateBanned; {
	case is && !was:
		do = append(do, Put(banKey(l.who), "1"))
	case was && !is:
		do = append(do, Remove(banKey(l.who)))
	}
	return do
}

func count(do []Write, key string, was, is bool) []Write {
	switch {
	case is && !was:
		return append(do, Add(key, 1))
	case was && !is:
		return append(do, Add(key, -1))
	}
	return do
}

func (m Membership) owns() bool { return m.State == StateJoined && m.Rank == RankOwner }

// banPrefix lists the banned of a room, so that they are found among many
// members.
const banPrefix = "ban/"

func banKey(id PersonID) string { return banPrefix + string(id) }

// errSettled is what a decision returns that finds everything as the act would
// make it.
var errSettled = errors.New("nothing to do")

// decide has one act done: it looks, asks for the verdict and has the entry
// kept while what was seen is still so, again and again until nobody
// interferes. The verdict's errors are the act's, but for errSettled, which is
// success, and ErrConflict, after which it is asked anew.
//
// An act that is refused, or finds nothing to do, but carries the id of one that
// was kept before is the same act sent twice: a success too, with its entry.
func (r *Rooms) decide(ctx context.Context, a Actor, room RoomID, id ID, kind Kind, who PersonID, judge func(look) (verdict, error)) (Entry, error) {
	given := id != ID{}
	if !given {
		id = NewID()
	}
	d := Draft{Room: room, ID: id, Kind: kind, Author: a.ID, Name: a.Nickname}
	if who != a.ID {
		d.Subject = who
	}
	err := error(ErrConflict)
	for try := 0; try < maxTries && isConflict(err); try++ {
		var l look
		if l, err = r.look(ctx, a, room, who); err != nil {
			return Entry{}, err
		}
		var v verdict
		if v, err = judge(l); err == nil {
			var e Entry
			if e, err = r.carryOut(ctx, a, d, l, v); err == nil {
				return e, nil
			}
			continue
		}
		if err == errSettled {
			if err := r.repairLine(ctx, who, room, l.subject); err != nil || !given {
				return Entry{}, err
			}
			if kept := r.keptBefore(ctx, d); kept.Duplicate || CodeOf(kept.Err) == CodeUnavailable {
				return kept.Entry, kept.Err
			}
			return Entry{}, nil
		}
	}
	if given && CodeOf(err) != CodeUnavailable {
		if kept := r.keptBefore(ctx, d); kept.Duplicate {
			return kept.Entry, nil
		}
	}
	return Entry{}, err
}

// carryOut has the entry d of a verdict kept, with the subject's own shelf in
// step: before a membership begins, after it has ended.
func (r *Rooms) carryOut(ctx context.Context, a Actor, d Draft, l look, v verdict) (Entry, error) {
	room, begins := l.info.ID, v.next.Related() && !l.subject.Related()
	if begins {
		if err := r.checkRoomCount(ctx, l.who); err != nil {
			return Entry{}, err
		}
		if err := r.announceLine(ctx, l.who, room); err != nil {
			return Entry{}, err
		}
	}
	d.Data, d.At = v.data, r.moment()
	d.Effects = &Effects{Commit: Commit{If: append(l.seen(a), v.conditions...), Do: append(l.become(v.next), v.do...)}}
	kept := r.keep(ctx, d)
	if kept.Err != nil {
		return Entry{}, kept.Err
	}
	if v.next.State == l.subject.State {
		return kept.Entry, nil
	}
	return kept.Entry, r.settleLine(ctx, l.who, room, v.next)
}

// settleLine brings the person's shelf in step with a membership.
func (r *Rooms) settleLine(ctx context.Context, who PersonID, room RoomID, m Membership) error {
	if room == Lobby {
		return nil
	}
	if m.Related() {
		return r.confirmLine(ctx, who, room)
	}
	return r.dropLine(ctx, who, room)
}

// keep has a draft kept together with whatever else is said in the room.
func (r *Rooms) keep(ctx context.Context, d Draft) Appended {
	done := make(chan Appended, 1)
	r.service.appends.submit(d.Room, d, func(a Appended) { done <- d.outcome(a) })
	select {
	case a := <-done:
		return a
	case <-ctx.Done():
		return Appended{Err: Unavailable(ctx.Err())}
	}
}

// outcome is a, what has become of d, unless the id that d was sent with is that
// of something else its author has done: this was not done by that.
func (d Draft) outcome(a Appended) Appended {
	e := a.Entry
	if !a.Duplicate || e.Kind == d.Kind && e.Subject == d.Subject && (e.Ref == d.Ref || d.Kind == KindMessage) {
		return a
	}
	return Appended{Err: ErrIDTaken}
}

// keptBefore looks for d among what its author has done: a Duplicate has it. The
// log finds entries by id only for an author who sends again, so that is what it
// does, under a condition that never holds.
func (r *Rooms) keptBefore(ctx context.Context, d Draft) Appended {
	d.Effects = &Effects{Commit: Commit{If: unmet}}
	return r.keep(ctx, d)
}

// unmet is a condition that does not hold: no record is so.
var unmet = []Record{{Key: infoKey, Value: "\x00"}}

// moment is now as entries keep it.
func (r *Rooms) moment() time.Time { return r.now().Truncate(time.Millisecond) }

// maxRoomsPerPerson bounds what is on one person's shelf.
const maxRoomsPerPerson = 500

var errTooManyRooms = forbidden("That would be more than 500 rooms for one person. One of the others has to be left first.")

// checkRoomCount refuses a membership too many. Who joins twice at the same
// moment may slip through: it keeps shelves small, no more.
func (r *Rooms) checkRoomCount(ctx context.Context, who PersonID) error {
	if !who.hasShelf() {
		return nil
	}
	lines, err := r.store.List(ctx, PersonShelf(who), Prefix(indexPrefix, "", maxRoomsPerPerson))
	if err == nil && len(lines) >= maxRoomsPerPerson {
		err = errTooManyRooms
	}
	return err
}
