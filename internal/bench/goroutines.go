package bench

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// A goroutines is the portable driver, and the one for TLS and HTTP
// long-polling: each connection has a goroutine that reads and one that
// writes, and they take run.mu for each batch that arrives.
type goroutines struct {
	run   *run
	ctx   context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
	wake  chan struct{}
	pipes []*pipe // by client.index
	http  *http.Client
	tls   *tls.Config
}

// A pipe is one connection of a client. All but the channels belongs to
// run.mu.
type pipe struct {
	client *client
	ctx    context.Context
	stop   context.CancelFunc
	conn   net.Conn // nil with polling, and until it is connected
	out    []byte
	some   chan struct{} // something is in out
	pace   chan int      // bytes a second from now on
}

func newGoroutines(r *run) *goroutines {
	g := &goroutines{
		run: r, wake: make(chan struct{}, 1),
		pipes: make([]*pipe, len(r.members)+len(r.slow)),
		tls:   &tls.Config{InsecureSkipVerify: r.o.Insecure, ServerName: r.target.Hostname(), NextProtos: []string{"http/1.1"}},
	}
	g.ctx, g.stop = context.WithCancel(r.ctx)
	g.http = &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: r.o.Insecure},
		MaxIdleConnsPerHost: len(g.pipes) * 2,
		DisableCompression:  true,
	}}
	r.mu.Lock()
	return g
}

func (g *goroutines) dial(c *client) {
	p := &pipe{client: c, some: make(chan struct{}, 1), pace: make(chan int, 1)}
	p.ctx, p.stop = context.WithCancel(g.ctx)
	g.pipes[c.index] = p
	serve := g.serveWebSocket
	if g.run.o.Transport == Polling {
		serve = g.servePolling
	}
	g.wg.Go(func() {
		err := serve(p)
		p.stop()
		g.hold(p, func() { g.run.lost(c, err) })
	})
}

// hold calls f with the run held, unless p is no longer its client's
// connection.
func (g *goroutines) hold(p *pipe, f func()) {
	g.run.mu.Lock()
	if g.pipes[p.client.index] == p {
		g.run.look()
		f()
	}
	g.run.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *goroutines) serveWebSocket(p *pipe) error {
	conn, err := g.connect(p)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(p.ctx, func() { conn.Close() })
	defer stop()
	g.hold(p, func() {
		p.conn = conn
		g.enqueue(p, p.client.connected())
	})
	g.wg.Go(func() { g.write(p, conn) })
	return g.readLoop(p, conn)
}

func (g *goroutines) connect(p *pipe) (net.Conn, error) {
	d := &net.Dialer{}
	if g.run.target.Scheme == "https" {
		return (&tls.Dialer{NetDialer: d, Config: g.tls}).DialContext(p.ctx, "tcp", g.run.target.Host)
	}
	return d.DialContext(p.ctx, "tcp", g.run.target.Host)
}

func (g *goroutines) readLoop(p *pipe, conn net.Conn) error {
	buf, have := make([]byte, 32<<10), 0
	for {
		select {
		case perSecond := <-p.pace:
			return crawl(p.ctx, conn, perSecond)
		default:
		}
		n, err := conn.Read(buf[have:])
		if err != nil {
			return err
		}
		have += n
		g.hold(p, func() {
			var used int
			used, err = p.client.read(buf[:have])
			have = copy(buf, buf[used:have])
		})
		if err != nil {
			return err
		}
		if have == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
	}
}

// crawl reads perSecond bytes a second, or nothing, until the connection ends.
func crawl(ctx context.Context, conn net.Conn, perSecond int) error {
	if perSecond == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	buf := make([]byte, perSecond)
	for {
		if _, err := conn.Read(buf); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// write writes what is queued. A failure is found by the reader.
func (g *goroutines) write(p *pipe, conn net.Conn) {
	var b []byte
	for {
		select {
		case <-p.some:
		case <-p.ctx.Done():
			return
		}
		g.run.mu.Lock()
		b, p.out = p.out, b[:0]
		g.run.mu.Unlock()
		if _, err := conn.Write(b); err != nil {
			conn.Close()
			return
		}
	}
}

func (g *goroutines) enqueue(p *pipe, b []byte) {
	p.out = append(p.out, b...)
	g.notify(p)
}

func (*goroutines) notify(p *pipe) {
	select {
	case p.some <- struct{}{}:
	default:
	}
}

func (g *goroutines) send(c *client, packet []byte) {
	p := g.pipes[c.index]
	if g.run.o.Transport != Polling {
		g.control(c, opText, packet)
		return
	}
	if len(p.out) > 0 {
		p.out = append(p.out, separator)
	}
	g.enqueue(p, packet)
}

func (g *goroutines) control(c *client, op byte, payload []byte) {
	p := g.pipes[c.index]
	p.out = appendFrame(p.out, op, payload)
	g.notify(p)
}

func (g *goroutines) cut(c *client) {
	p := g.pipes[c.index]
	if p == nil {
		return
	}
	g.pipes[c.index] = nil
	conn := p.conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
		t.Close()
	}
	p.stop()
}

func (g *goroutines) slow(c *client, perSecond int) { g.pipes[c.index].pace <- perSecond }

// turn lets the goroutines have the run.
func (g *goroutines) turn(until time.Duration) error {
	wait := until - g.run.now()
	g.run.mu.Unlock()
	defer g.run.mu.Lock()
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-g.wake:
	case <-t.C:
	case <-g.ctx.Done():
	}
	return nil
}

func (g *goroutines) close() {
	for _, p := range g.pipes {
		if p != nil {
			g.cut(p.client)
		}
	}
	g.stop()
	g.run.mu.Unlock()
	g.wg.Wait()
	g.http.CloseIdleConnections()
}
