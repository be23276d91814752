package chat

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Shelf is a set of records that are read and changed together. Shelves are
// "accounts", "house" and the like, or one per room or person:
//
//	shelf = name [":" id]   name: a-z, id: a RoomID or a PersonID of an account
//
// so that a shelf is never user text and, on a cluster, one hash slot. A
// room's shelf is changed in the same step as the room's log, see Effects.
type Shelf string

// RoomShelf is where a room's records are.
func RoomShelf(id RoomID) Shelf { return Shelf("r:" + string(id)) }

// PersonShelf is where a person's own records are. Guests of the classic
// namespace have none.
func PersonShelf(id PersonID) Shelf { return Shelf("p:" + string(id)) }

const (
	// MaxRecordKey is the longest key, in bytes. The shortest is 1.
	MaxRecordKey = 512
	// MaxRecordValue is the longest value, in bytes.
	MaxRecordValue = 64 << 10
	// MaxWrites bounds the writes, and the conditions, of one Commit.
	MaxWrites = 500
	// MaxNumber is how far a record counts, up and down: the whole numbers
	// that every store, also one that calculates in floating point, can tell
	// apart.
	MaxNumber = 1 << 53
)

var (
	errShelf  = invalid("A shelf is a name of 1 to 64 letters a-z and, after a ':', an id of 1 to 64 of the characters 0-9, a-z and '-'.")
	errKey    = invalid(fmt.Sprintf("The key of a record has 1 to %d bytes.", MaxRecordKey))
	errValue  = invalid(fmt.Sprintf("The value of a record has at most %d bytes.", MaxRecordValue))
	errWrites = invalid(fmt.Sprintf("One step checks at most %d records and does as many writes.", MaxWrites))
	errOp     = invalid("There is no such operation on a record here.")

	// ErrNumber is returned for counting beyond MaxNumber, and for counting
	// with a record that is no number.
	ErrNumber = invalid(fmt.Sprintf("A record counts only whole numbers between %d and %d.", -MaxNumber, MaxNumber))
)

// Check returns an error of CodeInvalid unless there can be such a shelf.
func (s Shelf) Check() error {
	name, id, owned := strings.Cut(string(s), ":")
	letters := strings.IndexFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
	if !letters || name == "" || len(name) > maxID || owned && !isID(id) {
		return errShelf
	}
	return nil
}

// CheckKey returns an error of CodeInvalid unless a record can have this key.
func CheckKey(key string) error {
	if key == "" || len(key) > MaxRecordKey {
		return errKey
	}
	return nil
}

// A Record is a value under a key of a shelf. Keys are ordered byte by byte.
// A record that is not there has the value "", and no other record has it.
type Record struct{ Key, Value string }

func (r Record) check() error {
	if len(r.Value) > MaxRecordValue {
		return errValue
	}
	return CheckKey(r.Key)
}

// A Write changes one record.
type Write struct {
	Key   string
	Op    Op
	Value string // of OpPut
	N     int64  // of OpAdd and OpMax
}

func (w Write) check(last Op) error {
	switch {
	case w.Op > last:
		return errOp
	case w.N < -MaxNumber || w.N > MaxNumber:
		return ErrNumber
	}
	if w.Op == OpIndex {
		w.Key += SeqKey(0) // as long as any other number
	}
	return Record{w.Key, w.Value}.check()
}

// An Op says how a Write changes a record.
type Op uint8

const (
	// OpPut makes the value Value; "" takes the record away.
	OpPut Op = iota
	// OpAdd adds N to the value, a decimal number; a missing record counts as
	// 0. A sum of 0 takes the record away, and one beyond MaxNumber is
	// ErrNumber, as is counting with what is no number.
	OpAdd
	// OpMax makes the value, a decimal number, N where N is greater than the
	// value or the record is missing.
	OpMax
	// OpIndex keeps Value under Key followed by the number of the entry that
	// the effect belongs to, as SeqKey writes it. Only in Effects.
	OpIndex
	// OpStamp keeps that number, decimal, under Key. Only in Effects.
	OpStamp
)

// Put returns a Write that keeps value under key.
func Put(key, value string) Write { return Write{Key: key, Op: OpPut, Value: value} }

