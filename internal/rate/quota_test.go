package rate

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var start = time.Unix(1_700_000_000, 0)

func TestQuota(t *testing.T) {
	q := NewQuota(3, time.Hour)
	for i, step := range []struct {
		after time.Duration // of the start
		key   string
		back  bool // give back first
		wait  time.Duration
	}{
		{0, "ana", false, 0},
		{0, "ana", false, 0},
		{0, "ana", false, 0},
		{0, "ana", false, 20 * time.Minute},
		{0, "bob", false, 0},
		{5 * time.Minute, "ana", false, 15 * time.Minute},
		{5 * time.Minute, "ana", true, 0},
		{20 * time.Minute, "ana", false, 0},
		{20 * time.Minute, "ana", false, 20 * time.Minute},
		{-24 * time.Hour, "ana", false, 20 * time.Minute}, // the clock was set
		{-24*time.Hour + 20*time.Minute, "ana", false, 0},
		{2 * time.Hour, "ana", true, 0},
		{2 * time.Hour, "ana", false, 0},
		{2 * time.Hour, "ana", false, 0},
		{2 * time.Hour, "ana", false, 20 * time.Minute},
	} {
		now := start.Add(step.after)
		if step.back {
			q.GiveBack(now, step.key)
		}
		if got := q.Take(now, step.key); got.Round(time.Second) != step.wait {
			t.Errorf("step %d, %s after %v: got a wait of %v, want %v", i, step.key, step.after, got, step.wait)
		}
	}
}

func TestQuota_GiveBackOfNothing(t *testing.T) {
	q := NewQuota(2, time.Minute)
	q.GiveBack(start, "ana")
	for i, want := range []bool{true, true, false} {
		if got := q.Take(start, "ana") == 0; got != want {
			t.Errorf("take %d: got %v, want %v", i, got, want)
		}
	}
}

func TestQuota_IsBounded(t *testing.T) {
	q := NewQuota(3, time.Hour)
	for i := range 3 * maxQuotaKeys {
		if wait := q.Take(start, fmt.Sprint(i)); wait > 0 {
			t.Fatalf("the first act of %d waits %v", i, wait)
		}
	}
	if n := len(q.buckets); n > maxQuotaKeys {
		t.Errorf("got %d keys, want at most %d", n, maxQuotaKeys)
	}
	q.Take(start.Add(2*time.Hour), "late")
	for i := range maxQuotaKeys {
		q.Take(start.Add(2*time.Hour), fmt.Sprint("late ", i))
	}
	if n := len(q.buckets); n > maxQuotaKeys {
		t.Errorf("got %d keys, want at most %d", n, maxQuotaKeys)
	}
}

func TestQuota_AtOnce(t *testing.T) {
	q := NewQuota(10, time.Hour)
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if q.Take(start, "ana") == 0 {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if n := taken.Load(); n != 10 {
		t.Errorf("got %d of 50 at once, want 10", n)
	}
}
