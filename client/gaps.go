package client

import (
	"errors"
	"log/slog"
	"time"
)

// maxAsked is how many rooms one question is about, so that no answer is so
// long that others have to wait for it.
const maxAsked = 50

// gaps are the rooms that miss something, asked for over one connection. They
// are guarded by Client.mu.
type gaps struct {
	wire   *wire
	wanted []*timeline
	asked  map[*timeline]bool // wanted, or being asked for
	asking bool
}

// ask has the gap of a timeline filled, together with those of others.
func (c *Client) ask(t *timeline) {
	g := c.gaps
	if g.wire == nil || g.asked[t] || c.ctx.Err() != nil {
		return
	}
	g.asked[t] = true
	g.wanted = append(g.wanted, t)
	if !g.asking {
		g.asking = true
		c.running.Go(func() { c.fill(g) })
	}
}

// fill asks until nothing is wanted any more, or there is another connection.
func (c *Client) fill(g *gaps) {
	for {
		some, from := c.wanted(g)
		if len(some) == 0 {
			return
		}
		var out struct{ Rooms map[string]resumed }
		err := g.wire.ask(c.ctx, "resume", fields{"rooms": from}, &out)
		again := passing(err) && !errors.Is(err, errLost)
		if again {
			// Asked too much, or the store is away: what is held can wait.
			c.options.Logger.Warn("gaps were not filled, and are asked for again", slog.Int("rooms", len(some)), slog.Any("reason", err))
			c.sleep(max(time.Second, retryAfter(err)))
		}
		c.mu.Lock()
		for _, t := range some {
			delete(g.asked, t)
			switch {
			case c.gaps != g || c.rooms[t.room.ID] != t:
			case err == nil:
				c.caughtUp(t.room.ID, out.Rooms[t.room.ID])
			case again:
				c.ask(t)
			}
		}
		c.mu.Unlock()
	}
}

// wanted returns what to ask for next and from where on, or says that the
// asking has ended.
func (c *Client) wanted(g *gaps) ([]*timeline, map[string]Cursor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(g.wanted), maxAsked)
	if c.gaps != g {
		n = 0
	}
	some := g.wanted[:n:n]
	g.wanted, g.asking = g.wanted[n:], n > 0
	from := make(map[string]Cursor, n)
	for _, t := range some {
		from[t.room.ID] = t.cursor
	}
	return some, from
}
