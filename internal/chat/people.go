package chat

import (
	"context"
	"crypto/subtle"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	presenceTimeout = 5 * time.Second
	expireInterval  = time.Second
	typingInterval  = 2 * time.Second
	// rearriveBatch bounds one call that puts everybody of this node back on
	// the roster.
	rearriveBatch = 500
)

// A Connection is one of the ways a person is here through this node.
type Connection interface {
	// Expelled says that the nickname is no longer this person's: the node
	// had lost its lease and somebody else took it. It must not block.
	Expelled(reason error)
}

// people is everybody who is here through this node, and keeps the store's
// presence in step with them.
//
// The store is told of the first connection of a person and of the end of the
// last one. The two are serialised by a lock per person (striped), which is
// held across the call to the store.
type people struct {
	presence Presence
	node     NodeID
	lease    time.Duration
	absence  time.Duration
	logger   *slog.Logger

	arrivals *group[struct{}, Arrival, error]
	seed     maphash.Seed
	stripes  [256]sync.Mutex

	mu   sync.Mutex
	held map[PersonID]*held // guarded by mu

	// owes, of maintain: the store has yet to take some of this node's people
	// back after a lease that had ended.
	owes bool

	stop func()
	done chan struct{}
}

// held is one person with connections through this node, or with none and a
// departure that the store has yet to be told.
type held struct {
	person  Person
	secret  Secret
	conns   []Connection
	typedIn place // where others were told last that they type
	typedAt time.Time
	grace   time.Duration // of the departure when conns is empty
}

func newPeople(p Presence, o Options) *people {
	ps := &people{
		presence: p, node: o.Node, lease: o.Lease, absence: o.Absence, logger: o.Logger,
		seed: maphash.MakeSeed(), held: make(map[PersonID]*held), done: make(chan struct{}),
	}
	ps.arrivals = newGroup(ps.arrive, func(err error) bool { return err != nil && CodeOf(err) == CodeUnavailable },
		error(Unavailable(errBacklog)))
	ctx, cancel := context.WithCancel(context.Background())
	ps.stop = cancel
	go ps.maintain(ctx)
	return ps
}

func (ps *people) arrive(_ struct{}, arrivals []Arrival) []error {
	ctx, cancel := context.WithTimeout(context.Background(), presenceTimeout)
	defer cancel()
	return ps.presence.Arrive(ctx, arrivals, ps.lease)
}

func (ps *people) lock(id PersonID) *sync.Mutex {
	m := &ps.stripes[maphash.String(ps.seed, string(id))%uint64(len(ps.stripes))]
	m.Lock()
	return m
}

// enter adds a connection to a person, who thereby is here. It blocks until
// the store has answered.
func (ps *people) enter(p Person, secret Secret, c Connection) error {
	defer ps.lock(p.ID).Unlock()
	ps.mu.Lock()
	if h := ps.held[p.ID]; h != nil && len(h.conns) > 0 {
		defer ps.mu.Unlock()
		if subtle.ConstantTimeCompare(h.secret[:], secret[:]) != 1 {
			return ErrTaken
		}
		h.conns = append(h.conns, c)
		return nil
	}
	ps.mu.Unlock()

	answer := make(chan error, 1)
	ps.arrivals.submit(struct{}{}, Arrival{Person: p, Secret: secret, Node: ps.node}, func(err error) { answer <- err })
	if err := <-answer; err != nil {
		return err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.held[p.ID] = &held{person: p, secret: secret, conns: []Connection{c}}
	return nil
}

// leave takes a connection from a person. With mayReturn the person is absent
// for the grace time before they have left.
func (ps *people) leave(id PersonID, c Connection, mayReturn bool) {
	defer ps.lock(id).Unlock()
	ps.mu.Lock()
	h := ps.held[id]
	if h == nil || !h.remove(c) || len(h.conns) > 0 {
		ps.mu.Unlock()
		return
	}
	h.grace = 0
	if mayReturn {
		h.grace = ps.absence
	}
	ps.mu.Unlock()
	ps.depart(context.Background(), id, h)
}

func (h *held) remove(c Connection) bool {
	for i := range h.conns {
		if h.conns[i] == c {
			last := len(h.conns) - 1
			h.conns[i] = h.conns[last]
			h.conns[last] = nil
			h.conns = h.conns[:last]
			return true
		}
	}
	return false
}

// depart tells the store that nobody of the person is left here. The caller
// holds the person's stripe. What the store does not take is tried again by
// maintain.
func (ps *people) depart(ctx context.Context, id PersonID, h *held) bool {
	ctx, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	if err := ps.presence.Depart(ctx, id, ps.node, h.grace); err != nil {
		return false
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	delete(ps.held, id)
	return true
}

// connections returns the person's connections through this node.
func (ps *people) connections(id PersonID) []Connection {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if h := ps.held[id]; h != nil {
		return append([]Connection(nil), h.conns...)
	}
	return nil
}

// mayType reports whether it is time to tell those who look at a place that the
// person types in it.
func (ps *people) mayType(id PersonID, in place, now time.Time) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	h := ps.held[id]
	if h == nil || h.typedIn == in && now.Sub(h.typedAt) < typingInterval {
		return false
	}
	h.typedIn, h.typedAt = in, now
	return true
}

// typed notes that what the person was typing is sent. It has ended the typing
// for those who were told of it, so the next is news to them.
func (ps *people) typed(id PersonID) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if h := ps.held[id]; h != nil {
		h.typedIn = place{}
	}
}

