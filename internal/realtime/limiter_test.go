package realtime

import (
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var l limiter
	counts := map[verdict]int{}
	for range 50 {
		counts[l.judge(now, 2)]++
	}
	if counts[accept] != 20 || counts[refuse] != 20 || counts[expel] != 10 {
		t.Errorf("a burst of 50 at rate 2: %v", counts)
	}
	now = now.Add(time.Second)
	if a, b, c := l.judge(now, 2), l.judge(now, 2), l.judge(now, 2); a != accept || b != accept || c != refuse {
		t.Errorf("a second later: %v %v %v", a, b, c)
	}
	now = now.Add(-time.Hour)
	if got := l.judge(now, 2); got == accept {
		t.Error("a clock that goes back fills the bucket")
	}
	var free limiter
	for range 1000 {
		if got := free.judge(now, 0); got != accept {
			t.Fatal("rate 0 is no limit")
		}
	}
}
