package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Room is a room as one person sees it.
type Room struct {
	ID          chat.RoomID   `json:"id" doc:"Never changes." eg:"lobby"`
	Kind        chat.RoomKind `json:"kind" doc:"Who finds it and who talks in it." enum:"public,private,announcement,direct,group" eg:"public"`
	Name        string        `json:"name" doc:"Empty for direct rooms, which are shown by people." eg:"Kitchen"`
	Topic       string        `json:"topic" doc:"What is talked about at the moment." eg:"Lunch on Friday"`
	Description string        `json:"description" doc:"What the room is for." eg:"Everything about food."`
	Archived    bool          `json:"archived" doc:"The room can only be read."`
	Slow        int           `json:"slow" doc:"Seconds between two messages of one person; 0 is none." eg:"30"`
	Created     Millis        `json:"created" doc:"When it was made; 0 for the lobby, which was always there." eg:"1763900012345"`
	Members     int           `json:"members" doc:"How many have joined; 0 for the lobby, which everybody is in." eg:"12"`
	People      []Author      `json:"people,omitempty" doc:"direct, group: up to 10 of the others."`
	Me          Standing      `json:"me" doc:"What one is in the room."`
	Head        Cursor        `json:"head" doc:"The end of the room."`
	Read        uint64        `json:"read" doc:"Number of the last entry one has read." eg:"40"`
	Unread      int           `json:"unread" doc:"Messages of others after read and after one came in; 100 means 100 or more. Without replies in threads, deleted messages and those of people one has blocked; in the lobby 0 until one has read there once." max:"100" eg:"2"`
	Mentions    int           `json:"mentions" doc:"How many messages call one, of those and of the replies in threads since then; 100 means 100 or more." max:"100" eg:"1"`
	Latest      *Entry        `json:"latest,omitempty" doc:"The last message, where one has joined."`
}

// A Standing is what one person is in one room.
type Standing struct {
	State      string    `json:"state" doc:"Whether one is in." enum:"joined,invited,none,banned" eg:"joined"`
	Rank       chat.Rank `json:"rank" doc:"What one may do; a role in the house counts." enum:"owner,moderator,member" eg:"member"`
	MutedUntil Millis    `json:"mutedUntil,omitempty" doc:"Until then one may not write." eg:"1763903600000"`
	Favourite  bool      `json:"favourite" doc:"One has put it on top."`
	Notify     string    `json:"notify" doc:"What one wants to be told of." enum:"all,mentions,none" eg:"all"`
}

// peopleShown is how many others of a group its room names.
const peopleShown = 10

// RoomsOf returns the rooms as a sees them, with what is new in each.
func (h *House) RoomsOf(ctx context.Context, a chat.Actor, views []chat.RoomView) ([]Room, error) {
	ids := make([]chat.RoomID, 0, len(views))
	var p people
	for _, v := range views {
		ids = append(ids, v.ID)
		p.want(shownOf(v, a)...)
	}
	counts, err := h.Desks.Counts(ctx, a, ids)
	if err != nil {
		return nil, err
	}
	if err := p.find(ctx, h); err != nil {
		return nil, err
	}
	told := make([]Room, 0, len(views))
	for _, v := range views {
		told = append(told, roomOf(v, counts[v.ID], p.authors(shownOf(v, a))))
	}
	return told, nil
}

func roomOf(v chat.RoomView, c chat.Count, others []Author) Room {
	told := Room{
		ID: v.ID, Kind: v.Kind, Name: v.Name, Topic: v.Topic, Description: v.Description,
		Archived: v.Archived, Slow: v.Slow, Created: MillisOf(v.Created), Members: v.Members, People: others,
		Me:   standingOf(v),
		Head: CursorOf(c.Head), Read: c.Read, Unread: c.Unread, Mentions: c.Mentions,
	}
	if v.Kind == chat.RoomDirect {
		told.Name = ""
	}
	if c.Latest != nil && told.Me.State == chat.StateJoined {
		latest := EntryOf(*c.Latest)
		told.Latest = &latest
	}
	return told
}

func standingOf(v chat.RoomView) Standing {
	told := Standing{
		State: v.Me.State, Rank: v.Me.Rank, MutedUntil: MillisOf(v.Me.MutedUntil),
		Favourite: v.Favourite, Notify: v.Notify,
	}
	if told.State == chat.StateNone {
		told.State = "none"
		if v.ID == chat.Lobby {
			told.State = chat.StateJoined
		}
	}
	if told.Rank == "" {
		told.Rank = chat.RankMember
	}
	if told.Notify == "" {
		told.Notify = chat.NotifyAll
	}
	return told
}

// shownOf returns who a direct room or a group is shown by.
func shownOf(v chat.RoomView, a chat.Actor) []chat.PersonID {
	var shown []chat.PersonID
	for _, id := range v.People {
		if id != a.ID && len(shown) < peopleShown {
			shown = append(shown, id)
		}
	}
	return shown
}

// OneRoom is the answer of acts on one room.
type OneRoom struct {
	Room Room `json:"room" doc:"The room as it is now."`
}

// Rooms is a list that is told at once.
type Rooms struct {
	Rooms []Room `json:"rooms" doc:"The rooms, in no promised order."`
}

