package main

import (
	"flag"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:3000", "where to listen, IPv4")
	batch := flag.Bool("batch", false, "one write per connection and turn, not per delivery")
	flag.Parse()
	fmt.Fprintln(os.Stderr, "floor:", serve(*addr, *batch))
	os.Exit(1)
}

// A server is one epoll loop. Connections are found by their descriptor.
type server struct {
	epoll    int
	listener int
	batch    bool
	conns    []*conn // by fd
	joined   []*conn
	turn     []byte // frames of this turn, when batching
	buf      [64 << 10]byte
}

// serve returns only when something has failed.
func serve(addr string, batch bool) error {
	tcp, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return err
	}
	s := &server{batch: batch}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if s.listener, err = listen(tcp); err != nil {
		return err
	}
	if err := s.watch(unix.EPOLL_CTL_ADD, s.listener, unix.EPOLLIN); err != nil {
		return err
	}
	var events [512]unix.EpollEvent
	for {
		n, err := unix.EpollWait(s.epoll, events[:], -1)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, ev := range events[:max(n, 0)] {
			if int(ev.Fd) == s.listener {
				s.accept()
			} else if c := s.conns[ev.Fd]; c != nil {
				s.handle(c, ev.Events)
			}
		}
		if len(s.turn) > 0 {
			s.tellAll(s.turn)
			s.turn = s.turn[:0]
		}
	}
}

func listen(tcp *net.TCPAddr) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	a := &unix.SockaddrInet4{Port: tcp.Port}
	copy(a.Addr[:], tcp.IP.To4())
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err := unix.Bind(fd, a); err != nil {
		return 0, err
	}
	return fd, unix.Listen(fd, 4096)
}

func (s *server) watch(op, fd int, events uint32) error {
	return unix.EpollCtl(s.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

func (s *server) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		for len(s.conns) <= fd {
			s.conns = append(s.conns, nil)
		}
		s.conns[fd] = &conn{fd: fd, place: -1}
		if s.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN) != nil {
			s.drop(s.conns[fd])
		}
	}
}

func (s *server) handle(c *conn, events uint32) {
	if events&unix.EPOLLOUT != 0 {
		s.flush(c)
	}
	if events&^unix.EPOLLOUT == 0 {
		return
	}
	n, err := unix.Read(c.fd, s.buf[:])
	if err == unix.EAGAIN {
		return
	}
	if err != nil || n == 0 || !c.take(s, s.buf[:n]) {
		s.drop(c)
	}
}

func (s *server) drop(c *conn) {
	unix.Close(c.fd)
	s.conns[c.fd] = nil
	if c.place < 0 {
		return
	}
	last := s.joined[len(s.joined)-1]
	s.joined[c.place], last.place = last, c.place
	s.joined = s.joined[:len(s.joined)-1]
}

// publish delivers a frame now, or at the end of the turn.
func (s *server) publish(frame []byte) {
	if s.batch {
		s.turn = append(s.turn, frame...)
		return
	}
	s.tellAll(frame)
}

func (s *server) tellAll(b []byte) {
	for _, c := range s.joined {
		s.write(c, b)
	}
}

// write is the write(2) that everything is measured against. What the kernel
// does not take is kept: even the floor loses nothing.
func (s *server) write(c *conn, b []byte) {
	if len(c.out) == 0 {
		n, _ := unix.Write(c.fd, b)
		if b = b[max(n, 0):]; len(b) == 0 {
			return
		}
		_ = s.watch(unix.EPOLL_CTL_MOD, c.fd, unix.EPOLLIN|unix.EPOLLOUT)
	}
	c.out = append(c.out, b...)
}

func (s *server) flush(c *conn) {
	n, _ := unix.Write(c.fd, c.out)
	c.out = append(c.out[:0], c.out[max(n, 0):]...)
	if len(c.out) == 0 {
		_ = s.watch(unix.EPOLL_CTL_MOD, c.fd, unix.EPOLLIN)
	}
}
