package rate

import (
	"sync"
	"time"
)

// A Quota lets every key have so many tokens in a window of time, and hands
// them back one by one as the window passes. It is for what is counted in
// minutes and hours and can be undone, such as wrong passwords, where a Keeper
// is for the acts of a connection. It keeps a bounded number of keys. All
// methods may be called at once from many goroutines.
type Quota struct {
	most float32
	rate float32 // tokens per second

	mu      sync.Mutex
	buckets map[string]Bucket // guarded by mu
}

// maxQuotaKeys bounds the memory of one Quota; it is about 2 MB.
const maxQuotaKeys = 20_000

// NewQuota returns a Quota of most tokens in window, for every key.
func NewQuota(most int, window time.Duration) *Quota {
	return &Quota{most: float32(most), rate: float32(float64(most) / window.Seconds()), buckets: make(map[string]Bucket)}
}

// Take takes a token of key's and returns 0, or takes none and returns how
// long it is until there is one.
func (q *Quota) Take(now time.Time, key string) (wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b, known := q.buckets[key]
	taken := b.Take(now, 1, q.rate, q.most)
	if !taken {
		wait = refillTime(1-b.tokens, q.rate)
	}
	if !known && len(q.buckets) >= maxQuotaKeys {
		q.forget(now)
	}
	q.buckets[key] = b
	return wait
}

// GiveBack returns a token to key: what it was taken for turned out well.
func (q *Quota) GiveBack(now time.Time, key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b, ok := q.buckets[key]; ok {
		b.fill(now, q.rate, q.most)
		b.tokens = min(q.most, b.tokens+1)
		q.buckets[key] = b
	}
}

// forget drops the keys that have all their tokens again, and where that is
// not enough some others: a flood from everywhere must not take all memory.
// q.mu is held.
func (q *Quota) forget(now time.Time) {
	for key, b := range q.buckets {
		if b.fill(now, q.rate, q.most); b.tokens >= q.most {
			delete(q.buckets, key)
		}
	}
	for key := range q.buckets {
		if len(q.buckets) < maxQuotaKeys*9/10 {
			return
		}
		delete(q.buckets, key)
	}
}
