package bench

import (
	"bytes"
	"fmt"
	"strconv"
)

// centrifuge speaks the JSON protocol of the centrifuge library: commands and
// replies, one a line, several lines in a frame. The server puts every
// connection into the channel itself.
type centrifuge struct{}

// centrifugeChannel is the channel of the server under bench/gopeer.
const centrifugeChannel = "lobby"

// connectID is the id of the connect command; that of message n is n+2.
const connectID = 1

var (
	centrifugePush = []byte(`{"push":`)
	centrifugeID   = []byte(`{"id":`)
)

func (centrifuge) open(c *client) {
	c.awaits = "the connect reply"
	c.run.send(c, fmt.Appendf(nil, `{"id":%d,"connect":{"name":"%s"}}`, connectID, c.run.nickname(c)))
}

func (z centrifuge) packet(c *client, p []byte) error {
	for len(p) > 0 {
		var line []byte
		line, p, _ = bytes.Cut(p, []byte{'\n'})
		switch {
		case bytes.HasPrefix(line, centrifugePush):
			if bytes.HasPrefix(line[len(centrifugePush):], []byte(`{"disconnect"`)) {
				return fmt.Errorf("disconnected: %s", line)
			}
			c.delivered(line[len(centrifugePush):])
		case bytes.HasPrefix(line, centrifugeID):
			if err := z.reply(c, line[len(centrifugeID):]); err != nil {
				return err
			}
		case string(line) == "{}":
			c.run.send(c, []byte("{}"))
		}
	}
	return nil
}

func (centrifuge) reply(c *client, p []byte) error {
	end := bytes.IndexByte(p, ',')
	if end < 0 {
		return nil
	}
	id, err := strconv.ParseUint(string(p[:end]), 10, 32)
	if err != nil {
		return nil
	}
	failed := bytes.HasPrefix(p[end:], []byte(`,"error"`))
	switch {
	case id != connectID:
		c.run.acked(c, uint32(id-2), !failed, p[end:])
	case failed:
		return fmt.Errorf("connect refused: %s", p[end:])
	default:
		c.run.history(c, p[end:])
		c.run.join(c)
	}
	return nil
}

func (centrifuge) message(dst []byte, n uint32, text []byte, _ bool) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendUint(dst, uint64(n)+2, 10)
	dst = append(dst, `,"publish":{"channel":"`+centrifugeChannel+`","data":{"message":"`...)
	dst = append(dst, text...)
	return append(dst, `"}}}`...)
}
