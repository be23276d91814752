// Package archive reads and moves whole stores: what `causerie export`,
// `verify`, `migrate`, `backup` and `restore` do. It knows the two things that
// every store keeps, the log of each room and the records on shelves, and so
// it works between any two of them.
package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Source is a store that is read. One that is written meanwhile can be read
// too; each function says what that means for it.
type Source interface {
	After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error)
	Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error)
	Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error)
	Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error)
	List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error)
}

// A Target is a store that is filled.
type Target interface {
	Source
	Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended
	Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error
}

// The shelves that every house has.
const (
	accounts chat.Shelf = "accounts"
	house    chat.Shelf = "house"
	presence chat.Shelf = "presence"
)

// page is how many entries, or records, are read at a time.
const page = 500

// A Step tells how far a long run has come.
type Step struct {
	// Room is the room that is worked on, or "" outside of rooms.
	Room chat.RoomID
	// Rooms are the rooms that are done, of Of.
	Rooms, Of int
	// Entries and Records are what has been read so far.
	Entries, Records int
	// Done says that this is all.
	Done bool
}

// Rooms returns all rooms of a store, the lobby first.
func Rooms(ctx context.Context, s Source) ([]chat.RoomID, error) {
	rooms := []chat.RoomID{chat.Lobby}
	err := eachRecord(ctx, s, house, "room/", func(r chat.Record) error {
		if id := chat.RoomID(strings.TrimPrefix(r.Key, "room/")); id != chat.Lobby {
			rooms = append(rooms, id)
		}
		return nil
	})
	return rooms, err
}

// A Person is what an account's record says of who it is.
type Person struct {
	ID      chat.PersonID `json:"id"`
	Name    string        `json:"name"`
	Role    chat.Role     `json:"role"`
	Guest   bool          `json:"guest,omitempty"`
	Email   string        `json:"email,omitempty"`
	Status  string        `json:"status,omitempty"`
	Created int64         `json:"created"`
	// Disabled people cannot sign in; Reason is why.
	Disabled bool   `json:"disabled,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// People returns everybody who has an account, and every guest of /chat.
func People(ctx context.Context, s Source) ([]Person, error) {
	var people []Person
	err := eachRecord(ctx, s, accounts, "account/", func(r chat.Record) error {
		var p Person
		if err := json.Unmarshal([]byte(r.Value), &p); err != nil {
			return fmt.Errorf("the account %s is damaged: %w", strings.TrimPrefix(r.Key, "account/"), err)
		}
		people = append(people, p)
		return nil
	})
	return people, err
}

// eachRecord calls f with the records of a shelf whose keys begin with prefix.
func eachRecord(ctx context.Context, s Source, shelf chat.Shelf, prefix string, f func(chat.Record) error) error {
	r := chat.Range{From: prefix, Limit: page}
	if prefix != "" {
		r.To = prefix + "\xff"
	}
	for {
		some, err := s.List(ctx, shelf, r)
		if err != nil {
			return err
		}
		for _, one := range some {
			if err := f(one); err != nil {
				return err
			}
		}
		if len(some) < page {
			return nil
		}
		r.From = some[len(some)-1].Key + "\x00"
	}
}

// eachEntry calls f with the entries of a room after a place, page by page. An
// error of f ends it.
func eachEntry(ctx context.Context, s Source, room chat.RoomID, after uint64, f func([]chat.Entry) error) error {
	for {
		some, err := s.After(ctx, room, after, page)
		if err != nil || len(some) == 0 {
			return err
		}
		if err := f(some); err != nil {
			return err
		}
		after = some[len(some)-1].Seq
	}
}