// RoomList is a part of a list of rooms.
type RoomList struct {
	Rooms []Room `json:"rooms" doc:"The rooms, by name."`
	Next  string `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// Nothing is the answer where there is nothing to say but that it is done.
type Nothing struct{}

// seen returns the answer of an act that ends with a view of a room.
func (r *request) seen(ctx context.Context, v chat.RoomView, err error) (OneRoom, error) {
	if err != nil {
		return OneRoom{}, err
	}
	told, err := r.RoomsOf(ctx, r.actor, []chat.RoomView{v})
	if err != nil {
		return OneRoom{}, err
	}
	return OneRoom{told[0]}, nil
}

// oneRoom names a room.
type oneRoom struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
}

// changeable names a room and makes a change of it idempotent.
type changeable struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	ID   ID          `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same change." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120006"`
}

// createRoom is the act room-create.
type createRoom struct {
	ID          ID            `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same room." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120006"`
	Kind        chat.RoomKind `json:"kind" doc:"Who finds it and who talks in it." enum:"public,private,announcement" eg:"public"`
	Name        string        `json:"name" doc:"Up to limits.roomName characters. Names of public and announcement rooms are unique." eg:"Kitchen"`
	Topic       string        `json:"topic,omitempty" doc:"What is talked about." eg:"Lunch on Friday"`
	Description string        `json:"description,omitempty" doc:"What it is for." eg:"Everything about food."`
}

func (in createRoom) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.Create(ctx, r.actor, chat.ID(in.ID), chat.NewRoom{
		Kind: in.Kind, Name: in.Name, Topic: in.Topic, Description: in.Description,
	})
	return r.seen(ctx, v, err)
}

// openDirect is the act room-direct.
type openDirect struct {
	ID     ID              `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same group." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120006"`
	People []chat.PersonID `json:"people" doc:"Ids of the others: one for a direct room, more for a group." min:"1" max:"49" eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Name   string          `json:"name,omitempty" doc:"What the group is called." eg:"Friday"`
}

func (in openDirect) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.Direct(ctx, r.actor, chat.ID(in.ID), in.People, in.Name)
	return r.seen(ctx, v, err)
}

// readRoom is the act room.
type readRoom oneRoom

func (in readRoom) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.View(ctx, r.actor, in.Room)
	return r.seen(ctx, v, err)
}

// readRooms is the act rooms.
type readRooms struct{}

func (readRooms) do(ctx context.Context, r *request) (Rooms, error) {
	views, err := r.Rooms.Mine(ctx, r.actor)
	if err != nil {
		return Rooms{}, err
	}
	told, err := r.RoomsOf(ctx, r.actor, views)
	return Rooms{told}, err
}

// search asks for a part of a list.
type search struct {
	Query  string `json:"query,omitempty" doc:"Only what has this in its name." eg:"kit"`
	Cursor string `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int    `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// browseRooms is the act room-browse.
type browseRooms search

func (in browseRooms) do(ctx context.Context, r *request) (RoomList, error) {
	views, next, err := r.Rooms.Browse(ctx, r.actor, in.Query, in.Cursor, limited(in.Limit))
	if err != nil {
		return RoomList{}, err
	}
	told, err := r.RoomsOf(ctx, r.actor, views)
	return RoomList{told, next}, err
}

// changeRoom is the act room-change.
type changeRoom struct {
	Room        chat.RoomID    `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	ID          ID             `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same change." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120006"`
	Name        *string        `json:"name,omitempty" doc:"The new name." eg:"Kitchen"`
	Topic       *string        `json:"topic,omitempty" doc:"The new topic." eg:"Lunch on Friday"`
	Description *string        `json:"description,omitempty" doc:"The new description." eg:"Everything about food."`
	Archived    *bool          `json:"archived,omitempty" doc:"Whether it can only be read."`
	Slow        *int           `json:"slow,omitempty" doc:"Seconds between two messages of one person." min:"0" max:"21600" eg:"30"`
	Kind        *chat.RoomKind `json:"kind,omitempty" doc:"Make a public room private, or a private one public." enum:"public,private" eg:"private"`
}

func (in changeRoom) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.Change(ctx, r.actor, in.Room, chat.ID(in.ID), chat.RoomChange{
		Name: in.Name, Topic: in.Topic, Description: in.Description,
		Archived: in.Archived, Slow: in.Slow, Kind: in.Kind,
	})
	return r.seen(ctx, v, err)
}

// joinRoom is the act room-join.
type joinRoom changeable

func (in joinRoom) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.Join(ctx, r.actor, in.Room, chat.ID(in.ID))
	return r.seen(ctx, v, err)
}

// leaveRoom is the act room-leave.
type leaveRoom changeable

func (in leaveRoom) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Leave(ctx, r.actor, in.Room, chat.ID(in.ID))
}

// prefRoom is the act room-prefs.
type prefRoom struct {
	Room      chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Favourite *bool       `json:"favourite,omitempty" doc:"Whether it is on top."`
	Notify    *string     `json:"notify,omitempty" doc:"What to be told of." enum:"all,mentions,none" eg:"mentions"`
}

func (in prefRoom) do(ctx context.Context, r *request) (OneRoom, error) {
	v, err := r.Rooms.SetPrefs(ctx, r.actor, in.Room, in.Favourite, in.Notify)
	return r.seen(ctx, v, err)
}
