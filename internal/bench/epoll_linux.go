package bench

import (
	"net"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readSize is what one read(2) asks for: enough for a large batch, and small
// enough to stay in the processor's second-level cache.
const readSize = 128 << 10

// An epoll is the driver for plain websockets: one thread, one wait for all
// connections, one buffer into which each of them is read and in which its
// frames are parsed.
type epoll struct {
	run     *run
	fd      int
	timer   int
	armed   time.Duration
	addr    unix.Sockaddr
	family  int
	spread  bool // many connections to this host need many source addresses
	events  [512]unix.EpollEvent
	buf     []byte
	scratch []byte
	socks   []*sock   // by client.index
	sippers []*client // slow readers that read a little
	sipped  time.Duration
}

// A sock is one connection of a client. gen tells events of this connection
// from events of the client's earlier ones in the same batch.
type sock struct {
	fd      int
	gen     int32
	want    uint32
	partial []byte // the beginning of a frame whose end has not arrived
	out     []byte // what the kernel would not take yet
	slow    int    // bytes a second; -1 for a healthy reader
	budget  float64
}

const timerEvent = -1

func newEpoll(r *run) (driver, error) {
	tcp, err := net.ResolveTCPAddr("tcp", r.target.Host)
	if err != nil {
		return nil, err
	}
	e := &epoll{run: r, buf: make([]byte, 2*readSize), socks: make([]*sock, len(r.members)+len(r.slow))}
	if ip := tcp.IP.To4(); ip != nil || tcp.IP == nil {
		e.family = unix.AF_INET
		a := &unix.SockaddrInet4{Port: tcp.Port, Addr: [4]byte{127, 0, 0, 1}}
		copy(a.Addr[:], ip)
		e.addr, e.spread = a, a.Addr[0] == 127 && len(e.socks) > 20_000
	} else {
		e.family = unix.AF_INET6
		a := &unix.SockaddrInet6{Port: tcp.Port}
		copy(a.Addr[:], tcp.IP.To16())
		e.addr = a
	}
	if e.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if e.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: timerEvent}
	return e, os.NewSyscallError("epoll_ctl", unix.EpollCtl(e.fd, unix.EPOLL_CTL_ADD, e.timer, &ev))
}

func (e *epoll) dial(c *client) {
	s, err := e.connect(c)
	if err != nil {
		// Told later: the caller is in the middle of its own bookkeeping.
		e.run.agenda.add(e.run.now(), func() { e.run.lost(c, err) })
		return
	}
	e.socks[c.index] = s
}

