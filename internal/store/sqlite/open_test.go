package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func openTest(t *testing.T, options Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return s
}

// filled makes a data folder with a closed store of n entries in it.
func filled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openTest(t, Options{Dir: dir})
	appendTest(t, s, n)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return dir
}

func appendTest(t *testing.T, s *Store, n int) {
	t.Helper()
	drafts := make([]chat.Draft, n)
	for i := range drafts {
		drafts[i] = chat.Draft{Room: chat.Lobby, ID: chat.NewID(), Author: "a", Text: strings.Repeat("text ", 40)}
	}
	for _, a := range s.Append(t.Context(), chat.Lobby, drafts) {
		if a.Err != nil {
			t.Fatalf("Append: %v", a.Err)
		}
	}
}

func rawExec(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_Err(t *testing.T) {
	database := func(dir string) string { return filepath.Join(dir, "causerie.db") }
	for _, c := range []struct {
		name string
		make func(t *testing.T) (dir string)
		want []string // parts of the sentence
	}{
		{"a file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "data")
			writeTest(t, path, "I am a file")
			return path
		}, []string{"is a file", "choose another folder"}},
		{"below a file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "data")
			writeTest(t, path, "I am a file")
			return filepath.Join(path, "below")
		}, []string{"a part of the path is a file", "choose another folder"}},
		{"no parent", func(t *testing.T) string {
			return filepath.Join(t.TempDir(), "not", "there")
		}, []string{"does not exist", "make that first"}},
		{"a parent that takes no folders", func(t *testing.T) string {
			if runtime.GOOS != "linux" {
				t.Skip("only Linux is known to have one")
			}
			return "/proc/causerie"
		}, []string{"/proc takes no folders", "choose another folder"}},
		{"read-only", func(t *testing.T) string {
			if os.Geteuid() == 0 {
				t.Skip("root may write in every folder")
			}
			dir := t.TempDir()
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"is not writable", "give the user"}},
		{"the database is a folder", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.Mkdir(database(dir), 0o700); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"causerie.db", "directory"}},
		{"not a database", func(t *testing.T) string {
			dir := t.TempDir()
			writeTest(t, database(dir), strings.Repeat("These are my notes. ", 500))
			return dir
		}, []string{"is damaged", "backup"}},
		{"cut short", func(t *testing.T) string {
			dir := t.TempDir()
			writeTest(t, database(dir), "SQLite format 3\x00")
			return dir
		}, []string{"is damaged", "backup"}},
		{"half of it", func(t *testing.T) string {
			dir := filled(t, 500)
			if err := os.Truncate(database(dir), 40_000); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"is damaged", "backup"}},
		{"a page overwritten", func(t *testing.T) string {
			dir := filled(t, 500)
			overwrite(t, database(dir), 10*4096, 4096)
			return dir
		}, []string{"is damaged", "backup"}},
		{"the header overwritten", func(t *testing.T) string {
			dir := filled(t, 5)
			overwrite(t, database(dir), 16, 84)
			return dir
		}, []string{"is damaged", "backup"}},
		{"an entry changed", func(t *testing.T) string {
			dir := filled(t, 50)
			rawExec(t, database(dir), "UPDATE events SET id = randomblob(16) WHERE seq = 30")
			return dir
		}, []string{"is damaged", "breaks at entry 30", "backup"}},
		{"an entry gone", func(t *testing.T) string {
			dir := filled(t, 50)
			rawExec(t, database(dir), "DELETE FROM events WHERE seq = 1")
			rawExec(t, database(dir), "DELETE FROM events WHERE seq = 40")
			return dir
		}, []string{"is damaged", "breaks at entry 41", "backup"}},
		{"another program's", func(t *testing.T) string {
			dir := t.TempDir()
			rawExec(t, database(dir), "CREATE TABLE accounts (x)")
			return dir
		}, []string{"is not causerie's", "choose another data folder"}},
		{"newer", func(t *testing.T) string {
			dir := filled(t, 1)
			rawExec(t, database(dir), "PRAGMA user_version = 1000")
			return dir
		}, []string{"needs a newer causerie", "version 1000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.make(t)
			s, err := Open(t.Context(), Options{Dir: dir})
			if err == nil {
				s.Close()
				t.Fatal("Open: got no error")
			}
			for _, part := range append(c.want, dir) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("Open: got %q, want %q in it", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("Open: got %q, want one line", err)
			}
		})
	}
}

