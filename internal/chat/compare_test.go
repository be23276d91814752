package chat

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// roomsThatCount returns rooms that count into n how often they are told to look
// at their log.
func roomsThatCount(rooms int, n *atomic.Int32) []*Room {
	all := make([]*Room, rooms)
	for i := range all {
		all[i] = &Room{follower: newFollower(func(_ []Entry, lost bool) error {
			if lost {
				n.Add(1)
			}
			return nil
		})}
	}
	return all
}

func TestCompareRooms(t *testing.T) {
	for _, test := range []struct {
		name  string
		rooms int
		took  time.Duration
	}{
		{"none", 0, 0},
		{"one", 1, 0},
		{"one at a time", 19, 18 * compareStep},
		{"within the interval", 1000, 18 * compareStep},
		{"more than the rate allows", 10_000, 79 * compareStep},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var compared atomic.Int32
				rooms := roomsThatCount(test.rooms, &compared)
				began := time.Now()
				if !compareRooms(t.Context(), rooms) {
					t.Error("ended early")
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				synctest.Wait()
				if got := int(compared.Load()); got != test.rooms {
					t.Errorf("compared %d rooms, want %d", got, test.rooms)
				}
			})
		})
	}
}

func TestCompareRooms_endsWithTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var compared atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(compareStep+time.Millisecond, cancel)
		if compareRooms(ctx, roomsThatCount(10*compareRate, &compared)) {
			t.Error("went on after the end")
		}
		synctest.Wait()
		if got, want := int(compared.Load()), 2*66; got != want {
			t.Errorf("compared %d rooms, want two portions, %d", got, want)
		}
	})
}
