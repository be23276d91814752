//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whoever has stopped a command is told so, and not of what it was doing.
func TestProgram_broken(t *testing.T) {
	signalled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		want string
	}{
		{"by a signal", signalled, "causerie: stopped before the end\n"},
		{"by itself", t.Context(), "causerie: the store does not answer\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			code := program{stderr: &stderr}.broken(test.ctx, errors.New("the store does not answer"))
			if code != exitFailed || stderr.String() != test.want {
				t.Errorf("got %d %q, want %d %q", code, stderr.String(), exitFailed, test.want)
			}
		})
	}
}

// A process that waits for somebody who does not go must not make its operator
// wait: the second signal ends it.
func TestServe_secondSignal(t *testing.T) {
	addr := freeAddr(t)
	cmd := exec.Command(os.Args[0], "serve", "--addr", addr, "--data", t.TempDir(), "--drain", "1m")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	log := bufio.NewScanner(stderr)
	await := func(text string) {
		t.Helper()
		for log.Scan() {
			if strings.Contains(log.Text(), text) {
				return
			}
		}
		t.Fatalf("it ended without saying %q", text)
	}

	await("msg=ready")
	r := &running{url: "http://" + addr}
	if status, body := r.get(t, handshake); status != 200 {
		t.Fatalf("got %d %s", status, body)
	}
	start := time.Now()
	signal := func() {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	signal()
	await("msg=stopping")
	signal()
	io.Copy(io.Discard, stderr)
	cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by itself, %v after the first signal: %v", time.Since(start), cmd.ProcessState)
	}
}
