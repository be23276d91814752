package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestBackup: a backup of a store that goes on is a whole store of one moment,
// and nothing is beside it.
func TestBackup(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	defer s.Close()
	appendTest(t, s, 300)
	eraseTest(t, s, chat.Lobby, 7)
	if err := s.Commit(t.Context(), "house", chat.Commit{Do: []chat.Write{chat.Put("key", "value")}}); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	want, err := s.After(t.Context(), chat.Lobby, 0, 1000)
	if err != nil {
		t.Fatalf("After: %v", err)
	}

	busy, cancel := context.WithCancel(t.Context())
	var appending sync.WaitGroup
	appending.Go(func() {
		for busy.Err() == nil {
			s.Append(busy, chat.Lobby, []chat.Draft{{ID: chat.NewID(), Author: "a", Text: "meanwhile"}})
		}
	})
	dir := t.TempDir()
	path := filepath.Join(dir, database)
	var last [2]int64
	err = s.Backup(t.Context(), path, func(done, total int64) { last = [2]int64{done, total} })
	cancel()
	appending.Wait()
	if err != nil {
		t.Fatalf("Backup: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || last != [2]int64{info.Size(), info.Size()} {
		t.Errorf("got %v, %v, last progress %v, want its size and mode 0600", info, err, last)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("got %v, %v, want the backup alone", files, err)
	}

	copied := openTest(t, Options{Dir: dir})
	defer copied.Close()
	got, err := copied.After(t.Context(), chat.Lobby, 0, 1<<20)
	if err != nil || len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("After in the backup: got %d entries, %v, want the %d of before it first", len(got), err, len(want))
	}
	if values, err := copied.Get(t.Context(), "house", "key"); err != nil || values[0] != "value" {
		t.Errorf("Get in the backup: got %q, %v, want the value", values, err)
	}
	appendTest(t, copied, 1)
}

func TestBackup_Err(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	defer s.Close()
	appendTest(t, s, 1)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	writeTest(t, taken, "mine")
	for _, c := range []struct {
		name string
		ctx  context.Context
		path string
		want string
	}{
		{"an existing file", t.Context(), taken, "is there already: choose another name"},
		{"no folder", t.Context(), filepath.Join(dir, "none", "backup"), "choose a folder that is there"},
		{"given up", over, filepath.Join(dir, "backup"), "was not finished"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := s.Backup(c.ctx, c.path, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("Backup: got %v, want %q in it", err, c.want)
			}
		})
	}
	if data, err := os.ReadFile(taken); err != nil || string(data) != "mine" {
		t.Errorf("the existing file: got %q, %v, want it as it was", data, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("got %v, %v, want nothing left of what failed", files, err)
	}
	if err := publish(s.path, taken); err == nil {
		t.Error("publish over a file that has come in between: got no error")
	}
}
