package redis_test

import (
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// TestRefusedWrites makes a server refuse writes in the ways servers do. No
// send is acknowledged, Check is red, and both end with the cause.
func TestRefusedWrites(t *testing.T) {
	server := redistest.Start(t)
	for _, c := range []struct {
		name        string
		begin, ends []string
	}{
		{"NOREPLICAS", []string{"CONFIG", "SET", "min-replicas-to-write", "1"}, []string{"CONFIG", "SET", "min-replicas-to-write", "0"}},
		{"OOM", []string{"CONFIG", "SET", "maxmemory", "1"}, []string{"CONFIG", "SET", "maxmemory", "0"}},
		{"READONLY", []string{"REPLICAOF", "127.0.0.1", "1"}, []string{"REPLICAOF", "NO", "ONE"}},
		{"NOPERM", []string{"ACL", "SETUSER", "default", "-@write"}, []string{"ACL", "SETUSER", "default", "+@all"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, server.URL(), redis.Options{})
			keep(t, s, "a", "before")
			server.Do(c.begin...)
			d := draft("a", "meanwhile")
			wantUnavailable(t, "Append", s.Append(t.Context(), "a", []chat.Draft{d})[0].Err)
			wantUnavailable(t, "Arrive", s.Arrive(t.Context(), []chat.Arrival{{Person: chat.Person{ID: "ada"}, Node: "n1"}}, time.Hour)[0])
			if s.Check(t.Context()) == nil {
				t.Error("Check: got nil while writes are refused")
			}
			server.Do(c.ends...)
			a := s.Append(t.Context(), "a", []chat.Draft{d})[0]
			if a.Err != nil || a.Duplicate || a.Entry.Seq != 2 {
				t.Errorf("Append afterwards: got %+v, want entry 2", a)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Errorf("Check afterwards: %v", err)
			}
		})
	}
}

// TestSentinelFailover kills the primary of a Sentinel group. Sentinel promotes
// the replica that is furthest, so everything that one replica had confirmed
// is there afterwards.
func TestSentinelFailover(t *testing.T) {
	primary := redistest.Start(t)
	primary.Replica()
	primary.Replica()
	sentinel := redistest.StartSentinel(t, primary)
	url := sentinel.URL() + "/0?master_set=" + redistest.MasterSet
	l := newLoad(t, url, redis.Options{Durability: redis.Replicated, Timeout: time.Second}, "a", "b")
	ear := watch(t, l.nodes[1], "a")
	stop := l.start(t)
	await(t, "messages are acknowledged", func() bool { return l.progress() > 50 })
	primary.Kill()
	before := l.progress()
	await(t, "messages are acknowledged again", func() bool { return l.progress() > before+50 })
	await(t, "the watch is told of the loss", func() bool { return ear.losses() > 0 })
	stop()
	l.check(t)
	wantNews(t, l.nodes[0], "a", ear)
	await(t, "Check is nil", func() bool { return l.nodes[0].Check(t.Context()) == nil })
}
