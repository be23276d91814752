package chat

import (
	"context"
	"strconv"
)

// MaxSlow is the longest time between two messages of one person that a room
// can ask for, in seconds.
const MaxSlow = 6 * 60 * 60

// A RoomChange is what somebody wants to be different about a room; nil leaves
// a field as it is.
type RoomChange struct {
	Kind                     *RoomKind // RoomPublic or RoomPrivate, of a room that is one of them
	Name, Topic, Description *string
	Archived                 *bool
	Slow                     *int // 0 to MaxSlow
}

var (
	errKindChange = invalid("Only a public room can be made private, and only a private one public.")
	errSlow       = invalid("Slow mode is a number of seconds from 0 to " + strconv.Itoa(MaxSlow) + ".")
)

// Change makes a room different: its owners may everything, its moderators
// give it a topic and a description, the members of a group a name. Archived
// rooms can only be brought back. Admins of the server archive any room.
func (r *Rooms) Change(ctx context.Context, a Actor, room RoomID, id ID, c RoomChange) (RoomView, error) {
	var was, is RoomInfo
	var s standing
	e, err := r.decide(ctx, a, room, id, KindRoom, a.ID, func(l look) (verdict, error) {
		s, was = l.standing, l.info
		var data RoomData
		var err error
		if is, data, err = c.apply(l.standing, a.Role); err != nil {
			return verdict{}, err
		}
		if data.empty() {
			return verdict{}, errSettled
		}
		if key := nameKeyOf(is); key != nameKeyOf(was) && key != "" {
			if err := r.list(ctx, is); err != nil {
				return verdict{}, err
			}
		}
		return verdict{data: encode(data), next: l.subject, do: []Write{Put(infoKey, encode(is))}}, nil
	})
	if err != nil {
		return RoomView{}, err
	}
	if e.Seq != 0 {
		if err := r.announceChange(ctx, a, e, was); err != nil {
			return RoomView{}, err
		}
	}
	if is.ID == "" { // it was kept before, and would be refused now
		return r.View(ctx, a, room)
	}
	s.info = is
	return r.view(ctx, a, s)
}

// announceChange does outside the room what follows from e, a change of it. The
// change may have been kept some time ago, and the room be another one by now.
func (r *Rooms) announceChange(ctx context.Context, a Actor, e Entry, was RoomInfo) error {
	var said RoomData
	if err := decode(e.Data, &said); err != nil {
		return err
	}
	if said.Name != nil || said.Kind != nil {
		is, err := r.info(ctx, e.Room)
		if err != nil {
			return err
		}
		for _, key := range []string{nameKeyOf(is), nameKeyOf(was)} {
			if err := r.settleName(ctx, e.Room, key); err != nil {
				return err
			}
		}
		if err := r.relist(ctx, e.Room); err != nil {
			return err
		}
	}
	if said.Archived == nil {
		return nil
	}
	return r.note(ctx, noteOf(e, a, actArchive, "", strconv.FormatBool(*said.Archived)))
}

func (d RoomData) empty() bool {
	return d.Kind == nil && d.Name == nil && d.Topic == nil && d.Description == nil && d.Archived == nil && d.Slow == nil
}

// apply returns the room with the changes that are any, if all of them are
// allowed.
func (c RoomChange) apply(s standing, role Role) (is RoomInfo, data RoomData, err error) {
	if err := c.permit(s, role); err != nil {
		return is, data, err
	}
	is = s.info
	if c.Kind != nil {
		if err := checkKindChange(is, *c.Kind); err != nil {
			return is, data, err
		}
		set(&is.Kind, *c.Kind, &data.Kind)
	}
	if c.Name != nil && (*c.Name != "" || is.Kind != RoomGroup) {
		shown, _, err := checkRoomName(*c.Name)
		if err != nil {
			return is, data, err
		}
		set(&is.Name, shown, &data.Name)
	} else if c.Name != nil {
		set(&is.Name, "", &data.Name)
	}
	if c.Topic != nil {
		topic, err := checkTopic(*c.Topic)
		if err != nil {
			return is, data, err
		}
		set(&is.Topic, topic, &data.Topic)
	}
	if c.Description != nil {
		text, err := checkDescription(*c.Description)
		if err != nil {
			return is, data, err
		}
		set(&is.Description, text, &data.Description)
	}
	if c.Archived != nil {
		set(&is.Archived, *c.Archived, &data.Archived)
	}
	if c.Slow != nil {
		if *c.Slow < 0 || *c.Slow > MaxSlow {
			return is, data, errSlow
		}
		set(&is.Slow, *c.Slow, &data.Slow)
	}
	return is, data, nil
}

// permit returns nil when whoever stands so may do everything in c.
func (c RoomChange) permit(s standing, role Role) error {
	asked := []struct {
		act act
		yes bool
	}{
		// First: bringing a room back makes the rest possible.
		{actArchive, c.Archived != nil},
		{actChange, c.Kind != nil || c.Slow != nil},
		{actRename, c.Name != nil},
		{actDescribe, c.Topic != nil || c.Description != nil},
	}
	any := false
	for _, q := range asked {
		if !q.yes {
			continue
		}
		any = true
		if err := s.permit(q.act, role); err != nil {
			return err
		}
		if q.act == actArchive {
			s.info.Archived = s.info.Archived && *c.Archived
		}
	}
	if !any {
		return s.permit(actView, role)
	}
	return nil
}

func checkKindChange(i RoomInfo, k RoomKind) error {
	for _, kind := range []RoomKind{i.Kind, k} {
		if i.ID == Lobby || kind != RoomPublic && kind != RoomPrivate {
			return errKindChange
		}
	}
	return nil
}

// set makes *field v and notes it in *said if that is a change.
func set[T comparable](field *T, v T, said **T) {
	if *field != v {
		*field = v
		*said = &v
	}
}
