package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// Cores: the server has one for itself; Redis and the load share the other,
// as the load is cheap and Redis cheaper.
const (
	serverCore = 0
	loadCore   = 1
)

// A process is a server that runs.
type process struct {
	cmd  *exec.Cmd
	name string
	log  bytes.Buffer
	done chan struct{}
}

// start runs a command on one core and waits until it listens on addr.
func start(ctx context.Context, name string, core int, addr string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(args[0], args[1:]...), name: name, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := startOn(core, p.cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	if err := p.listening(ctx, addr); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) listening(ctx context.Context, addr string) error {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended at once: %s", p.name, p.log.String())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not listen on %s", p.name, addr)
}

// stop ends the process, by force if it takes more than five seconds.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// startOn starts the command from a thread that is bound to the core, which
// the child inherits.
func startOn(core int, cmd *exec.Cmd) error {
	err := make(chan error)
	go func() {
		// Never unlocked: the thread, bound to one core, dies with the goroutine.
		runtime.LockOSThread()
		err <- errors.Join(bindThread(core), cmd.Start())
	}()
	return <-err
}

// freePort returns a port that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// A redis is a Redis server of our own in a folder of its own.
type redis struct {
	*process
	dir  string
	addr string
}

func startRedis(ctx context.Context, out, fsync string) (*redis, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(out, "redis-")
	if err != nil {
		return nil, err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	p, err := start(ctx, "redis-server", loadCore, addr, nil, "redis-server",
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", fsync, "--maxmemory-policy", "noeviction")
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &redis{process: p, dir: dir, addr: addr}, nil
}

func (r *redis) stop() {
	r.process.stop()
	os.RemoveAll(r.dir)
}

// A running is a server with what it needs.
type running struct {
	*process
	redis *redis
	dir   string
	url   string
}

func (r *running) stop() {
	r.process.stop()
	if r.redis != nil {
		r.redis.stop()
	}
	os.RemoveAll(r.dir)
}

func (b *bench) launch(s server, fsync string) (*running, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	r := &running{url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	if r.dir, err = os.MkdirTemp(b.out, "data-"); err != nil {
		return nil, err
	}
	at := place{bin: b.bin, article: filepath.Join(b.root, "bench", "article"), data: r.dir, port: port}
	if s.redis {
		if r.redis, err = startRedis(b.ctx, b.out, fsync); err != nil {
			os.RemoveAll(r.dir)
			return nil, err
		}
		at.redis = r.redis.addr
	}
	env, args := s.command(at)
	r.process, err = start(b.ctx, s.Name, serverCore, at.addr(), env, args...)
	if err != nil {
		if r.redis != nil {
			r.redis.stop()
		}
		os.RemoveAll(r.dir)
		return nil, err
	}
	return r, nil
}
