package client

import (
	"cmp"
	"slices"
)

// shown are the types of entries that a timeline has a place for.
var shown = []string{"message", "create", "room", "join", "leave", "invite", "remove", "ban", "unban", "mute", "unmute", "rank", "pin"}

// maxHeld bounds what waits for a gap to be filled; beyond it the answer of the
// server brings it anyway.
const maxHeld = 1000

// A timeline is what a client holds of one room.
type timeline struct {
	room   Room
	cursor Cursor
	items  []Entry // ascending
	keep   int
	held   map[uint64]Entry // came too early
}

func newTimeline(r Room, keep int) *timeline {
	return &timeline{room: r, cursor: r.Head, keep: keep, held: make(map[uint64]Entry)}
}

// offer takes an entry in any order and returns the entries that follow what
// was there without a hole. gap says that one has to ask for what is missing.
func (t *timeline) offer(e Entry, me string) (applied []Entry, gap bool) {
	if e.Seq <= t.cursor.Seq {
		return nil, false
	}
	if len(t.held) < maxHeld {
		t.held[e.Seq] = e
	}
	applied, gap = t.advance(me)
	return applied, gap || len(t.held) > 0
}

// advance applies what is held and is next in line. broken says that it is not
// of this history.
func (t *timeline) advance(me string) (applied []Entry, broken bool) {
	for {
		e, ok := t.held[t.cursor.Seq+1]
		if !ok {
			return applied, false
		}
		if t.cursor.Next(e.ID) != e.Cursor {
			return applied, true
		}
		delete(t.held, e.Seq)
		t.apply(e, me)
		applied = append(applied, e)
	}
}

func (t *timeline) apply(e Entry, me string) {
	t.cursor = e.Cursor
	if e.Ref != 0 {
		t.change(e.Ref, func(m *Entry) { m.fold(e, me) })
	}
	if e.Thread != 0 {
		t.change(e.Thread, func(root *Entry) { root.count(e) })
	}
	if slices.Contains(shown, e.Type) {
		t.items = append(t.items, e)
		if t.keep > 0 && len(t.items) > t.keep {
			t.items = slices.Clone(t.items[len(t.items)-t.keep:])
		}
	}
}

func (t *timeline) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(t.items, seq, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
}

func (t *timeline) change(seq uint64, f func(*Entry)) {
	if i, ok := t.find(seq); ok {
		f(&t.items[i])
	}
}

// catchUp applies the answer to a resume, and then what was held meanwhile.
func (t *timeline) catchUp(entries []Entry, me string) (applied []Entry, gap bool) {
	for _, e := range entries {
		if e.Seq > t.cursor.Seq {
			t.held[e.Seq] = e
		}
	}
	applied, gap = t.advance(me)
	for seq := range t.held {
		if seq <= t.cursor.Seq {
			delete(t.held, seq)
		}
	}
	return applied, gap || len(t.held) > 0
}

// reset forgets everything for a page and the place it was read at.
func (t *timeline) reset(p page, head Cursor) {
	t.items, t.cursor, t.held = p.stamped(), head, make(map[uint64]Entry)
}

// prepend adds older items.
func (t *timeline) prepend(p page) {
	items := p.stamped()
	first := t.cursor.Seq + 1
	if len(t.items) > 0 {
		first = t.items[0].Seq
	}
	items = slices.DeleteFunc(items, func(e Entry) bool { return e.Seq >= first })
	t.items = append(items, t.items...)
}

type page struct {
	Items  []Entry `json:"items"`
	Before uint64  `json:"before"`
	Head   Cursor  `json:"head"`
}

// stamped returns the items with up to where they are folded.
func (p page) stamped() []Entry {
	for i := range p.Items {
		p.Items[i].asOf = p.Head.Seq
	}
	return p.Items
}
