package chat

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// errBacklog is the cause of Unavailable when a store is so slow that too much
// waits for it already.
var errBacklog = errors.New("too many operations wait for the store")

const (
	// appendTimeout bounds one append: a client is told within this time that
	// the store does not answer.
	appendTimeout = 5 * time.Second
)

// Options configure a Service. The zero value of each field means its default.
type Options struct {
	// Node is this process. Default: a new one.
	Node NodeID
	// MaxMessage is the longest message in code points. Default 4,000.
	MaxMessage int
	// Absence is how long somebody who can prove a nickname may be away
	// before they are told as left. Default 0: they have left at once.
	Absence time.Duration
	// Lease is how long after a crash of this node its people are still taken
	// to be here. Default 10 s.
	Lease time.Duration
	// Logger receives warnings. Default: none.
	Logger *slog.Logger
	// Now tells the time. Default time.Now.
	Now func() time.Time
}

// NewNodeID returns the id of a new node.
func NewNodeID() NodeID {
	var b [8]byte
	rand.Read(b[:])
	return NodeID(hex.EncodeToString(b[:]))
}

func (o Options) withDefaults() Options {
	if o.Node == "" {
		o.Node = NewNodeID()
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	if o.Lease == 0 {
		o.Lease = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// A Service is the chat of one node over a store. All methods may be called at
// once from many goroutines.
type Service struct {
	store   Store
	options Options
	appends *group[RoomID, Draft, Appended]
	people  *people
	gate    *gate

	mu     sync.Mutex
	rooms  map[RoomID][]*Room // guarded by mu
	roster *rosterView        // guarded by mu until set

	stop func()
	done chan struct{}
}

// New returns a Service over the store, which stays the caller's to close
// after Close.
func New(store Store, o Options) *Service {
	s := &Service{store: store, options: o.withDefaults(), rooms: make(map[RoomID][]*Room), done: make(chan struct{})}
	s.appends = newGroup(s.append,
		func(a Appended) bool { return a.Err != nil && CodeOf(a.Err) == CodeUnavailable },
		Appended{Err: Unavailable(errBacklog)})
	s.appends.settled = s.settled
	s.people = newPeople(store, s.options)
	s.gate = newGate(store)
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go s.compare(ctx)
	return s
}

func (s *Service) append(room RoomID, drafts []Draft) []Appended {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	return s.store.Append(ctx, room, drafts)
}

// MaxMessage is the longest message in code points.
func (s *Service) MaxMessage() int { return s.options.MaxMessage }

// Open follows a room and tells a what happens in it, until Close of either.
// Every call follows on its own, so that no audience waits for another one. The
// lobby is the only room that two open, one per namespace; the store subscribes
// once for both.
func (s *Service) Open(ctx context.Context, id RoomID, a Audience) (*Room, error) {
	var passing func([]Entry)
	if id == Lobby {
		passing = s.gate.pass
	}
	r, err := openRoom(ctx, s.store, id, a, passing, s.options.Logger)
	if err != nil {
		return nil, err
	}
	if id == Lobby {
		s.gate.follow(1)
	}
	r.forget = s.forget
	s.mu.Lock()
	defer s.mu.Unlock()
	// The slices never change: settled reads them without the lock.
	s.rooms[id] = append(slices.Clip(s.rooms[id]), r)
	return r, nil
}

func (s *Service) forget(r *Room) {
	if r.id == Lobby {
		s.gate.follow(-1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(s.rooms[r.id]), func(other *Room) bool { return other == r })
	if len(rest) == 0 {
		delete(s.rooms, r.id)
	} else {
		s.rooms[r.id] = rest
	}
}

// settled tells the audiences of a room that one append has been settled.
func (s *Service) settled(id RoomID) {
	s.mu.Lock()
	rooms := s.rooms[id]
	s.mu.Unlock()
	for _, r := range rooms {
		r.audience.Settled()
	}
}

// Follow tells c who comes and goes, until Close. It may be called once.
func (s *Service) Follow(ctx context.Context, c Crowd) error {
	v, err := openRoster(ctx, s.store, c)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster = v
	return nil
}

// Roster calls f with who is here, between two calls of the Crowd that Follow
// was given. f must not block or keep people.
func (s *Service) Roster(f func(people []Person)) { s.roster.view(f) }

// Send checks a message of somebody without an account and has it kept. done
// is called exactly once, with the kept entry or an *Error; it must not block.
// Whom a moderator has banned or muted is refused; the store is asked about a
// person once and then again when something has changed. Messages that one
// goroutine sends to a room are kept in the order of its calls. Kept entries
// are told to done on one goroutine per room, and then Audience.Settled is
// called there.
func (s *Service) Send(room RoomID, from Person, id ID, text string, done func(Entry, error)) {
	if err := checkText(text, s.options.MaxMessage); err != nil {
		done(Entry{}, err)
		return
	}
	d := Draft{
		Room: room, ID: id, Kind: KindMessage,
		Author: from.ID, Name: from.Nickname, Text: text,
		At: s.options.Now().Truncate(time.Millisecond),
	}
	reason, err := s.admit(from, &d)
	if err != nil {
		done(Entry{}, err)
		return
	}
	s.people.typed(from.ID)
	s.appends.submit(room, d, func(a Appended) {
		if isConflict(a.Err) {
			a.Err = reason
		}
		done(a.Entry, a.Err)
	})
}

// admit puts into a draft the conditions that it may be kept under, and returns
// what to say when they do not hold. Somebody who may not speak gets one that
// never does: the message may be one that was kept when they still could, and
// is sent again.
func (s *Service) admit(from Person, d *Draft) (reason, err error) {
	if s.gate.knowsNothing(d.Room, from.ID) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	at, err := s.gate.standing(ctx, d.Room, from)
	if err != nil || at == nil {
		return nil, err
	}
	reason = at.speaks(d.At)
	if reason == nil {
		reason, err = slow(ctx, s.store, *at, d)
	}
	if reason != nil {
		d.Effects = &Effects{Commit: Commit{If: unmet}}
	} else if d.Effects != nil {
		// Another message of the person was kept at this very moment.
		reason = errSlowDown(time.Duration(at.info.Slow) * time.Second)
	}
	return reason, err
}

// Enter adds a connection to a person, who thereby is here. The error is
// ErrTaken when somebody with another secret holds the nickname. Enter waits
// for the store.
func (s *Service) Enter(p Person, secret Secret, c Connection) error {
	return s.people.enter(p, secret, c)
}

// Leave takes a connection from a person. After the last one they have left:
// at once, or, with mayReturn, when Options.Absence has passed without them
// coming back.
func (s *Service) Leave(id PersonID, c Connection, mayReturn bool) {
	s.people.leave(id, c, mayReturn)
}

// Connections returns the connections that the person has to this node.
func (s *Service) Connections(id PersonID) []Connection { return s.people.connections(id) }

// Typing tells the room that a person is writing, at most once in two seconds
// until they send a message or write elsewhere.
func (s *Service) Typing(ctx context.Context, room RoomID, p Person) error {
	return s.typing(ctx, Signal{Room: room, Kind: SignalTyping, Person: p})
}

func (s *Service) typing(ctx context.Context, sig Signal) error {
	if !s.people.mayType(sig.Person.ID, place{sig.Room, sig.Thread}, s.options.Now()) {
		return nil
	}
	return s.store.Signal(ctx, sig)
}

// Flush waits until every message that was sent is kept or refused.
func (s *Service) Flush(ctx context.Context) error { return s.appends.flush(ctx) }

// Close ends everything the Service does and gives the node's lease up, so
// that those who do not come back elsewhere are told as left after the grace.
func (s *Service) Close(ctx context.Context) error {
	s.stop()
	<-s.done
	err := s.appends.flush(ctx)
	s.mu.Lock()
	rooms, roster := s.rooms, s.roster
	s.rooms = make(map[RoomID][]*Room)
	s.mu.Unlock()
	for _, same := range rooms {
		for _, r := range same {
			r.close()
		}
	}
	if roster != nil {
		roster.close()
	}
	return errors.Join(err, s.people.close(ctx))
}

// Heads returns the ends of the logs of rooms.
func (s *Service) Heads(ctx context.Context, rooms []RoomID) ([]Cursor, error) {
	heads := make([]Cursor, len(rooms))
	err := each(len(rooms), func(i int) (err error) {
		heads[i], err = s.store.Head(ctx, rooms[i])
		return err
	})
	return heads, err
}
