package chat

import (
	"context"
	"time"
)

// Rooms are the rooms of the house: what they are, who is in them and what
// whom is allowed there. All methods may be called at once from many
// goroutines, on any node.
//
// The rules are in permit.go. An act is decided on what the records say and
// kept under the condition that they still say it; when somebody else was
// quicker it is decided anew. Acts that take an ID are one act however often
// they are sent with it; the zero ID stands for a new one.
//
// Errors are *Error: CodeNotFound is ErrNoRoom for whoever may not know of the
// room; CodeForbidden says who may; CodeInvalid what is wrong with the input;
// CodeConflict that too many wanted the same at once; CodeUnavailable is the
// store's.
type Rooms struct {
	service   *Service
	store     Store
	directory Directory
	now       func() time.Time
}

// NewRooms returns the rooms that s keeps.
func NewRooms(s *Service, d Directory) *Rooms {
	return &Rooms{service: s, store: s.store, directory: d, now: s.options.Now}
}

// View returns the room as a sees it: who is in it or invited to it may, and
// who may read it.
func (r *Rooms) View(ctx context.Context, a Actor, room RoomID) (RoomView, error) {
	s, err := r.in(ctx, a, room, actView)
	if err != nil {
		return RoomView{}, err
	}
	return r.view(ctx, a, s)
}
