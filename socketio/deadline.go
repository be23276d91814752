package socketio

import (
	"sync"
	"time"
)

// waiting is a connection's place among those that must do something in time.
// The zero value waits for nothing.
type waiting struct {
	prev, next *conn
	since      time.Time
	kind       waitKind
}

type waitKind uint8

const (
	waitNothing     waitKind = iota
	waitConnect              // its first CONNECT
	waitIdle                 // another CONNECT, having left its last namespace
	waitAttachments          // the rest of a binary packet
	waitKinds
)

// deadlines closes the connections that let their time pass. All connections
// that wait for the same thing have the same time for it, so each kind is a
// queue in order of expiry: setting, clearing and expiring cost the same for
// one connection and for a million, and one timer serves them all.
type deadlines struct {
	mu     sync.Mutex
	limit  [waitKinds]time.Duration
	queues [waitKinds]struct{ first, last *conn } // guarded by mu
	timer  *time.Timer                            // guarded by mu; nil until needed
	due    time.Time                              // guarded by mu; when timer fires, zero: stopped
	closed bool                                   // guarded by mu
}

// set lets c wait for kind from now on, and for nothing else.
func (d *deadlines) set(c *conn, kind waitKind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.wait.kind == kind && kind == waitNothing {
		return
	}
	d.unlink(c)
	if kind == waitNothing || d.closed {
		return
	}
	q := &d.queues[kind]
	c.wait = waiting{prev: q.last, since: time.Now(), kind: kind}
	if q.last == nil {
		q.first = c
	} else {
		q.last.wait.next = c
	}
	q.last = c
	d.arm(c.wait.since.Add(d.limit[kind]))
}

// unlink requires mu.
func (d *deadlines) unlink(c *conn) {
	w := &c.wait
	if w.kind == waitNothing {
		return
	}
	q := &d.queues[w.kind]
	if w.prev == nil {
		q.first = w.next
	} else {
		w.prev.wait.next = w.next
	}
	if w.next == nil {
		q.last = w.prev
	} else {
		w.next.wait.prev = w.prev
	}
	*w = waiting{}
}

// arm makes sure that the timer fires at when or earlier; requires mu.
func (d *deadlines) arm(when time.Time) {
	if !d.due.IsZero() && !when.Before(d.due) {
		return
	}
	d.due = when
	if d.timer == nil {
		d.timer = time.AfterFunc(time.Until(when), d.fire)
		return
	}
	d.timer.Reset(time.Until(when))
}

// fire closes what is overdue and arms the timer for what is next.
func (d *deadlines) fire() {
	var overdue []*conn
	d.mu.Lock()
	d.due = time.Time{}
	now := time.Now()
	for kind := range d.queues {
		q := &d.queues[kind]
		for q.first != nil && !now.Before(q.first.wait.since.Add(d.limit[kind])) {
			overdue = append(overdue, q.first)
			d.unlink(q.first)
		}
		if q.first != nil && !d.closed {
			d.arm(q.first.wait.since.Add(d.limit[kind]))
		}
	}
	d.mu.Unlock()
	for _, c := range overdue {
		c.expire()
	}
}

// close stops the timer for good.
func (d *deadlines) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.timer != nil {
		d.timer.Stop()
	}
}
