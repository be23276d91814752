package chat

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxGroup is how many people a group has at most.
const maxGroup = 50

var (
	errNoPerson     = &Error{Code: CodeNotFound, Message: "There is no such person."}
	errNotIn        = &Error{Code: CodeNotFound, Message: "This person is not in the room."}
	errGuestJoin    = forbidden("Guests join announcement rooms by invitation only. Register an account, or ask one of its moderators.")
	errSubjectBan   = &Error{Code: CodeConflict, Message: "This person is banned from the room. Lift the ban first, then invite them."}
	errGroupFull    = forbidden("A group has at most " + strconv.Itoa(maxGroup) + " people. Make a room for more.")
	errBlocked      = forbidden("This person is not taking messages from you.")
	errLastOwner    = &Error{Code: CodeConflict, Message: "This is the only owner of the room. Make somebody else an owner first."}
	errDirectLeave  = forbidden("A conversation between two cannot be left. Turn its notifications off instead.")
	errInviteDirect = forbidden("Nobody can be added to a conversation between two. Make a group instead.")
)

// Join makes a a member: of a public room unless banned, of an announcement
// room if not a guest, of any room that a is invited to. Whoever joins a room
// that everybody has left becomes its owner, unless it is for announcements.
// Joining twice is joining once.
func (r *Rooms) Join(ctx context.Context, a Actor, room RoomID, id ID) (RoomView, error) {
	_, err := r.decide(ctx, a, room, id, KindJoin, a.ID, func(l look) (verdict, error) { return r.join(a, l) })
	if err != nil {
		return RoomView{}, err
	}
	return r.View(ctx, a, room)
}

func (r *Rooms) join(a Actor, l look) (verdict, error) {
	switch {
	case l.info.ID == "" || l.me.State == StateBanned:
		return verdict{}, l.unknown()
	case l.joined():
		return verdict{}, errSettled
	case l.me.State != StateInvited && !l.info.Kind.open():
		return verdict{}, ErrNoRoom
	case l.me.State != StateInvited && l.info.Kind == RoomAnnouncement && a.Role.Rank() < RoleMember.Rank():
		return verdict{}, errGuestJoin
	case l.info.Archived:
		return verdict{}, errArchived
	}
	v := verdict{next: Membership{
		State: StateJoined, Rank: RankMember, Since: r.moment(), MutedUntil: l.me.MutedUntil,
	}}
	if l.members == "" && l.info.Kind != RoomAnnouncement && a.Role.Rank() >= RoleMember.Rank() {
		v.next.Rank = RankOwner
		v.conditions = []Record{{Key: membersKey}}
	}
	return v, nil
}

// Leave ends a's membership, or declines an invitation. When the only owner of
// a room goes, the moderator who is in it longest becomes owner, and where
// there is none the member who is.
func (r *Rooms) Leave(ctx context.Context, a Actor, room RoomID, id ID) error {
	_, err := r.decide(ctx, a, room, id, KindLeave, a.ID, func(l look) (verdict, error) { return r.leave(ctx, a, l) })
	return err
}

func (r *Rooms) leave(ctx context.Context, a Actor, l look) (verdict, error) {
	if err := l.permit(actLeave, a.Role); err == errDirect {
		return verdict{}, errDirectLeave
	} else if err != nil {
		return verdict{}, err
	}
	if !l.me.Related() {
		return verdict{}, errJoinFirst
	}
	v := verdict{next: l.me.parted(r.now())}
	if !l.me.owns() {
		return v, nil
	}
	// An owner goes only while the room stays as it was seen: with another
	// owner, or with nobody.
	v.conditions = []Record{{Key: ownersKey, Value: l.owners}}
	if number(l.owners) <= 1 {
		if number(l.members) > 1 {
			return verdict{}, r.succeed(ctx, a, l)
		}
		v.conditions = append(v.conditions, Record{Key: membersKey, Value: l.members})
	}
	return v, nil
}

// parted is what a room remembers of a member who has gone: a mute that has
// not run out, so that leaving and coming back does not end it.
func (m Membership) parted(now time.Time) Membership {
	if !m.Muted(now) {
		return Membership{}
	}
	return Membership{MutedUntil: m.MutedUntil, Since: m.Since}
}

