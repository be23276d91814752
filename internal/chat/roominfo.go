package chat

import (
	"encoding/json"
	"time"
)

// A RoomKind says who finds a room and who talks in it.
type RoomKind string

const (
	// RoomPublic is found and joined by everybody.
	RoomPublic RoomKind = "public"
	// RoomPrivate exists only for those whom somebody inside has invited.
	RoomPrivate RoomKind = "private"
	// RoomAnnouncement is as public, but only moderators begin a thread.
	RoomAnnouncement RoomKind = "announcement"
	// RoomDirect is between two people, for ever.
	RoomDirect RoomKind = "direct"
	// RoomGroup is between a few; whoever is in may bring others in.
	RoomGroup RoomKind = "group"
)

// open reports whether people of this server know that the room exists.
func (k RoomKind) open() bool { return k == RoomPublic || k == RoomAnnouncement }

// A RoomInfo is what a room is, apart from who is in it.
type RoomInfo struct {
	ID          RoomID   `json:"id"`
	Kind        RoomKind `json:"kind"`
	Name        string   `json:"name,omitempty"`
	Topic       string   `json:"topic,omitempty"`
	Description string   `json:"description,omitempty"`
	Archived    bool     `json:"archived,omitempty"`
	// Slow is how many seconds a member waits between two messages, or 0.
	Slow    int       `json:"slow,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Creator PersonID  `json:"creator,omitempty"`
	// People are who a direct room or a group was made for, the creator
	// included.
	People []PersonID `json:"people,omitempty"`
}

// What a Membership's State can be. In the lobby, where everybody is without
// being asked, StateNone is a member too.
const (
	StateNone    = ""
	StateJoined  = "joined"
	StateInvited = "invited"
	StateBanned  = "banned"
)

// A Membership is what a room knows of one person.
type Membership struct {
	State string
	// Rank is what the room has made of the person, without the weight that a
	// role on the server lends. It is empty where it says nothing.
	Rank Rank
	// MutedUntil is when the person may talk again; the zero time if nobody
	// has muted them. It outlasts leaving and coming back.
	MutedUntil time.Time
	Since      time.Time
	// By is who has invited or banned the person.
	By PersonID
	// Reason is why the person is banned, as By has said it.
	Reason string
}

// Related reports whether the person is in the room or invited to it.
func (m Membership) Related() bool { return m.State == StateJoined || m.State == StateInvited }

// Muted reports whether the person may not talk at the time now.
func (m Membership) Muted(now time.Time) bool { return now.Before(m.MutedUntil) }

// A Member is a person and what a room knows of them.
type Member struct {
	Person PersonID
	Membership
}

// A RoomView is a room as one person sees it.
type RoomView struct {
	RoomInfo
	// Me is what the room knows of the viewer. Its Rank is the effective one,
	// which counts the viewer's role on the server.
	Me Membership
	// Members is how many have joined. In the lobby nobody counts them: 0.
	Members   int
	Favourite bool
	// Notify is NotifyAll, NotifyMentions or NotifyNone.
	Notify string
}

// What a person wants to be told of a room.
const (
	NotifyAll      = "all"
	NotifyMentions = "mentions"
	NotifyNone     = "none"
)

// RoomData is the Data of KindCreate and KindRoom: what has been said of the
// room, the rest being as before.
type RoomData struct {
	Kind        *RoomKind  `json:"kind,omitempty"`
	Name        *string    `json:"name,omitempty"`
	Topic       *string    `json:"topic,omitempty"`
	Description *string    `json:"description,omitempty"`
	Archived    *bool      `json:"archived,omitempty"`
	Slow        *int       `json:"slow,omitempty"`
	People      []PersonID `json:"people,omitempty"`
}

// ActData is the Data of the acts on a Subject.
type ActData struct {
	// Until is when a mute ends, in Unix milliseconds.
	Until  int64  `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Rank is what the subject is from now on. On an invitation it says that
	// the subject is in the room at once, as in groups.
	Rank Rank `json:"rank,omitempty"`
}

// memberRecord is how a Membership is kept.
type memberRecord struct {
	State      string   `json:"state,omitempty"`
	Rank       Rank     `json:"rank,omitempty"`
	MutedUntil int64    `json:"mutedUntil,omitempty"`
	Since      int64    `json:"since,omitempty"`
	By         PersonID `json:"by,omitempty"`
	Reason     string   `json:"reason,omitempty"`
}

// record returns m as it is kept; a membership that says nothing is no record.
func (m Membership) record() string {
	r := memberRecord{State: m.State, Rank: m.Rank, MutedUntil: millis(m.MutedUntil), By: m.By, Reason: m.Reason}
	if r == (memberRecord{}) {
		return ""
	}
	r.Since = millis(m.Since)
	return encode(r)
}

func parseMembership(s string) (Membership, error) {
	var r memberRecord
	if err := decode(s, &r); err != nil {
		return Membership{}, err
	}
	return Membership{
		State: r.State, Rank: r.Rank, MutedUntil: fromMillis(r.MutedUntil), Since: fromMillis(r.Since),
		By: r.By, Reason: r.Reason,
	}, nil
}

// encode is for values that always have a JSON form.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// decode reads a record; one that is not there leaves v as it is.
func decode(s string, v any) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return &Error{Code: CodeInternal, Message: "A record of the store cannot be read.", Cause: err}
	}
	return nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
