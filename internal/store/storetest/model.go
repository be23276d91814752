package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A logModel is what a chat.Log is, without everything that makes a store
// difficult: one thread, no disk, no network.
type logModel map[chat.RoomID][]chat.Entry

func (m logModel) append(room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := make([]chat.Appended, len(drafts))
	for i, d := range drafts {
		first := slices.IndexFunc(m[room], func(e chat.Entry) bool { return e.ID == d.ID })
		switch {
		case first < 0:
			e := chat.Entry{Draft: d, Cursor: m.head(room).Next(d.ID)}
			e.At = d.At.Truncate(time.Millisecond)
			m[room] = append(m[room], e)
			out[i].Entry = e
		case m[room][first].Author == d.Author:
			out[i] = chat.Appended{Entry: m[room][first], Duplicate: true}
		default:
			out[i].Err = chat.ErrIDTaken
		}
	}
	return out
}

func (m logModel) after(room chat.RoomID, seq uint64, limit int) []chat.Entry {
	from := min(seq, uint64(len(m[room])))
	rest := m[room][from:]
	return rest[:min(max(limit, 0), len(rest))]
}

func (m logModel) before(room chat.RoomID, seq uint64, limit int) []chat.Entry {
	rest := m[room]
	if seq > 0 {
		rest = rest[:min(seq-1, uint64(len(rest)))]
	}
	return rest[len(rest)-min(max(limit, 0), len(rest)):]
}

func (m logModel) head(room chat.RoomID) chat.Cursor {
	if len(m[room]) == 0 {
		return chat.Cursor{}
	}
	return m[room][len(m[room])-1].Cursor
}

// A presenceModel is what a chat.Presence is.
type presenceModel struct {
	leases  map[chat.NodeID]time.Time // when each ends
	renewed map[chat.NodeID]bool      // those with a Renew since they began
	people  map[chat.PersonID]*guest
	changes []chat.Change // every step there ever was; the version is their number
}

// A guest is somebody on the roster.
type guest struct {
	chat.Person
	secret chat.Secret
	nodes  map[chat.NodeID]bool // who holds them; none means absent
	since  time.Time            // when the last hold ended
	grace  *time.Duration       // given by Depart; nil: whatever Expire says
}

func newPresenceModel() *presenceModel {
	return &presenceModel{
		leases:  map[chat.NodeID]time.Time{},
		renewed: map[chat.NodeID]bool{},
		people:  map[chat.PersonID]*guest{},
	}
}

// lapse ends the leases that are over at now, the oldest first, and the holds
// through them. Every operation begins with it.
func (m *presenceModel) lapse(now time.Time) {
	for _, node := range slices.SortedFunc(maps.Keys(m.leases), func(a, b chat.NodeID) int {
		return m.leases[a].Compare(m.leases[b])
	}) {
		end := m.leases[node]
		if end.After(now) {
			return
		}
		delete(m.leases, node)
		delete(m.renewed, node)
		for _, g := range m.people {
			g.unhold(node, end, nil)
		}
	}
}

func (g *guest) unhold(node chat.NodeID, at time.Time, grace *time.Duration) {
	if g.nodes[node] {
		delete(g.nodes, node)
		g.since, g.grace = at, grace
	}
}

func (m *presenceModel) step(p chat.Person, joined bool) {
	m.changes = append(m.changes, chat.Change{Version: uint64(len(m.changes)) + 1, Person: p, Joined: joined})
}

func (m *presenceModel) arrive(now time.Time, arrivals []chat.Arrival, ttl time.Duration) []error {
	m.lapse(now)
	errs := make([]error, len(arrivals))
	for i, a := range arrivals {
		m.extend(a.Node, now.Add(ttl))
		g := m.people[a.Person.ID]
		if g == nil {
			g = &guest{Person: a.Person, secret: a.Secret, nodes: map[chat.NodeID]bool{}}
			m.people[a.Person.ID] = g
			m.step(a.Person, true)
		}
		if g.secret != a.Secret {
			errs[i] = chat.ErrTaken
			continue
		}
		g.nodes[a.Node] = true
	}
	return errs
}

func (m *presenceModel) depart(now time.Time, id chat.PersonID, node chat.NodeID, grace time.Duration) {
	m.lapse(now)
	if g := m.people[id]; g != nil {
		m.unhold(g, node, now, grace)
	}
}

func (m *presenceModel) unhold(g *guest, node chat.NodeID, now time.Time, grace time.Duration) {
	held := g.nodes[node]
	g.unhold(node, now, &grace)
	if held && len(g.nodes) == 0 && grace <= 0 {
		m.remove(g)
	}
}

func (m *presenceModel) remove(g *guest) {
	delete(m.people, g.ID)
	m.step(g.Person, false)
}

func (m *presenceModel) renew(now time.Time, node chat.NodeID, ttl time.Duration) bool {
	m.lapse(now)
	held := m.renewed[node]
	m.extend(node, now.Add(ttl))
	m.renewed[node] = true
	return held
}

func (m *presenceModel) extend(node chat.NodeID, until time.Time) {
	if until.After(m.leases[node]) {
		m.leases[node] = until
	}
}

func (m *presenceModel) release(now time.Time, node chat.NodeID, grace time.Duration) {
	m.lapse(now)
	delete(m.leases, node)
	delete(m.renewed, node)
	for _, g := range m.sorted() {
		m.unhold(g, node, now, grace)
	}
}

func (m *presenceModel) expire(now time.Time, grace time.Duration) {
	m.lapse(now)
	for _, g := range m.sorted() {
		due := grace
		if g.grace != nil {
			due = *g.grace
		}
		if len(g.nodes) == 0 && !g.since.Add(due).After(now) {
			m.remove(g)
		}
	}
}

func (m *presenceModel) roster() chat.Roster {
	r := chat.Roster{Version: uint64(len(m.changes))}
	for _, g := range m.sorted() {
		r.People = append(r.People, g.Person)
	}
	return r
}

func (m *presenceModel) sorted() []*guest {
	return slices.SortedFunc(maps.Values(m.people), func(a, b *guest) int { return cmp.Compare(a.ID, b.ID) })
}
