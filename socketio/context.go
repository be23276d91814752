package socketio

import (
	"context"
	"time"
)

// socketContext is a Socket seen as a context.Context: no allocation, and no
// channel before Done is called.
type socketContext Socket

// Deadline implements context.Context: there is none.
func (c *socketContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (c *socketContext) Done() <-chan struct{} {
	s := (*Socket)(c)
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	x := s.more()
	if x.done == nil {
		x.done = make(chan struct{})
		if x.ended {
			close(x.done)
		}
	}
	return x.done
}

// Err implements context.Context.
func (c *socketContext) Err() error {
	if (*Socket)(c).state.Load() == stateDisconnected {
		return context.Canceled
	}
	return nil
}

// Value implements context.Context: there are none.
func (c *socketContext) Value(any) any { return nil }
