// Package node starts the real program for tests from outside.
package node

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	build      = sync.OnceValues(func() (string, error) { return buildWith("-race") })
	buildPlain = sync.OnceValues(func() (string, error) { return buildWith() })
)

func buildWith(flags ...string) (string, error) {
	dir, err := os.MkdirTemp("", "causerie-test")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "causerie")
	args := append(append([]string{"build", "-o", bin}, flags...), "github.com/causerie-chat/causerie/cmd/causerie")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("failed to build causerie: %w\n%s", err, out)
	}
	return bin, nil
}

// Binary returns the path of the program, built with the race detector.
func Binary(t testing.TB) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// A Node is one running process of the program.
type Node struct {
	URL string

	t    testing.TB
	bin  string
	cmd  *exec.Cmd
	args []string
	done chan struct{}

	mu   sync.Mutex
	logs bytes.Buffer // guarded by mu
}

// Start runs `causerie serve` with the arguments on a free port of 127.0.0.1
// and waits until it is ready. The process is killed when the test ends, and
// its log is shown if the test failed.
func Start(t testing.TB, args ...string) *Node {
	t.Helper()
	return start(t, Binary(t), FreeAddr(t), args)
}

// StartPlain is Start without the race detector, which makes a program ten
// times as slow: for tests whose point is how many there are.
func StartPlain(t testing.TB, args ...string) *Node {
	t.Helper()
	bin, err := buildPlain()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, bin, FreeAddr(t), args)
}

func start(t testing.TB, bin, addr string, args []string) *Node {
	t.Helper()
	n := &Node{URL: "http://" + addr, t: t, bin: bin, args: args, done: make(chan struct{})}
	n.cmd = exec.Command(bin, append([]string{"serve", "--addr", addr}, args...)...)
	// What the test was started with must not reach the program.
	n.cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "GORACE=halt_on_error=1 exitcode=66"}
	pipe, err := n.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go n.collect(pipe)
	t.Cleanup(func() {
		n.Kill()
		if t.Failed() {
			t.Logf("log of %s:\n%s", n.URL, n.Logs())
		}
		if strings.Contains(n.Logs(), "DATA RACE") {
			t.Errorf("data race in %s:\n%s", n.URL, n.Logs())
		}
	})
	n.Await(30 * time.Second)
	return n
}

func (n *Node) collect(r io.Reader) {
	defer close(n.done)
	br := bufio.NewReader(r)
	for {
		line, err := br.ReadBytes('\n')
		n.mu.Lock()
		n.logs.Write(line)
		n.mu.Unlock()
		if err != nil {
			break
		}
	}
	n.cmd.Wait()
}

// Logs returns what the process has written to its standard error.
func (n *Node) Logs() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.logs.String()
}

// Await waits until the node is ready.
func (n *Node) Await(limit time.Duration) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), limit)
	defer cancel()
	for {
		err := n.ready(ctx)
		if err == nil {
			return
		}
		select {
		case <-n.done:
			n.t.Fatalf("the node ended: %v\n%s", err, n.Logs())
		case <-ctx.Done():
			n.t.Fatalf("the node is not ready: %v\n%s", err, n.Logs())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (n *Node) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.URL+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s", resp.Status, body)
	}
	return nil
}

// Ready reports whether /readyz is green.
func (n *Node) Ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return n.ready(ctx) == nil
}

// Kill ends the process at once, as a crash does.
func (n *Node) Kill() {
	n.cmd.Process.Signal(syscall.SIGKILL)
	<-n.done
}

// Signal sends sig to the process.
func (n *Node) Signal(sig os.Signal) { n.cmd.Process.Signal(sig) }

// Wait waits for the process to end and returns its exit code.
func (n *Node) Wait(limit time.Duration) (int, error) {
	select {
	case <-n.done:
		return n.cmd.ProcessState.ExitCode(), nil
	case <-time.After(limit):
		return 0, errors.New("the node still runs")
	}
}

// Restart starts the node again at the same address with the same arguments.
// It must have ended.
func (n *Node) Restart() *Node {
	n.t.Helper()
	return start(n.t, n.bin, strings.TrimPrefix(n.URL, "http://"), n.args)
}

// FreeAddr returns an address of 127.0.0.1 that nothing listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
