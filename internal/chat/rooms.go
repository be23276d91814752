package chat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Rooms are the rooms of the house: what they are, who is in them and what
// whom is allowed there. All methods may be called at once from many
// goroutines, on any node.
//
// The rules are in permit.go. An act is decided on what the records say and
// kept under the condition that they still say it; when somebody else was
// quicker it is decided anew. Acts that take an ID are one act however often
// they are sent with it; the zero ID stands for a new one.
//
// Errors are *Error: CodeNotFound is ErrNoRoom for whoever may not know of the
// room; CodeForbidden says who may; CodeBanned is for those whom a public or
// announcement room keeps out; CodeInvalid says what is wrong with the input;
// CodeConflict what has happened already; CodeUnavailable is the store's, and
// the act may be sent again.
type Rooms struct {
	service   *Service
	store     Store
	directory Directory
	now       func() time.Time
}

// NewRooms returns the rooms that s keeps.
func NewRooms(s *Service, d Directory) *Rooms {
	return &Rooms{service: s, store: s.store, directory: d, now: s.options.Now}
}

// A NewRoom is a room that somebody wants to make.
type NewRoom struct {
	Kind                     RoomKind // RoomPublic, RoomPrivate or RoomAnnouncement
	Name, Topic, Description string
}

var (
	errGuestRoom    = forbidden("Guests cannot make rooms. Register an account first.")
	errAnnouncement = forbidden("Only an owner or admin of this server may make announcement rooms.")
	errRoomKind     = invalid("A room is made public, private or announcement.")
)

// Create makes a room that a owns. The names of public and announcement rooms
// are unique; announcement rooms are for admins to make.
func (r *Rooms) Create(ctx context.Context, a Actor, id ID, n NewRoom) (RoomView, error) {
	i, err := n.check(a)
	if err != nil {
		return RoomView{}, err
	}
	if id == (ID{}) {
		id = NewID()
	}
	// Made of the author and the id, so that a create that is sent again is
	// the same room.
	i.ID = hashedRoomID("r-", string(a.ID), id.String())
	i.Created, i.Creator = r.moment(), a.ID
	if was, err := r.info(ctx, i.ID); err != nil || was.ID != "" {
		if err != nil {
			return RoomView{}, err
		}
		i = was
	}
	return r.found(ctx, a, id, i, map[PersonID]Rank{a.ID: RankOwner})
}

func (n NewRoom) check(a Actor) (RoomInfo, error) {
	switch {
	case a.Role.Rank() < RoleMember.Rank():
		return RoomInfo{}, errGuestRoom
	case n.Kind == RoomAnnouncement && a.Role.Rank() < RoleAdmin.Rank():
		return RoomInfo{}, errAnnouncement
	case n.Kind != RoomPublic && n.Kind != RoomPrivate && n.Kind != RoomAnnouncement:
		return RoomInfo{}, errRoomKind
	}
	i := RoomInfo{Kind: n.Kind}
	var err error
	if i.Name, _, err = checkRoomName(n.Name); err != nil {
		return i, err
	}
	if i.Topic, err = checkTopic(n.Topic); err != nil {
		return i, err
	}
	i.Description, err = checkDescription(n.Description)
	return i, err
}

// hashedRoomID makes an id of the parts, which may be anything without a zero
// byte.
func hashedRoomID(prefix string, parts ...string) RoomID {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return RoomID(prefix + hex.EncodeToString(h.Sum(nil)[:16]))
}

// found makes the room with the people in it, unless it has been made already,
// and tells how a sees it.
func (r *Rooms) found(ctx context.Context, a Actor, id ID, i RoomInfo, people map[PersonID]Rank) (RoomView, error) {
	ids := make([]PersonID, 0, len(people))
	for p := range people {
		ids = append(ids, p)
	}
	v, err := r.store.Get(ctx, RoomShelf(i.ID), infoKey)
	if err != nil {
		return RoomView{}, err
	}
	if v[0] == "" {
		if err := r.beginRoom(ctx, i, ids); err != nil {
			return RoomView{}, err
		}
		if err := r.keep(ctx, r.founding(a, id, i, people)).Err; err != nil && !isConflict(err) {
			return RoomView{}, err
		}
	}
	// Also where the room was there: its maker may have crashed before this.
	if err := r.settleName(ctx, i.ID, nameKeyOf(i)); err != nil {
		return RoomView{}, err
	}
	if err := each(len(ids), func(n int) error {
		s, err := r.standing(ctx, Actor{Person: Person{ID: ids[n]}}, i.ID)
		if err != nil {
			return err
		}
		return r.repairLine(ctx, ids[n], i.ID, s.me)
	}); err != nil {
		return RoomView{}, err
	}
	return r.View(ctx, a, i.ID)
}

