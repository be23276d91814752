package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A secret is text that can be found again in a file, in any part of it.
func secret(n, length int) string {
	return strings.Repeat(fmt.Sprintf("<hidden %06d>", n), length)
}

// appendSecrets keeps n entries in rooms that grow between each other, so that
// pages split and entries move, and returns where they are.
func appendSecrets(t *testing.T, s *Store, n int) map[chat.RoomID][]uint64 {
	t.Helper()
	places := map[chat.RoomID][]uint64{}
	for i := range n {
		room := chat.RoomID(fmt.Sprint("room-", rand.IntN(40)))
		d := chat.Draft{Room: room, ID: chat.NewID(), Author: "a", Text: secret(i, 1+rand.IntN(80)), Data: secret(i, rand.IntN(3))}
		if i%10 == 0 {
			d.Text = secret(i, 600)
		}
		a := s.Append(t.Context(), room, []chat.Draft{d})[0]
		if a.Err != nil {
			t.Fatalf("Append: %v", a.Err)
		}
		places[room] = append(places[room], a.Entry.Seq)
	}
	return places
}

func eraseTest(t *testing.T, s *Store, room chat.RoomID, seqs ...uint64) {
	t.Helper()
	d := chat.Draft{Room: room, ID: chat.NewID(), Author: "a", Effects: &chat.Effects{Erase: seqs}}
	if a := s.Append(t.Context(), room, []chat.Draft{d})[0]; a.Err != nil {
		t.Fatalf("Append: %v", a.Err)
	}
}

// findSecrets returns what is left of secrets in the files of the store.
func findSecrets(t *testing.T, s *Store) (found []string) {
	t.Helper()
	files, err := filepath.Glob(s.path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; ; {
			next := bytes.Index(data[at:], []byte("hidden "))
			if next < 0 {
				break
			}
			at += next + len("hidden ")
			found = append(found, fmt.Sprintf("%s at %d (page %d +%d): %.6s", filepath.Base(file), at, at/4096+1, at%4096, data[at:]))
		}
	}
	return found
}

func eraseAll(t *testing.T, s *Store, places map[chat.RoomID][]uint64) {
	t.Helper()
	for room, seqs := range places {
		eraseTest(t, s, room, seqs...)
	}
}

func wantNoSecrets(t *testing.T, s *Store) {
	t.Helper()
	if found := findSecrets(t, s); len(found) > 0 {
		t.Errorf("got %d places with erased text, such as %q", len(found), found[:min(5, len(found))])
	}
}

// TestErase_Close: what was erased is in no file, wherever in it rows may once
// have been.
func TestErase_Close(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir(), idle: time.Hour})
	places := appendSecrets(t, s, 700)
	if found := findSecrets(t, s); len(found) < 700 {
		t.Fatalf("before: found only %d places with text", len(found))
	}
	eraseAll(t, s, places)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	wantNoSecrets(t, s)
}

// TestErase_Records: the same holds for values of records that were replaced
// or removed.
func TestErase_Records(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir(), idle: time.Hour})
	commit := func(shelf int, w chat.Write) {
		t.Helper()
		if err := s.Commit(t.Context(), chat.Shelf(fmt.Sprint("r:", shelf)), chat.Commit{Do: []chat.Write{w}}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
	}
	key := func(n int) string { return fmt.Sprintf("edit/%016x", n) }
	for i := range 700 {
		commit(i%10, chat.Put(key(rand.IntN(60)), secret(i, 1+rand.IntN(100))))
		commit(rand.IntN(10), chat.Remove(key(rand.IntN(60))))
	}
	for shelf := range 10 {
		for n := range 60 {
			if n%2 == 0 {
				commit(shelf, chat.Remove(key(n)))
			} else {
				commit(shelf, chat.Put(key(n), "new"))
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	wantNoSecrets(t, s)
}

// TestErase_Running: a store that goes on running has erased too, when it is
// idle and when it never is, and once a reader no longer is in the way.
func TestErase_Running(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		busy    bool
	}{
		{"idle", Options{idle: 20 * time.Millisecond}, false},
		{"busy", Options{idle: time.Hour, scrub: time.Millisecond}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Dir = t.TempDir()
			s := openTest(t, c.options)
			defer s.Close()
			places := appendSecrets(t, s, 100)
			reader, err := s.read.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Rollback()
			var n int
			if err := reader.QueryRow("SELECT count(*) FROM events").Scan(&n); err != nil {
				t.Fatal(err)
			}
			eraseAll(t, s, places)
			if len(findSecrets(t, s)) == 0 {
				t.Error("with a reader in the way: got nothing, want what it may still read")
			}
			_ = reader.Rollback()
			deadline := time.After(20 * time.Second)
			for len(findSecrets(t, s)) > 0 {
				if c.busy {
					appendTest(t, s, 1)
				}
				select {
				case <-time.After(5 * time.Millisecond):
				case <-deadline:
					wantNoSecrets(t, s)
					return
				}
			}
		})
	}
}

// TestErase_Migrated: the first version of the schema let rows move, and
// nothing of that is left.
func TestErase_Migrated(t *testing.T) {
	dir := t.TempDir()
	want := fillVersion1(t, filepath.Join(dir, "causerie.db"), 1000)
	s := openTest(t, Options{Dir: dir})
	places := map[chat.RoomID][]uint64{}
	for room, entries := range want {
		got, err := s.After(t.Context(), room, 0, 1<<20)
		if err != nil || !slices.Equal(got, entries) {
			t.Fatalf("After of %s: got %d entries, %v, want the %d of before", room, len(got), err, len(entries))
		}
		for _, e := range got {
			places[room] = append(places[room], e.Seq)
		}
		first := entries[0].Draft
		if a := s.Append(t.Context(), room, []chat.Draft{first})[0]; !a.Duplicate || a.Entry != entries[0] {
			t.Errorf("Append again: got %+v, want the duplicate of before", a)
		}
	}
	eraseAll(t, s, places)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	wantNoSecrets(t, s)
	if err := openTest(t, Options{Dir: dir}).Close(); err != nil { // which inspects it
		t.Fatalf("Close: %v", err)
	}
}

// fillVersion1 makes a database as the first version made it.
func fillVersion1(t *testing.T, path string, n int) map[chat.RoomID][]chat.Entry {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("PRAGMA synchronous = OFF")
	exec(migrations[0])
	exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	exec("PRAGMA user_version = 1")
	exec("BEGIN")
	all := map[chat.RoomID][]chat.Entry{}
	for i := range n {
		room := chat.RoomID(fmt.Sprint("room-", rand.IntN(20)))
		head := chat.Cursor{}
		if before := all[room]; len(before) > 0 {
			head = before[len(before)-1].Cursor
		}
		d := chat.Draft{ID: chat.NewID(), Kind: chat.KindMessage, Author: "a", Name: "A", Text: secret(i, 1+rand.IntN(50)), At: time.UnixMilli(int64(i))}
		e := entryOf(room, d, head)
		exec("INSERT INTO events (room, seq, id, author, kind, name, body, at, fp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			string(room), int64(e.Seq), e.ID[:], string(e.Author), int64(e.Kind), e.Name, e.Text, e.At.UnixMilli(), int64(e.FP))
		all[room] = append(all[room], e)
	}
	exec("COMMIT")
	return all
}
