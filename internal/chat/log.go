package chat

import "context"

// A Log keeps every room as one ordered, durable sequence of entries. All
// methods may be called at once from many goroutines.
//
// Errors: whatever keeps the store from answering (network, timeout, disk
// full, a failover in progress) is returned as an *Error with CodeUnavailable.
// After such an error an append may or may not have happened; appending the
// same draft again settles it.
type Log interface {
	// Append keeps the drafts, all of them in one room, in the order given,
	// and returns one Appended per draft. One call is one atomic, durable step
	// of the store: when it returns, what it reports as kept survives a crash
	// of the process and of the machine (P1).
	//
	// A draft whose (Room, Author, ID) is already in the log is not kept
	// again: its Appended carries the entry as first kept, with Duplicate set
	// (P3). An ID that an entry of another author in the room has is refused
	// with ErrIDTaken and takes no number. Seq and FP continue without a hole
	// (P2), and the entries that one call keeps are neighbours. The same id
	// twice in one call is one entry, and the second is a Duplicate.
	//
	// A draft with Effects is kept only where their conditions hold, after the
	// effects of the drafts before it in the call; otherwise its Appended has
	// ErrConflict, takes no number, and the others are not disturbed. A
	// Duplicate has no effects a second time and no conditions.
	//
	// Every draft's Room is room. All fields come back byte for byte, but At,
	// which is cut to the millisecond, and Effects, which are nil. No drafts is
	// no step and no outcome.
	//
	// A draft whose Effects break a limit has the error of Effects.Check,
	// whether its id is known or not, and the others are not disturbed. A room
	// that there cannot be has that of RoomID.Check; the methods that read may
	// take it for one without entries.
	//
	// A failure of the whole step puts the same error into every Appended.
	// Callers who want an order between two appends wait for the first.
	Append(ctx context.Context, room RoomID, drafts []Draft) []Appended

	// After returns up to limit entries with a Seq above seq, in order. A
	// room that has none is not an error, and neither is a limit below 1,
	// which asks for nothing.
	After(ctx context.Context, room RoomID, seq uint64, limit int) ([]Entry, error)

	// Before returns the last limit entries with a Seq below seq, in
	// ascending order; seq 0 means from the newest entry on. Rooms without
	// entries and limits below 1 are as in After.
	Before(ctx context.Context, room RoomID, seq uint64, limit int) ([]Entry, error)

	// Pick returns the entries with the given numbers, in the order asked for,
	// without those that the room does not have.
	Pick(ctx context.Context, room RoomID, seqs []uint64) ([]Entry, error)

	// Head returns the cursor of the newest entry, or the zero Cursor.
	Head(ctx context.Context, room RoomID) (Cursor, error)

	// Watch calls f with entries that any node appends to room, in order of
	// Seq for each node's own announcements, from some moment before Watch
	// returns until stop is called. ctx bounds the subscribing only. f must
	// not block for long and may be called while Watch has not returned yet,
	// but never by two goroutines at once; it must not change what it is
	// given. After stop has returned f is not called again. stop may be called
	// from any goroutine but f's, and more than once.
	//
	// Announcements are a hint: they can be lost, repeated or late, and only
	// the log is the truth. f(nil) means that announcements may have been
	// lost and the log should be read.
	Watch(ctx context.Context, room RoomID, f func([]Entry)) (stop func(), err error)
}

// Appended is the outcome for one draft.
type Appended struct {
	Entry     Entry
	Duplicate bool
	Err       error
}
