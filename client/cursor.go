package client

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/google/uuid"
)

// A Fingerprint is the chain over the ids of a room's entries. In JSON it is 16
// hex digits.
type Fingerprint uint64

func (f Fingerprint) String() string { return fmt.Sprintf("%016x", uint64(f)) }

// MarshalText writes the 16 hex digits.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the 16 hex digits.
func (f *Fingerprint) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil || len(b) != 16 {
		return fmt.Errorf("fingerprint %q: want 16 hex digits", b)
	}
	*f = Fingerprint(n)
	return nil
}

// A Cursor is a place in a room: everything up to entry number Seq. Two clients
// with the same cursor hold the same history. The zero Cursor is the beginning.
type Cursor struct {
	Seq uint64      `json:"seq"`
	FP  Fingerprint `json:"fp"`
}

// Next returns the cursor after the entry with the given id; an id that is not
// a UUID counts as 16 zeros.
func (c Cursor) Next(id string) Cursor {
	u, err := uuid.Parse(id)
	if err != nil {
		u = uuid.Nil
	}
	var b [24]byte
	binary.BigEndian.PutUint64(b[:8], uint64(c.FP))
	copy(b[8:], u[:])
	sum := sha1.Sum(b[:])
	return Cursor{Seq: c.Seq + 1, FP: Fingerprint(binary.BigEndian.Uint64(sum[:8]))}
}
