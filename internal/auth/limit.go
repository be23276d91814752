package auth

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	// accountTries and addressTries are the wrong passwords in tryWindow.
	accountTries = 5
	addressTries = 20
	tryWindow    = 15 * time.Minute
	// addressArrivals are the accounts and guests made in arrivalWindow.
	addressArrivals = 20
	arrivalWindow   = time.Hour
	// maxBuckets bounds the memory of one limiter; it is about 2 MB.
	maxBuckets = 20_000
)

// A limiter is token buckets per address, of this node only: nodes behind one
// balancer let through as many times more as there are nodes, which the
// limits per account make up for.
type limiter struct {
	burst  float64
	window time.Duration

	mu      sync.Mutex
	buckets map[string]bucket // guarded by mu
}

// A bucket had tokens at a moment and has gained some since.
type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(burst int, window time.Duration) *limiter {
	return &limiter{burst: float64(burst), window: window, buckets: make(map[string]bucket)}
}

// take takes a token for address, or says when there will be one. An empty
// address has no limit: it is for acts that no stranger can cause.
func (l *limiter) take(address string, now time.Time) error {
	key := network(address)
	if key == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(key, now)
	if b.tokens < 1 {
		wait := time.Duration((1 - b.tokens) / l.burst * float64(l.window))
		return tooMany("Too many attempts from your network.", wait)
	}
	b.tokens--
	if len(l.buckets) >= maxBuckets {
		l.forget(now)
	}
	l.buckets[key] = b
	return nil
}

// giveBack returns a token: what it was taken for turned out to be right.
func (l *limiter) giveBack(address string, now time.Time) {
	key := network(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.buckets[key]; !ok {
		return
	}
	b := l.fill(key, now)
	b.tokens = min(l.burst, b.tokens+1)
	l.buckets[key] = b
}

// fill returns the bucket as it is now. l.mu is held.
func (l *limiter) fill(key string, now time.Time) bucket {
	b, ok := l.buckets[key]
	if !ok {
		return bucket{tokens: l.burst, at: now}
	}
	if gained := now.Sub(b.at); gained > 0 {
		b.tokens = min(l.burst, b.tokens+l.burst*float64(gained)/float64(l.window))
		b.at = now
	}
	return b
}

// forget drops the buckets that are full again, and where that is not enough
// some others: a flood from everywhere must not take all memory. l.mu is held.
func (l *limiter) forget(now time.Time) {
	for key := range l.buckets {
		if l.fill(key, now).tokens >= l.burst {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < maxBuckets*9/10 {
			return
		}
		delete(l.buckets, key)
	}
}

// network is what one subscriber has: an IPv4 address, or the 64 bits that are
// given out of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return cut(address, 64)
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64)
	return prefix.String()
}

// tooMany returns the error for a limit that ends after wait.
func tooMany(what string, wait time.Duration) *chat.Error {
	wait = time.Duration(math.Ceil(wait.Seconds())) * time.Second
	return &chat.Error{
		Code:       chat.CodeRateLimited,
		Message:    what + " Wait a few minutes and try again.",
		RetryAfter: max(wait, time.Second),
	}
}
