package chat

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What a State's State can be.
const (
	StateOnline  = "online"
	StateAway    = "away"
	StateDND     = "dnd" // do not disturb
	StateOffline = "offline"
)

// A State is whether a person is there.
type State struct {
	State string
	// Seen is when the person was here last, of those who are offline; the
	// zero time if that is not known.
	Seen time.Time
}

// presenceShelf has, by person, what is said of them beyond that they are
// here, and under seenPrefix when they were seen last.
const presenceShelf Shelf = "presence"

const seenPrefix = "seen/"

// What a person's record says. No record is online.
const (
	// saidAsk, followed by something that no other question has: some device
	// is idle or has gone. A node through which the person is active says so
	// by removing the record; otherwise, after askTime, one with an idle
	// device makes it saidIdle. So no node needs to know the devices of
	// others, and nobody is told away who is not.
	saidAsk  = "?"
	saidIdle = "away"
	// saidStill, followed by the same: an idle device has gone. A node with
	// another one makes it saidIdle again.
	saidStill = "away?"
	// saidAway and saidDND were chosen and stay until something else is.
	saidAway = "away-chosen"
	saidDND  = "dnd"
)

// askTime is how long the other nodes have to object.
const askTime = 2 * time.Second

func shownState(said string) string {
	switch {
	case said == saidIdle, said == saidAway, asks(said, saidStill):
		return StateAway
	case said == saidDND:
		return StateDND
	}
	return StateOnline
}

// asks reports whether said is a question of that kind.
func asks(said, question string) bool { return strings.HasPrefix(said, question) }

func ask(question string) string { return question + NewID().String() }

func chosen(said string) bool { return said == saidAway || said == saidDND }

// States are who is online, away or not to be disturbed, over all devices and
// nodes: one active device makes a person online, and they are away when all
// devices are. Who is here at all is Presence's matter. All methods may be
// called at once from many goroutines; errors are as those of Log.
//
// A node takes part in the agreement with others while its Watch runs. When a
// node crashes whose device was the active one, the person's idle devices
// elsewhere are told as online until one of them speaks.
type States struct {
	store   Store
	now     func() time.Time
	askTime time.Duration

	mu      sync.Mutex
	devices map[PersonID]map[any]bool // of this node: is it active?; guarded by mu
	watch   *stateWatch               // guarded by mu
}

// NewStates returns the states of the people whom s serves.
func NewStates(s *Service) *States {
	return &States{store: s.store, now: s.options.Now, askTime: askTime, devices: make(map[PersonID]map[any]bool)}
}

var (
	errState    = invalid("A state is one of online, away and dnd.")
	errWatching = errors.New("the states are watched already")
)

// Set says what a device of the person, any comparable value, is: StateOnline
// or StateAway. With manual it is the person who says so, and StateAway stays,
// as StateDND always does, until the person says something else. A device
// calls it when it connects, too. A nil device is none that could be there or
// away: then it is only what the person has chosen that changes.
func (s *States) Set(ctx context.Context, p PersonID, device any, state string, manual bool) error {
	if state != StateOnline && state != StateAway && state != StateDND {
		return errState
	}
	if device != nil {
		s.note(p, device, state != StateAway)
	} else if !manual && state != StateDND {
		return nil
	}
	return s.say(ctx, p, func(said string) string {
		switch {
		case state == StateDND:
			return saidDND
		case manual && state == StateAway:
			return saidAway
		case manual:
			return ""
		case chosen(said):
			return said
		case s.active(p):
			return ""
		case said == "" || asks(said, saidAsk):
			return ask(saidAsk)
		case asks(said, saidStill):
			return saidIdle
		}
		return said
	})
}

func (s *States) note(p PersonID, device any, active bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.devices[p] == nil {
		s.devices[p] = make(map[any]bool)
	}
	s.devices[p][device] = active
}

// Gone says that the device has no connection any more.
func (s *States) Gone(ctx context.Context, p PersonID, device any) error {
	s.mu.Lock()
	delete(s.devices[p], device)
	last := len(s.devices[p]) == 0
	if last {
		delete(s.devices, p)
	}
	s.mu.Unlock()
	if last {
		seen := Max(seenPrefix+string(p), s.now().UnixMilli())
		if err := s.store.Commit(ctx, presenceShelf, Commit{Do: []Write{seen}}); err != nil {
			return err
		}
	}
	asked := ""
	err := s.say(ctx, p, func(said string) string {
		asked = ""
		switch {
		case s.active(p):
		case said == "" || asks(said, saidAsk):
			asked = ask(saidAsk)
		case (said == saidIdle || asks(said, saidStill)) && !s.idle(p):
			asked = ask(saidStill)
		}
		return cmp.Or(asked, said)
	})
	s.mu.Lock()
	w := s.watch
	s.mu.Unlock()
	if err == nil && asked != "" && w != nil {
		// With no answer nobody is here through any device, and there is
		// nothing to be said of them.
		w.later(2*s.askTime, p, asked, "", func(p PersonID) bool { return !s.idle(p) })
	}
	return err
}

// active reports whether the person is active through this node.
func (s *States) active(p PersonID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, active := range s.devices[p] {
		if active {
			return true
		}
	}
	return false
}

// idle reports whether the person is here through this node, but not active.
func (s *States) idle(p PersonID) bool {
	s.mu.Lock()
	here := len(s.devices[p]) > 0
	s.mu.Unlock()
	return here && !s.active(p)
}

// say changes what is said of the person to what next makes of it.
func (s *States) say(ctx context.Context, p PersonID, next func(said string) string) error {
	return retry(func() error {
		was, err := s.store.Get(ctx, presenceShelf, string(p))
		if err != nil {
			return err
		}
		is := next(was[0])
		if is == was[0] {
			return nil
		}
		return s.store.Commit(ctx, presenceShelf, Commit{
			If: []Record{{Key: string(p), Value: was[0]}},
			Do: []Write{Put(string(p), is)},
		})
	})
}

// stateBatch is how many people one read asks about.
const stateBatch = 100

// Of returns the state of each of ids.
func (s *States) Of(ctx context.Context, ids []PersonID) (map[PersonID]State, error) {
	here, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	states := make(map[PersonID]State, len(ids))
	for len(ids) > 0 {
		batch := ids[:min(len(ids), stateBatch)]
		ids = ids[len(batch):]
		keys := make([]string, 0, 2*len(batch))
		for _, id := range batch {
			keys = append(keys, string(id), seenPrefix+string(id))
		}
		v, err := s.store.Get(ctx, presenceShelf, keys...)
		if err != nil {
			return nil, err
		}
		for i, id := range batch {
			if here(id) {
				states[id] = State{State: shownState(v[2*i])}
				continue
			}
			ms, _ := strconv.ParseInt(v[2*i+1], 10, 64)
			states[id] = State{State: StateOffline, Seen: fromMillis(ms)}
		}
	}
	return states, nil
}

// here returns who is here: as the watch knows it, or else as the store does.
func (s *States) here(ctx context.Context) (func(PersonID) bool, error) {
	s.mu.Lock()
	w := s.watch
	s.mu.Unlock()
	if w != nil {
		return w.isHere, nil
	}
	roster, err := s.store.Roster(ctx)
	if err != nil {
		return nil, err
	}
	people := make(map[PersonID]struct{}, len(roster.People))
	for _, p := range roster.People {
		people[p.ID] = struct{}{}
	}
	return func(id PersonID) bool { return has(people, id) }, nil
}
