package engineio

import "encoding/binary"

// maxFragments is how many frames one websocket message may come in. Browsers
// use a few for a megabyte; endless tiny ones are an attack (ws, CVE-2026-48779).
const maxFragments = 4096

// A frameError is a violation of RFC 6455 and the status code it is answered
// with.
type frameError struct {
	code uint16
	text string
}

func (e *frameError) Error() string { return "websocket: " + e.text }

var (
	errReservedBits   = &frameError{statusProtocolError, "reserved bits set"}
	errReservedOpcode = &frameError{statusProtocolError, "reserved opcode"}
	errUnmasked       = &frameError{statusProtocolError, "frame of a client is not masked"}
	errControlFrame   = &frameError{statusProtocolError, "control frame is fragmented or longer than 125 bytes"}
	errContinuation   = &frameError{statusProtocolError, "fragments out of order"}
	errCloseFrame     = &frameError{statusProtocolError, "malformed close frame"}
	errInvalidText    = &frameError{statusInvalidPayload, "text is not UTF-8"}
	errTooBig         = &frameError{statusTooBig, "message too big"}
	errFragments      = &frameError{statusTooBig, "message in too many fragments"}
)

// A frame is a whole message or a control frame, unmasked.
type frame struct {
	op      opcode
	payload []byte
}

// A frameReader takes the bytes of a client in chunks of any size and returns
// messages. Between messages it holds no memory, and what it holds of an
// unfinished one grows with what has arrived, not with what was announced.
type frameReader struct {
	limit   int // of a message's payload
	partial *partial
}

// partial is what has arrived of an unfinished message.
type partial struct {
	frame     []byte // the beginning of a frame, header included
	complete  bool   // frame has been returned and may go
	message   []byte // the payloads of the fragments before
	op        opcode // of the first fragment; opContinuation = no message is open
	fragments int
}

// next returns the first message of what was kept and chunk, and the rest of
// chunk. Without a whole message it keeps what it needs of chunk, and ok is
// false. The payload is valid until the next call or until chunk changes; it
// is unmasked in place.
func (r *frameReader) next(chunk []byte) (f frame, rest []byte, ok bool, err error) {
	for {
		r.release()
		if len(chunk) == 0 {
			return frame{}, nil, false, nil
		}
		var h frameHeader
		var body []byte
		if h, body, chunk, err = r.cut(chunk); err != nil || body == nil {
			return frame{}, nil, false, err
		}
		unmask(body, h.key)
		if h.op >= opClose || h.fin && h.op != opContinuation {
			return frame{h.op, body}, chunk, true, nil
		}
		if message := r.join(h, body); message != nil {
			return frame{message.op, message.message}, chunk, true, nil
		}
	}
}

// release lets go of the frame that the call before has returned.
func (r *frameReader) release() {
	p := r.partial
	if p == nil || !p.complete {
		return
	}
	p.frame, p.complete = nil, false
	if p.op == opContinuation {
		r.partial = nil
	}
}

// cut takes one whole frame from the front; body is nil if there is none.
func (r *frameReader) cut(chunk []byte) (h frameHeader, body, rest []byte, err error) {
	p := r.partial
	if p == nil || len(p.frame) == 0 {
		h, whole, err := r.parse(chunk)
		if err != nil {
			return h, nil, nil, err
		}
		if whole && h.total() <= len(chunk) {
			return h, chunk[h.size:h.total():h.total()], chunk[h.total():], nil
		}
		r.unfinished().frame = append(r.unfinished().frame, chunk...)
		return h, nil, nil, nil
	}
	for len(chunk) > 0 {
		h, whole, err := r.parse(p.frame)
		if err != nil {
			return h, nil, nil, err
		}
		// Until the header is whole, one byte at a time: it is 14 at most.
		want := 1
		if whole {
			want = min(h.total()-len(p.frame), len(chunk))
		}
		p.frame, chunk = append(p.frame, chunk[:want]...), chunk[want:]
		if h, whole, err = r.parse(p.frame); err != nil {
			return h, nil, nil, err
		}
		if whole && len(p.frame) == h.total() {
			p.complete = true
			return h, p.frame[h.size:], chunk, nil
		}
	}
	return h, nil, nil, nil
}

// join adds a fragment and returns the message when it was the last one.
func (r *frameReader) join(h frameHeader, body []byte) *partial {
	p := r.unfinished()
	if h.op != opContinuation {
		p.op = h.op
	}
	p.fragments++
	p.message = append(p.message, body...)
	if !h.fin {
		return nil
	}
	// What was cut from p.frame is copied already, so nothing of p is needed
	// but the message that is being returned.
	r.partial = nil
	return p
}

func (r *frameReader) unfinished() *partial {
	if r.partial == nil {
		r.partial = new(partial)
	}
	return r.partial
}

// A frameHeader is the decoded beginning of a client's frame.
type frameHeader struct {
	op      opcode
	fin     bool
	key     [4]byte
	size    int // of the header itself
	payload int
}

func (h *frameHeader) total() int { return h.size + h.payload }

// parse decodes the header at the front of b; whole is false if it is cut off.
// It refuses what it can as early as the bytes allow.
func (r *frameReader) parse(b []byte) (h frameHeader, whole bool, err error) {
	h.op, h.fin = opcode(b[0]&0x0f), b[0]&finBit != 0
	if b[0]&rsvBits != 0 {
		return h, false, errReservedBits
	}
	if err := r.checkOpcode(h); err != nil {
		return h, false, err
	}
	if len(b) < 2 {
		return h, false, nil
	}
	if b[1]&maskBit == 0 {
		return h, false, errUnmasked
	}
	length := uint64(b[1] &^ maskBit)
	if h.op >= opClose && (!h.fin || length > maxControl) {
		return h, false, errControlFrame
	}
	h.size = 2
	switch length {
	case 126:
		h.size = 4
	case 127:
		h.size = 10
	}
	if len(b) < h.size {
		return h, false, nil
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if h.op < opClose && length > uint64(r.room()) {
		return h, false, errTooBig
	}
	h.payload = int(length)
	if len(b) < h.size+4 {
		return h, false, nil
	}
	copy(h.key[:], b[h.size:])
	h.size += 4
	return h, true, nil
}

func (r *frameReader) checkOpcode(h frameHeader) error {
	open := r.partial != nil && r.partial.op != opContinuation
	switch h.op {
	case opText, opBinary:
		if open {
			return errContinuation
		}
	case opContinuation:
		if !open {
			return errContinuation
		}
		if r.partial.fragments >= maxFragments {
			return errFragments
		}
	case opClose, opPing, opPong:
	default:
		return errReservedOpcode
	}
	return nil
}

// room is how much the open message may still grow.
func (r *frameReader) room() int {
	if r.partial == nil {
		return r.limit
	}
	return r.limit - len(r.partial.message)
}
