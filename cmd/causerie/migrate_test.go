package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// spoken returns the folder of a running server in which Ada has made a room
// and said something, and what stops that server.
func spoken(t *testing.T) (data string, stop func()) {
	t.Helper()
	data = t.TempDir()
	r := serve(t, "--data", data)
	_, token := r.setUp(t)
	c, err := r.dialChat(t, map[string]string{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []struct {
		event string
		in    any
	}{
		{"room-create", map[string]any{"kind": "public", "name": "Kitchen"}},
		{"message-send", map[string]any{"room": "lobby", "text": "Soup today"}},
		{"message-edit", map[string]any{"room": "lobby", "seq": 1, "text": "No soup today"}},
		{"message-react", map[string]any{"room": "lobby", "seq": 1, "emoji": "👍"}},
		{"message-send", map[string]any{"room": "lobby", "text": "Bread, then", "thread": 1}},
	} {
		if ack, err := c.Emit(t.Context(), act.event, act.in); err != nil || !strings.HasPrefix(string(ack[0]), `{"ok":true`) {
			t.Fatalf("%s: %s, %v", act.event, ack, err)
		}
	}
	return data, func() {
		r.stop()
		r.wait(t)
	}
}

// TestMigrate_roundTrip: through a backup, Redis and back the chat stays the
// same to the last line.
func TestMigrate_roundTrip(t *testing.T) {
	data, stop := spoken(t)
	dir := t.TempDir()
	file, restored, back := filepath.Join(dir, "backup.db"), filepath.Join(dir, "restored"), filepath.Join(dir, "back")

	// Beside the server.
	must(t, "verify", "--data", data)
	if out := must(t, "room", "list", "--data", data); !strings.Contains(out, "Kitchen") || !strings.Contains(out, "lobby") {
		t.Errorf("room list printed\n%s", out)
	}
	beside := filepath.Join(dir, "beside.db")
	must(t, "backup", "--data", data, beside)
	must(t, "restore", "--data", filepath.Join(dir, "beside"), beside)
	if code, _, stderr := run(t, "migrate", "--from", data, "--to", back); code != exitFailed || !strings.Contains(stderr, "uses the data folder") {
		t.Errorf("migrate beside the server: got %d %q", code, stderr)
	}
	stop()
	must(t, "backup", "--data", data, file)

	want := must(t, "export", "--data", data)
	if !strings.Contains(want, "No soup today") || strings.Contains(want, "argon2") {
		t.Errorf("export printed\n%s", want)
	}
	must(t, "restore", "--data", restored, file)
	url := redistest.Start(t).URL()
	for _, args := range [][]string{
		{"verify", "--redis", url}, {"export", "--redis", url}, {"user", "list", "--redis", url},
		{"backup", "--redis", url, filepath.Join(dir, "nothing.db")}, {"migrate", "--from", url, "--to", back},
	} {
		if code, _, stderr := run(t, args...); code != exitFailed || !strings.Contains(stderr, "there is no chat in redis://") {
			t.Errorf("%s of an empty Redis: got %d %q", args[0], code, stderr)
		}
	}
	start := time.Now()
	code, _, progress := run(t, "migrate", "--from", restored, "--to", url)
	if lines, most := strings.Count(progress, "\n"), 1+int(time.Since(start).Seconds()); code != exitOK || lines == 0 || lines > most {
		t.Errorf("migrate: got %d and %d lines of progress, want one a second and one at the end:\n%s", code, lines, progress)
	}
	must(t, "migrate", "--from", url, "--to", back)
	again := filepath.Join(dir, "again.db")
	must(t, "backup", "--redis", url, again)
	must(t, "restore", "--redis", redistest.Start(t).URL(), again)
	for name, args := range map[string][]string{
		"restored": {"--data", restored}, "redis": {"--redis", url}, "back": {"--data", back},
	} {
		if got := must(t, append([]string{"export"}, args...)...); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		must(t, append([]string{"verify"}, args...)...)
	}
	if r := serve(t, "--data", back); !strings.Contains(r.log.String(), "causerie starts") || strings.Contains(r.log.String(), "/setup#") {
		t.Errorf("the server did not know its owner again:\n%s", r.log)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".causerie-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it left %v (%v)", left, err)
	}
}

// TestMigrate_half: what a copy that broke off has left is neither served nor
// called whole, and the same command completes it.
func TestMigrate_half(t *testing.T) {
	data, stop := spoken(t)
	stop()
	half := emptyStore(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: half})
	if err != nil {
		t.Fatal(err)
	}
	begun := chat.Commit{Do: []chat.Write{chat.Put("migration", data)}}
	if err := errors.Join(s.Commit(t.Context(), "house", begun), s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"serve", "--addr", "127.0.0.1:0", "--data", half},
		{"verify", "--data", half},
		{"export", "--data", half},
		{"user", "add", "--data", half, "Bob"},
		{"migrate", "--from", half, "--to", t.TempDir()},
	} {
		if code, _, stderr := run(t, args...); code != exitFailed || !strings.Contains(stderr, "only a part of "+data) {
			t.Errorf("%s: got %d %q, want %d and a word about the part", args[0], code, stderr, exitFailed)
		}
	}
	must(t, "migrate", "--from", data, "--to", half)
	must(t, "verify", "--data", half)
}

