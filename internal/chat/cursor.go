package chat

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strconv"
)

// A Fingerprint is the 64-bit hash chain over the ids of a room's entries:
// fp(0) = 0 and fp(n) = first 8 bytes of SHA-1(fp(n-1) ‖ id(n)), both parts in
// their raw bytes, big-endian. In JSON it is 16 hex digits.
//
// SHA-1 because every Redis has it for its scripts (redis.sha1hex); the chain
// shows a store that lost entries, it does not defend against forgers.
type Fingerprint uint64

func (f Fingerprint) String() string { return fmt.Sprintf("%016x", uint64(f)) }

// MarshalText writes the 16 hex digits.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the 16 hex digits.
func (f *Fingerprint) UnmarshalText(b []byte) error {
	v, err := ParseFingerprint(string(b))
	*f = v
	return err
}

// ParseFingerprint reads exactly 16 hex digits.
func ParseFingerprint(s string) (Fingerprint, error) {
	if len(s) != 16 {
		return 0, fmt.Errorf("fingerprint %q: want 16 hex digits", s)
	}
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("fingerprint %q: want 16 hex digits", s)
	}
	return Fingerprint(v), nil
}

// A Cursor is a place in a room's log: everything up to and including entry
// number Seq, whose chain is FP. The zero Cursor is the beginning of every
// room.
type Cursor struct {
	Seq uint64      `json:"seq"`
	FP  Fingerprint `json:"fp"`
}

// Next returns the cursor after the entry with the given id is kept at c.
func (c Cursor) Next(id ID) Cursor {
	var b [24]byte
	binary.BigEndian.PutUint64(b[:8], uint64(c.FP))
	copy(b[8:], id[:])
	sum := sha1.Sum(b[:])
	return Cursor{Seq: c.Seq + 1, FP: Fingerprint(binary.BigEndian.Uint64(sum[:8]))}
}
