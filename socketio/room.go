package socketio

import (
	"errors"
	"slices"
	"sync"
)

// ErrTooManyRooms is returned by a Join that would pass Options.MaxRooms.
var ErrTooManyRooms = errors.New("socketio: too many rooms")

// members are the sockets of a namespace and who is in which room. A socket's
// own room costs nothing: it is the entry in sockets.
type members struct {
	mu      sync.RWMutex
	sockets map[string]*Socket
	all     []*Socket // dense, in no order; Socket.index is the place in it
	rooms   map[string]*room
	visit   uint32 // number of the last selection that had to tell duplicates
}

// A room keeps its members dense, so that a broadcast copies memory instead of
// walking a map. Guarded by members.mu.
type room struct {
	name    string
	members []*Socket
}

// A membership is a socket's place in a room.
type membership struct {
	room  *room
	index int
}

// insert adds s to the namespace.
func (ns *Namespace) insert(s *Socket) {
	m := &ns.members
	m.mu.Lock()
	defer m.mu.Unlock()
	s.index = len(m.all)
	m.all = append(m.all, s)
	m.sockets[s.id] = s
	ns.server.stats.sockets.Add(1)
}

// detach takes s out of its rooms and out of the namespace, for good.
func (s *Socket) detach() {
	m := &s.namespace.members
	m.mu.Lock()
	defer m.mu.Unlock()
	s.detached = true
	for _, ms := range s.rooms {
		m.vacate(ms)
	}
	s.rooms = nil
	if s.index >= len(m.all) || m.all[s.index] != s {
		return // refused before it was inserted
	}
	last := len(m.all) - 1
	m.all[s.index] = m.all[last]
	m.all[s.index].index = s.index
	m.all[last] = nil
	m.all = shrink(m.all[:last])
	if m.sockets[s.id] == s {
		delete(m.sockets, s.id)
	}
	s.namespace.server.stats.sockets.Add(-1)
}

// vacate removes one membership from its room; requires mu.
func (m *members) vacate(ms membership) {
	r, last := ms.room, len(ms.room.members)-1
	moved := r.members[last]
	r.members[ms.index] = moved
	r.members[last] = nil
	r.members = shrink(r.members[:last])
	if last == 0 {
		delete(m.rooms, r.name)
		return
	}
	for i := range moved.rooms {
		if moved.rooms[i].room == r {
			moved.rooms[i].index = ms.index
			return
		}
	}
}

// shrink gives memory back once a slice is mostly empty.
func shrink(s []*Socket) []*Socket {
	if cap(s) > 64 && len(s) < cap(s)/4 {
		return append(make([]*Socket, 0, 2*len(s)), s...)
	}
	return s
}

// join puts s into rooms, all or none.
func (m *members) join(s *Socket, limit int, names []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.detached {
		return ErrDisconnected
	}
	joined := len(s.rooms)
	for _, name := range names {
		if name == s.id || s.membership(name) >= 0 {
			continue
		}
		if len(s.rooms) == limit {
			for _, ms := range s.rooms[joined:] {
				m.vacate(ms)
			}
			s.rooms = s.rooms[:joined]
			return ErrTooManyRooms
		}
		r := m.rooms[name]
		if r == nil {
			r = &room{name: name}
			m.rooms[name] = r
		}
		if s.rooms == nil {
			s.rooms = make([]membership, 0, 1) // most sockets are in one room
		}
		s.rooms = append(s.rooms, membership{r, len(r.members)})
		r.members = append(r.members, s)
	}
	return nil
}

func (m *members) leave(s *Socket, names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		if i := s.membership(name); i >= 0 {
			ms := s.rooms[i]
			s.rooms = slices.Delete(s.rooms, i, i+1)
			m.vacate(ms)
		}
	}
}

// membership returns the index in s.rooms, -1 if s is not in the room;
// requires members.mu.
func (s *Socket) membership(name string) int {
	return slices.IndexFunc(s.rooms, func(ms membership) bool { return ms.room.name == name })
}

func (m *members) byID(id string) *Socket {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if s := m.sockets[id]; s != nil && s.Connected() {
		return s
	}
	return nil
}

// len counts the connected: sockets whose disconnect handlers are running are
// members still, for Socket.Rooms.
func (m *members) len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n := 0
	for _, s := range m.all {
		if state := s.state.Load(); state == stateJoining || state == stateConnected {
			n++
		}
	}
	return n
}

func (m *members) roomNames() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	names := make([]string, 0, len(m.rooms))
	for name := range m.rooms {
		names = append(names, name)
	}
	return names
}

// A selection is a copy of who a broadcast goes to, so that sending holds no
// lock. Its memory is reused.
type selection struct{ sockets []*Socket }

var selections = sync.Pool{New: func() any { return new(selection) }}

func (sel *selection) release() {
	clear(sel.sockets) // the pool must not keep sockets alive
	sel.sockets = sel.sockets[:0]
	selections.Put(sel)
}

// pick selects the members of any of rooms, everybody if there are none, who
// are in none of except. Every socket is picked once.
func (m *members) pick(rooms, except []string) *selection {
	sel := selections.Get().(*selection)
	if len(except) == 0 && len(rooms) <= 1 {
		m.mu.RLock()
		defer m.mu.RUnlock()
		if len(rooms) == 0 {
			sel.sockets = append(sel.sockets, m.all...)
		} else {
			sel.sockets = m.appendRoom(sel.sockets, rooms[0])
		}
		return sel
	}
	// Socket.visit tells who has been seen, at the price of the write lock.
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.visit++; m.visit == 0 {
		for _, s := range m.all {
			s.visit = 0
		}
		m.visit = 1
	}
	for _, name := range except {
		sel.sockets = m.appendRoom(sel.sockets, name)
	}
	for _, s := range sel.sockets {
		s.visit = m.visit
	}
	sel.sockets = sel.sockets[:0]
	if len(rooms) == 0 {
		sel.sockets = m.appendNew(sel.sockets, m.all)
		return sel
	}
	for _, name := range rooms {
		if s := m.sockets[name]; s != nil {
			sel.sockets = m.appendNew(sel.sockets, []*Socket{s})
		}
		if r := m.rooms[name]; r != nil {
			sel.sockets = m.appendNew(sel.sockets, r.members)
		}
	}
	return sel
}

// appendRoom requires mu. A name can be a socket's id and a room at once.
func (m *members) appendRoom(dst []*Socket, name string) []*Socket {
	r, own := m.rooms[name], m.sockets[name]
	if r != nil {
		dst = append(dst, r.members...)
	}
	if own != nil && (r == nil || !slices.Contains(r.members, own)) {
		dst = append(dst, own)
	}
	return dst
}

// appendNew appends those not seen yet; requires mu.
func (m *members) appendNew(dst, sockets []*Socket) []*Socket {
	for _, s := range sockets {
		if s.visit != m.visit {
			s.visit = m.visit
			dst = append(dst, s)
		}
	}
	return dst
}
