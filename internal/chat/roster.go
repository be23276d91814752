package chat

import "context"

// A Crowd is told who comes and goes. Its methods are called one at a time, in
// the order of the roster's versions, and must not block for long.
type Crowd interface {
	// Changes are the next steps of the roster, each told once. total is how
	// many people are here after them.
	Changes(changes []Change, total int)
}

// A rosterView is the roster as one node sees it: every change once, also
// those whose announcement was lost.
type rosterView struct {
	presence Presence
	crowd    Crowd
	follower *follower[Change]
	stop     func()
	reading  context.Context // ends with the view
	cancel   context.CancelFunc

	// Owned by the follower's steps and tasks.
	version uint64
	people  []Person
	index   map[PersonID]int // place in people
}

// openRoster follows the roster from what it is now, which is not told as a
// change.
func openRoster(ctx context.Context, p Presence, crowd Crowd) (*rosterView, error) {
	v := &rosterView{presence: p, crowd: crowd, stop: func() {}, index: make(map[PersonID]int)}
	v.reading, v.cancel = context.WithCancel(context.Background())
	v.follower = newFollower(v.step)
	loaded := make(chan struct{})
	v.follower.hold(loaded)
	stop, err := p.WatchRoster(ctx, v.follower.announce)
	if err == nil {
		v.stop = stop
		var now Roster
		if now, err = p.Roster(ctx); err == nil {
			v.become(now)
		}
	}
	close(loaded)
	if err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *rosterView) close() {
	v.stop()
	v.cancel()
	v.follower.close()
}

// view calls f with who is here, between two calls of the Crowd. f must not
// block or keep people.
func (v *rosterView) view(f func(people []Person)) {
	v.follower.do(func() { f(v.people) })
}

func (v *rosterView) compare() { v.follower.announce(nil) }

func (v *rosterView) step(announced []Change, lost bool) error {
	fresh := announced[:0]
	for _, c := range announced {
		if c.Version <= v.version {
			continue
		}
		if c.Version != v.version+1 {
			lost = true
			break
		}
		v.version = c.Version
		if v.apply(c) {
			fresh = append(fresh, c)
		}
	}
	v.tell(fresh)
	if lost {
		return v.catchUp()
	}
	return nil
}

func (v *rosterView) tell(changes []Change) {
	if len(changes) > 0 {
		v.crowd.Changes(changes, len(v.people))
	}
}

// catchUp reads the roster and tells what is different from what was told.
func (v *rosterView) catchUp() error {
	ctx, cancel := context.WithTimeout(v.reading, readTimeout)
	defer cancel()
	now, err := v.presence.Roster(ctx)
	if err != nil {
		return err
	}
	if now.Version != v.version {
		v.tell(v.become(now))
	}
	return nil
}

// become makes the view equal to now and returns the differences.
func (v *rosterView) become(now Roster) []Change {
	v.version = now.Version
	here := make(map[PersonID]struct{}, len(now.People))
	for _, p := range now.People {
		here[p.ID] = struct{}{}
	}
	var changes []Change
	for i := len(v.people) - 1; i >= 0; i-- {
		if p := v.people[i]; !has(here, p.ID) {
			c := Change{Version: now.Version, Person: p}
			v.apply(c)
			changes = append(changes, c)
		}
	}
	for _, p := range now.People {
		if c := (Change{Version: now.Version, Person: p, Joined: true}); v.apply(c) {
			changes = append(changes, c)
		}
	}
	return changes
}

func has(set map[PersonID]struct{}, id PersonID) bool {
	_, ok := set[id]
	return ok
}

// apply reports whether the change made a difference.
func (v *rosterView) apply(c Change) bool {
	at, here := v.index[c.Person.ID]
	switch {
	case here == c.Joined:
		return false
	case c.Joined:
		v.index[c.Person.ID] = len(v.people)
		v.people = append(v.people, c.Person)
	default:
		last := len(v.people) - 1
		v.people[at] = v.people[last]
		v.index[v.people[at].ID] = at
		v.people[last] = Person{}
		v.people = v.people[:last]
		delete(v.index, c.Person.ID)
	}
	return true
}
