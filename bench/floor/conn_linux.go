package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// A conn is one websocket and as much of Socket.IO as the load needs.
type conn struct {
	fd       int
	place    int // in server.joined; -1 before
	upgraded bool
	nickname string
	in, out  []byte
}

// take handles what was read and reports whether the connection may stay.
func (c *conn) take(s *server, b []byte) bool {
	if len(c.in) > 0 {
		c.in = append(c.in, b...)
		b = c.in
	}
	if !c.upgraded {
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			c.in = append(c.in[:0], b...)
			return len(b) < 16<<10
		}
		if !c.upgrade(s, string(b[:end])) {
			return false
		}
		b = b[end+4:]
	}
	for {
		payload, rest, ok := unframe(b)
		if !ok {
			break
		}
		b = rest
		c.hear(s, payload)
	}
	c.in = append(c.in[:0], b...)
	return len(c.in) < 1<<20
}

// upgrade answers the handshake of RFC 6455 §4.2.2 and opens Engine.IO.
func (c *conn) upgrade(s *server, head string) bool {
	const field = "Sec-WebSocket-Key: "
	_, key, ok := strings.Cut(head, field)
	if !ok {
		return false
	}
	key, _, _ = strings.Cut(key, "\r\n")
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	c.upgraded = true
	s.write(c, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n"))
	s.write(c, frame(`0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`))
	return true
}

func (c *conn) hear(s *server, p []byte) {
	switch {
	case bytes.HasPrefix(p, []byte("40")):
		s.write(c, frame(`40{"sid":"floor"}`))
	case bytes.HasPrefix(p, []byte(`420["set-nickname","`)):
		c.nickname = strings.TrimSuffix(string(p[len(`420["set-nickname","`):]), `"]`)
		c.place = len(s.joined)
		s.joined = append(s.joined, c)
		s.write(c, frame(`430[true]`))
	case bytes.HasPrefix(p, []byte("42")):
		_, message, ok := bytes.Cut(p, []byte(`["chat-message",{"message":"`))
		if ok {
			s.publish(frame(`42["chat-message",{"nickname":"` + c.nickname + `","message":"` +
				string(bytes.TrimSuffix(message, []byte(`"}]`))) +
				`","id":"01890a5d-ac96-774b-bcce-b302099a8057","at":` +
				strconv.FormatInt(time.Now().UnixMilli(), 10) + `}]`))
		}
	}
}

// frame is one unmasked text frame of RFC 6455 §5.2.
func frame(text string) []byte {
	b := []byte{0x81}
	switch n := len(text); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, text...)
}

// unframe takes one masked frame off b and unmasks it where it lies.
func unframe(b []byte) (payload, rest []byte, ok bool) {
	if len(b) < 6 {
		return nil, nil, false
	}
	n, head := uint64(b[1]&0x7f), 2
	switch {
	case n == 126:
		n, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case n == 127 && len(b) >= 10:
		n, head = binary.BigEndian.Uint64(b[2:]), 10
	case n == 127:
		return nil, nil, false
	}
	if n > 1<<20 || uint64(len(b)) < uint64(head)+4+n {
		return nil, nil, false
	}
	mask := b[head : head+4]
	payload = b[head+4 : head+4+int(n)]
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
	return payload, b[head+4+int(n):], true
}