// Remove returns a Write that takes the record away.
func Remove(key string) Write { return Write{Key: key, Op: OpPut} }

// Add returns a Write that adds n to a number.
func Add(key string, n int64) Write { return Write{Key: key, Op: OpAdd, N: n} }

// Max returns a Write that lifts a number to n.
func Max(key string, n int64) Write { return Write{Key: key, Op: OpMax, N: n} }

// Index returns a Write that keeps value under prefix and the entry's number.
func Index(prefix, value string) Write { return Write{Key: prefix, Op: OpIndex, Value: value} }

// Stamp returns a Write that keeps the entry's number under key.
func Stamp(key string) Write { return Write{Key: key, Op: OpStamp} }

// SeqKey writes a number so that keys are in the order of numbers: 16 hex
// digits.
func SeqKey(seq uint64) string { return fmt.Sprintf("%016x", seq) }

// A Commit is one atomic, durable step: every record of If is exactly as
// said ("" means that it is not there) and all of Do is done, in order, or
// nothing is and the outcome is ErrConflict.
type Commit struct {
	If []Record
	Do []Write
}

// Check returns an error of CodeInvalid for what breaks a limit, or nil.
func (c Commit) Check() error { return c.check(OpMax) }

func (c Commit) check(last Op) error {
	if len(c.If) > MaxWrites || len(c.Do) > MaxWrites {
		return errWrites
	}
	for _, r := range c.If {
		if err := r.check(); err != nil {
			return err
		}
	}
	for _, w := range c.Do {
		if err := w.check(last); err != nil {
			return err
		}
	}
	return nil
}

// At returns c as it is for entry number seq: with Index and Stamp spelled out.
func (c Commit) At(seq uint64) Commit {
	do := slices.Clone(c.Do)
	for i, w := range do {
		switch w.Op {
		case OpIndex:
			do[i] = Put(w.Key+SeqKey(seq), w.Value)
		case OpStamp:
			do[i] = Put(w.Key, strconv.FormatUint(seq, 10))
		}
	}
	return Commit{If: c.If, Do: do}
}

// Effects are what keeping a Draft does beside adding an entry to the log, in
// the same step.
type Effects struct {
	// Commit is for the room's shelf. Where If does not hold the draft is not
	// kept, takes no number, and its Appended has ErrConflict.
	Commit
	// Erase are entries of the room whose Text and Data become empty for good
	// (P4: entry, number, id and chain stay). Numbers that the room does not
	// have are left alone.
	Erase []uint64
}

// Check is Commit.Check for what an entry does: also OpIndex, whose Key leaves
// room for the number, and OpStamp.
func (e Effects) Check() error { return e.check(OpStamp) }

// A Range is the records with From <= key < To; To "" has no end. Reverse
// begins at the far end. A Limit below 1 asks for nothing.
type Range struct {
	From, To string
	Limit    int
	Reverse  bool
}

// Prefix is the Range of the keys that begin with prefix, after the key after
// (which may be "").
func Prefix(prefix, after string, limit int) Range {
	from := prefix
	if after != "" {
		from = after + "\x00"
	}
	return Range{From: from, To: prefix + "\xff", Limit: limit}
}

// Records keeps small values that are read by key and in the order of keys.
// All methods may be called at once from many goroutines. Errors are as those
// of Log, and those of Shelf.Check, CheckKey and Commit.Check for what breaks
// a limit: nothing of it is done.
type Records interface {
	// Get returns one value per key, "" for a record that is not there, all
	// of one moment.
	Get(ctx context.Context, shelf Shelf, keys ...string) ([]string, error)

	// List returns the records of a range in its order, all of one moment.
	List(ctx context.Context, shelf Shelf, r Range) ([]Record, error)

	// Commit does c, or returns ErrConflict. An empty Do only checks.
	Commit(ctx context.Context, shelf Shelf, c Commit) error

	// WatchShelf calls f with records that any node changes by Commit (not
	// through Effects), as they are afterwards, under the terms of Log.Watch:
	// a hint, in order where nothing is lost; f(nil) says that changes may
	// have been missed.
	WatchShelf(ctx context.Context, shelf Shelf, f func([]Record)) (stop func(), err error)
}