// succeed makes somebody an owner in the place of a, who is the only one, and
// returns ErrConflict so that a's leaving is decided anew.
func (r *Rooms) succeed(ctx context.Context, a Actor, l look) error {
	heir, record, err := r.heir(ctx, a.ID, l.info.ID)
	if err != nil {
		return err
	}
	l.who, l.subject, l.subjectRecord = heir.Person, heir.Membership, record
	v := verdict{data: encode(ActData{Rank: RankOwner}), next: heir.Membership}
	v.next.Rank = RankOwner
	v.conditions = []Record{{Key: ownersKey, Value: l.owners}}
	d := Draft{Room: l.info.ID, ID: NewID(), Kind: KindRank, Author: a.ID, Name: a.Nickname, Subject: heir.Person}
	if _, err := r.carryOut(ctx, a, d, l, v); err != nil {
		return err
	}
	return ErrConflict
}

// heir returns who has been in the room for longest, apart from gone, among
// those of the highest rank, with the record that says so. With nobody left it
// returns ErrConflict: the room has changed.
func (r *Rooms) heir(ctx context.Context, gone PersonID, room RoomID) (heir Member, record string, err error) {
	err = r.eachMember(ctx, room, "", func(m Member, kept string) bool {
		if m.State == StateJoined && m.Person != gone && (record == "" || m.precedes(heir)) {
			heir, record = m, kept
		}
		return true
	})
	if err == nil && record == "" {
		err = ErrConflict
	}
	return heir, record, err
}

func (m Member) precedes(o Member) bool {
	if mine, theirs := levelOfRank(m.Rank), levelOfRank(o.Rank); mine != theirs {
		return mine > theirs
	}
	return m.Since.Before(o.Since)
}

// MayInvite returns the error that Invite would have whoever is invited, or nil.
func (r *Rooms) MayInvite(ctx context.Context, a Actor, room RoomID) error {
	_, err := r.in(ctx, a, room, actInvite)
	return err
}

// Invite asks who to join: into a public room by any member, into a private or
// announcement room by its moderators. Members of a group bring others in at
// once, up to 50 people. Whoever is in or invited already stays so.
func (r *Rooms) Invite(ctx context.Context, a Actor, room RoomID, id ID, who PersonID) error {
	_, err := r.decide(ctx, a, room, id, KindInvite, who, func(l look) (verdict, error) {
		if err := l.permit(actInvite, a.Role); err == errDirect {
			return verdict{}, errInviteDirect
		} else if err != nil {
			return verdict{}, err
		}
		return r.invite(ctx, a, l)
	})
	return err
}

func (r *Rooms) invite(ctx context.Context, a Actor, l look) (verdict, error) {
	switch l.subject.State {
	case StateJoined, StateInvited:
		return verdict{}, errSettled
	case StateBanned:
		return verdict{}, errSubjectBan
	}
	if err := r.mayCall(ctx, a.ID, []PersonID{l.who}); err != nil {
		return verdict{}, err
	}
	v := verdict{data: encode(ActData{}), next: Membership{
		State: StateInvited, By: a.ID, Since: r.moment(), MutedUntil: l.subject.MutedUntil,
	}}
	if l.info.Kind == RoomGroup {
		if number(l.members) >= maxGroup {
			return verdict{}, errGroupFull
		}
		v.data = encode(ActData{Rank: RankMember})
		v.next.State, v.next.Rank = StateJoined, RankMember
		v.conditions = []Record{{Key: membersKey, Value: l.members}}
	}
	return v, nil
}

// mayCall returns an error unless all of people are there and take messages
// from a.
func (r *Rooms) mayCall(ctx context.Context, a PersonID, people []PersonID) error {
	known, err := r.directory.People(ctx, people)
	if err != nil {
		return err
	}
	here := 0
	for _, p := range known {
		if !p.Disabled {
			here++
		}
	}
	if here < len(people) {
		return errNoPerson
	}
	return each(len(people), func(i int) error {
		v, err := r.store.Get(ctx, PersonShelf(people[i]), blockKey(a))
		if err == nil && v[0] != "" {
			err = errBlocked
		}
		return err
	})
}

