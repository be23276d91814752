package chat

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestFollower_StepsAndTasksTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		f := newFollower(func(items []int, lost bool) error {
			for range items {
				log = append(log, "item")
			}
			if lost {
				log = append(log, "lost")
			}
			return nil
		})
		defer f.close()
		hold := make(chan struct{})
		f.do(func() { <-hold })
		synctest.Wait()
		f.announce([]int{1, 2})
		f.announce(nil)
		f.do(func() { log = append(log, "task") })
		close(hold)
		synctest.Wait()
		if want := []string{"item", "item", "lost", "task"}; !slices.Equal(log, want) {
			t.Errorf("\ngot  %q\nwant %q", log, want)
		}
	})
}

func TestFollower_AFailedStepIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps atomic.Int32
		ran := false
		f := newFollower(func(_ []int, lost bool) error {
			n := steps.Add(1)
			if n > 1 && !lost {
				t.Error("the repeated step was not told that something is missing")
			}
			if n < 3 {
				return errors.New("no answer")
			}
			return nil
		})
		defer f.close()
		f.announce([]int{1})
		synctest.Wait()
		f.do(func() { ran = true })
		synctest.Wait()
		if n := steps.Load(); n != 1 || !ran {
			t.Fatalf("after the failure: %d steps, task ran %v", n, ran)
		}
		time.Sleep(10 * retryDelay)
		synctest.Wait()
		if n := steps.Load(); n != 3 {
			t.Errorf("got %d steps, want 3", n)
		}
	})
}

func TestFollower_TooMuchIsReadFromTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items, wasLost := 0, false
		f := newFollower(func(queue []int, lost bool) error {
			items += len(queue)
			wasLost = wasLost || lost
			return nil
		})
		defer f.close()
		hold := make(chan struct{})
		f.do(func() { <-hold })
		synctest.Wait()
		for range maxQueue + 5 {
			f.announce([]int{1})
		}
		close(hold)
		synctest.Wait()
		if items != maxQueue || !wasLost {
			t.Errorf("%d items were queued, lost %v", items, wasLost)
		}
	})
}

func TestFollower_Close(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFollower(func([]int, bool) error { return errors.New("no answer") })
		f.announce([]int{1})
		synctest.Wait()
		f.close()
		f.announce([]int{2})
		if f.do(func() { t.Error("a task ran after close") }) {
			t.Error("a closed follower took a task")
		}
		time.Sleep(time.Minute)
	})
}
