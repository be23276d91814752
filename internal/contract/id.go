package contract

import "github.com/causerie-chat/causerie/internal/chat"

// An ID is the UUID that a client gave what it does, or zero: then the server
// makes one, and an act that is sent again is done again.
type ID chat.ID

// UnmarshalText reads the 36 characters of a UUID.
func (id *ID) UnmarshalText(b []byte) error {
	read, err := chat.ParseID(string(b))
	*id = ID(read)
	return err
}

// MarshalText writes the 36 characters.
func (id ID) MarshalText() ([]byte, error) { return []byte(chat.ID(id).String()), nil }

// orNew returns the id, or a new one.
func (id ID) orNew() chat.ID {
	if id == (ID{}) {
		return chat.NewID()
	}
	return chat.ID(id)
}
