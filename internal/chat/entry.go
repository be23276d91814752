package chat

import (
	"time"

	"github.com/google/uuid"
)

// A RoomID names a room. Ids are made by this program and are 1 to 64 of the
// bytes 0-9 a-z and '-': never user text, so they are safe in keys and paths.
type RoomID string

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

// KindMessage is a message with a Text.
const KindMessage Kind = 1

// A Draft is an entry before a store has kept it.
type Draft struct {
	Room   RoomID
	ID     ID
	Kind   Kind
	Author PersonID
	// Name is the author's nickname as it was shown when the entry was made.
	Name string
	Text string
	// At is the time of the node that took the draft, to the millisecond. It
	// is for people: the order of a room is Seq alone.
	At time.Time
}

// An Entry is a draft that is kept: the store has given it its place.
type Entry struct {
	Draft
	Cursor
}
