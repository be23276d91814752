package client

import (
	"encoding/json"
)

// A welcome is the first event of a connection.
type welcome struct {
	Me      Person             `json:"me"`
	Token   string             `json:"token"`
	Rooms   []Room             `json:"rooms"`
	Resumed map[string]resumed `json:"resumed"`
}

// resumed is what was missed in a room.
type resumed struct {
	Entries []Entry `json:"entries"`
	Reset   bool    `json:"reset"`
	Reason  string  `json:"reason"`
	Page    page    `json:"page"`
	Head    Cursor  `json:"head"`
	Gone    bool    `json:"gone"`
}

// welcome brings everything in step with the server.
func (c *Client) welcome(w *wire, payload json.RawMessage) error {
	var told welcome
	if err := json.Unmarshal(payload, &told); err != nil {
		return unexpected("a welcome that cannot be read", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.me = told.Me
	if told.Token != "" {
		c.token = told.Token
	}
	clear(c.invited)
	clear(c.strays)
	c.gaps = &gaps{wire: w, asked: make(map[*timeline]bool)}
	there := make(map[string]bool, len(told.Rooms))
	for _, r := range told.Rooms {
		there[r.ID] = r.Me.State == "joined"
		known := c.rooms[r.ID]
		c.added(r)
		if known == nil || !there[r.ID] {
			continue
		}
		missed, ok := told.Resumed[r.ID]
		switch {
		case ok:
			c.caughtUp(r.ID, missed)
		case r.Head != known.cursor:
			c.ask(known)
		}
	}
	for id := range c.rooms {
		if !there[id] {
			c.removed(id, nil)
		}
	}
	c.setWire(w)
	c.queue(Event{Name: EventConnected})
	c.wakeOutbox()
	return nil
}

// take does what an event of the server says.
func (c *Client) take(name string, payload json.RawMessage) error {
	if name == "entry" {
		var e Entry
		if err := json.Unmarshal(payload, &e); err != nil {
			return unexpected("an entry that cannot be read", err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.entered(e)
		return nil
	}
	var about struct {
		Room json.RawMessage `json:"room"`
		Head Cursor          `json:"head"`
		Page page            `json:"page"`
	}
	if err := json.Unmarshal(payload, &about); err != nil {
		return unexpected("the event "+name+", which cannot be read", err)
	}
	var room string
	_ = json.Unmarshal(about.Room, &room) // of some events it is an object
	c.mu.Lock()
	defer c.mu.Unlock()
	switch name {
	case "reset":
		if t := c.rooms[room]; t != nil {
			t.reset(about.Page, about.Head)
			c.queue(Event{Name: EventReset, Room: room, Payload: payload})
			c.offerAgain(room)
		}
		return nil
	case "room-added", "room-updated":
		var r Room
		if err := json.Unmarshal(about.Room, &r); err != nil {
			return unexpected("a room that cannot be read", err)
		}
		c.added(r)
		if t := c.rooms[r.ID]; t != nil && r.Head.Seq > t.cursor.Seq {
			// Known already by the answer to an act, and told live only after
			// this head.
			c.ask(t)
		}
		if name == "room-updated" {
			c.queue(Event{Name: name, Room: r.ID, Payload: payload})
		}
		return nil
	case "room-removed":
		c.removed(room, payload)
		return nil
	case "me-updated":
		var told struct{ Me Person }
		if err := json.Unmarshal(payload, &told); err != nil {
			return unexpected("who one is, which cannot be read", err)
		}
		c.me = told.Me
	}
	c.queue(Event{Name: name, Room: room, Payload: payload})
	return nil
}

// entered takes an entry as it comes. c.mu is held, as in all that follow.
func (c *Client) entered(e Entry) {
	t := c.rooms[e.Room]
	if t == nil {
		if some := c.strays[e.Room]; len(some) < maxHeld {
			c.strays[e.Room] = append(some, e)
		}
		return
	}
	applied, gap := t.offer(e, c.me.ID)
	c.told(t, applied)
	if gap {
		c.ask(t)
	}
}

// told makes events of entries that are in the timeline now.
func (c *Client) told(t *timeline, applied []Entry) {
	for _, e := range applied {
		c.queue(Event{Name: EventEntry, Room: t.room.ID, Entry: &e})
		if e.Author.ID == c.me.ID {
			// Whoever hears their own message needs no ack of it any more.
			c.settle(e.ID, answer{kept: Kept{ID: e.ID, Cursor: e.Cursor, At: e.At}})
		}
	}
}

// added puts a room into the list.
func (c *Client) added(r Room) {
	t, known := c.rooms[r.ID]
	switch {
	case r.Me.State == "invited":
		c.invited[r.ID] = r
		c.queue(Event{Name: EventRoomAdded, Room: r.ID})
		return
	case r.Me.State != "joined":
		return
	case known:
		t.room = r
		return
	}
	delete(c.invited, r.ID)
	t = newTimeline(r, c.options.Keep)
	c.rooms[r.ID] = t
	c.queue(Event{Name: EventRoomAdded, Room: r.ID})
	early := c.strays[r.ID]
	delete(c.strays, r.ID)
	for _, e := range early {
		c.entered(e)
	}
}

func (c *Client) removed(room string, payload json.RawMessage) {
	delete(c.strays, room)
	_, joined := c.rooms[room]
	_, invited := c.invited[room]
	if !joined && !invited {
		return
	}
	delete(c.rooms, room)
	delete(c.invited, room)
	c.queue(Event{Name: EventRoomRemoved, Room: room, Payload: payload})
}

// caughtUp applies what was missed in a room.
func (c *Client) caughtUp(room string, missed resumed) {
	t := c.rooms[room]
	switch {
	case missed.Gone:
		c.removed(room, nil)
		return
	case missed.Reset:
		held := t.held
		t.reset(missed.Page, missed.Head)
		c.queue(Event{Name: EventReset, Room: room})
		if missed.Reason == "diverged" {
			c.offerAgain(room)
		}
		for _, e := range held {
			c.entered(e)
		}
		return
	}
	applied, gap := t.catchUp(missed.Entries, c.me.ID)
	c.told(t, applied)
	switch {
	case gap && len(applied) > 0:
		c.ask(t)
	case gap:
		// The server knows nothing of what is held: the next entry will show.
		clear(t.held)
	}
}
