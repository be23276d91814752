package storetest

import (
	"sync"
	"time"
)

// A clock is the time that a site's stores live by. The zero clock is the
// real one.
type clock struct {
	fake bool
	mu   sync.Mutex
	at   time.Time // guarded by mu
}

func newFakeClock() *clock {
	return &clock{fake: true, at: time.UnixMilli(1_700_000_000_000)}
}

// now is what a fake clock's stores are given.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// advance lets exactly d pass on a fake clock, and at least d on the real one.
func (c *clock) advance(d time.Duration) {
	if !c.fake {
		<-time.After(d)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// tick lets a little time pass between two looks at something that must
// happen, for the machine as for the stores.
func (c *clock) tick() {
	<-time.After(2 * time.Millisecond)
	if c.fake {
		c.advance(2 * time.Millisecond)
	}
}
