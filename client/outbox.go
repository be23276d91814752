package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
)

// A Message is something to say.
type Message struct {
	Room string `json:"room"`
	// ID is a UUID; made by Post where it is "". The same id is the same message,
	// however often it is sent.
	ID     string `json:"id"`
	Text   string `json:"text"`
	Reply  uint64 `json:"reply,omitempty"`  // the message that it answers
	Thread uint64 `json:"thread,omitempty"` // the message whose thread it is in
}

// Kept says where a message has its place for good.
type Kept struct {
	ID string `json:"id"`
	Cursor
	At int64 `json:"at"` // Unix milliseconds
}

// An Outbox keeps what is not acknowledged yet, so that it is sent after a
// restart too. It is called by one goroutine at a time.
type Outbox interface {
	// Load returns what was saved last.
	Load() ([]Message, error)
	// Save keeps everything that is not acknowledged.
	Save([]Message) error
}

// forgetful is an Outbox that dies with the process.
type forgetful struct{}

func (forgetful) Load() ([]Message, error) { return nil, nil }
func (forgetful) Save([]Message) error     { return nil }

const (
	// recent is how long a message that was acknowledged is offered again to a
	// server that has lost it.
	recent = 10 * time.Minute
	// maxRecent is how many such there are at most.
	maxRecent = 1000
)

// outbox is what is to be sent, guarded by Client.mu.
type outbox struct {
	store   Outbox
	waiting []Message
	answers map[string][]chan answer // by id
	lanes   map[string]bool          // rooms that are being sent to
	sent    []sent
}

type answer struct {
	kept Kept
	err  error
}

type sent struct {
	message Message
	at      time.Time
}

func (o *outbox) load(store Outbox) (err error) {
	o.store, o.answers, o.lanes = store, make(map[string][]chan answer), make(map[string]bool)
	if o.waiting, err = store.Load(); err != nil {
		return fmt.Errorf("the outbox cannot be read: %w", err)
	}
	return nil
}

// Post puts a message into the outbox and returns its id. It is sent as soon as
// there is a connection, after those that were posted to the room before, and
// again until the server has kept or refused it. The error is the Outbox's.
func (c *Client) Post(m Message) (id string, err error) {
	id, _, err = c.post(m, false)
	return id, err
}

// Send posts a message to a room and waits until it is kept: it survives a
// crash of the server. The error is an *Error when the server refuses it, and
// it is not sent then. When ctx ends before, the message stays in the outbox,
// and is sent later all the same unless Cancel is called.
func (c *Client) Send(ctx context.Context, room string, m Message) (Kept, error) {
	m.Room = room
	_, done, err := c.post(m, true)
	if err != nil {
		return Kept{}, err
	}
	select {
	case a := <-done:
		return a.kept, a.err
	case <-ctx.Done():
		return Kept{}, ctx.Err()
	case <-c.ctx.Done():
		return Kept{}, c.Err()
	}
}

func (c *Client) post(m Message, wait bool) (string, chan answer, error) {
	if m.ID == "" {
		m.ID = newID()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ctx.Err(); err != nil {
		return "", nil, c.Err()
	}
	var done chan answer
	if wait {
		done = make(chan answer, 1)
		c.outbox.answers[m.ID] = append(c.outbox.answers[m.ID], done)
	}
	c.outbox.waiting = append(c.outbox.waiting, m)
	if err := c.outbox.store.Save(slices.Clone(c.outbox.waiting)); err != nil {
		c.outbox.waiting = c.outbox.waiting[:len(c.outbox.waiting)-1]
		delete(c.outbox.answers, m.ID)
		return "", nil, fmt.Errorf("the outbox cannot be written: %w", err)
	}
	c.wakeOutbox()
	return m.ID, done, nil
}

// Pending returns what is in the outbox, in the order of Post.
func (c *Client) Pending() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.outbox.waiting)
}

// Cancel takes a message out of the outbox. It may have reached the server
// nevertheless if it was being sent. ok is false if it was not there.
func (c *Client) Cancel(id string) (ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settle(id, answer{err: context.Canceled})
}

// settle ends the wait for a message. c.mu is held.
func (c *Client) settle(id string, a answer) bool {
	i := slices.IndexFunc(c.outbox.waiting, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return false
	}
	m := c.outbox.waiting[i]
	c.outbox.waiting = slices.Delete(slices.Clone(c.outbox.waiting), i, i+1)
	if err := c.outbox.store.Save(slices.Clone(c.outbox.waiting)); err != nil {
		// It will be sent again after a restart, with the same id.
		c.options.Logger.Warn("the outbox cannot be written", "reason", err)
	}
	for _, done := range c.outbox.answers[id] {
		done <- a
	}
	delete(c.outbox.answers, id)
	switch {
	case a.err == nil:
		c.outbox.remember(m)
	case !errors.Is(a.err, context.Canceled):
		c.queue(Event{Name: EventRefused, Room: m.Room, Message: &m, Err: a.err})
	}
	return true
}

func (o *outbox) remember(m Message) {
	now := time.Now()
	o.sent = slices.DeleteFunc(o.sent, func(s sent) bool { return now.Sub(s.at) > recent || s.message.ID == m.ID })
	if len(o.sent) >= maxRecent {
		o.sent = o.sent[1:]
	}
	o.sent = append(o.sent, sent{m, now})
}

// offerAgain posts again what was acknowledged in a room by a server that may
// have lost it since. What it has kept it recognises. c.mu is held.
func (c *Client) offerAgain(room string) {
	var again []Message
	for _, s := range c.outbox.sent {
		if s.message.Room == room && time.Since(s.at) <= recent {
			again = append(again, s.message)
		}
	}
	c.outbox.waiting = append(again, c.outbox.waiting...)
	c.wakeOutbox()
}

// wakeOutbox has every room sent to that something waits for. c.mu is held.
func (c *Client) wakeOutbox() {
	if c.ctx.Err() != nil {
		return
	}
	for _, m := range c.outbox.waiting {
		if !c.outbox.lanes[m.Room] {
			c.outbox.lanes[m.Room] = true
			c.running.Go(func() { c.lane(m.Room) })
		}
	}
}

// lane sends what waits for one room, one after the other, so that their order
// is that of Post and a slow room holds up no other.
func (c *Client) lane(room string) {
	for tries := 0; ; tries++ {
		m, ok := c.first(room)
		if !ok {
			return
		}
		w, err := c.connected(c.ctx)
		if err != nil {
			c.leave(room)
			return
		}
		var kept Kept
		err = w.ask(c.ctx, "message-send", m, &kept)
		switch {
		case c.ctx.Err() != nil:
			c.leave(room)
			return
		case errors.Is(err, errLost):
			c.lost(w)
			continue
		case passing(err):
			wait := time.Duration(rand.Int64N(int64(min(c.options.Backoff<<min(tries, 16), c.options.MaxBackoff)) + 1))
			c.sleep(retryAfter(err) + wait)
			continue
		}
		tries = 0
		c.mu.Lock()
		c.settle(m.ID, answer{kept, err})
		c.mu.Unlock()
	}
}

// first returns what to send next, or ends the lane.
func (c *Client) first(room string) (Message, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.outbox.waiting, func(m Message) bool { return m.Room == room })
	if i < 0 {
		delete(c.outbox.lanes, room)
		return Message{}, false
	}
	return c.outbox.waiting[i], true
}

func (c *Client) leave(room string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.outbox.lanes, room)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
