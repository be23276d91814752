//go:build linux || darwin

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// limitDir names the environment variable that turns this test binary into
// the process whose files may not grow.
const limitDir = "CAUSERIE_TEST_LIMIT_DIR"

func init() { processes[limitDir] = appendWithinLimit }

// TestFileLimit: when the operating system refuses to write, in the middle of
// a commit, nothing is acknowledged, and all goes on once it writes again. The
// limit is a whole process's, hence the second one.
func TestFileLimit(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), limitDir+"="+t.TempDir())
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("with limited files: %v\n%s", err, out)
	}
}

func appendWithinLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // so that write(2) fails with EFBIG
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	defer s.Close()
	acked := uint64(0)
	add := func() error {
		a := s.Append(ctx, chat.Lobby, []chat.Draft{{ID: chat.NewID(), Author: "a", Text: "text"}})[0]
		if a.Err == nil {
			if acked++; a.Entry.Seq != acked {
				return fmt.Errorf("got seq %d, want %d", a.Entry.Seq, acked)
			}
		}
		return a.Err
	}
	for range 3 { // more than once: the way back must leave no trace
		if err := add(); err != nil {
			return err
		}
		info, err := os.Stat(s.path + "-wal")
		if err != nil {
			return err
		}
		if err := limitFiles(uint64(info.Size()) + 6000); err != nil {
			return err
		}
		for err = nil; err == nil; {
			err = add()
		}
		if !errors.Is(err, &chat.Error{Code: chat.CodeUnavailable}) {
			return fmt.Errorf("within the limit: got %w, want unavailable", err)
		}
		if _, err := s.Head(ctx, chat.Lobby); err != nil {
			return fmt.Errorf("reading within the limit: %w", err)
		}
		if err := limitFiles(1 << 40); err != nil {
			return err
		}
	}
	entries, err := s.After(ctx, chat.Lobby, 0, 1<<20)
	if err != nil || uint64(len(entries)) != acked {
		return fmt.Errorf("got %d entries, %v, want the %d acknowledged", len(entries), err, acked)
	}
	return s.quickCheck(ctx)
}

// limitFiles bounds how long a file of this process may become.
func limitFiles(bytes uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(bytes, limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}
