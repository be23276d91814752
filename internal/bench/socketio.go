package bench

import (
	"bytes"
	"fmt"
	"strconv"
)

// A protocol is what is spoken inside the frames. packet's argument is valid
// until it returns.
type protocol interface {
	// open is called when a websocket stands.
	open(c *client)
	// packet takes one message of the server. An error ends the connection.
	packet(c *client, p []byte) error
	// message appends the packet that sends the message number n with the
	// text; wantAck asks for an answer, which calls run.acked.
	message(dst []byte, n uint32, text []byte, wantAck bool) []byte
}

// socketIO speaks Socket.IO protocol 5 over Engine.IO protocol 4, with the
// article's four events on the namespace /.
type socketIO struct{}

// Ack ids: of set-nickname, of a page of history, and n+1 of message n.
const (
	nameAck    = 0
	historyAck = maxNumber + 1
)

var (
	chatMessage = []byte(`42["chat-message",`)
	history     = []byte(`42["history",`)
)

func (socketIO) open(c *client) { c.awaits = "the open packet" }

func (socketIO) packet(c *client, p []byte) error {
	if bytes.HasPrefix(p, chatMessage) {
		c.delivered(p[len(chatMessage):])
		return nil
	}
	if len(p) == 0 {
		return nil
	}
	switch p[0] {
	case '0':
		c.awaits = "the namespace"
		c.run.send(c, fmt.Appendf(nil, `40{"secret":"bench-%x-%d-%032d"}`, c.run.seed, c.index, c.index))
	case '1':
		return errHangUp
	case '2':
		c.run.send(c, []byte("3"))
	case '4':
		return socketIO{}.event(c, p[1:])
	}
	return nil
}

func (s socketIO) event(c *client, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	switch p[0] {
	case '0':
		s.claim(c)
	case '1':
		return errHangUp
	case '2':
		if bytes.HasPrefix(p, history[1:]) {
			c.run.history(c, p)
		}
	case '3':
		s.ack(c, p[1:])
	case '4':
		return fmt.Errorf("connect refused: %s", p[1:])
	}
	return nil
}

func (socketIO) claim(c *client) {
	c.awaits = "the nickname"
	c.run.send(c, fmt.Appendf(nil, `42%d["set-nickname","%s"]`, nameAck, c.run.nickname(c)))
}

// ack reads <id>[true…] or <id>[false…].
func (socketIO) ack(c *client, p []byte) {
	end := bytes.IndexByte(p, '[')
	if end < 0 {
		return
	}
	id, err := strconv.ParseUint(string(p[:end]), 10, 32)
	if err != nil {
		return
	}
	ok := bytes.HasPrefix(p[end:], []byte("[true"))
	switch {
	case id == historyAck:
		c.run.history(c, p[end:])
	case id != nameAck:
		c.run.acked(c, uint32(id-1), ok, p[end:])
	case ok:
		c.run.join(c)
	default:
		c.run.nameRefused(c, p[end:])
	}
}

func (socketIO) message(dst []byte, n uint32, text []byte, wantAck bool) []byte {
	dst = append(dst, "42"...)
	if wantAck {
		dst = strconv.AppendUint(dst, uint64(n)+1, 10)
	}
	dst = append(dst, `["chat-message",{"message":"`...)
	dst = append(dst, text...)
	return append(dst, `"}]`...)
}

// olderThan asks for the page of history before the oldest message of this
// one. ok is false when the server says that there is none.
func (socketIO) olderThan(page []byte) (packet []byte, ok bool) {
	if !bytes.Contains(page, []byte(`"more":true`)) {
		return nil, false
	}
	_, rest, ok := bytes.Cut(page, []byte(`"seq":`))
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if !ok || end <= 0 {
		return nil, false
	}
	return fmt.Appendf(nil, `42%d["history",{"before":%s}]`, historyAck, rest[:end]), true
}
