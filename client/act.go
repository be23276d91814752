package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Do does an act of docs/events.md: in is its input, an object, and out takes
// its answer, or nil. It waits for a connection, and when that is lost before
// the answer has come it asks again, with the same id: acts that take an id are
// done once. Of those that take none, one whose answer got lost may be done
// twice. The error is an *Error when the server refuses, or ctx's, or ErrClosed.
func (c *Client) Do(ctx context.Context, act string, in, out any) error {
	body, err := withID(in)
	if err != nil {
		return err
	}
	for {
		w, err := c.connected(ctx)
		if err != nil {
			return err
		}
		if err = w.ask(ctx, act, body, out); !errors.Is(err, errLost) {
			return err
		}
		// The loss may not be told yet: then the same connection would be
		// asked over and over.
		c.lost(w)
	}
}

// withID makes sure that an act has an id. Acts that take none ignore it.
func withID(in any) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	body := make(map[string]json.RawMessage)
	if in != nil {
		if err := json.Unmarshal(b, &body); err != nil {
			return nil, fmt.Errorf("the input of an act must be an object: %w", err)
		}
	}
	if body["id"] == nil {
		body["id"] = json.RawMessage(`"` + newID() + `"`)
	}
	return body, nil
}

// fields is the input of an act.
type fields map[string]any

// Older loads up to n (at most 200) items of a room that were before those in
// its timeline. more says whether there are any left.
func (c *Client) Older(ctx context.Context, room string, n int) (more bool, err error) {
	c.mu.Lock()
	in := fields{"room": room, "limit": n}
	t := c.rooms[room]
	if t != nil && len(t.items) > 0 {
		in["before"] = t.items[0].Seq
	}
	c.mu.Unlock()
	var p page
	if err := c.Do(ctx, "history", in, &p); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t != nil && c.rooms[room] == t {
		t.prepend(p)
	}
	return p.Before != 0, nil
}

// Edit gives a message of one's own another text.
func (c *Client) Edit(ctx context.Context, room string, seq uint64, text string) error {
	return c.Do(ctx, "message-edit", fields{"room": room, "seq": seq, "text": text}, nil)
}

// Delete erases a message.
func (c *Client) Delete(ctx context.Context, room string, seq uint64) error {
	return c.Do(ctx, "message-delete", fields{"room": room, "seq": seq}, nil)
}

// React puts an emoji on a message, and Unreact takes it off.
func (c *Client) React(ctx context.Context, room string, seq uint64, emoji string) error {
	return c.Do(ctx, "message-react", fields{"room": room, "seq": seq, "emoji": emoji}, nil)
}

// Unreact takes an emoji of one's own off a message.
func (c *Client) Unreact(ctx context.Context, room string, seq uint64, emoji string) error {
	return c.Do(ctx, "message-unreact", fields{"room": room, "seq": seq, "emoji": emoji}, nil)
}

// Read says that one has read a room up to an entry.
func (c *Client) Read(ctx context.Context, room string, seq uint64) error {
	return c.Do(ctx, "read", fields{"room": room, "seq": seq}, nil)
}

// Create makes a room of a kind: "public", "private" or "announcement".
func (c *Client) Create(ctx context.Context, kind, name string) (Room, error) {
	return c.enter(ctx, "room-create", fields{"kind": kind, "name": name})
}

// Direct returns the conversation with one person, or makes one with several.
func (c *Client) Direct(ctx context.Context, people ...string) (Room, error) {
	return c.enter(ctx, "room-direct", fields{"people": people})
}

// Join joins a room. Its timeline is there when Join returns.
func (c *Client) Join(ctx context.Context, room string) (Room, error) {
	return c.enter(ctx, "room-join", fields{"room": room})
}

func (c *Client) enter(ctx context.Context, act string, in fields) (Room, error) {
	var out struct{ Room Room }
	if err := c.Do(ctx, act, in, &out); err != nil {
		return Room{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wire != nil {
		c.added(out.Room)
	}
	return out.Room, nil
}

// Leave leaves a room, or declines an invitation.
func (c *Client) Leave(ctx context.Context, room string) error {
	if err := c.Do(ctx, "room-leave", fields{"room": room}, nil); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed(room, nil)
	return nil
}

// Invite asks somebody into a room.
func (c *Client) Invite(ctx context.Context, room, person string) error {
	return c.Do(ctx, "room-invite", fields{"room": room, "person": person}, nil)
}
