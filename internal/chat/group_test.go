package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func never(int) bool { return false }

func TestGroup_TakesWhatHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls [][]int
		g := newGroup(func(_ string, items []int) []int {
			calls = append(calls, slices.Clone(items))
			time.Sleep(time.Second)
			return items
		}, never, -1)
		var got []int
		keep := func(r int) { got = append(got, r) }
		g.submit("a", 1, keep)
		synctest.Wait() // the lone first one does not wait for company
		for i := 2; i <= 5; i++ {
			g.submit("a", i, keep)
		}
		if err := g.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := [][]int{{1}, {2, 3, 4, 5}}; !slices.EqualFunc(calls, want, slices.Equal) {
			t.Errorf("calls\ngot  %v\nwant %v", calls, want)
		}
		if want := []int{1, 2, 3, 4, 5}; !slices.Equal(got, want) {
			t.Errorf("results\ngot  %v\nwant %v", got, want)
		}
	})
}

func TestGroup_KeysDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup(func(key string, items []int) []int {
			if key == "slow" {
				time.Sleep(time.Hour)
			}
			return items
		}, never, -1)
		began := time.Now()
		var fast time.Duration
		g.submit("slow", 1, func(int) {})
		g.submit("fast", 1, func(int) { fast = time.Since(began) })
		if err := g.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fast != 0 {
			t.Errorf("the fast key waited %v", fast)
		}
	})
}

func TestGroup_BatchesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		largest := 0
		g := newGroup(func(_ string, items []int) []int {
			largest = max(largest, len(items))
			time.Sleep(time.Second)
			return items
		}, never, -1)
		full, kept := 0, 0
		count := func(r int) {
			if r == -1 {
				full++
			} else {
				kept++
			}
		}
		g.submit("a", 0, count)
		synctest.Wait()
		for i := range maxWaiting + 100 {
			g.submit("a", i, count)
		}
		if err := g.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if largest > maxBatch {
			t.Errorf("a call had %d items, the bound is %d", largest, maxBatch)
		}
		if full != 100 || kept != maxWaiting+1 {
			t.Errorf("%d were refused and %d kept, of %d", full, kept, maxWaiting+101)
		}
	})
}

func TestGroup_AFailureIsToldToAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		g := newGroup(func(_ string, items []int) []error {
			calls++
			time.Sleep(5 * time.Second)
			return slices.Repeat([]error{errors.New("no answer")}, len(items))
		}, func(err error) bool { return err != nil }, errBacklog)
		began := time.Now()
		var failed int
		var last time.Duration
		done := func(err error) {
			if err != nil {
				failed++
			}
			last = time.Since(began)
		}
		g.submit("a", 0, done)
		synctest.Wait()
		for i := range 3 * maxBatch {
			g.submit("a", i, done)
		}
		if err := g.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if failed != 3*maxBatch+1 || calls != 1 || last != 5*time.Second {
			t.Errorf("%d failed in %d calls, the last after %v", failed, calls, last)
		}
	})
}

func TestGroup_FlushEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup(func(_ string, items []int) []int { time.Sleep(time.Hour); return items }, never, -1)
		g.submit("a", 1, func(int) {})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := g.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestGroup_OrderUnderConcurrency(t *testing.T) {
	var got []int // one call at a time per key: no lock needed
	g := newGroup(func(_ string, items []int) []int { got = append(got, items...); return items }, never, -1)
	var wg sync.WaitGroup
	for sender := range 8 {
		wg.Go(func() {
			for i := range 200 {
				g.submit("a", sender*1000+i, func(int) {})
			}
		})
	}
	wg.Wait()
	if err := g.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := map[int]int{}
	for _, v := range got {
		if before, ok := last[v/1000]; ok && v != before+1 {
			t.Fatalf("sender %d: %d came after %d", v/1000, v%1000, before%1000)
		}
		last[v/1000] = v
	}
	if len(got) != 1600 {
		t.Errorf("got %d items, want 1600", len(got))
	}
}
