package client

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A Client is one device of one person. It is made by Dial. All methods may be
// called at once from many goroutines.
type Client struct {
	options Options
	ctx     context.Context // ends with Close, or when the server refuses for good
	stop    context.CancelCauseFunc
	running sync.WaitGroup

	mu      sync.Mutex
	token   string
	me      Person
	wire    *wire         // nil while there is no connection
	changed chan struct{} // closed and replaced when wire changes
	rooms   map[string]*timeline
	invited map[string]Room
	strays  map[string][]Entry // of rooms that are not told of yet
	gaps    *gaps              // of the connection that was welcomed last
	events  []Event
	news    chan struct{} // has one when events has some
	outbox  outbox
	trouble error // why there is no connection
}

// Dial connects and returns once the server has welcomed the client. It tries
// until ctx ends, and then tells what was in the way too; or the server refuses
// for good: then the error is an *Error.
// Afterwards the client comes back by itself, until Close.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c := &Client{
		options: o.withDefaults(), token: o.Token, changed: make(chan struct{}), rooms: make(map[string]*timeline),
		invited: make(map[string]Room), strays: make(map[string][]Entry), gaps: new(gaps), news: make(chan struct{}, 1),
	}
	c.ctx, c.stop = context.WithCancelCause(context.Background())
	if err := c.outbox.load(c.options.Outbox); err != nil {
		return nil, err
	}
	c.running.Go(c.run)
	if _, err := c.connected(ctx); err != nil {
		c.Close()
		return nil, c.troubled(err)
	}
	return c, nil
}

// Close ends the connection and everything that waits, with ErrClosed. What is
// in the outbox stays there.
func (c *Client) Close() {
	// Under the lock nothing begins to run that Wait would not wait for.
	c.mu.Lock()
	c.stop(ErrClosed)
	c.mu.Unlock()
	c.running.Wait()
}

// Done is closed when the client does not come back any more; Err says why.
func (c *Client) Done() <-chan struct{} { return c.ctx.Done() }

// Err returns nil while the client runs, ErrClosed after Close, and otherwise
// the *Error by which the server has refused it.
func (c *Client) Err() error { return context.Cause(c.ctx) }

// Me returns who one is.
func (c *Client) Me() Person {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.me
}

// Token returns what to connect with the next time; for guests it is the only
// way to be the same guest again.
func (c *Client) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Connected reports whether there is a connection at the moment.
func (c *Client) Connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wire != nil
}

// run keeps a connection until the client is closed.
func (c *Client) run() {
	renewed := false // the token, since the last welcome
	for tries := 0; ; tries++ {
		welcomed, err := c.session()
		if c.ctx.Err() != nil {
			return
		}
		if welcomed {
			tries, renewed = 0, false
		}
		if final(err) {
			outworn := err == errExpired || !welcomed && CodeOf(err) == "unauthorized"
			if !outworn || renewed || c.options.Renew == nil {
				c.stop(err)
				return
			}
			renewed = c.renew()
		}
		c.mu.Lock()
		c.trouble = err
		c.mu.Unlock()
		c.options.Logger.Info("the chat is not connected", slog.Any("reason", err))
		if !c.sleep(c.pause(tries, err)) {
			return
		}
	}
}

