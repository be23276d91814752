package contract

import (
	"context"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Member is somebody in a room.
type Member struct {
	Person     Person    `json:"person" doc:"Who."`
	Rank       chat.Rank `json:"rank" doc:"What they may do in the room." enum:"owner,moderator,member" eg:"moderator"`
	MutedUntil Millis    `json:"mutedUntil,omitempty" doc:"Until then they may not write." eg:"1763903600000"`
	Since      Millis    `json:"since,omitempty" doc:"When they joined." eg:"1763900012345"`
}

// readMembers is the act members.
type readMembers struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Query  string      `json:"query,omitempty" doc:"Only people who have this in their name. A part can then hold fewer than limit, or none, and still have next." eg:"gra"`
	Cursor string      `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int         `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// Members is a part of the people in a room.
type Members struct {
	Members []Member `json:"members" doc:"The people, in no promised order."`
	Next    string   `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
	Total   int      `json:"total" doc:"How many there are without query." eg:"12"`
}

func (in readMembers) do(ctx context.Context, r *request) (Members, error) {
	members, next, total, err := r.Rooms.FindMembers(ctx, r.actor, in.Room, in.Query, in.Cursor, limited(in.Limit))
	if err != nil {
		return Members{}, err
	}
	ids := make([]chat.PersonID, len(members))
	for i, m := range members {
		ids[i] = m.Person
	}
	people, err := r.peopleByID(ctx, ids)
	if err != nil {
		return Members{}, err
	}
	told := Members{Members: make([]Member, len(members)), Next: next, Total: total}
	for i, m := range members {
		told.Members[i] = Member{Person: people[i], Rank: m.Rank, MutedUntil: MillisOf(m.MutedUntil), Since: MillisOf(m.Since)}
		if m.Rank == "" {
			told.Members[i].Rank = chat.RankMember
		}
	}
	return told, nil
}

// A Ban is somebody who is kept out of a room.
type Ban struct {
	Person Author `json:"person" doc:"Who."`
	Reason string `json:"reason,omitempty" doc:"Why, where a reason was given." eg:"Advertising"`
	By     Author `json:"by" doc:"Who banned them."`
	At     Millis `json:"at" doc:"When." eg:"1763900012345"`
}

// Bans is everybody who is kept out of a room.
type Bans struct {
	People []Ban `json:"people" doc:"The people, in no promised order."`
}

// readBans is the act room-bans.
type readBans oneRoom

func (in readBans) do(ctx context.Context, r *request) (Bans, error) {
	bans, err := r.Rooms.Bans(ctx, r.actor, in.Room)
	if err != nil {
		return Bans{}, err
	}
	var p people
	for _, b := range bans {
		p.want(b.Person, b.By)
	}
	if err := p.find(ctx, r.House); err != nil {
		return Bans{}, err
	}
	told := Bans{People: make([]Ban, 0, len(bans))}
	for _, b := range bans {
		told.People = append(told.People, Ban{
			Person: p.author(b.Person), Reason: b.Reason, By: p.author(b.By), At: MillisOf(b.Since),
		})
	}
	return told, nil
}

// someoneThere names a person in a room.
type someoneThere struct {
	Room   chat.RoomID   `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	ID     ID            `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same act." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120007"`
}

// someoneForReason is someoneThere, and why.
type someoneForReason struct {
	Room   chat.RoomID   `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Reason string        `json:"reason,omitempty" doc:"Why, for the person and for the audit log." eg:"Advertising"`
	ID     ID            `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same act." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120007"`
}

// invite is the act room-invite.
type invite someoneThere

func (in invite) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Invite(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person)
}

// removeMember is the act room-remove.
type removeMember someoneForReason

func (in removeMember) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Remove(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person, in.Reason)
}

// ban is the act room-ban.
type ban someoneForReason

func (in ban) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Ban(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person, in.Reason)
}

// unban is the act room-unban.
type unban someoneForReason

func (in unban) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Unban(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person, in.Reason)
}

// mute is the act room-mute.
type mute struct {
	Room    chat.RoomID   `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Person  chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Seconds int           `json:"seconds" doc:"For how long." min:"1" max:"31536000" eg:"3600"`
	Reason  string        `json:"reason,omitempty" doc:"Why, for the person and for the audit log." eg:"Advertising"`
	ID      ID            `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same act." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120007"`
}

func (in mute) do(ctx context.Context, r *request) (Nothing, error) {
	d := time.Duration(in.Seconds) * time.Second
	return Nothing{}, r.Rooms.Mute(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person, d, in.Reason)
}

// unmute is the act room-unmute.
type unmute someoneThere

func (in unmute) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Unmute(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person)
}

// rankMember is the act room-rank.
type rankMember struct {
	Room   chat.RoomID   `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Rank   chat.Rank     `json:"rank" doc:"What they are from now on." enum:"owner,moderator,member" eg:"moderator"`
	ID     ID            `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same act." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120007"`
}

func (in rankMember) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.SetRank(ctx, r.actor, in.Room, chat.ID(in.ID), in.Person, in.Rank)
}
