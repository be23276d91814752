package bench

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// A phase is how far a client has got with its connection.
type phase uint8

const (
	closed    phase = iota
	dialing         // the driver is connecting
	upgrading       // the websocket handshake is under way
	opening         // the protocol's own handshakes are under way
	joined          // in the room, under a nickname
)

// A client is one connection of the run, over all its reconnections. All of
// it belongs to whoever holds the run: the epoll loop, or run.mu.
type client struct {
	run      *run
	index    int
	receiver int // its row in the ledger; -1 for slow readers
	sender   int // its column; -1 for those who only listen
	phase    phase
	awaits   string // of the server, while opening
	tries    int
	since    time.Duration // when it began to dial
	sent     sender

	// These belong to the storm: has everything again, what everything was
	// when it joined, and waits for an older page of history.
	current bool
	mark    uint32
	paging  bool
}

var errHangUp = errors.New("the server closed the connection")

// connected is called by websocket drivers when the connection stands; they
// send what it returns.
func (c *client) connected() []byte {
	c.phase, c.awaits = upgrading, "the websocket"
	return c.run.upgradeRequest
}

// read takes what has arrived on a websocket and returns how much of it was
// used; the rest is an unfinished frame that must come again, with more.
func (c *client) read(b []byte) (used int, err error) {
	if c.phase == upgrading {
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			return 0, nil
		}
		if err := switched(b[:end]); err != nil {
			return 0, err
		}
		used = end + 4
		c.phase = opening
		c.run.protocol.open(c)
	}
	for {
		op, payload, n, err := cutFrame(b[used:])
		if err != nil || n == 0 {
			return used, err
		}
		used += n
		switch op {
		case opText:
			if err := c.run.protocol.packet(c, payload); err != nil {
				return used, err
			}
		case opPing:
			c.run.driver.control(c, opPong, payload)
		case opClose:
			return used, errHangUp
		}
	}
}

func switched(head []byte) error {
	line, _, _ := bytes.Cut(head, []byte("\r\n"))
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 101")) {
		return fmt.Errorf("websocket handshake: %s", line)
	}
	return nil
}

// delivered books the first marker in b as a message that reached c.
func (c *client) delivered(b []byte) {
	r := c.run
	m, _, ok := nextMarker(b, &r.tag)
	if !ok || m.sender >= r.o.Senders {
		return
	}
	if c.receiver < 0 {
		return
	}
	r.deliveries++
	if r.measuring {
		r.latency.add(r.nowMicros - m.micros)
	}
	if fresh := r.ledger.enter(c.receiver, m); fresh && m.sender == c.sender {
		r.echoed(c, m)
	}
	if r.storm != nil {
		r.storm.delivered(c)
	}
}

// A sender is what a client that sends remembers of its messages.
type sender struct {
	next     uint32 // number of the next message
	inFlight int
	moved    time.Duration // when it last sent, or something of it came back
	ring     *[ringSize]flight
}

// ringSize bounds how many unanswered messages can be timed.
const ringSize = 4096

type flight struct {
	number uint32
	micros int64
	acked  bool
	echoed bool
}

func (s *sender) flight(n uint32) *flight {
	if f := &s.ring[n%ringSize]; f.number == n && n < s.next {
		return f
	}
	return nil
}
