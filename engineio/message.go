package engineio

import (
	"bytes"
	"encoding/base64"
	"sync/atomic"
)

// A Packet is one Engine.IO message packet: a run of UTF-8 text or of bytes.
type Packet struct {
	// Data is the payload without the Engine.IO packet type.
	Data []byte
	// Binary tells bytes from text.
	Binary bool
}

// A Message is an immutable run of one or more message packets that is sent as
// one unit: no other message comes between its packets, and it is sent or
// dropped as a whole. It is encoded once, when it is made, and may be sent to
// any number of sessions by any number of goroutines at once.
type Message struct {
	frames []byte // websocket frames (RFC 6455 §5.2), unmasked, ready to write
	binary bool   // holds at least one binary packet
	// The other forms are needed by few sessions: made on first need, kept.
	payload atomic.Pointer[[]byte]
	base64  atomic.Pointer[[]byte]
}

// NewMessage makes a message out of packets. It takes ownership of their Data,
// which must not be modified afterwards. Text must be valid UTF-8; browsers
// close the connection otherwise.
//
// The polling transport separates packets by U+001E and knows no escape for
// it, so there a text packet carries \u001e in its place, which a JSON reader
// turns back into the same character.
func NewMessage(packets ...Packet) *Message {
	size := 0
	for _, p := range packets {
		size += maxFrameHeader + 1 + len(p.Data)
	}
	m := &Message{frames: make([]byte, 0, size)}
	for _, p := range packets {
		if p.Binary {
			m.binary = true
			m.frames = appendFrameHeader(m.frames, opBinary, len(p.Data))
		} else {
			m.frames = appendFrameHeader(m.frames, opText, 1+len(p.Data))
			m.frames = append(m.frames, byte(typeMessage))
		}
		m.frames = append(m.frames, p.Data...)
	}
	return m
}

// Join makes one message out of several, in order. Sending the result costs
// one write per session for the whole batch.
func Join(messages ...*Message) *Message {
	if len(messages) == 1 {
		return messages[0]
	}
	size := 0
	for _, m := range messages {
		size += len(m.frames)
	}
	joined := &Message{frames: make([]byte, 0, size)}
	for _, m := range messages {
		joined.frames = append(joined.frames, m.frames...)
		joined.binary = joined.binary || m.binary
	}
	return joined
}

// Len returns the number of bytes the message takes on a websocket. It is what
// counts against [Options.MaxQueue] on every transport.
func (m *Message) Len() int { return len(m.frames) }

// control makes a message out of a single packet that is not a message packet.
func control(packet string) *Message {
	return &Message{frames: append(appendFrameHeader(nil, opText, len(packet)), packet...)}
}

// controlFrame makes a message out of a websocket control frame. It exists on
// websockets only and never reaches a polling session.
func controlFrame(op opcode, payload []byte) *Message {
	return &Message{frames: append(appendFrameHeader(nil, op, len(payload)), payload...)}
}

// polling returns the message as part of a polling payload.
func (m *Message) polling() []byte {
	if p := m.payload.Load(); p != nil {
		return *p
	}
	b := make([]byte, 0, len(m.frames))
	for op, data := range frames(m.frames) {
		if len(b) > 0 {
			b = append(b, separator)
		}
		if op == opBinary {
			b = appendBase64(b, data)
		} else {
			b = appendEscaped(b, data)
		}
	}
	m.payload.Store(&b)
	return b
}

// textFrames returns the message as websocket frames without binary ones, for
// clients that asked for b64.
func (m *Message) textFrames() []byte {
	if !m.binary {
		return m.frames
	}
	if p := m.base64.Load(); p != nil {
		return *p
	}
	b := make([]byte, 0, len(m.frames)*4/3+maxFrameHeader)
	for op, data := range frames(m.frames) {
		if op == opBinary {
			b = appendFrameHeader(b, opText, 1+base64.StdEncoding.EncodedLen(len(data)))
			b = appendBase64(b, data)
		} else {
			b = appendFrameHeader(b, op, len(data))
			b = append(b, data...)
		}
	}
	m.base64.Store(&b)
	return b
}

// on returns what is written to a websocket, with or without binary frames.
func (m *Message) on(base64 bool) []byte {
	if base64 {
		return m.textFrames()
	}
	return m.frames
}

func appendBase64(b, data []byte) []byte {
	return base64.StdEncoding.AppendEncode(append(b, binaryPrefix), data)
}

func appendEscaped(b, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, separator)
		if i < 0 {
			return append(b, text...)
		}
		b = append(append(b, text[:i]...), `\u001e`...)
		text = text[i+1:]
	}
}
