package sqlite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// readDir names the environment variable that turns this test binary into a
// process that reads the folder of the one that runs.
const readDir = "CAUSERIE_TEST_READ_DIR"

func init() { processes[readDir] = printLog }

// printLog prints what is in the lobby, and makes a backup of it.
func printLog(dir string) error {
	ctx := context.Background()
	r, err := OpenReadOnly(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	defer r.Close()
	entries, err := r.After(ctx, chat.Lobby, 0, 1000)
	if err != nil {
		return err
	}
	values, err := r.Get(ctx, "house", "key")
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, %s\n", len(entries), values)
	return r.Backup(ctx, filepath.Join(dir, "backup.db"), nil)
}

// TestOpenReadOnly_Running: another process reads what is acknowledged while
// the server goes on, and leaves it as it was.
func TestOpenReadOnly_Running(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, idle: time.Hour})
	defer s.Close()
	for i := range 3 {
		appendTest(t, s, 100)
		if err := s.Commit(t.Context(), "house", chat.Commit{Do: []chat.Write{chat.Add("key", 7)}}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), readDir+"="+dir)
		child.Stderr = os.Stderr
		out, err := child.Output()
		if want := fmt.Sprintf("%d entries, [%d]\n", 100*(i+1), 7*(i+1)); err != nil || string(out) != want {
			t.Fatalf("another process: got %q, %v, want %q", out, err, want)
		}
		if err := os.Rename(filepath.Join(dir, "backup.db"), filepath.Join(t.TempDir(), "backup.db")); err != nil {
			t.Fatalf("its backup: %v", err)
		}
	}
	appendTest(t, s, 1)
}

// TestOpenReadOnly: a folder that no server uses can be read as well, also
// after a crash and where nobody may write, and is as it was afterwards.
func TestOpenReadOnly(t *testing.T) {
	dir := filled(t, 20)
	before, err := os.ReadFile(filepath.Join(dir, database))
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenReadOnly(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatalf("OpenReadOnly: %v", err)
	}
	entries, err := r.Before(t.Context(), chat.Lobby, 0, 1000)
	if err != nil || len(entries) != 20 {
		t.Errorf("Before: got %d entries, %v, want 20", len(entries), err)
	}
	if err := r.CheckFile(t.Context()); err != nil {
		t.Errorf("CheckFile: %v", err)
	}
	if _, err := r.read.Exec("DELETE FROM events"); err == nil {
		t.Error("a reader has written")
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, database)); err != nil || !slices.Equal(after, before) {
		t.Errorf("reading has changed the file (%v)", err)
	}
	appendAfter := openTest(t, Options{Dir: dir})
	appendTest(t, appendAfter, 1)
	if err := appendAfter.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestOpenReadOnly_Err(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T) (dir string)
		want []string // parts of the sentence
	}{
		{"no folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, []string{"there is no database", "name the data folder"}},
		{"an empty folder", func(t *testing.T) string { return t.TempDir() }, []string{"there is no database"}},
		{"not a database", func(t *testing.T) string {
			dir := t.TempDir()
			writeTest(t, filepath.Join(dir, database), strings.Repeat("These are my notes. ", 500))
			return dir
		}, []string{"is damaged", "backup"}},
		{"another program's", func(t *testing.T) string {
			dir := t.TempDir()
			rawExec(t, filepath.Join(dir, database), "CREATE TABLE accounts (x)")
			return dir
		}, []string{"is not causerie's"}},
		{"older", func(t *testing.T) string {
			dir := t.TempDir()
			fillVersion1(t, filepath.Join(dir, database), 3)
			return dir
		}, []string{"brought up to date", "start the server", "version 1"}},
		{"newer", func(t *testing.T) string {
			dir := filled(t, 1)
			rawExec(t, filepath.Join(dir, database), "PRAGMA user_version = 1000")
			return dir
		}, []string{"needs a newer causerie"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.make(t)
			r, err := OpenReadOnly(t.Context(), Options{Dir: dir})
			if err == nil {
				r.Close()
				t.Fatal("OpenReadOnly: got no error")
			}
			for _, part := range append(c.want, dir) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("OpenReadOnly: got %q, want %q in it", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("OpenReadOnly: got %q, want one line", err)
			}
		})
	}
}

// TestCheckFile_Err: damage that opening does not meet is found.
func TestCheckFile_Err(t *testing.T) {
	dir := filled(t, 500)
	overwrite(t, filepath.Join(dir, database), 20*4096, 4096)
	r, err := OpenReadOnly(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatalf("OpenReadOnly: %v", err)
	}
	defer r.Close()
	if err := r.CheckFile(t.Context()); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("CheckFile: got %v, want damage", err)
	}
}
