package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"
)

// A run is the state of one Run. It has one owner at a time: the goroutine
// that called Run, or with the portable driver whoever holds mu.
type run struct {
	o        Options
	ctx      context.Context
	target   *url.URL
	seed     uint64
	tag      [tagLen]byte
	protocol protocol
	driver   driver
	mu       sync.Mutex

	upgradeRequest []byte
	text           []byte // a message's text; the marker goes to its front
	packet         []byte // scratch for outgoing packets

	start     time.Time
	nowMicros int64 // time of the last read from the network

	members []*client
	slow    []*client

	// connections
	agenda     agenda
	opening    int
	joined     int // members in the room now
	slowJoined int
	dropped    int // members whose connection ended after they had joined
	slowGone   int
	keepUp     bool // connections that end are opened again
	failures   map[string]int
	failed     int
	nameTries  int
	fatal      error

	// messages
	ledger     *ledger
	sending    bool
	waitAck    bool
	acksSeen   bool
	schedule   time.Duration // when the next message is due, with a rate
	turnOf     int           // whose turn it is, with a rate
	deliveries uint64
	sends      uint64
	acks       uint64
	refused    uint64
	refusal    string
	stalled    uint64

	measuring  bool
	latency    histogram
	ackLatency histogram

	storm *storm
	stage string

	reported moment
	nextLook time.Duration
}

func newRun(ctx context.Context, o Options) (*run, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	target, _ := o.target()
	r := &run{
		o: o, ctx: ctx, target: target, seed: rand.Uint64() >> 40,
		start: time.Now(), failures: make(map[string]int),
		text:   bytes.Repeat([]byte{'x'}, o.Size),
		ledger: newLedger(o.Connections, o.Senders),
	}
	r.tag = tag(r.seed)
	r.protocol = protocol(socketIO{})
	if o.Protocol == Centrifuge {
		r.protocol = centrifuge{}
	}
	r.upgradeRequest = upgradeRequest(target)
	for i := range o.Connections {
		c := &client{run: r, index: i, receiver: i, sender: -1}
		if i < o.Senders {
			c.sender = i
			c.sent.ring = new([ringSize]flight)
		}
		r.members = append(r.members, c)
	}
	for i := range o.Slow {
		r.slow = append(r.slow, &client{run: r, index: o.Connections + i, receiver: -1, sender: -1})
	}
	r.driver, err = newDriver(r)
	return r, err
}

// newDriver chooses the epoll loop wherever it can do the work.
func newDriver(r *run) (driver, error) {
	if !r.o.Goroutines && r.target.Scheme == "http" && r.o.Transport == WebSocket {
		if d, err := newEpoll(r); !errors.Is(err, errors.ErrUnsupported) {
			return d, err
		}
	}
	return newGoroutines(r), nil
}

func upgradeRequest(u *url.URL) []byte {
	var key [16]byte
	for i := range key {
		key[i] = byte(rand.Uint32())
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
		u.RequestURI(), u.Host, base64.StdEncoding.EncodeToString(key[:]))
}

func (r *run) now() time.Duration { return time.Since(r.start) }

// look sets the time that deliveries are booked at. Drivers call it once for
// each read from the network.
func (r *run) look() { r.nowMicros = time.Since(r.start).Microseconds() }

func (r *run) nickname(c *client) string { return fmt.Sprintf("b%x-%d", r.seed, c.index) }

func (r *run) send(c *client, p []byte) { r.driver.send(c, p) }

// tickEvery is the longest the run sleeps: cancellation, progress and stalled
// senders are looked after that often.
const tickEvery = 50 * time.Millisecond

// wait runs until done says so, or for at most d; done may be nil.
func (r *run) wait(d time.Duration, done func() bool) error {
	end := r.now() + d
	for {
		r.tick()
		if r.fatal != nil {
			return r.fatal
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if done != nil && done() || r.now() >= end {
			return nil
		}
		until := min(end, r.now().Truncate(tickEvery)+tickEvery, r.agenda.next())
		if r.sending && r.o.Rate > 0 {
			until = min(until, r.schedule)
		}
		if err := r.driver.turn(until); err != nil {
			return err
		}
	}
}

func (r *run) tick() {
	now := r.now()
	r.agenda.due(now)
	if r.sending && r.o.Rate > 0 {
		r.sendScheduled(now)
	}
	if now >= r.nextLook {
		r.nextLook = now + time.Second
		r.sweep(now)
		r.progress()
	}
}
