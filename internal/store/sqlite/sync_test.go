//go:build linux

package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// syncDir names the environment variable that turns this test binary into the
// process whose system calls are watched.
const syncDir = "CAUSERIE_TEST_SYNC_DIR"

func init() { processes[syncDir] = appendAndPrint }

// appendAndPrint writes the id of every acknowledged entry to the standard
// output, each with one system call.
func appendAndPrint(dir string) error {
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		return err
	}
	var appending sync.WaitGroup
	for range 4 {
		appending.Go(func() {
			for range 25 {
				d := chat.Draft{ID: chat.NewID(), Author: "a", Text: "text"}
				if a := s.Append(context.Background(), chat.Lobby, []chat.Draft{d})[0]; a.Err == nil {
					fmt.Println(a.Entry.ID)
				}
			}
		})
	}
	appending.Wait()
	return s.Close()
}

// TestAckAfterSync checks P1 against a power cut, as the kernel sees it: an
// entry's bytes are written, then synced, and only then acknowledged.
func TestAckAfterSync(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	child := exec.Command("strace", "-f", "-o", trace, "-xx", "-s", "8192", "-e", "trace=write,pwrite64,fdatasync,fsync", os.Args[0])
	child.Env = append(os.Environ(), syncDir+"="+t.TempDir())
	if out, err := child.CombinedOutput(); err != nil {
		t.Skipf("needs strace and the right to trace: %v\n%.200s", err, out)
	}
	file, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	var disk ackedDisk
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := disk.call(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil || disk.acks != 100 {
		t.Fatalf("trace: got %d acknowledgements, %v, want 100", disk.acks, err)
	}
}

// An ackedDisk follows a trace: what was written and what of it is safe.
type ackedDisk struct {
	written, synced bytes.Buffer
	acks            int
}

var traced = regexp.MustCompile(`^\d+ +(<\.\.\. )?(\w+)(?: resumed|\()(\d*)[^"]*(?:"([^"]*)")?`)

// call takes one line of the trace. A write counts from its beginning, for an
// acknowledgement may be seen by then; a sync only when it has ended.
func (d *ackedDisk) call(line string) error {
	m := traced.FindStringSubmatch(line)
	if m == nil {
		return nil // a signal, or the end of a thread
	}
	resumed, name, fd := m[1] != "", m[2], m[3]
	data, err := hex.DecodeString(strings.ReplaceAll(m[4], `\x`, ""))
	if err != nil {
		return fmt.Errorf("trace: %q: %w", line, err)
	}
	switch unfinished := strings.HasSuffix(line, "<unfinished ...>"); {
	case name == "pwrite64" && !resumed:
		d.written.Write(data)
	case strings.HasSuffix(name, "sync") && !unfinished:
		d.written.WriteTo(&d.synced)
	case name == "write" && fd == "1" && !resumed:
		id, err := chat.ParseID(strings.TrimSpace(string(data)))
		if err != nil {
			return fmt.Errorf("trace: %q: %w", line, err)
		}
		if d.acks++; !bytes.Contains(d.synced.Bytes(), id[:]) {
			return fmt.Errorf("entry %s was acknowledged before it was synced", id)
		}
	}
	return nil
}
