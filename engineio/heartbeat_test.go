package engineio

import (
	"testing"
	"time"
)

// TestPing_Late has a busy machine notice late that a ping is due.
func TestPing_Late(t *testing.T) {
	const late = 150 * time.Millisecond
	tests := []struct {
		name    string
		listens bool
		want    time.Duration // until the session is given up, after the ping was due
	}{
		{"to a client that polls", true, late + 200*time.Millisecond},
		{"to a client that does not", false, 200 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := NewServer(nil, Options{PingInterval: 300 * time.Millisecond, PingTimeout: 200 * time.Millisecond})
			s := &Session{server: server, poll: new(poller)}
			if test.listens {
				s.poll.wake = make(chan struct{}, 1)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.startHeartbeat()
			defer server.wheel.remove(s)
			due := s.beat.due
			s.ping(due + late)
			if got := s.beat.due - due; got != test.want {
				t.Errorf("given up after %v, want %v", got, test.want)
			}
		})
	}
}
