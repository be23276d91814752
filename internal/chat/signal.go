package chat

import "context"

// A Signal is something that is worth nothing a second later. Stores carry it
// to every node and keep nothing.
type Signal struct {
	Room   RoomID
	Kind   SignalKind
	Person Person
	// Thread is the number of the message whose thread it is about, or 0.
	Thread uint64
	// Seq is how far the person has read, with SignalRead.
	Seq uint64
}

// SignalKind says what a Signal is.
type SignalKind uint8

const (
	// SignalTyping: the person is writing in the room.
	SignalTyping SignalKind = 1
	// SignalRead: the person has read up to Seq and lets others know.
	SignalRead SignalKind = 2
)

// Signals carries signals between nodes, at most once, in no promised order.
// All methods may be called at once from many goroutines.
type Signals interface {
	// Signal tells every node that watches s.Room, this one included.
	Signal(ctx context.Context, s Signal) error

	// WatchSignals calls f under the terms of Log.Watch, without f(nil):
	// a signal that is lost is lost.
	WatchSignals(ctx context.Context, room RoomID, f func(Signal)) (stop func(), err error)
}