func TestMigrate_misuse(t *testing.T) {
	data := emptyStore(t)
	must(t, "user", "add", "--data", data, "Ada")
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no target", []string{"--from", data}, exitUsage, "migrate needs two stores"},
		{"onto itself", []string{"--from", data, "--to", data}, exitUsage, "migrate needs two stores"},
		{"a Redis that nobody named", []string{"--from", "redis", "--to", data}, exitUsage, "CAUSERIE_REDIS or --redis"},
		{"from nowhere", []string{"--from", t.TempDir(), "--to", t.TempDir()}, exitFailed, "there is no database"},
		{"into a chat", []string{"--from", emptyStore(t), "--to", data}, exitFailed, "holds a chat already"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := run(t, append([]string{"migrate"}, test.args...)...)
			if code != test.code || !strings.Contains(stderr, test.want) {
				t.Errorf("got %d %q, want %d and %q", code, stderr, test.code, test.want)
			}
		})
	}
}

// TestVerify_broken: what is damaged is told and not restored.
func TestVerify_broken(t *testing.T) {
	data, stop := spoken(t)
	stop()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Commit(t.Context(), chat.RoomShelf(chat.Lobby), chat.Commit{Do: []chat.Write{chat.Put("on/"+chat.SeqKey(1)+"/replies", "5")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := run(t, "verify", "--data", data)
	if code != exitFailed || !strings.HasPrefix(stdout, "room lobby: ") || !strings.Contains(stderr, "(1 findings)") {
		t.Errorf("verify: got %d %q %q", code, stdout, stderr)
	}
	file, restored := filepath.Join(t.TempDir(), "backup.db"), t.TempDir()
	must(t, "backup", "--data", data, file)
	for _, test := range []struct{ name, data, file, want string }{
		{"a broken backup", restored, file, "was not restored"},
		{"into a chat", data, file, "holds a chat already"},
		{"a file that is not there", restored, file + "x", "cannot be read"},
		{"another file", restored, "migrate_test.go", "the backup migrate_test.go was not restored: it is damaged: name a file that causerie backup has written ("},
	} {
		t.Run(test.name, func(t *testing.T) {
			if code, _, stderr := run(t, "restore", "--data", test.data, test.file); code != exitFailed || !strings.Contains(stderr, test.want) {
				t.Errorf("got %d %q, want %q", code, stderr, test.want)
			}
		})
	}
	nowhere := filepath.Join(t.TempDir(), "new")
	if code, _, stderr := run(t, "restore", "--data", nowhere, file+"x"); code != exitFailed || !strings.Contains(stderr, "cannot be read") {
		t.Errorf("restore of nothing: got %d %q", code, stderr)
	}
	if _, err := os.Lstat(nowhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("restore of nothing made a folder (%v)", err)
	}
	if entries, err := os.ReadDir(restored); err != nil || len(entries) > 0 {
		t.Errorf("it left %v (%v)", entries, err)
	}
	if code, _, stderr := run(t, "backup", "--data", data, file); code != exitFailed || !strings.Contains(stderr, "is there already") {
		t.Errorf("backup over a file: got %d %q", code, stderr)
	}
}

// A command that was killed leaves a copy of the chat behind that nobody would
// look for: the next one that works there names it.
func TestRestore_namesWhatIsLeft(t *testing.T) {
	data, stop := spoken(t)
	stop()
	dir := t.TempDir()
	file, into := filepath.Join(dir, "backup.db"), filepath.Join(dir, "into")
	must(t, "backup", "--data", data, file)
	left := filepath.Join(into, ".causerie-restore-1")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"restore", "--data", into, file}, {"user", "add", "--data", into, "Bea"}} {
		if code, _, stderr := run(t, args...); code != exitOK || strings.Count(stderr, left) != 1 {
			t.Errorf("%s: got %d %q, want the folder %s named", args[0], code, stderr, left)
		}
	}
	if _, err := os.Stat(left); err != nil {
		t.Errorf("a folder that may be in use was removed: %v", err)
	}
}
