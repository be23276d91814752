package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/client"
)

// Options say how large a fleet is. URLs, Issuer and the three numbers are
// required.
type Options struct {
	URLs    []string // client i is at URLs[i mod len]
	Issuer  Issuer
	Prefix  string // of everybody's name, so that two fleets are strangers
	Clients int    // at least 1
	Rooms   int
	// Members is how many of the clients are in each room, 1 to Clients.
	Members int
	// Client is what all clients have in common: Keep, Backoff and the like.
	Client client.Options
	// Joined is called after each of the Rooms*Members joins, at once from
	// many goroutines. Nil is nobody.
	Joined func()
}

// A Fleet is clients in rooms.
type Fleet struct {
	// Clients begin with the host, who has made the rooms and is in all of
	// them. The others are spread evenly.
	Clients []*client.Client
	Rooms   []*Room

	options Options
}

// A Room is one of a fleet's. Its methods may be called at once.
type Room struct {
	ID string
	// Members are those who came in at the beginning, the host first.
	Members []*client.Client

	mu   sync.Mutex
	said []said // in the order of the acks; guarded by mu
}

// said is a message that was acknowledged.
type said struct {
	client.Kept
	by       *client.Client
	anywhere bool // its place was lost since
}

// atOnce is how many clients connect, join and are looked at at the same time.
const atOnce = 16

// Launch connects everybody, makes the rooms and fills them. It tries until ctx
// ends. The clients are closed by Close, and by Launch when it fails.
func Launch(ctx context.Context, o Options) (*Fleet, error) {
	f := &Fleet{options: o, Clients: make([]*client.Client, o.Clients), Rooms: make([]*Room, o.Rooms)}
	err := each(o.Clients, func(i int) (err error) {
		f.Clients[i], err = f.Device(ctx, i, o.URLs[i%len(o.URLs)])
		return err
	})
	if err == nil {
		err = each(o.Rooms, func(i int) (err error) {
			f.Rooms[i], err = f.open(ctx, i)
			return err
		})
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Device connects one more client of person i to a server. It is not one of
// Clients: whoever asks for it closes it.
func (f *Fleet) Device(ctx context.Context, i int, url string) (*client.Client, error) {
	o := f.options.Client
	o.URL, o.Token = url, f.options.Issuer.Token(fmt.Sprintf("%s%d", f.options.Prefix, i))
	c, err := client.Dial(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("client %d cannot connect: %w", i, err)
	}
	return c, nil
}

// open makes room i and has its members join.
func (f *Fleet) open(ctx context.Context, i int) (*Room, error) {
	host := f.Clients[0]
	made, err := host.Create(ctx, "public", fmt.Sprintf("%s room %d", f.options.Prefix, i))
	if err != nil {
		return nil, fmt.Errorf("room %d cannot be made: %w", i, err)
	}
	f.joined()
	r := &Room{ID: made.ID, Members: []*client.Client{host}}
	for n := range f.options.Members - 1 {
		others := f.Clients[1:]
		c := others[(i*(f.options.Members-1)+n)%len(others)]
		if _, err := c.Join(ctx, r.ID); err != nil {
			return nil, fmt.Errorf("a member of room %d cannot join: %w", i, err)
		}
		r.Members = append(r.Members, c)
		f.joined()
	}
	return r, nil
}

func (f *Fleet) joined() {
	if f.options.Joined != nil {
		f.options.Joined()
	}
}

// Close ends all connections.
func (f *Fleet) Close() {
	_ = each(len(f.Clients), func(i int) error {
		if c := f.Clients[i]; c != nil {
			c.Close()
		}
		return nil
	})
}

// Say sends a text as c, waits for the ack and remembers it for Check, which
// wants what one client has said in one room in the order of the calls.
func (r *Room) Say(ctx context.Context, c *client.Client, text string) (client.Kept, error) {
	kept, err := c.Send(ctx, r.ID, client.Message{Text: text})
	if err == nil {
		r.mu.Lock()
		r.said = append(r.said, said{Kept: kept, by: c})
		r.mu.Unlock()
	}
	return kept, err
}

// Diverged says that the store has lost the newest of what it acknowledged, as
// after a failover to a replica that was behind. Check wants all of it to be
// there nevertheless, offered again by those who wrote it, but at any place.
func (f *Fleet) Diverged() {
	for _, r := range f.Rooms {
		r.mu.Lock()
		for i := range r.said {
			r.said[i].anywhere = true
		}
		r.mu.Unlock()
	}
}

// each calls f for 0 to n-1, some at once, and returns the errors.
func each(n int, f func(int) error) error {
	var running sync.WaitGroup
	places, failures := make(chan struct{}, atOnce), make([]error, n)
	for i := range n {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			failures[i] = f(i)
		})
	}
	running.Wait()
	return errors.Join(failures...)
}

// until asks again and again until ready is true or ctx ends, and reports
// which.
func until(ctx context.Context, ready func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}