func (e *epoll) connect(c *client) (*sock, error) {
	fd, err := unix.Socket(e.family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &sock{fd: fd, slow: -1, want: unix.EPOLLIN | unix.EPOLLOUT}
	if old := e.socks[c.index]; old != nil {
		s.gen = old.gen + 1
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if c.receiver < 0 {
		// A small window, so that the server feels the slow reader soon.
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
	}
	if e.spread {
		// The port is left to connect, which may share it between sources.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		_ = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + c.index/20_000)}})
	}
	if err := unix.Connect(fd, e.addr); err != nil && err != unix.EINPROGRESS {
		unix.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	ev := unix.EpollEvent{Events: s.want, Fd: int32(c.index), Pad: s.gen}
	if err := unix.EpollCtl(e.fd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return s, nil
}

func (e *epoll) turn(until time.Duration) error {
	if until != e.armed {
		e.armed = until
		// Zero would disarm the timer.
		left := unix.NsecToTimespec(max(int64(until-e.run.now()), 1))
		if err := unix.TimerfdSettime(e.timer, 0, &unix.ItimerSpec{Value: left}, nil); err != nil {
			return os.NewSyscallError("timerfd_settime", err)
		}
	}
	n, err := unix.EpollWait(e.fd, e.events[:], -1)
	if err != nil && err != unix.EINTR {
		return os.NewSyscallError("epoll_wait", err)
	}
	for i := range max(n, 0) {
		ev := &e.events[i]
		if ev.Fd == timerEvent {
			e.armed = 0
			var b [8]byte
			_, _ = unix.Read(e.timer, b[:])
			continue
		}
		c := e.client(int(ev.Fd))
		if s := e.socks[c.index]; s.fd >= 0 && s.gen == ev.Pad {
			e.handle(c, s, ev.Events)
		}
	}
	e.sip()
	return nil
}

func (e *epoll) client(i int) *client {
	if i < len(e.run.members) {
		return e.run.members[i]
	}
	return e.run.slow[i-len(e.run.members)]
}

func (e *epoll) handle(c *client, s *sock, events uint32) {
	if c.phase == dialing {
		if err := socketError(s.fd); err != nil {
			e.end(c, s, os.NewSyscallError("connect", err))
			return
		}
		if events&unix.EPOLLOUT == 0 {
			return
		}
		e.run.look()
		e.write(c, s, c.connected())
	}
	if events&unix.EPOLLOUT != 0 {
		e.flush(c, s)
	}
	switch {
	case s.slow >= 0 && events&(unix.EPOLLERR|unix.EPOLLHUP|unix.EPOLLRDHUP) != 0:
		e.end(c, s, errHangUp)
	case s.slow < 0 && events&^unix.EPOLLOUT != 0:
		e.read(c, s)
	}
}

// read is the hot path: one read(2), one look at the clock, and the frames
// are handled where they lie.
func (e *epoll) read(c *client, s *sock) {
	kept := copy(e.buf, s.partial)
	n, err := readNow(s.fd, e.buf[kept:])
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil:
		e.end(c, s, os.NewSyscallError("read", err))
		return
	case n == 0:
		e.end(c, s, errHangUp)
		return
	}
	e.run.look()
	got := e.buf[:kept+n]
	used, err := c.read(got)
	if err != nil {
		e.end(c, s, err)
		return
	}
	s.partial = append(s.partial[:0], got[used:]...)
	if len(s.partial)+readSize > len(e.buf) {
		e.buf = make([]byte, 2*len(e.buf))
	}
}

// readNow is read(2) on a socket that never blocks, so the scheduler need not
// be told.
func readNow(fd int, b []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func socketError(fd int) error {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if code != 0 {
		return unix.Errno(code)
	}
	return nil
}

func (e *epoll) send(c *client, p []byte) { e.control(c, opText, p) }

func (e *epoll) control(c *client, op byte, p []byte) {
	s := e.socks[c.index]
	if s == nil || s.fd < 0 {
		return
	}
	e.scratch = appendFrame(e.scratch[:0], op, p)
	e.write(c, s, e.scratch)
}

// write hands b to the kernel, keeps what it does not take, and leaves errors
// to the read that will find them too.
func (e *epoll) write(c *client, s *sock, b []byte) {
	if len(s.out) == 0 {
		n, err := unix.Write(s.fd, b)
		if err != nil && err != unix.EAGAIN {
			return
		}
		b = b[max(n, 0):]
	}
	s.out = append(s.out, b...)
	e.flush(c, s)
}

func (e *epoll) flush(c *client, s *sock) {
	if len(s.out) > 0 {
		n, err := unix.Write(s.fd, s.out)
		if err == nil {
			s.out = append(s.out[:0], s.out[n:]...)
		}
	}
	want := uint32(unix.EPOLLIN)
	if s.slow >= 0 {
		want = unix.EPOLLRDHUP
	}
	if len(s.out) > 0 {
		want |= unix.EPOLLOUT
	}
	e.listen(c, s, want)
}

func (e *epoll) listen(c *client, s *sock, want uint32) {
	if want == s.want {
		return
	}
	s.want = want
	ev := unix.EpollEvent{Events: want, Fd: int32(c.index), Pad: s.gen}
	_ = unix.EpollCtl(e.fd, unix.EPOLL_CTL_MOD, s.fd, &ev)
}

func (e *epoll) end(c *client, s *sock, err error) {
	e.shut(s)
	e.run.lost(c, err)
}

func (e *epoll) shut(s *sock) {
	if s.fd >= 0 {
		unix.Close(s.fd)
		s.fd = -1
		s.partial, s.out = nil, nil
	}
}

// cut makes the kernel send RST. It also keeps thousands of ports out of
// TIME_WAIT.
func (e *epoll) cut(c *client) {
	if s := e.socks[c.index]; s != nil && s.fd >= 0 {
		_ = unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		e.shut(s)
	}
}

func (e *epoll) slow(c *client, perSecond int) {
	s := e.socks[c.index]
	s.slow = perSecond
	s.partial = nil
	e.flush(c, s)
	if perSecond > 0 {
		e.sippers = append(e.sippers, c)
	}
}

// sip reads for the slow readers, ten times a second, what their pace allows.
func (e *epoll) sip() {
	now := e.run.now()
	if len(e.sippers) == 0 || now-e.sipped < 100*time.Millisecond {
		return
	}
	elapsed := min(now-e.sipped, time.Second)
	e.sipped = now
	for _, c := range e.sippers {
		s := e.socks[c.index]
		if s.fd < 0 {
			continue
		}
		s.budget += elapsed.Seconds() * float64(s.slow)
		n, err := readNow(s.fd, e.buf[:min(int(s.budget), len(e.buf))])
		if err == nil {
			s.budget -= float64(n)
		}
	}
}

func (e *epoll) close() {
	for i := range e.socks {
		e.cut(e.client(i))
	}
	unix.Close(e.timer)
	unix.Close(e.fd)
}