func writeTest(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path string, at int64, n int) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte(strings.Repeat("\xa5", n)), at); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_InUse(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir})
	_, err := Open(t.Context(), Options{Dir: dir})
	want := fmt.Sprintf("another causerie (process %d) uses the data folder %s: stop it, or choose another folder", os.Getpid(), dir)
	if err == nil || err.Error() != want {
		t.Errorf("Open a second time: got %v, want %s", err, want)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := openTest(t, Options{Dir: dir}).Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// TestOpen_Foreign: what is not ours, or too new for us, stays as it is.
func TestOpen_Foreign(t *testing.T) {
	for name, statement := range map[string]string{
		"another program's":       "CREATE TABLE accounts (x)",
		"another program's, new":  "PRAGMA application_id = 7",
		"of a newer causerie":     fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 1000", applicationID),
		"another program's, same": "PRAGMA user_version = 1; CREATE TABLE events (x)",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "causerie.db")
			rawExec(t, path, statement)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if s, err := Open(t.Context(), Options{Dir: dir}); err == nil {
				s.Close()
				t.Fatal("Open: got no error")
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("Open has changed the file (%v)", err)
			}
		})
	}
}

// TestOpen_AfterErr: an Open that failed gives the folder back.
func TestOpen_AfterErr(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "causerie.db")
	writeTest(t, path, strings.Repeat("x", 200))
	if _, err := Open(t.Context(), Options{Dir: dir}); err == nil {
		t.Fatal("Open: got no error")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := openTest(t, Options{Dir: dir}).Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// TestOpen_Settings: what P1 rests on is in force.
// Messages are for nobody else's eyes, also in a folder that all may enter.
func TestOpen_OwnerOnly(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, Options{Dir: dir, idle: time.Hour})
	defer s.Close()
	appendTest(t, s, 1)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("got %v, %v, want the database, its two logs and the lock", files, err)
	}
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got mode %v, %v, want 0600", file.Name(), info.Mode().Perm(), err)
		}
	}
}

func TestOpen_Settings(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "100% new? #1 folder")
	s := openTest(t, Options{Dir: dir, idle: time.Hour, connect: func(ctx context.Context, conn *sql.Conn) error {
		for pragma, want := range map[string]string{"synchronous": "2", "foreign_keys": "1", "fullfsync": "1"} {
			var got string
			if err := conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: got %s, %v, want %s", pragma, got, err, want)
			}
		}
		return nil
	}})
	var mode string
	if err := s.read.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal_mode: got %s, %v, want wal", mode, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data folder: got %v, %v, want mode 0700", info, err)
	}
	if _, err := s.read.Exec("DELETE FROM events"); err == nil {
		t.Error("a connection for reading has written")
	}
	appendTest(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("after Close: got %v, %v, want the database and the lock only", left, err)
	}
}

// TestIdle: a quiet store gives the space of its write-ahead log back.
func TestIdle(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir(), idle: 20 * time.Millisecond})
	defer s.Close()
	appendTest(t, s, 100)
	deadline := time.After(10 * time.Second)
	for {
		info, err := os.Stat(s.path + "-wal")
		if err == nil && info.Size() == 0 {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("write-ahead log: got %v, %v, want it empty", info, err)
		}
	}
}

// TestInspect_Limit: a large database does not hold up the start; one that
// the caller gives up on is not opened.
func TestInspect_Limit(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	defer s.Close()
	if err := s.inspect(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("inspect without time: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.inspect(over, time.Hour); err == nil {
		t.Error("inspect of a caller that gave up: got no error")
	}
	if _, err := Open(over, Options{Dir: t.TempDir()}); err == nil {
		t.Error("Open of a caller that gave up: got no error")
	}
}
