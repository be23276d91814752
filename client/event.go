package client

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
)

// Names of events that are the client's own, or that it takes part in; all
// others of docs/events.md come as they are, in Payload.
const (
	// EventEntry: something happened in a room. Each entry comes once and in
	// its room's order.
	EventEntry = "entry"
	// EventReset: the room's timeline is another one; read it again.
	EventReset = "reset"
	// EventRoomAdded, EventRoomRemoved: one is in a room, or invited to it, or
	// is no more.
	EventRoomAdded   = "room-added"
	EventRoomRemoved = "room-removed"
	// EventConnected, EventDisconnected: the connection is there, or not.
	EventConnected    = "connected"
	EventDisconnected = "disconnected"
	// EventRefused: a message of the outbox will never be sent; Err says why.
	EventRefused = "refused"
	// EventLost: events were read too slowly and are gone; the timelines have
	// everything.
	EventLost = "lost"
)

// An Event is something that happened.
type Event struct {
	Name    string
	Room    string          // where it is about one
	Entry   *Entry          // of EventEntry
	Message *Message        // of EventRefused
	Err     error           // of EventRefused
	Payload json.RawMessage // of what the server sent
}

// maxEvents is how many events wait for Events.
const maxEvents = 10_000

// Events returns everything that happens from the moment of Dial on, until ctx
// ends or the client is closed. Each event goes to one reader. Up to 10,000 wait
// for a reader; beyond that they are dropped for one EventLost.
func (c *Client) Events(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for {
			e, ok := c.next(ctx)
			if !ok || !yield(e) {
				return
			}
		}
	}
}

func (c *Client) next(ctx context.Context) (Event, bool) {
	for {
		c.mu.Lock()
		if len(c.events) > 0 {
			e := c.events[0]
			c.events[0] = Event{}
			c.events = c.events[1:]
			c.wakeReader() // there may be another reader
			c.mu.Unlock()
			return e, true
		}
		c.mu.Unlock()
		select {
		case <-c.news:
		case <-ctx.Done():
			return Event{}, false
		case <-c.ctx.Done():
			return Event{}, false
		}
	}
}

// queue has an event wait for a reader. c.mu is held.
func (c *Client) queue(e Event) {
	if len(c.events) >= maxEvents {
		c.events = []Event{{Name: EventLost}}
	}
	c.events = append(c.events, e)
	c.wakeReader()
}

func (c *Client) wakeReader() {
	if len(c.events) == 0 {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

func byID(a, b Room) int { return cmp.Compare(a.ID, b.ID) }
