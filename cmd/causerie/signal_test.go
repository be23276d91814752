//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
