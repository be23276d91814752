package socketio

import (
	"testing"

	"github.com/causerie-chat/causerie/engineio"
)

// TestSocketContext_late asks for the channel when the socket has ended and
// what waits for it has not been told yet.
func TestSocketContext_late(t *testing.T) {
	s := &Socket{conn: &conn{session: new(engineio.Session)}}
	s.state.Store(stateDisconnected)
	done := s.Context().Done()
	s.release()
	select {
	case <-done:
	default:
		t.Error("the context of a socket that has ended goes on")
	}
}
