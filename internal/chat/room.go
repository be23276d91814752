package chat

import (
	"context"
	"log/slog"
	"time"
)

const (
	// HistoryLength is how many messages come to whoever joins.
	HistoryLength = 50
	// readTimeout bounds one read of the log.
	readTimeout = 5 * time.Second
	// gapPage is how many entries one read of a gap asks for.
	gapPage = 500
)

// An Audience is told what happens in a room. Its methods are called one at a
// time, in the order of the room's log, and must not block for long.
type Audience interface {
	// Entries are the next entries of the room, without holes or repeats.
	Entries(entries []Entry)
	// Reset says that the store has lost entries that were already told: tail
	// is the end of the room as it is now.
	Reset(tail []Entry)
	// Signal is something of the moment: who is writing, who has read.
	Signal(s Signal)

	// Settled says that the fates of all messages of one append by this node
	// have been told to their senders: what is to be done once for all of
	// them, such as writing to a connection, can be done now. Unlike the other
	// methods it is called on the goroutine that tells the fates.
	Settled()
}

// A Room is one room's log as one node sees it: what was announced, checked
// against the chain and completed from the log, in one order.
type Room struct {
	id       RoomID
	log      Log
	audience Audience
	logger   *slog.Logger
	follower *follower[Entry]
	stops    []func()
	// passing, if not nil, is told what the audience is told, before it; nil
	// is a reset.
	passing func([]Entry)
	// forget takes the room out of its Service.
	forget func(*Room)

	// reading ends with the room, so that closing does not wait for a store
	// that hangs.
	reading context.Context
	cancel  context.CancelFunc

	// Owned by the follower's steps and tasks.
	head Cursor
	tail []Entry // the last entries up to head, see recent
}

// openRoom follows the room from its present end.
func openRoom(ctx context.Context, s Store, id RoomID, a Audience, passing func([]Entry), logger *slog.Logger) (*Room, error) {
	r := &Room{id: id, log: s, audience: a, passing: passing, logger: logger.With(slog.String("room", string(id)))}
	r.reading, r.cancel = context.WithCancel(context.Background())
	r.follower = newFollower(r.step)
	// Watching begins before the tail is read, so nothing falls between; what
	// was announced meanwhile waits in the follower until head is known.
	loaded := make(chan struct{})
	r.follower.hold(loaded)
	err := r.watch(ctx, s)
	if err == nil {
		err = r.load(ctx)
	}
	close(loaded)
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *Room) watch(ctx context.Context, s Store) error {
	stop, err := s.Watch(ctx, r.id, r.follower.announce)
	if err != nil {
		return err
	}
	r.stops = append(r.stops, stop)
	stop, err = s.WatchSignals(ctx, r.id, r.audience.Signal)
	if err != nil {
		return err
	}
	r.stops = append(r.stops, stop)
	return nil
}

// Close ends the room's following. It must not be called by the Audience or by
// what Join was given.
func (r *Room) Close() {
	r.forget(r)
	r.close()
}

func (r *Room) close() {
	for _, stop := range r.stops {
		stop()
	}
	r.cancel()
	r.follower.close()
}

// load reads the end of the room.
func (r *Room) load(ctx context.Context) error {
	tail, err := r.log.Before(ctx, r.id, 0, HistoryLength)
	if err != nil {
		return err
	}
	r.tail, r.head = tail, Cursor{}
	if n := len(tail); n > 0 {
		r.head = tail[n-1].Cursor
	}
	return nil
}

// Join calls f with the last messages of the room and the cursor after them,
// between two calls of the room's Audience: what f is given and what the
// Audience is told afterwards leave no hole. f must not block or keep tail.
func (r *Room) Join(f func(tail []Entry, head Cursor)) {
	r.follower.do(func() { f(r.recent(), r.head) })
}

// step brings the room up to date with what was announced.
func (r *Room) step(announced []Entry, lost bool) error {
	fresh := announced[:0]
	for _, e := range announced {
		if e.Seq <= r.head.Seq {
			// A repeat, unless the store has begun to count anew.
			lost = lost || e.Seq == r.head.Seq && e.FP != r.head.FP
			continue
		}
		if r.head.Next(e.ID) != e.Cursor {
			lost = true
			break
		}
		r.head = e.Cursor
		fresh = append(fresh, e)
	}
	r.tell(fresh)
	if lost {
		return r.catchUp()
	}
	return nil
}

func (r *Room) tell(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	r.tail = append(r.tail, entries...)
	// Trimmed rarely, so that a message costs no copy of the tail.
	if len(r.tail) >= 8*HistoryLength {
		kept := copy(r.tail, r.recent())
		clear(r.tail[kept:])
		r.tail = r.tail[:kept]
	}
	if r.passing != nil {
		r.passing(entries)
	}
	r.audience.Entries(entries)
}

// recent returns the last HistoryLength entries, valid until the next step.
func (r *Room) recent() []Entry {
	return r.tail[max(0, len(r.tail)-HistoryLength):]
}

// catchUp reads from the log what was not announced, and notices a log that is
// no longer the one that was told.
func (r *Room) catchUp() error {
	ctx, cancel := context.WithTimeout(r.reading, readTimeout)
	defer cancel()
	head, err := r.log.Head(ctx, r.id)
	if err != nil {
		return err
	}
	if head.Seq < r.head.Seq || head.Seq == r.head.Seq && head.FP != r.head.FP {
		return r.reset(ctx)
	}
	for r.head.Seq < head.Seq {
		page, err := r.log.After(ctx, r.id, r.head.Seq, gapPage)
		if err != nil {
			return err
		}
		at := r.head
		for _, e := range page {
			if at = at.Next(e.ID); at != e.Cursor {
				return r.reset(ctx)
			}
		}
		if len(page) == 0 {
			return r.reset(ctx)
		}
		r.head = at
		r.tell(page)
	}
	return nil
}

func (r *Room) reset(ctx context.Context) error {
	was := r.head
	if err := r.load(ctx); err != nil {
		return err
	}
	r.logger.Warn("the store's log is not the one that was told: clients start over",
		slog.Uint64("told", was.Seq), slog.Uint64("now", r.head.Seq))
	if r.passing != nil {
		r.passing(nil)
	}
	r.audience.Reset(r.recent())
	return nil
}

// compare has the room look at the log's head even though nothing was
// announced: an announcement that got lost is then missed for no longer than
// the time between two compares.
func (r *Room) compare() { r.follower.announce(nil) }

// History returns up to HistoryLength entries before seq, in order, and
// whether there are more before them.
func (r *Room) History(ctx context.Context, seq uint64) (entries []Entry, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	entries, err = r.log.Before(ctx, r.id, seq, HistoryLength)
	if err != nil {
		return nil, false, err
	}
	return entries, len(entries) > 0 && entries[0].Seq > 1, nil
}
