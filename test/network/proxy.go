// Package network stands between two that talk over TCP and fails the way
// networks do, when a test wants it to.
package network

import (
	"io"
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// A Direction is one half of a connection, seen from who has dialled.
type Direction int

// The two halves.
const (
	There Direction = iota
	Back
)

// A Proxy is a network between two that can fail: it delays, cuts into pieces, and stops carrying without telling anybody. What
// it has accepted it delivers in order or not at all, as TCP does.
type Proxy struct {
	// Addr is where to dial.
	Addr string

	mu      sync.Mutex
	target  string // guarded by mu
	healed  *sync.Cond
	refused bool                  // guarded by mu: connections end at once
	holes   [2]bool               // guarded by mu: nothing passes in this direction
	delay   time.Duration         // guarded by mu: of each chunk
	chunk   int                   // guarded by mu: the largest piece; 0 means any
	life    int                   // guarded by mu: bytes after which a connection tears; 0 means never
	conns   map[net.Conn]struct{} // guarded by mu
}

// Start has a proxy carry connections to the address target until the test ends.
func Start(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, conns: make(map[net.Conn]struct{})}
	p.healed = sync.NewCond(&p.mu)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.carry(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.Cut()
		running.Wait()
	})
	return p
}

// carry joins conn with a new connection to the target until either ends.
func (p *Proxy) carry(conn net.Conn) {
	defer conn.Close()
	target, err := net.Dial("tcp", p.destination())
	if err != nil {
		return
	}
	defer target.Close()
	if !p.admit(conn, target) {
		return
	}
	defer p.forget(conn, target)
	var pumps sync.WaitGroup
	p.pump(&pumps, target, conn, There)
	p.pump(&pumps, conn, target, Back)
	pumps.Wait()
}

func (p *Proxy) destination() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

// A parcel is on its way since a moment. The last one has no data.
type parcel struct {
	since time.Time
	data  []byte
}

// pump carries what src sends to dst. Reading and writing are two goroutines,
// so that a delay is one of the way and not of every parcel after the other.
func (p *Proxy) pump(running *sync.WaitGroup, dst, src net.Conn, d Direction) {
	way := make(chan parcel, 1024)
	running.Go(func() {
		defer close(way)
		for {
			buf := make([]byte, 16<<10)
			n, err := src.Read(buf)
			way <- parcel{time.Now(), buf[:n]}
			if err != nil {
				return
			}
		}
	})
	running.Go(func() {
		// That a connection has ended does not come through a hole either.
		life := p.lifetime()
		for sent := range way {
			if life -= len(sent.data); life <= 0 {
				sent.data = sent.data[:len(sent.data)+life]
			}
			p.deliver(dst, sent, d)
			if life <= 0 {
				break
			}
		}
		dst.Close()
		src.Close()
		for range way { // what comes after is lost
		}
	})
}

// deliver writes what it can; when dst is gone its own pump ends the other way.
func (p *Proxy) deliver(dst io.Writer, sent parcel, d Direction) {
	for data := sent.data; ; {
		size, delay := p.pass(d)
		if rest := delay - time.Since(sent.since); rest > 0 {
			<-time.After(rest)
		}
		if size == 0 || size > len(data) {
			size = len(data)
		}
		if _, err := dst.Write(data[:size]); err != nil || size == len(data) {
			return
		}
		data = data[size:]
	}
}

// pass waits until something may pass in direction d, and says how.
func (p *Proxy) pass(d Direction) (chunk int, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.holes[d] {
		p.healed.Wait()
	}
	return p.chunk, p.delay
}

func (p *Proxy) admit(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if !p.refused {
			p.conns[c] = struct{}{}
		}
	}
	return !p.refused
}

func (p *Proxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
	}
}

// lifetime is how many bytes a new connection carries in one direction.
func (p *Proxy) lifetime() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life == 0 {
		return math.MaxInt
	}
	return p.life/2 + rand.IntN(p.life)
}

// Tear has every new connection end after about so many bytes in one
// direction, in the middle of whatever it carries, until Heal.
func (p *Proxy) Tear(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.life = bytes
	for c := range p.conns {
		c.Close()
	}
}

// Turn leads new connections to another address.
func (p *Proxy) Turn(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Swallow has nothing pass in these directions any more; nobody is told.
func (p *Proxy) Swallow(directions ...Direction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range directions {
		p.holes[d] = true
	}
}

// Slow delays every piece of at most chunk bytes.
func (p *Proxy) Slow(chunk int, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.chunk, p.delay = chunk, delay
}

// Cut ends every connection, and every new one at once.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = true
	for c := range p.conns {
		c.Close()
	}
	p.holes = [2]bool{}
	p.healed.Broadcast()
}

// Heal carries everything again, also what it has held back.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused, p.holes, p.chunk, p.delay, p.life = false, [2]bool{}, 0, 0, 0
	p.healed.Broadcast()
}
