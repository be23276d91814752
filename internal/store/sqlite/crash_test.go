package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/storetest"
)

// crashDir names the environment variable that turns this test binary into
// the process that is killed.
const crashDir = "CAUSERIE_TEST_CRASH_DIR"

var crashRooms = []chat.RoomID{"lobby", "a", "b"}

// appendUntilKilled keeps entries from several goroutines and prints every
// acknowledged one as a line, after the ack and never before.
func appendUntilKilled(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	node := chat.NodeID(chat.NewID().String())
	ghost := chat.Arrival{Node: node, Person: chat.Person{ID: chat.PersonID(node), Nickname: "Ghost"}}
	if err := s.Arrive(ctx, []chat.Arrival{ghost}, 10*time.Millisecond)[0]; err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for i := range 12 {
		room := crashRooms[i%len(crashRooms)]
		go func() {
			for {
				drafts := make([]chat.Draft, 1+i%3)
				for j := range drafts {
					drafts[j] = chat.Draft{Room: room, ID: chat.NewID(), Author: "a", Text: fmt.Sprint(i, j), At: time.Now()}
				}
				acked := s.Append(ctx, room, drafts)
				out.Lock()
				for _, a := range acked {
					if a.Err != nil {
						failed <- a.Err
					}
					fmt.Print(ackLine(a.Entry))
				}
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// ackLine is everything an ack promises of an entry.
func ackLine(e chat.Entry) string { return fmt.Sprintf("%s %d %s %s\n", e.Room, e.Seq, e.FP, e.ID) }

// TestKill checks P1 and P8 against kill -9: every acknowledged entry is in
// the log exactly once with the fingerprint that was acknowledged, and who was
// here through the killed process is told as gone.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	var acked []string
	for range storetest.Rounds(3, 50) {
		acked = append(acked, killAfter(t, dir, 50+rand.IntN(800))...)
		s := openTest(t, Options{Dir: dir})
		checkAcked(t, s, acked)
		waitForEmptyRoster(t, s)
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
}

// killAfter runs the process until it has acknowledged n entries, kills it,
// and returns every acknowledgement that got out.
func killAfter(t *testing.T, dir string, n int) (acked []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDir+"="+dir)
	child.Stderr = os.Stderr
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a last line without its end is no acknowledgement
		}
		if err != nil {
			t.Fatal(err)
		}
		if acked = append(acked, line); len(acked) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // killed, as wanted
	if len(acked) < n {
		t.Fatalf("the process ended by itself after %d acknowledgements", len(acked))
	}
	return acked
}

func checkAcked(t *testing.T, s *Store, acked []string) {
	t.Helper()
	kept := make(map[string]int)
	for _, room := range crashRooms {
		entries, err := s.After(t.Context(), room, 0, 1<<30)
		if err != nil {
			t.Fatalf("After: %v", err)
		}
		at := chat.Cursor{}
		for _, e := range entries {
			if at = at.Next(e.ID); e.Cursor != at {
				t.Fatalf("%s: got cursor %+v, want %+v", room, e.Cursor, at)
			}
			kept[ackLine(e)]++
		}
	}
	for _, line := range acked {
		if kept[line] != 1 {
			t.Fatalf("acknowledged entry %q: got it %d times, want once", line, kept[line])
		}
	}
}

func waitForEmptyRoster(t *testing.T, s *Store) {
	t.Helper()
	before, err := s.Roster(t.Context())
	if err != nil || len(before.People) != 1 {
		t.Fatalf("Roster after a kill: got %+v, %v, want the ghost", before, err)
	}
	gone := make(chan chat.Change, 8)
	stop, err := s.WatchRoster(t.Context(), func(changes []chat.Change) {
		for _, c := range changes {
			gone <- c
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.Expire(t.Context(), 10*time.Millisecond); err != nil {
			t.Fatalf("Expire: %v", err)
		}
		select {
		case c := <-gone:
			if want := (chat.Change{Version: before.Version + 1, Person: before.People[0]}); c != want {
				t.Fatalf("Expire: got change %+v, want %+v", c, want)
			}
			return
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the ghost stays")
		}
	}
}

// TestPowerLoss copies the files of a store that is being written to, as a
// machine without power would leave them, and expects every entry in the copy
// that was acknowledged before the copying began.
func TestPowerLoss(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir})
	var mu sync.Mutex
	var acked []string // guarded by mu
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	heard := make(chan struct{}, 1)
	for i := range 6 {
		room := crashRooms[i%len(crashRooms)]
		writing.Go(func() {
			for ctx.Err() == nil {
				for _, a := range s.Append(context.Background(), room, []chat.Draft{{ID: chat.NewID(), Author: "a", Text: "x"}}) {
					if a.Err != nil {
						t.Errorf("Append: %v", a.Err)
						return
					}
					mu.Lock()
					acked = append(acked, ackLine(a.Entry))
					mu.Unlock()
				}
				select {
				case heard <- struct{}{}:
				default:
				}
			}
		})
	}
	for range storetest.Rounds(3, 50) {
		for range 20 + rand.IntN(60) {
			<-heard
		}
		mu.Lock()
		before := acked[:len(acked):len(acked)]
		mu.Unlock()
		copied := openTest(t, Options{Dir: snapshot(t, s)})
		checkAcked(t, copied, before)
		if err := copied.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	cancel()
	writing.Wait()
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// snapshot copies database and write-ahead log as of one moment: the open read
// keeps the log from starting over between the two copies, so whatever a
// checkpoint moves meanwhile is in the copied log as well.
func snapshot(t *testing.T, s *Store) (dir string) {
	t.Helper()
	tx, err := s.read.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM counters").Scan(&n); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(s.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(s.path)+suffix), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
