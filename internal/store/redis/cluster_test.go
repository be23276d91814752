package redis_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// TestSlotMovesUnderLoad moves the slots of busy rooms to other primaries
// while scripts are forgotten and watchers listen.
func TestSlotMovesUnderLoad(t *testing.T) {
	cluster := redistest.StartCluster(t)
	l := newLoad(t, cluster.URL(), redis.Options{}, "a", "b", "c", "d")
	ears := make(map[chat.RoomID]*heard)
	for _, room := range l.rooms {
		ears[room] = watch(t, l.nodes[1], room)
	}
	stop := l.start(t)
	for range 2 {
		for _, room := range l.rooms {
			before, losses := l.progress(), ears[room].losses()
			cluster.Move("{r:" + string(room) + "}")
			for _, s := range cluster.Primaries {
				s.Do("SCRIPT", "FLUSH")
			}
			await(t, "messages are acknowledged", func() bool { return l.progress() > before+20 })
			await(t, "the watch is told that it may have missed some", func() bool { return ears[room].losses() > losses })
		}
	}
	stop()
	l.check(t)
	for room, ear := range ears {
		wantNews(t, l.nodes[0], room, ear)
	}
	await(t, "Check is nil", func() bool { return l.nodes[1].Check(t.Context()) == nil })
}

// TestPresenceSlotMoves moves everybody's presence to another primary.
func TestPresenceSlotMoves(t *testing.T) {
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.URL(), redis.Options{})
	var version, lost atomic.Uint64
	stop, err := s.WatchRoster(t.Context(), func(changes []chat.Change) {
		if changes == nil {
			lost.Add(1)
		}
		for _, c := range changes {
			version.Store(c.Version)
		}
	})
	if err != nil {
		t.Fatalf("WatchRoster: %v", err)
	}
	defer stop()
	arrive := func(i int) error {
		p := chat.Person{ID: chat.PersonID(fmt.Sprint(i)), Nickname: fmt.Sprint(i)}
		return s.Arrive(t.Context(), []chat.Arrival{{Person: p, Node: "n1"}}, time.Hour)[0]
	}
	for i := range 3 {
		await(t, "arriving works", func() bool { return arrive(i) == nil })
		cluster.Move("{p}")
		await(t, "the watch is told that it may have missed some", func() bool { return lost.Load() > uint64(i) })
	}
	next := 3
	await(t, "changes are announced again", func() bool {
		if arrive(next) == nil {
			next++
		}
		return eventually(func() bool { return version.Load() == uint64(next) })
	})
}

// TestPrimaryDies loses a third of a cluster without replicas: rooms there
// fail, others go on, and all works again when the primary is back.
func TestPrimaryDies(t *testing.T) {
	cluster := redistest.StartCluster(t, "--cluster-require-full-coverage", "no")
	s := open(t, cluster.URL(), redis.Options{Timeout: time.Second})
	dead := cluster.Owner("{r:a}")
	other := chat.RoomID("b")
	for i := 0; cluster.Owner("{r:"+string(other)+"}") == dead; i++ {
		other = chat.RoomID(fmt.Sprint("b", i))
	}
	ear := watch(t, s, "a")
	keep(t, s, "a", "before")
	dead.Kill()
	d := draft("a", "meanwhile")
	wantUnavailable(t, "Append", s.Append(t.Context(), "a", []chat.Draft{d})[0].Err)
	keep(t, s, other, "elsewhere")
	await(t, "Check is red", func() bool { return s.Check(t.Context()) != nil })
	dead.Restart()
	await(t, "the room takes messages", func() bool { return s.Append(t.Context(), "a", []chat.Draft{d})[0].Err == nil })
	await(t, "Check is nil", func() bool { return s.Check(t.Context()) == nil })
	wantNews(t, s, "a", ear)
	if got := history(t, s, "a"); len(got) < 3 || got[1].ID != d.ID {
		t.Errorf("history: got %d entries, want the two and the news", len(got))
	}
}
