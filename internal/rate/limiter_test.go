package rate

import (
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var l Limiter
	counts := map[Verdict]int{}
	for range 50 {
		counts[l.Judge(now, 2)]++
	}
	if counts[Accept] != 20 || counts[Refuse] != 20 || counts[Expel] != 10 {
		t.Errorf("a burst of 50 at rate 2: %v", counts)
	}
	if got := l.Wait(now, 2); got != 500*time.Millisecond {
		t.Errorf("got a wait of %v, want 500ms", got)
	}
	now = now.Add(time.Second)
	if got := l.Left(now, 2); got != 2 {
		t.Errorf("a second later %d are left, want 2", got)
	}
	if a, b, c := l.Judge(now, 2), l.Judge(now, 2), l.Judge(now, 2); a != Accept || b != Accept || c != Refuse {
		t.Errorf("a second later: %v %v %v", a, b, c)
	}
	now = now.Add(-time.Hour)
	if got := l.Judge(now, 2); got == Accept {
		t.Error("a clock that goes back fills the bucket")
	}
	var free Limiter
	for range 1000 {
		if got := free.Judge(now, 0); got != Accept {
			t.Fatal("rate 0 is no limit")
		}
	}
}

func TestKeeper(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	k := NewKeeper(func() time.Time { return now })
	for i := range 20 {
		if got, want := k.Judge("ana", "send", 2), 19-i; got.Verdict != Accept || got.Left != want || got.Limit != 20 {
			t.Fatalf("act %d: got %+v, want %d left of 20", i, got, want)
		}
	}
	got := k.Judge("ana", "send", 2)
	if got.Verdict != Refuse || got.Wait != 500*time.Millisecond || got.Reset != 10*time.Second {
		t.Errorf("over the limit: got %+v, want a refusal, a wait of 500ms and a reset of 10s", got)
	}
	for name, d := range map[string]Decision{
		"another class": k.Judge("ana", "read", 2), "another person": k.Judge("bob", "send", 2), "no limit": k.Judge("ana", "send", 0),
	} {
		if d.Verdict != Accept {
			t.Errorf("%s: got %+v", name, d)
		}
	}
}

func TestKeeper_ForgetsWhoIsIdle(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	k := NewKeeper(func() time.Time { return now })
	for i := range 10 * sweepLeast {
		k.Judge(string(rune(0x4e00+i)), "send", 1)
		now = now.Add(100 * time.Millisecond)
	}
	if n := len(k.limiters); n > 2*sweepLeast {
		t.Errorf("%d limiters are kept, want at most %d", n, 2*sweepLeast)
	}
}
