package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

var errGone = errors.New("the store is gone")

// leaving is a store that goes away when it is asked for one room.
type leaving struct {
	*sqlite.Store
	at chat.RoomID
}

func (s leaving) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	if room == s.at {
		return chat.Cursor{}, errGone
	}
	return s.Store.Head(ctx, room)
}

// Whoever lists a large house sees the first rooms before the last one is read.
func TestRoomList_printsAsItGoes(t *testing.T) {
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	room := func(n int) chat.RoomID { return chat.RoomID(fmt.Sprintf("r-%04d", n)) }
	for part := range 2 {
		var c chat.Commit
		for n := range chat.MaxWrites {
			c.Do = append(c.Do, chat.Put("room/"+string(room(part*chat.MaxWrites+n)), "{}"))
		}
		if err := s.Commit(t.Context(), "house", c); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := (program{stdout: &out}).rooms(t.Context(), leaving{s, room(800)}); !errors.Is(err, errGone) {
		t.Fatalf("got %v, want %v", err, errGone)
	}
	lines := strings.Split(out.String(), "\n")
	if want := 1 + roomLines; len(lines) != want+1 || !strings.HasPrefix(lines[1], "lobby ") {
		t.Errorf("%d lines were printed before the store went away, want %d:\n%.300s", len(lines)-1, want, out.String())
	}
}