// renew gets another token, and reports whether there was one; otherwise it is
// asked for again with the next try.
func (c *Client) renew() bool {
	token, err := c.options.Renew(c.ctx)
	if err != nil {
		c.options.Logger.Warn("there is no new token yet", slog.Any("reason", err))
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = token
	return true
}

// troubled says beside the end of somebody's patience what they waited for.
func (c *Client) troubled(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trouble == nil || c.Err() != ErrClosed {
		return err
	}
	return fmt.Errorf("%w; before that: %w", err, c.trouble)
}

// pause is full jitter: everyone who was cut at once comes back at their own
// time.
func (c *Client) pause(tries int, err error) time.Duration {
	longest := min(c.options.MaxBackoff, c.options.Backoff<<min(tries, 16))
	wait := time.Duration(rand.Int64N(int64(longest) + 1))
	return wait + retryAfter(err)
}

func (c *Client) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// session is one connection from its beginning to its end.
func (c *Client) session() (welcomed bool, err error) {
	ctx, cancel := context.WithTimeout(c.ctx, 20*time.Second)
	w, err := dialWire(ctx, c.options, c.login())
	cancel()
	if err != nil {
		return false, err
	}
	stop := context.AfterFunc(c.ctx, func() { w.conn.Close() })
	defer stop()
	defer c.lost(w)
	var ended error
	err = w.read(func(name string, payload json.RawMessage) error {
		if name == "welcome" {
			welcomed = true
			return c.welcome(w, payload)
		}
		if name == "signed-out" {
			ended = signedOut(payload)
		}
		return c.take(name, payload)
	})
	if ended != nil {
		err = ended
	}
	return welcomed, err
}

func signedOut(payload json.RawMessage) error {
	var said struct{ Reason string }
	if err := json.Unmarshal(payload, &said); err != nil {
		return unexpected("a goodbye that cannot be read", err)
	}
	if said.Reason == "expired" {
		return errExpired
	}
	return &Error{Code: "unauthorized", Message: "The server has signed this client out: " + said.Reason + "."}
}

// maxAuth is how many bytes of login the server takes, with some to spare, and
// maxResumed how many of them a room takes beside its id.
const (
	maxAuth    = 15 << 10
	maxResumed = 56
)

// login is what CONNECT carries: who, and how far one got. Rooms that it has no
// place for are asked for after the welcome.
func (c *Client) login() map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	auth := make(map[string]any)
	if c.token != "" {
		auth["token"] = c.token
	} else {
		auth["guest"] = c.options.Guest
	}
	space := maxAuth - len(c.token) - len(c.options.Guest)
	resume := make(map[string]Cursor)
	for id, t := range c.rooms {
		if space -= len(id) + maxResumed; space < 0 {
			break
		}
		resume[id] = t.cursor
	}
	if len(resume) > 0 {
		auth["resume"] = resume
	}
	return auth
}

// lost takes a connection away that has ended.
func (c *Client) lost(w *wire) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wire == w {
		c.setWire(nil)
		c.queue(Event{Name: EventDisconnected})
	}
}

// setWire tells everyone who waits. c.mu is held.
func (c *Client) setWire(w *wire) {
	c.wire = w
	close(c.changed)
	c.changed = make(chan struct{})
}

// connected waits for a connection.
func (c *Client) connected(ctx context.Context) (*wire, error) {
	for {
		c.mu.Lock()
		w, changed := c.wire, c.changed
		c.mu.Unlock()
		if w != nil {
			return w, nil
		}
		select {
		case <-changed:
		case <-c.ctx.Done():
			return nil, c.Err()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Rooms returns the rooms one is in, in the order of their ids.
func (c *Client) Rooms() []Room {
	c.mu.Lock()
	defer c.mu.Unlock()
	rooms := make([]Room, 0, len(c.rooms))
	for _, t := range c.rooms {
		rooms = append(rooms, t.room)
	}
	slices.SortFunc(rooms, byID)
	return rooms
}

// Invited returns the rooms one is invited to.
func (c *Client) Invited() []Room {
	c.mu.Lock()
	defer c.mu.Unlock()
	rooms := make([]Room, 0, len(c.invited))
	for _, r := range c.invited {
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, byID)
	return rooms
}

// A Timeline is what a client holds of a room, at one moment.
type Timeline struct {
	Room   Room
	Cursor Cursor
	// Items are messages as they are now, and what else a timeline shows, in
	// order. What was before the client came is there after Older.
	Items []Entry
	// Replies are the messages in threads that the client has heard; the act
	// thread has all of them.
	Replies []Entry
}

// Timeline returns what the client holds of a room; ok is false for rooms one
// is not in.
func (c *Client) Timeline(room string) (t Timeline, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, ok := c.rooms[room]
	if !ok {
		return Timeline{}, false
	}
	t = Timeline{Room: held.room, Cursor: held.cursor}
	for _, e := range held.items {
		e.Reactions = slices.Clone(e.Reactions)
		if e.Thread == 0 || e.Type != "message" {
			t.Items = append(t.Items, e)
		} else {
			t.Replies = append(t.Replies, e)
		}
	}
	return t, true
}
