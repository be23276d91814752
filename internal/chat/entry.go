package chat

import (
	"time"

	"github.com/google/uuid"
)

// A RoomID names a room. Ids are made by this program and are 1 to 64 of the
// bytes 0-9 a-z and '-': never user text, so they are safe in keys and paths.
type RoomID string

var errRoomID = invalid("The id of a room has 1 to 64 of the characters 0-9, a-z and '-'.")

// Check returns an error of CodeInvalid unless a room can have this id.
func (id RoomID) Check() error {
	if !isID(string(id)) {
		return errRoomID
	}
	return nil
}

// isID reports whether s can stand in the name of a room or a shelf.
func isID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= maxID
}

// maxID is how many bytes an id has at most.
const maxID = 64

// Lobby is the room that everyone is in and that the namespace / shows.
const Lobby RoomID = "lobby"

// An ID names an entry. Clients make it (a UUID, version 7 recommended) so
// that a send which is tried again is recognised.
type ID [16]byte

// NewID returns a new UUIDv7.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// ParseID reads a UUID in its 36-character form.
func ParseID(s string) (ID, error) {
	if len(s) == 36 {
		if u, err := uuid.Parse(s); err == nil {
			return ID(u), nil
		}
	}
	return ID{}, &Error{
		Code:    CodeInvalid,
		Message: "The id of a message must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057.",
	}
}

func (id ID) String() string { return uuid.UUID(id).String() }

// A Kind says what an entry is. The numbers are kept by stores and never
// change their meaning.
type Kind uint8

const (
	// KindMessage: Text was said. Ref is the entry it answers, Thread the
	// message whose thread it is in. Data is a MessageData.
	KindMessage Kind = 1
	// KindEdit: the message Ref says Text now. Data as of KindMessage.
	KindEdit Kind = 2
	// KindDelete: the message Ref is gone. Text and Data of the message and of
	// its edits are erased.
	KindDelete Kind = 3
	// KindReact, KindUnreact: Author put the emoji Text on the message Ref, or
	// took it off.
	KindReact   Kind = 4
	KindUnreact Kind = 5
	// KindPin, KindUnpin: the message Ref is pinned, or is no more.
	KindPin   Kind = 6
	KindUnpin Kind = 7

	// KindCreate begins every room that somebody made. Data is a RoomData.
	KindCreate Kind = 16
	// KindRoom changes what the room is. Data is a RoomData of what changed.
	KindRoom Kind = 17
	// KindJoin, KindLeave: Author came or went.
	KindJoin  Kind = 18
	KindLeave Kind = 19
	// The others are acts of Author on Subject; Data is an ActData.
	KindInvite Kind = 20
	KindRemove Kind = 21
	KindBan    Kind = 22
	KindUnban  Kind = 23
	KindMute   Kind = 24
	KindUnmute Kind = 25
	KindRank   Kind = 26
)

// A Draft is an entry before a store has kept it.
type Draft struct {
	Room   RoomID
	ID     ID
	Kind   Kind
	Author PersonID
	// Name is the author's nickname as it was shown when the entry was made.
	Name string
	Text string
	// Ref is the number of the entry that this one is about, or 0.
	Ref uint64
	// Thread is the number of the message that began the thread this one is
	// in, or 0. What is done to a message is in the message's thread.
	Thread uint64
	// Subject is whom the entry is about, or "".
	Subject PersonID
	// Data is JSON that the Kind defines, or "".
	Data string
	// At is the time of the node that took the draft, to the millisecond. It
	// is for people: the order of a room is Seq alone.
	At time.Time
	// Effects are done when the draft is kept, and are not part of the entry:
	// in what a store returns they are nil.
	Effects *Effects
}

// An Entry is a draft that is kept: the store has given it its place.
type Entry struct {
	Draft
	Cursor
}
