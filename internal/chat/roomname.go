package chat

import (
	"context"
	"time"
)

// houseShelf has what belongs to the server as a whole.
const houseShelf Shelf = "house"

const (
	// listingPrefix begins the keys of every room there is.
	listingPrefix = "room/"
	// namePrefix begins the keys of the names that open rooms have.
	namePrefix = "name/"
)

// A listing is one room in the list of all. It is written before the room, so
// a room is never missing there; what the room is says the room itself.
type listing struct {
	Kind    RoomKind `json:"kind"`
	Name    string   `json:"name,omitempty"`
	Created int64    `json:"created,omitempty"`
}

func listingOf(i RoomInfo) string {
	return encode(listing{Kind: i.Kind, Name: i.Name, Created: millis(i.Created)})
}

// A claim is a room's hold on a name. It is written before the room has the
// name; a room that has not got it by pendingTime does not hold it.
type claim struct {
	Room RoomID `json:"room"`
	// Pending is when the room was about to be called so, in Unix
	// milliseconds; 0 once it is.
	Pending int64 `json:"pending,omitempty"`
}

func (c claim) pending(now time.Time) bool {
	return c.Pending != 0 && now.Sub(time.UnixMilli(c.Pending)) < pendingTime
}

var errNameTaken = &Error{Code: CodeConflict, Message: "There is a room of this name already. Choose another name."}

// nameKeyOf returns what the room's name is compared by, or "" for rooms whose
// names are their own affair.
func nameKeyOf(i RoomInfo) string {
	if !i.Kind.open() || i.ID == Lobby {
		return ""
	}
	_, key, err := checkRoomName(i.Name)
	if err != nil {
		return ""
	}
	return key
}

// list puts the room as it is about to be into the list of all and, if it is
// open, claims its name.
func (r *Rooms) list(ctx context.Context, i RoomInfo) error {
	put := Put(listingPrefix+string(i.ID), listingOf(i))
	key := nameKeyOf(i)
	if key == "" {
		return r.store.Commit(ctx, houseShelf, Commit{Do: []Write{put}})
	}
	return retry(func() error {
		was, err := r.store.Get(ctx, houseShelf, namePrefix+key)
		if err != nil {
			return err
		}
		if held, err := r.holds(ctx, was[0], key, i.ID); err != nil {
			return err
		} else if held {
			return errNameTaken
		}
		return r.store.Commit(ctx, houseShelf, Commit{
			If: []Record{{Key: namePrefix + key, Value: was[0]}},
			Do: []Write{Put(namePrefix+key, encode(claim{Room: i.ID, Pending: r.now().UnixMilli()})), put},
		})
	})
}

// holds reports whether the claim keeps the name from room.
func (r *Rooms) holds(ctx context.Context, kept, key string, room RoomID) (bool, error) {
	var c claim
	if err := decode(kept, &c); err != nil || c.Room == "" || c.Room == room {
		return false, err
	}
	if c.pending(r.now()) {
		return true, nil
	}
	i, err := r.info(ctx, c.Room)
	return nameKeyOf(i) == key, err
}

// settleName ends a claim that the room has made good, or gives a name up that
// it does not have any more.
func (r *Rooms) settleName(ctx context.Context, room RoomID, key string) error {
	if key == "" {
		return nil
	}
	return retry(func() error {
		was, err := r.store.Get(ctx, houseShelf, namePrefix+key)
		if err != nil {
			return err
		}
		var c claim
		if err := decode(was[0], &c); err != nil || c.Room != room {
			return err
		}
		// Read after the claim: whoever takes the name again claims it first.
		i, err := r.info(ctx, room)
		if err != nil {
			return err
		}
		put := Remove(namePrefix + key)
		if nameKeyOf(i) == key {
			put = Put(namePrefix+key, encode(claim{Room: room}))
		} else if c.pending(r.now()) {
			return nil
		}
		return r.store.Commit(ctx, houseShelf, Commit{If: []Record{{Key: namePrefix + key, Value: was[0]}}, Do: []Write{put}})
	})
}

// relist has the list of all say what the room is now.
func (r *Rooms) relist(ctx context.Context, room RoomID) error {
	return retry(func() error {
		was, err := r.store.Get(ctx, houseShelf, listingPrefix+string(room))
		if err != nil {
			return err
		}
		i, err := r.info(ctx, room)
		if err != nil {
			return err
		}
		return r.store.Commit(ctx, houseShelf, Commit{
			If: []Record{{Key: listingPrefix + string(room), Value: was[0]}},
			Do: []Write{Put(listingPrefix+string(room), listingOf(i))},
		})
	})
}

// info returns what the room is; its ID is "" where there is none.
func (r *Rooms) info(ctx context.Context, room RoomID) (RoomInfo, error) {
	v, err := r.store.Get(ctx, RoomShelf(room), infoKey)
	if err != nil {
		return RoomInfo{}, err
	}
	return parseRoomInfo(room, v[0])
}
