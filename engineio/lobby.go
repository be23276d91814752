package engineio

import (
	"container/list"
	"net"
	"sync"
)

// A lobby holds the polling sessions whose second request has not come. Opening
// one costs a client nothing, so their number is bounded; who has waited
// longest has to go, because an honest client comes back within a round trip.
type lobby struct {
	limit, perAddress int

	mu        sync.Mutex
	all       list.List // of *ticket, oldest first
	addresses map[string]*list.List
}

// A ticket is a session's place in the lobby.
type ticket struct {
	session         *Session
	address         string
	global, similar *list.Element
}

func (l *lobby) init(limit, perAddress int) {
	l.limit, l.perAddress = limit, perAddress
	l.addresses = make(map[string]*list.List)
}

// enter gives s a ticket and returns the session that has to leave for it.
func (l *lobby) enter(s *Session) (t *ticket, evicted *Session) {
	address, _, err := net.SplitHostPort(s.handshake.RemoteAddr)
	if err != nil {
		address = s.handshake.RemoteAddr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	similar := l.addresses[address]
	if similar == nil {
		similar = list.New()
		l.addresses[address] = similar
	}
	t = &ticket{session: s, address: address}
	t.global, t.similar = l.all.PushBack(t), similar.PushBack(t)
	var oldest *ticket
	switch {
	case similar.Len() > l.perAddress:
		oldest = similar.Front().Value.(*ticket)
	case l.all.Len() > l.limit:
		oldest = l.all.Front().Value.(*ticket)
	default:
		return t, nil
	}
	l.remove(oldest)
	return t, oldest.session
}

// leave gives a ticket back. Doing so twice is fine.
func (l *lobby) leave(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(t)
}

func (l *lobby) remove(t *ticket) {
	if t.global == nil {
		return
	}
	similar := l.addresses[t.address]
	l.all.Remove(t.global)
	similar.Remove(t.similar)
	if similar.Len() == 0 {
		delete(l.addresses, t.address)
	}
	t.global, t.similar = nil, nil
}
