package engineio

import (
	"encoding/binary"
	"iter"
)

// An opcode is the kind of a websocket frame (RFC 6455 §5.2).
type opcode byte

const (
	opContinuation opcode = 0x0
	opText         opcode = 0x1
	opBinary       opcode = 0x2
	opClose        opcode = 0x8
	opPing         opcode = 0x9
	opPong         opcode = 0xa

	finBit  = 0x80
	rsvBits = 0x70
	maskBit = 0x80

	// maxFrameHeader is the longest header of an unmasked frame.
	maxFrameHeader = 10
	// maxControl is the longest payload of a control frame (RFC 6455 §5.5).
	maxControl = 125
)

// appendFrameHeader appends the header of an unmasked final frame, as servers
// send them.
func appendFrameHeader(b []byte, op opcode, size int) []byte {
	b = append(b, finBit|byte(op))
	switch {
	case size < 126:
		return append(b, byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(size))
	default:
		return binary.BigEndian.AppendUint64(append(b, 127), uint64(size))
	}
}

// frames walks through frames made by appendFrameHeader.
func frames(b []byte) iter.Seq2[opcode, []byte] {
	return func(yield func(opcode, []byte) bool) {
		for len(b) > 0 {
			op, size, start := opcode(b[0]&0x0f), int(b[1]), 2
			switch size {
			case 126:
				size, start = int(binary.BigEndian.Uint16(b[2:])), 4
			case 127:
				size, start = int(binary.BigEndian.Uint64(b[2:])), 10
			}
			if !yield(op, b[start:start+size]) {
				return
			}
			b = b[start+size:]
		}
	}
}

// unmask applies the masking key to data in place (RFC 6455 §5.3).
func unmask(data []byte, key [4]byte) {
	wide := uint64(binary.LittleEndian.Uint32(key[:]))
	wide |= wide << 32
	i := 0
	for ; i+8 <= len(data); i += 8 {
		binary.LittleEndian.PutUint64(data[i:], binary.LittleEndian.Uint64(data[i:])^wide)
	}
	for ; i < len(data); i++ {
		data[i] ^= key[i&3]
	}
}

// closeFrame makes a close frame with a status code and no reason.
func closeFrame(code uint16) *Message {
	return controlFrame(opClose, binary.BigEndian.AppendUint16(nil, code))
}
