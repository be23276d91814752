package bench

import (
	"container/heap"
	"math"
	"time"
)

// An agenda is what is to be done later, by time.
type agenda struct{ items appointments }

type appointment struct {
	at time.Duration
	do func()
}

func (a *agenda) add(at time.Duration, do func()) { heap.Push(&a.items, appointment{at, do}) }

// next returns when the first item is due.
func (a *agenda) next() time.Duration {
	if len(a.items) == 0 {
		return math.MaxInt64
	}
	return a.items[0].at
}

// due does what is due.
func (a *agenda) due(now time.Duration) {
	for len(a.items) > 0 && a.items[0].at <= now {
		heap.Pop(&a.items).(appointment).do()
	}
}

type appointments []appointment

func (s appointments) Len() int           { return len(s) }
func (s appointments) Less(i, j int) bool { return s[i].at < s[j].at }
func (s appointments) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *appointments) Push(x any)        { *s = append(*s, x.(appointment)) }
func (s *appointments) Pop() any {
	last := len(*s) - 1
	x := (*s)[last]
	(*s)[last] = appointment{}
	*s = (*s)[:last]
	return x
}