// beginRoom writes what must be there before the room is.
func (r *Rooms) beginRoom(ctx context.Context, i RoomInfo, people []PersonID) error {
	if err := each(len(people), func(n int) error { return r.checkRoomCount(ctx, people[n]) }); err != nil {
		return err
	}
	if err := r.list(ctx, i); err != nil {
		return err
	}
	return each(len(people), func(n int) error { return r.announceLine(ctx, people[n], i.ID) })
}

// founding is the first entry of a room.
func (r *Rooms) founding(a Actor, id ID, i RoomInfo, people map[PersonID]Rank) Draft {
	data := RoomData{Kind: &i.Kind, People: i.People}
	for field, text := range map[**string]*string{&data.Name: &i.Name, &data.Topic: &i.Topic, &data.Description: &i.Description} {
		if *text != "" {
			*field = text
		}
	}
	owners := int64(0)
	do := []Write{Put(infoKey, encode(i))}
	for p, rank := range people {
		m := Membership{State: StateJoined, Rank: rank, Since: r.moment()}
		do = append(do, Put(memberKey(p), m.record()))
		if m.owns() {
			owners++
		}
	}
	do = append(do, Add(membersKey, int64(len(people))), Add(ownersKey, owners))
	return Draft{
		Room: i.ID, ID: id, Kind: KindCreate, Author: a.ID, Name: a.Nickname, Data: encode(data), At: r.moment(),
		Effects: &Effects{Commit: Commit{If: []Record{{Key: infoKey}}, Do: do}},
	}
}

// View returns the room as a sees it: who is in it or invited to it may, and
// who may read it.
func (r *Rooms) View(ctx context.Context, a Actor, room RoomID) (RoomView, error) {
	s, err := r.in(ctx, a, room, actView)
	if err != nil {
		return RoomView{}, err
	}
	return r.view(ctx, a, s)
}

// Mine returns the rooms that a is in or invited to, the lobby first.
func (r *Rooms) Mine(ctx context.Context, a Actor) ([]RoomView, error) {
	lines, err := r.lines(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	views := make([]RoomView, len(lines))
	err = each(len(lines), func(n int) error {
		var err error
		views[n], err = r.mine(ctx, a, lines[n])
		return err
	})
	if err != nil {
		return nil, err
	}
	mine := views[:0]
	for _, v := range views {
		if v.ID != "" {
			mine = append(mine, v)
		}
	}
	return mine, nil
}

// lines returns what is on the person's shelf about rooms, the lobby first.
func (r *Rooms) lines(ctx context.Context, who PersonID) ([]Record, error) {
	lines := []Record{{Key: indexKey(Lobby)}}
	if !who.hasShelf() {
		return lines, nil
	}
	after := ""
	for {
		page, err := r.store.List(ctx, PersonShelf(who), Prefix(indexPrefix, after, maxRoomsPerPerson))
		if err != nil {
			return nil, err
		}
		for _, l := range page {
			if l.Key == indexKey(Lobby) {
				lines[0] = l
			} else {
				lines = append(lines, l)
			}
		}
		if len(page) < maxRoomsPerPerson {
			return lines, nil
		}
		after = page[len(page)-1].Key
	}
}

// mine returns the room of a line, or the zero view of one that a is not in.
func (r *Rooms) mine(ctx context.Context, a Actor, line Record) (RoomView, error) {
	room := RoomID(line.Key[len(indexPrefix):])
	v, err := r.store.Get(ctx, RoomShelf(room), infoKey, memberKey(a.ID), membersKey)
	if err != nil {
		return RoomView{}, err
	}
	s, err := newStanding(a, room, v[0], v[1])
	if err != nil {
		return RoomView{}, err
	}
	if !s.joined() && s.me.State != StateInvited {
		if room == Lobby {
			return RoomView{}, nil
		}
		return RoomView{}, r.dropLine(ctx, a.ID, room)
	}
	return s.view(v[2], line.Value)
}

var (
	errNotify     = invalid("Notifications of a room are one of all, mentions and none.")
	errGuestPrefs = forbidden("Only accounts have settings for rooms. Register one first.")
)

// SetPrefs changes what a room is to a, who is in it; nil leaves a field as it
// is.
func (r *Rooms) SetPrefs(ctx context.Context, a Actor, room RoomID, favourite *bool, notify *string) (RoomView, error) {
	if notify != nil && *notify != NotifyAll && *notify != NotifyMentions && *notify != NotifyNone {
		return RoomView{}, errNotify
	}
	s, err := r.in(ctx, a, room, actPrefs)
	switch {
	case err != nil:
		return RoomView{}, err
	case !s.joined():
		return RoomView{}, errJoinFirst
	case !a.ID.hasShelf():
		return RoomView{}, errGuestPrefs
	}
	err = r.changeLine(ctx, a.ID, room, func(l *indexLine, _ bool) (bool, error) {
		if favourite != nil {
			l.Favourite = *favourite
		}
		if notify != nil {
			l.Notify = *notify
		}
		return true, nil
	})
	if err != nil {
		return RoomView{}, err
	}
	return r.view(ctx, a, s)
}
