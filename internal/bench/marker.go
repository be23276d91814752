package bench

import "bytes"

// A marker is 16 characters of a message's text that JSON carries unchanged:
// "~~", two characters that name the run, and, in base64url digits, sender
// (2), number (4) and microseconds since the start of the run (6).
const (
	markerLen  = 16
	tagLen     = 4
	maxSenders = 1 << 12
	maxNumber  = 1 << 24
)

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// digitOf is digits turned round; 0xff is no digit.
var digitOf = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range len(digits) {
		t[digits[i]] = byte(i)
	}
	return t
}()

type marker struct {
	sender int
	number uint32
	micros int64
}

// tag returns the first four bytes of every marker of a run, so that messages
// of other runs, read from a room's history, are not taken for ours.
func tag(run uint64) (t [tagLen]byte) {
	return [tagLen]byte{'~', '~', digits[run&63], digits[run>>6&63]}
}

func (m marker) put(dst []byte, t [tagLen]byte) {
	copy(dst, t[:])
	putDigits(dst[4:6], uint64(m.sender))
	putDigits(dst[6:10], uint64(m.number))
	putDigits(dst[10:16], uint64(m.micros))
}

func putDigits(dst []byte, v uint64) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = digits[v&63]
		v >>= 6
	}
}

// nextMarker finds the first marker in b and returns what follows it. ok is
// false when there is none.
func nextMarker(b []byte, t *[tagLen]byte) (m marker, rest []byte, ok bool) {
	for {
		i := bytes.Index(b, t[:])
		if i < 0 || len(b)-i < markerLen {
			return marker{}, nil, false
		}
		if m, ok := readMarker(b[i+tagLen : i+markerLen]); ok {
			return m, b[i+markerLen:], true
		}
		b = b[i+1:]
	}
}

func readMarker(b []byte) (marker, bool) {
	var v [markerLen - tagLen]byte
	var bad byte
	for i := range v {
		d := digitOf[b[i]]
		bad |= d
		v[i] = d
	}
	if bad&0x80 != 0 {
		return marker{}, false
	}
	n := func(d []byte) (u uint64) {
		for _, c := range d {
			u = u<<6 | uint64(c)
		}
		return u
	}
	return marker{sender: int(n(v[0:2])), number: uint32(n(v[2:6])), micros: int64(n(v[6:12]))}, true
}
