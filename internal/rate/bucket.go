// Package rate says how much is too much: token buckets, the limiter that is
// made of two of them, a keeper of limiters per person, and quotas of what is
// counted over minutes and hours.
package rate

import "time"

// A Bucket is a token bucket that costs nothing while unused: it is filled
// when it is looked at. The zero Bucket is full. It must not be used by
// several goroutines at once.
type Bucket struct {
	tokens float32
	filled int64 // unix milliseconds of the last fill; 0: full
}

// Take removes n tokens and reports whether they were there. rate is tokens
// per second, burst how many the bucket holds.
func (b *Bucket) Take(now time.Time, n, rate, burst float32) bool {
	b.fill(now, rate, burst)
	if b.tokens < n {
		return false
	}
	b.tokens -= n
	return true
}

func (b *Bucket) fill(now time.Time, rate, burst float32) {
	ms := now.UnixMilli()
	if b.filled == 0 {
		b.tokens = burst
	} else if ms > b.filled {
		b.tokens = min(burst, b.tokens+rate*float32(ms-b.filled)/1000)
	}
	b.filled = ms
}
