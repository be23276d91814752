package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestKeep_Group: calls of different rooms that wait at the same time share a
// commit, and a call that waits alone has one to itself.
func TestKeep_Group(t *testing.T) {
	var commits atomic.Int64
	s := openTest(t, Options{Dir: t.TempDir(), connect: func(_ context.Context, conn *sql.Conn) error {
		return conn.Raw(func(driver any) error {
			driver.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
				commits.Add(1)
				return 0
			})
			return nil
		})
	}})
	defer s.Close()

	start := commits.Load()
	for range 5 {
		appendTest(t, s, 3)
	}
	if got := commits.Load() - start; got != 5 {
		t.Errorf("5 calls one after the other: got %d commits, want 5", got)
	}

	const callers, calls = 64, 10
	start = commits.Load()
	var calling sync.WaitGroup
	for i := range callers {
		room := chat.RoomID(fmt.Sprint(i))
		calling.Go(func() {
			for range calls {
				if a := s.Append(t.Context(), room, []chat.Draft{{ID: chat.NewID()}})[0]; a.Err != nil {
					t.Errorf("Append: %v", a.Err)
				}
			}
		})
	}
	calling.Wait()
	if got := commits.Load() - start; got > callers*calls/2 {
		t.Errorf("%d calls, %d at a time: got %d commits, want at most half", callers*calls, callers, got)
	}
}

// TestKeep_Err: a step that fails half-way keeps nothing, is not announced,
// and does not disturb the next.
func TestKeep_Err(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	defer s.Close()
	cause := errors.New("half-way")
	err := s.keep(t.Context(), func(w *writer) error {
		if _, _, err := w.append(chat.Lobby, []chat.Draft{{ID: chat.NewID()}}); err != nil {
			t.Errorf("append: %v", err)
		}
		return cause
	}, func() { t.Error("a failed step was announced") })
	if !errors.Is(err, cause) || chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("keep: got %v, want unavailable because %v", err, cause)
	}
	if head, err := s.Head(t.Context(), chat.Lobby); err != nil || head != (chat.Cursor{}) {
		t.Errorf("Head: got %+v, %v, want nothing kept", head, err)
	}
	appendTest(t, s, 1)
}
