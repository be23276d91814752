package chat

import "context"

// A place is a room, or a thread in it.
type place struct {
	room   RoomID
	thread uint64
}

// Typing tells a room, or a thread in it, that somebody is writing, at most
// once in two seconds until they send a message or write elsewhere.
func (r *Rooms) Typing(ctx context.Context, a Actor, room RoomID, thread uint64) error {
	if _, err := r.member(ctx, a, room); err != nil {
		return err
	}
	return r.service.typing(ctx, Signal{Room: room, Kind: SignalTyping, Person: a.Person, Thread: thread})
}