// maintain keeps the node's lease, ends what is overdue and repeats departures
// that the store did not take.
func (ps *people) maintain(ctx context.Context) {
	defer close(ps.done)
	ps.renew(ctx) // begins the lease
	expire := time.NewTicker(expireInterval)
	defer expire.Stop()
	renew := time.NewTicker(ps.lease / 3)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			ps.renew(ctx)
		case <-expire.C:
			ps.retryDepartures(ctx)
			call, cancel := context.WithTimeout(ctx, presenceTimeout)
			// A store that does not answer is reported by the readiness
			// probe; this is tried again in a second.
			_ = ps.presence.Expire(call, ps.absence)
			cancel()
		}
	}
}

func (ps *people) renew(ctx context.Context) {
	call, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	kept, err := ps.presence.Renew(call, ps.node, ps.lease)
	if err != nil || kept && !ps.owes {
		return
	}
	var all []*held
	ps.mu.Lock()
	for _, h := range ps.held {
		all = append(all, h)
	}
	ps.mu.Unlock()
	if len(all) > 0 {
		ps.logger.Warn("the lease of this node had ended: putting its people back on the roster", slog.Int("people", len(all)))
	}
	// The lease goes on from here, so the store does not say it a second time.
	ps.owes = false
	for batch := range slices.Chunk(all, rearriveBatch) {
		if !ps.rearrive(ctx, batch) {
			ps.owes = true
			return
		}
	}
}

// rearrive puts people back on the roster, and reports whether the store has
// answered.
func (ps *people) rearrive(ctx context.Context, batch []*held) bool {
	ctx, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	arrivals := make([]Arrival, len(batch))
	for i, h := range batch {
		arrivals[i] = Arrival{Person: h.person, Secret: h.secret, Node: ps.node}
	}
	answered := true
	for i, err := range ps.presence.Arrive(ctx, arrivals, ps.lease) {
		if err != nil && CodeOf(err) == CodeTaken {
			ps.expel(batch[i], err)
		} else if err != nil {
			answered = false
		}
	}
	for _, h := range batch {
		ps.takeOff(ctx, h.person.ID)
	}
	return answered
}

// takeOff undoes a rearrival of somebody who left while it ran. Whoever is about
// to leave holds the stripe until it is seen here.
func (ps *people) takeOff(ctx context.Context, id PersonID) {
	defer ps.lock(id).Unlock()
	ps.mu.Lock()
	gone := ps.held[id] == nil
	ps.mu.Unlock()
	if gone {
		_ = ps.presence.Depart(ctx, id, ps.node, ps.absence)
	}
}

func (ps *people) expel(h *held, reason error) {
	ps.mu.Lock()
	conns := h.conns
	h.conns = nil
	delete(ps.held, h.person.ID)
	ps.mu.Unlock()
	for _, c := range conns {
		c.Expelled(reason)
	}
}

func (ps *people) retryDepartures(ctx context.Context) {
	var ids []PersonID
	ps.mu.Lock()
	for id, h := range ps.held {
		if len(h.conns) == 0 {
			ids = append(ids, id)
		}
	}
	ps.mu.Unlock()
	for _, id := range ids {
		if !ps.retryDeparture(ctx, id) {
			return
		}
	}
}

func (ps *people) retryDeparture(ctx context.Context, id PersonID) bool {
	defer ps.lock(id).Unlock()
	ps.mu.Lock()
	h := ps.held[id]
	back := h == nil || len(h.conns) > 0
	ps.mu.Unlock()
	return back || ps.depart(ctx, id, h)
}

// close stops the maintenance and gives the lease up. People who are still
// here are absent from now on.
func (ps *people) close(ctx context.Context) error {
	ps.stop()
	<-ps.done
	return ps.presence.Release(ctx, ps.node, ps.absence)
}
