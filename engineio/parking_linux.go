package engineio

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// pollBatch is how many readable websockets one look at the kernel's list
// takes.
const pollBatch = 128

// A parking waits for many websockets at once. One that is parked here has no
// goroutine and no stack; when there is something to read, a fresh goroutine
// takes over. Its poller is one goroutine, which waits for an epoll descriptor
// as others wait for a connection, without a thread of its own, and which
// exists while websockets are registered.
//
// Parking is a hand-over: from the moment park has returned true, whoever
// swaps socket.parked from true to false owns the reading, and runs it. That is
// the poller, or [socket.unpark] when something else has to be waited for.
type parking struct {
	running *sync.WaitGroup

	mu      sync.Mutex
	file    *os.File  // of fd; nil while no websocket is registered; guarded by mu
	fd      int       // guarded by mu
	sockets []*socket // registered ones by descriptor; guarded by mu
	count   int       // how many; guarded by mu
}

func (p *parking) init(running *sync.WaitGroup) { p.running = running }

// park leaves the waiting for c to the poller. It is false if c has to be
// waited for by its own goroutine.
func (p *parking) park(c *socket) bool {
	if c.raw == nil || !c.attached || c.hurried.Load() {
		return false
	}
	c.parked.Store(true)
	if !p.watch(c) {
		return !c.parked.CompareAndSwap(true, false)
	}
	// Who hurried c before it was parked could not unpark it.
	return !c.hurried.Load() || !c.parked.CompareAndSwap(true, false)
}

// watch asks the kernel to tell once when c is readable.
func (p *parking) watch(c *socket) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.departed {
		return false // unparked and finished while it was being parked
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(c.fd)}
	if c.registered {
		return unix.EpollCtl(p.fd, unix.EPOLL_CTL_MOD, c.fd, &event) == nil
	}
	if p.file == nil && !p.start() {
		return false
	}
	for len(p.sockets) <= c.fd {
		p.sockets = append(p.sockets, nil)
	}
	p.sockets[c.fd] = c
	p.count++
	c.registered = true
	if unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, c.fd, &event) != nil {
		p.unregister(c)
		return false
	}
	return true
}

// remove forgets c, whose descriptor is about to be closed by the caller.
func (p *parking) remove(c *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.departed = true
	if c.registered {
		_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, c.fd, nil)
		p.unregister(c)
	}
}

// unregister requires mu. With the last websocket the poller ends.
func (p *parking) unregister(c *socket) {
	c.registered = false
	p.sockets[c.fd] = nil
	p.count--
	if p.count == 0 {
		p.file.Close()
		p.file, p.sockets = nil, nil
	}
}

// start requires mu. The caller's websocket is counted in running, so a server
// that is closed waits for the poller too.
func (p *parking) start() bool {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return false
	}
	// Non-blocking is what makes os.NewFile hand it to the runtime's poller.
	if unix.SetNonblock(fd, true) != nil {
		unix.Close(fd)
		return false
	}
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return false
	}
	p.file, p.fd = file, fd
	p.running.Add(1)
	go p.run(raw)
	return true
}

func (p *parking) run(raw syscall.RawConn) {
	defer p.running.Done()
	var events [pollBatch]unix.EpollEvent
	var ready [pollBatch]*socket
	n := 0
	look := func(fd uintptr) bool {
		n, _ = unix.EpollWait(int(fd), events[:], 0)
		return n != 0
	}
	for raw.Read(look) == nil {
		for _, c := range p.pick(events[:max(n, 0)], ready[:0]) {
			c.resume()
		}
		clear(ready[:])
	}
}

// pick appends the websockets that the events are about. An event may be late
// and find another websocket under its descriptor, which then looks in vain.
func (p *parking) pick(events []unix.EpollEvent, ready []*socket) []*socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		if fd := int(events[i].Fd); fd < len(p.sockets) && p.sockets[fd] != nil {
			ready = append(ready, p.sockets[fd])
		}
	}
	return ready
}
