package contract

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// checkNames refuses ids that no room and no person can have, in the words for
// those that nobody has. They become part of keys, and a store that refuses one
// would say so in its own words.
func (p *plan) checkNames(in reflect.Value) error {
	if p.room >= 0 && !isRoom(in.Field(p.room).String()) && !(p.fields[p.room].optional && in.Field(p.room).IsZero()) {
		return chat.ErrNoRoom
	}
	if p.person >= 0 && !isPerson(in.Field(p.person).String()) && !(p.fields[p.person].optional && in.Field(p.person).IsZero()) {
		return auth.ErrNoPerson
	}
	return nil
}

const (
	maxPerson = 128 // bytes
	alphabet  = "0123456789abcdefghijklmnopqrstuvwxyz"
)

func isRoom(s string) bool { return chat.RoomID(s).Check() == nil }

// isPerson reports whether s can be an account, or a guest of the classic
// namespace, whose id is made of a nickname.
func isPerson(s string) bool {
	if key, ok := strings.CutPrefix(s, "u-"); ok {
		return key != "" && len(s) <= maxPerson && strings.Trim(key, alphabet) == ""
	}
	key, ok := strings.CutPrefix(s, "~")
	return ok && key != "" && len(s) <= maxPerson && !strings.ContainsFunc(key, unicode.IsControl)
}

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
