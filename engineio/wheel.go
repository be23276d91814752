package engineio

import (
	"sync"
	"time"
)

const wheelSlots = 256

// A wheel wakes sessions at about the time they asked for: one timer for all
// of them, none while there are none, no goroutine in between. It is a hashed
// timing wheel (Varghese and Lauck, 1987): a session hangs in the slot of its
// tick, and the timer is set for the first slot that is not empty.
type wheel struct {
	tick  time.Duration // how coarse it is
	start time.Time

	mu     sync.Mutex
	slots  [wheelSlots]*Session // doubly linked lists through Session.timer
	linked int
	done   int64 // all ticks up to this one have been served
	armed  int64 // the tick the timer is set for; 0 = not set
	timer  *time.Timer
}

// An entry is a session's place in the wheel.
type entry struct {
	prev, next *Session
	tick       int64 // 0 = not in the wheel
}

func (w *wheel) init(tick time.Duration) {
	w.tick = tick
	w.start = time.Now()
}

// now is the time since the start of the wheel. All deadlines are absolute on
// this scale.
func (w *wheel) now() time.Duration { return time.Since(w.start) }

// schedule makes sure that s is woken at due, or not much later. A session has
// one place in the wheel; an earlier one is given up.
func (w *wheel) schedule(s *Session, due time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(s)
	tick := max(int64((due+w.tick-1)/w.tick), w.done+1)
	w.link(s, tick)
	if w.armed == 0 || tick < w.armed {
		w.arm(tick)
	}
}

// remove takes s out of the wheel.
func (w *wheel) remove(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(s)
	if w.linked == 0 && w.armed != 0 {
		w.timer.Stop()
		w.armed = 0
	}
}

func (w *wheel) link(s *Session, tick int64) {
	head := &w.slots[tick%wheelSlots]
	s.timer = entry{next: *head, tick: tick}
	if *head != nil {
		(*head).timer.prev = s
	}
	*head = s
	w.linked++
}

func (w *wheel) unlink(s *Session) {
	e := s.timer
	if e.tick == 0 {
		return
	}
	if e.prev != nil {
		e.prev.timer.next = e.next
	} else {
		w.slots[e.tick%wheelSlots] = e.next
	}
	if e.next != nil {
		e.next.timer.prev = e.prev
	}
	s.timer = entry{}
	w.linked--
}

func (w *wheel) arm(tick int64) {
	w.armed = tick
	wait := time.Duration(tick)*w.tick - w.now()
	if w.timer == nil {
		w.timer = time.AfterFunc(wait, w.turn)
		return
	}
	w.timer.Reset(wait)
}

// turn wakes all sessions whose tick has come and sets the timer again.
func (w *wheel) turn() {
	due := w.collect()
	now := w.now()
	for _, s := range due {
		s.wake(now)
	}
}

func (w *wheel) collect() []*Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := int64(w.now() / w.tick)
	var due []*Session
	first := max(w.done+1, last-wheelSlots+1)
	for tick := first; tick <= last; tick++ {
		for s := w.slots[tick%wheelSlots]; s != nil; {
			next := s.timer.next
			if s.timer.tick <= last {
				w.unlink(s)
				due = append(due, s)
			}
			s = next
		}
	}
	w.done = max(w.done, last)
	w.armed = 0
	if w.linked > 0 {
		w.arm(w.nextTick())
	}
	return due
}

// nextTick returns the first tick after done whose slot is not empty. What
// hangs there may belong to a later round; then the timer comes in vain, once
// per round.
func (w *wheel) nextTick() int64 {
	tick := w.done + 1
	for w.slots[tick%wheelSlots] == nil {
		tick++
	}
	return tick
}
