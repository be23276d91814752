package rate

import (
	"sync"
	"time"
)

// A Keeper keeps one Limiter per key and class, so that all doors count what
// one person does together. It forgets those that nobody has used for a while.
// Its methods may be called at once from many goroutines.
type Keeper struct {
	now func() time.Time

	mu       sync.Mutex
	limiters map[slot]*kept // guarded by mu
	sweepAt  int            // guarded by mu
}

type slot struct {
	key   string
	class string
}

type kept struct {
	Limiter
	rate float32
}

// sweepLeast is below how many limiters none is looked for to forget.
const sweepLeast = 1024

// NewKeeper returns an empty Keeper. A nil now means time.Now.
func NewKeeper(now func() time.Time) *Keeper {
	if now == nil {
		now = time.Now
	}
	return &Keeper{now: now, limiters: make(map[slot]*kept), sweepAt: sweepLeast}
}

// A Decision is what a Keeper says about one act.
type Decision struct {
	Verdict
	// Left is how many more would be accepted now, Limit the most that ever
	// are at once, and both are 0 without a limit.
	Left, Limit int
	// Wait is how long until one more is accepted.
	Wait time.Duration
	// Reset is how long until Left is Limit again.
	Reset time.Duration
}

// Judge counts one more act of key at rate acts per second; 0 is no limit.
func (k *Keeper) Judge(key string, class string, rate float64) Decision {
	if rate <= 0 {
		return Decision{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	l := k.limiters[slot{key, class}]
	if l == nil {
		k.sweep(now)
		l = &kept{}
		k.limiters[slot{key, class}] = l
	}
	l.rate = float32(rate)
	v := l.Judge(now, l.rate)
	limit := int(BurstSeconds * rate)
	return Decision{
		Verdict: v, Left: l.Left(now, l.rate), Limit: max(1, limit), Wait: l.Wait(now, l.rate),
		Reset: refillTime(BurstSeconds*l.rate-l.allowed.tokens, l.rate),
	}
}

// sweep forgets the idle once their number has doubled since the last time.
func (k *Keeper) sweep(now time.Time) {
	if len(k.limiters) < k.sweepAt {
		return
	}
	for s, l := range k.limiters {
		if l.idle(now, l.rate) {
			delete(k.limiters, s)
		}
	}
	k.sweepAt = max(sweepLeast, 2*len(k.limiters))
}
