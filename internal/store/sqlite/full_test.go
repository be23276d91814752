package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestFullDisk: a disk that is full makes the store unavailable and keeps what
// is acknowledged; reads go on; writes go on once there is space.
func TestFullDisk(t *testing.T) {
	var pages atomic.Int64
	pages.Store(60)
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, connect: func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages.Load()))
		return err
	}})
	defer s.Close()
	var acked []chat.Entry
	var refused chat.Draft
	for refused.ID == (chat.ID{}) {
		d := chat.Draft{Room: chat.Lobby, ID: chat.NewID(), Author: "a", Text: strings.Repeat("full ", 200)}
		switch a := s.Append(t.Context(), chat.Lobby, []chat.Draft{d})[0]; {
		case a.Err == nil:
			acked = append(acked, a.Entry)
		case errors.Is(a.Err, &chat.Error{Code: chat.CodeUnavailable}):
			refused = d
		default:
			t.Fatalf("Append on a full disk: got %v, want unavailable", a.Err)
		}
		if len(acked) > 1000 {
			t.Fatal("the disk does not get full")
		}
	}
	if got := s.Append(t.Context(), chat.Lobby, []chat.Draft{refused})[0]; chat.CodeOf(got.Err) != chat.CodeUnavailable {
		t.Errorf("Append on a full disk again: got %+v, want unavailable", got)
	}
	got, err := s.After(t.Context(), chat.Lobby, 0, 10_000)
	if err != nil || !slices.Equal(got, acked) {
		t.Fatalf("After on a full disk: got %d entries, %v, want the %d acknowledged", len(got), err, len(acked))
	}

	pages.Store(10_000)
	a := s.Append(t.Context(), chat.Lobby, []chat.Draft{refused})[0]
	if a.Err != nil || a.Duplicate || a.Entry.Seq != uint64(len(acked)+1) {
		t.Fatalf("Append with space again: got %+v, want seq %d", a, len(acked)+1)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check with space again: %v", err)
	}
}
