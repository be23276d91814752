package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/httpapi"
)

// A fullStore proves that it works and keeps nothing, as on a full disk where
// the few bytes of the proof still fit.
type fullStore struct {
	chat.Store
	outcome error // of the next append
}

func (s *fullStore) Check(context.Context) error { return nil }

func (s *fullStore) Append(_ context.Context, _ chat.RoomID, drafts []chat.Draft) []chat.Appended {
	outcomes := make([]chat.Appended, len(drafts))
	for i := range outcomes {
		outcomes[i].Err = s.outcome
	}
	return outcomes
}

func TestMeteredStore_isNotReadyWhileMessagesAreNotKept(t *testing.T) {
	full := chat.Unavailable(errors.New("database or disk is full"))
	for _, test := range []struct {
		name     string
		outcomes []error
		after    time.Duration
		ready    bool
	}{
		{"nothing was sent", nil, 0, true},
		{"kept", []error{nil}, 0, true},
		{"not kept", []error{full}, 0, false},
		{"a mistake of ours", []error{errors.New("bug")}, 0, false},
		{"not kept, and then kept", []error{full, nil}, 0, true},
		{"kept, and then not kept", []error{nil, full}, failureCounts - time.Second, false},
		{"not kept, long ago", []error{full}, failureCounts, true},
		{"not kept, and then the sender was wrong", []error{full, chat.ErrIDTaken}, 0, true},
		{"the sender was wrong", []error{chat.ErrConflict}, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner := &fullStore{}
				s := meteredStore{inner, httpapi.NewMetrics("test"), new(appends)}
				for _, inner.outcome = range test.outcomes {
					s.Append(t.Context(), chat.Lobby, make([]chat.Draft, 2))
				}
				time.Sleep(test.after)
				if err := s.Check(t.Context()); (err == nil) != test.ready {
					t.Errorf("got %v, want ready: %v", err, test.ready)
				}
			})
		})
	}
}