// Remove ends the membership of somebody of lower rank, who may come back the
// way they came, or withdraws an invitation; whoever has invited may do the
// latter too. It is an act of power, see Order.
func (r *Rooms) Remove(ctx context.Context, a Actor, room RoomID, id ID, who PersonID, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return r.power(ctx, a, room, id, actRemove, KindRemove, who, func(l look) (verdict, error) {
		if !l.subject.Related() {
			return verdict{}, errNotIn
		}
		return verdict{data: encode(ActData{Reason: reason}), next: l.subject.parted(r.now())}, nil
	})
}

// Members returns up to limit members of a room that a may read, from after
// cursor on, and how many there are in all. The lobby, which everyone is in,
// tells only of those whom it has ranked or muted.
func (r *Rooms) Members(ctx context.Context, a Actor, room RoomID, cursor string, limit int) (m []Member, next string, total int, err error) {
	s, err := r.in(ctx, a, room, actMembers)
	if err != nil {
		return nil, "", 0, err
	}
	err = r.eachMember(ctx, room, PersonID(cursor), func(one Member, _ string) bool {
		if one.State != StateJoined && (room != Lobby || one.State != StateNone) {
			return true
		}
		if len(m) == pageSize(limit) {
			next = string(m[len(m)-1].Person)
			return false
		}
		m = append(m, one)
		return true
	})
	if err != nil {
		return nil, "", 0, err
	}
	v, err := r.view(ctx, a, s)
	return m, next, v.Members, err
}

// maxSought is how many members one search looks at: the rest of a large room
// is for the next call.
const maxSought = 2000

// FindMembers is Members for those who have query in their names. There can be
// fewer than limit, or none, and still a next.
func (r *Rooms) FindMembers(ctx context.Context, a Actor, room RoomID, query, cursor string, limit int) (found []Member, next string, total int, err error) {
	if query = foldQuery(query); query == "" {
		return r.Members(ctx, a, room, cursor, limit)
	}
	next = cursor
	for range maxSought / maxPage {
		var some []Member
		if some, next, total, err = r.Members(ctx, a, room, next, maxPage); err != nil {
			return nil, "", 0, err
		}
		if some, err = r.named(ctx, some, query); err != nil {
			return nil, "", 0, err
		}
		found = append(found, some...)
		if most := pageSize(limit); len(found) > most {
			return found[:most], string(found[most-1].Person), total, nil
		}
		if next == "" {
			break
		}
	}
	return found, next, total, nil
}

// named returns those of members who have the folded query in their names.
func (r *Rooms) named(ctx context.Context, members []Member, query string) ([]Member, error) {
	ids := make([]PersonID, len(members))
	for i, m := range members {
		ids[i] = m.Person
	}
	people, err := r.directory.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	var found []Member
	for _, m := range members {
		if slices.ContainsFunc(people, func(p Profile) bool {
			return p.ID == m.Person && strings.Contains(foldQuery(p.Nickname), query)
		}) {
			found = append(found, m)
		}
	}
	return found, nil
}

// memberPage is how many member records one read asks for.
const memberPage = 500

// eachMember calls f with every member record of the room whose person comes
// after the given one, until f returns false.
func (r *Rooms) eachMember(ctx context.Context, room RoomID, after PersonID, f func(m Member, record string) bool) error {
	cursor := ""
	if after != "" {
		cursor = memberKey(after)
	}
	for {
		page, err := r.store.List(ctx, RoomShelf(room), Prefix(memberKey(""), cursor, memberPage))
		if err != nil {
			return err
		}
		for _, rec := range page {
			m := Member{Person: PersonID(strings.TrimPrefix(rec.Key, memberKey("")))}
			if m.Membership, err = parseMembership(rec.Value); err != nil {
				return err
			}
			if !f(m, rec.Value) {
				return nil
			}
		}
		if len(page) < memberPage {
			return nil
		}
		cursor = page[len(page)-1].Key
	}
}
