package contract

import (
	"context"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

// changeRole is the act person-role.
type changeRole struct {
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Role   chat.Role     `json:"role" doc:"What they are from now on." enum:"owner,admin,member,guest" eg:"admin"`
}

func (in changeRole) do(ctx context.Context, r *request) (Nothing, error) {
	r.audit.detail = string(in.Role)
	return Nothing{}, r.Accounts.SetRole(ctx, r.actor, in.Person, in.Role)
}

// someoneAndWhy names a person, and a reason.
type someoneAndWhy struct {
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Reason string        `json:"reason,omitempty" doc:"Why, for the audit log." eg:"Advertising"`
}

// disable is the act person-disable.
type disable someoneAndWhy

func (in disable) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Disable(ctx, r.actor, in.Person, in.Reason)
}

// enable is the act person-enable.
type enable someone

func (in enable) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Enable(ctx, r.actor, in.Person)
}

// kick is the act person-kick.
type kick someoneAndWhy

func (in kick) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Kick(ctx, r.actor, in.Person, in.Reason)
}

// purge is the act person-purge.
type purge struct {
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Room   chat.RoomID   `json:"room,omitempty" doc:"Only in this room; without it in every room." eg:"lobby"`
}

// Purged says how much is gone.
type Purged struct {
	Deleted int `json:"deleted" doc:"How many messages were deleted." eg:"17"`
}

func (in purge) do(ctx context.Context, r *request) (Purged, error) {
	n, err := r.Messages.Purge(ctx, r.actor, in.Person, in.Room)
	r.audit.detail = strconv.Itoa(n) + " messages"
	return Purged{n}, err
}

// reset is the act person-reset.
type reset someone

// A ResetLink lets somebody choose a new password.
type ResetLink struct {
	Code    string `json:"code" doc:"What password-reset takes. Not told again." eg:"cr_8Lp0zQ4d"`
	URL     string `json:"url" doc:"The link to give to the person." eg:"https://chat.example.org/reset#cr_8Lp0zQ4d"`
	Expires Millis `json:"expires" doc:"When it ends; it is good for one use." eg:"1763986412345"`
}

func (in reset) do(ctx context.Context, r *request) (ResetLink, error) {
	code, expires, err := r.Accounts.ResetCode(ctx, r.actor, in.Person)
	return ResetLink{Code: code, URL: r.link("reset", code), Expires: MillisOf(expires)}, err
}

// listRooms is the act rooms-all.
type listRooms search

// RoomSummaries is a part of all rooms.
type RoomSummaries struct {
	Rooms []RoomSummary `json:"rooms" doc:"The rooms."`
	Next  string        `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// A RoomSummary is a room from outside.
type RoomSummary struct {
	ID       chat.RoomID   `json:"id" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Kind     chat.RoomKind `json:"kind" doc:"Who finds it and who talks in it." enum:"public,private,announcement,direct,group" eg:"private"`
	Name     string        `json:"name" doc:"Its name." eg:"Kitchen"`
	Members  int           `json:"members" doc:"How many have joined." eg:"12"`
	Archived bool          `json:"archived" doc:"It can only be read."`
	Created  Millis        `json:"created" doc:"When it was made." eg:"1763900012345"`
	Head     Cursor        `json:"head" doc:"The end of the room."`
}

func (in listRooms) do(ctx context.Context, r *request) (RoomSummaries, error) {
	views, next, err := r.Rooms.All(ctx, r.actor, in.Query, in.Cursor, limited(in.Limit))
	if err != nil {
		return RoomSummaries{}, err
	}
	ids := make([]chat.RoomID, len(views))
	for i, v := range views {
		ids[i] = v.ID
	}
	heads, err := r.Service.Heads(ctx, ids)
	if err != nil {
		return RoomSummaries{}, err
	}
	told := RoomSummaries{Rooms: make([]RoomSummary, 0, len(views)), Next: next}
	for i, v := range views {
		told.Rooms = append(told.Rooms, RoomSummary{
			ID: v.ID, Kind: v.Kind, Name: v.Name, Members: v.Members, Archived: v.Archived,
			Created: MillisOf(v.Created), Head: CursorOf(heads[i]),
		})
	}
	return told, nil
}
