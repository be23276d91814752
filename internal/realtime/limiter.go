package realtime

import "time"

// A bucket is a token bucket that costs nothing while unused: it is filled
// when it is looked at.
type bucket struct {
	tokens float32
	filled int64 // unix milliseconds of the last fill; 0: full
}

// take removes n tokens and reports whether they were there. rate is tokens
// per second, burst how many the bucket holds.
func (b *bucket) take(now time.Time, n, rate, burst float32) bool {
	ms := now.UnixMilli()
	if b.filled == 0 {
		b.tokens = burst
	} else if ms > b.filled {
		b.tokens = min(burst, b.tokens+rate*float32(ms-b.filled)/1000)
	}
	b.filled = ms
	if b.tokens < n {
		return false
	}
	b.tokens -= n
	return true
}

// A verdict on one more event of a connection.
type verdict uint8

const (
	accept verdict = iota
	refuse         // over the limit: tell them
	expel          // told often enough: close the connection
)

// A limiter lets rate events per second through with a burst of ten times
// that, refuses as many again, and then has the connection closed.
type limiter struct {
	allowed  bucket
	patience bucket
}

func (l *limiter) judge(now time.Time, rate float32) verdict {
	switch {
	case rate <= 0 || l.allowed.take(now, 1, rate, 10*rate):
		return accept
	case l.patience.take(now, 1, rate, 10*rate):
		return refuse
	default:
		return expel
	}
}
