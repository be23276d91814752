package bench

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
)

// WebSocket opcodes of RFC 6455 §5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

const maxFrame = 8 << 20

var (
	errFragment = errors.New("the server sends fragmented or compressed frames, which this client does not read")
	errTooLong  = errors.New("the server sends a frame of more than 8 MiB")
)

// cutFrame takes the first whole frame off b without copying. n is 0 when b
// does not hold one yet.
func cutFrame(b []byte) (op byte, payload []byte, n int, err error) {
	if len(b) < 2 {
		return 0, nil, 0, nil
	}
	if b[0]&0xF0 != 0x80 || b[1]&0x80 != 0 {
		return 0, nil, 0, errFragment
	}
	size, head := uint64(b[1]), 2
	switch size {
	case 126:
		if len(b) < 4 {
			return 0, nil, 0, nil
		}
		size, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return 0, nil, 0, nil
		}
		size, head = binary.BigEndian.Uint64(b[2:]), 10
	}
	if size > maxFrame {
		return 0, nil, 0, errTooLong
	}
	end := head + int(size)
	if len(b) < end {
		return 0, nil, 0, nil
	}
	return b[0] & 0x0F, b[head:end], end, nil
}

// appendFrame appends payload as one masked frame, as RFC 6455 §5.3 demands
// of clients. The mask is random: servers may treat a zero mask as a gift.
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = append(dst, 0x80|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, 0x80|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	var mask [4]byte
	binary.LittleEndian.PutUint32(mask[:], rand.Uint32())
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = append(dst, payload...)
	for i := range dst[start:] {
		dst[start+i] ^= mask[i&3]
	}
	return dst
}
