package chat

import (
	"context"
	"sync"
)

// A gate says who may not speak in the lobby, where nobody asks to come in and
// messages are too many to look somebody up for each. What it has read it
// remembers while the lobby is followed on this node: then everything that
// changes it passes by, and until it does, which is a moment, somebody who has
// just been banned may get another word in.
type gate struct {
	records Records

	mu      sync.RWMutex
	follows int // how many Rooms pass on what happens; guarded by mu
	// known has nil for somebody of whom the lobby knows nothing, as it is
	// with nearly everybody. Guarded by mu.
	known map[PersonID]*standing
	// epoch counts what has been forgotten, so that what was read before
	// that is not remembered after it. Guarded by mu.
	epoch uint64
}

// maxKnown bounds how many people a gate remembers.
const maxKnown = 100_000

func newGate(r Records) *gate { return &gate{records: r, known: make(map[PersonID]*standing)} }

// knowsNothing reports whether it is remembered that there is nothing to know of
// somebody, as of nearly everybody: it costs their messages no more than this.
func (g *gate) knowsNothing(room RoomID, id PersonID) bool {
	if room != Lobby {
		return false
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	s, known := g.known[id]
	return known && s == nil
}

// standing returns how somebody without an account stands in a room, or nil for
// the lobby's everyday visitor.
func (g *gate) standing(ctx context.Context, room RoomID, p Person) (*standing, error) {
	if room != Lobby {
		return g.look(ctx, room, p)
	}
	g.mu.RLock()
	s, known := g.known[p.ID]
	epoch := g.epoch
	g.mu.RUnlock()
	if known {
		return s, nil
	}
	s, err := g.look(ctx, room, p)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.follows > 0 && g.epoch == epoch {
		if len(g.known) >= maxKnown {
			clear(g.known)
		}
		g.known[p.ID] = s
	}
	return s, nil
}

func (g *gate) look(ctx context.Context, room RoomID, p Person) (*standing, error) {
	v, err := g.records.Get(ctx, RoomShelf(room), infoKey, memberKey(p.ID))
	if err != nil || room == Lobby && v[0] == "" && v[1] == "" {
		return nil, err
	}
	s, err := newStanding(Actor{Person: p, Role: RoleGuest}, room, v[0], v[1])
	return &s, err
}

// follow says that one more Room passes on what happens in the lobby, or, with
// -1, one less.
func (g *gate) follow(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.follows += n; g.follows == 0 {
		g.forgetAll()
	}
}

// forgetAll requires mu.
func (g *gate) forgetAll() {
	clear(g.known)
	g.epoch++
}

// pass is told what happens in the lobby; nil is that anything may have.
func (g *gate) pass(entries []Entry) {
	if entries == nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.forgetAll()
		return
	}
	for _, e := range entries {
		switch e.Kind {
		case KindBan, KindUnban, KindMute, KindUnmute, KindRank:
			g.mu.Lock()
			delete(g.known, e.Subject)
			g.epoch++
			g.mu.Unlock()
		case KindRoom:
			g.pass(nil)
		}
	}
}
