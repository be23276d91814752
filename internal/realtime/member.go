package realtime

import (
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

// A member is what the classic namespace keeps of one socket.
type member struct {
	classic *Classic
	socket  *socketio.Socket
	secret  chat.Secret
	// proven: the client sent the secret itself and can do so again, so it
	// may come back after an absence.
	proven bool

	sends  rate.Limiter // messages
	others rate.Limiter // everything else

	mu     sync.Mutex
	person *chat.Person // nil before set-nickname; guarded by mu
	gone   bool         // guarded by mu
}

func memberOf(s *socketio.Socket) *member {
	m, _ := s.Data().(*member)
	return m
}

// who returns the person of the socket, or nil before it has a nickname.
func (m *member) who() *chat.Person {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.person
}

// become makes the socket one of the person's connections. It waits for the
// store.
func (m *member) become(p chat.Person) error {
	before := m.who()
	if before != nil && before.ID == p.ID {
		return nil
	}
	if err := m.classic.chat.Enter(p, m.secret, m); err != nil {
		return err
	}
	m.mu.Lock()
	gone := m.gone
	if !gone {
		m.person = &p
	}
	m.mu.Unlock()
	if before != nil {
		m.classic.chat.Leave(before.ID, m, false)
	}
	if gone {
		m.classic.chat.Leave(p.ID, m, m.proven)
	}
	return nil
}

// leave ends what become began.
func (m *member) leave(reason socketio.Reason) {
	m.mu.Lock()
	p := m.person
	m.person, m.gone = nil, true
	m.mu.Unlock()
	if p == nil {
		return
	}
	// Who says goodbye has left; whose connection broke may be back.
	said := reason == socketio.ReasonClientDisconnect || reason == socketio.ReasonServerDisconnect
	m.classic.chat.Leave(p.ID, m, m.proven && !said)
}

// Expelled implements chat.Connection: the socket is closed, so that its
// client connects anew and asks for its nickname again.
func (m *member) Expelled(error) {
	m.mu.Lock()
	m.person = nil
	m.mu.Unlock()
	m.socket.CloseConnection()
}
