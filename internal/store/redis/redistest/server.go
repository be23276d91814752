// Package redistest starts real redis-server processes for tests: a single
// server, a replica of it, or a cluster of three primaries.
//
// Every server listens on 127.0.0.1 only, keeps its files in a folder of its
// own and is killed when the test ends. Where redis-server is not installed
// the test fails: a store that was not tested must not look tested.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// startTimeout bounds the wait for a server that loads its data.
const startTimeout = 30 * time.Second

// A Server is one redis-server process, or the place of one that was killed.
// Its methods fail the test it was started for; they may not be called at
// once from several goroutines, except Addr, URL and Client.
type Server struct {
	t    testing.TB
	dir  string
	port int
	args []string
	up   string // what the process writes when it serves

	config string // configuration file, or empty

	cmd    *exec.Cmd
	exited chan struct{}
	log    *tail

	clientOnce sync.Once
	client     rueidis.Client
}

// Start starts a server that keeps an append-only file, synced before every
// reply. Each arg is one argument of redis-server and may override that, as in
// Start(t, "--appendfsync", "everysec").
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), up: "Ready to accept connections", args: append([]string{
		"--appendonly", "yes", "--appendfsync", "always", "--save", "", "--repl-diskless-sync-delay", "0",
	}, args...)}
	s.start()
	return s
}

// start runs the server on a port of its choice until the test ends.
func (s *Server) start() {
	s.t.Helper()
	s.t.Cleanup(s.cleanup)
	// Between choosing a free port and redis-server binding it somebody else
	// may take it; another port settles that.
	for attempt := range 10 {
		s.port = freePort(s.t)
		err := s.run()
		if err == nil {
			return
		}
		if attempt == 9 || !strings.Contains(err.Error(), "Address already in use") {
			s.t.Fatal(err)
		}
	}
}

// Replica starts a read-only replica of s and waits until it is in step.
func (s *Server) Replica(args ...string) *Server {
	s.t.Helper()
	args = append([]string{"--replicaof", "127.0.0.1 " + strconv.Itoa(s.port)}, args...)
	replica := Start(s.t, args...)
	await(s.t, "the replica's link", func() bool {
		return strings.Contains(replica.Do("INFO", "replication"), "master_link_status:up")
	})
	await(s.t, "the primary's replica", func() bool {
		return strings.Contains(s.Do("INFO", "replication"), "state=online")
	})
	return replica
}

// Addr returns host:port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Dir is where the server keeps its files.
func (s *Server) Dir() string { return s.dir }

// URL returns redis://host:port.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Client returns a plain client of this one server, which the test closes for
// the caller. It never follows a cluster's redirections.
func (s *Server) Client() rueidis.Client {
	s.clientOnce.Do(func() {
		client, err := rueidis.NewClient(rueidis.ClientOption{
			InitAddress:       []string{s.Addr()},
			ForceSingleClient: true,
			DisableCache:      true,
			AlwaysPipelining:  true,
			PipelineMultiplex: -1,
		})
		if err != nil {
			s.t.Fatalf("connect to redis-server: %v", err)
		}
		s.client = client
	})
	return s.client
}

// Do runs one command and returns its reply as text: a string, a number in
// decimal, "" for nothing and for lists. An error reply fails the test.
func (s *Server) Do(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client := s.Client()
	msg, err := client.Do(ctx, client.B().Arbitrary(args...).Build()).ToMessage()
	if err != nil && !rueidis.IsRedisNil(err) {
		s.t.Fatalf("redis %s: %v", args[0], err)
	}
	if n, err := msg.ToInt64(); err == nil {
		return strconv.FormatInt(n, 10)
	}
	text, _ := msg.ToString()
	return text
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatalf("kill redis-server: %v", err)
	}
	<-s.exited
}

// Restart starts a killed server again, on the same port and data, and waits
// until it has loaded them.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// Pause stops the process as a stalled machine would (SIGSTOP): connections
// stay open and nothing answers.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume continues a paused process.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal redis-server: %v", err)
	}
}

func (s *Server) cleanup() {
	if s.client != nil {
		s.client.Close()
	}
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

// run starts the process and returns when it accepts connections.
func (s *Server) run() error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("redis-server is not installed; `make test` installs it: %w", err)
	}
	args := []string{"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--daemonize", "no"}
	if s.config != "" {
		args = append([]string{s.config}, args...)
	}
	cmd := exec.Command(path, append(args, s.args...)...)
	cmd.SysProcAttr = dieWithParent()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}

	ready := make(chan struct{})
	exited := make(chan struct{})
	s.cmd, s.exited, s.log = cmd, exited, new(tail)
	go func() {
		s.log.follow(out, s.up, ready)
		_ = cmd.Wait()
		close(exited)
	}()
	select {
	case <-ready:
		return nil
	case <-exited:
		return fmt.Errorf("redis-server ended at start:\n%s", s.log)
	case <-time.After(startTimeout):
		_ = cmd.Process.Kill()
		<-exited
		return fmt.Errorf("redis-server was not ready after %v:\n%s", startTimeout, s.log)
	}
}

// A tail keeps the last lines that a process wrote.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// follow reads r to its end and closes found at the first line that contains
// text.
func (l *tail) follow(r io.Reader, text string, found chan<- struct{}) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		l.mu.Lock()
		l.lines = append(l.lines[max(0, len(l.lines)-30):], lines.Text())
		l.mu.Unlock()
		if found != nil && strings.Contains(lines.Text(), text) {
			close(found)
			found = nil
		}
	}
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// await polls what another process must come to: there is no event to wait
// for.
func await(t testing.TB, what string, reached func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startTimeout)
	for !reached() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waiting for %s: not after %v", what, startTimeout)
		}
	}
}
