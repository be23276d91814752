package rate

import (
	"math"
	"time"
)

// A Verdict is about one more act of somebody.
type Verdict uint8

const (
	// Accept: it is within the limit.
	Accept Verdict = iota
	// Refuse: it is over the limit, and they should be told.
	Refuse
	// Expel: they have been told often enough.
	Expel
)

// BurstSeconds is how many seconds' worth of acts may come at once.
const BurstSeconds = 10

// A Limiter accepts rate acts per second with a burst of BurstSeconds times
// that, refuses as many again, and then gives up. The zero Limiter is ready
// for use. It must not be used by several goroutines at once.
type Limiter struct {
	allowed  Bucket
	patience Bucket
}

// Judge counts one more act. A rate of 0 or below is no limit.
func (l *Limiter) Judge(now time.Time, rate float32) Verdict {
	switch {
	case rate <= 0 || l.allowed.Take(now, 1, rate, BurstSeconds*rate):
		return Accept
	case l.patience.Take(now, 1, rate, BurstSeconds*rate):
		return Refuse
	default:
		return Expel
	}
}

// Left is how many acts would be accepted now.
func (l *Limiter) Left(now time.Time, rate float32) int {
	l.allowed.fill(now, rate, BurstSeconds*rate)
	return int(l.allowed.tokens)
}

// Wait is how long it takes until one more act is accepted.
func (l *Limiter) Wait(now time.Time, rate float32) time.Duration {
	l.allowed.fill(now, rate, BurstSeconds*rate)
	return refillTime(1-l.allowed.tokens, rate)
}

// idle reports whether forgetting the limiter changes nothing.
func (l *Limiter) idle(now time.Time, rate float32) bool {
	l.allowed.fill(now, rate, BurstSeconds*rate)
	l.patience.fill(now, rate, BurstSeconds*rate)
	return l.allowed.tokens >= BurstSeconds*rate && l.patience.tokens >= BurstSeconds*rate
}

func refillTime(missing, rate float32) time.Duration {
	if missing <= 0 || rate <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(float64(missing/rate)*1000)) * time.Millisecond
}
