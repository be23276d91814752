package redis_test

import (
	"strconv"
	"strings"
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

// TestFailover_behind kills a primary whose replica has not got the last
// entries (F7). What was acknowledged is gone and its numbers are given to
// others: only the chain tells the two apart, and it does. What was lost can be
// sent again, and is one entry then.
func TestFailover_behind(t *testing.T) {
	primary := redistest.Start(t)
	replica := primary.Replica()
	sentinel := redistest.StartSentinel(t, primary)
	s := open(t, sentinel.URL()+"/0?master_set="+redistest.MasterSet, redis.Options{Timeout: time.Second})
	ear := watch(t, s, "a")
	var both []chat.Entry
	for range 3 {
		both = append(both, keep(t, s, "a", "on both"))
	}
	await(t, "the replica has them", func() bool { return behind(primary, replica) == 0 })
	replica.Pause()
	primary.Do("CLIENT", "KILL", "TYPE", "replica") // what is sent to it would wait in its socket
	lost := []chat.Entry{keep(t, s, "a", "lost"), keep(t, s, "a", "lost too")}
	losses := ear.losses()
	primary.Kill()
	replica.Resume()

	await(t, "the replica takes over", func() bool {
		head, err := s.Head(t.Context(), "a")
		return err == nil && head == both[2].Cursor
	})
	await(t, "the watch is told of the loss", func() bool { return ear.losses() > losses })
	other := draft("a", "after the failover")
	await(t, "it takes messages", func() bool {
		a := s.Append(t.Context(), "a", []chat.Draft{other})[0]
		return a.Err == nil && a.Entry.Seq == lost[0].Seq
	})
	log := history(t, s, "a")
	if len(log) != 4 || log[3].Seq != lost[0].Seq || log[3].FP == lost[0].FP {
		t.Fatalf("the log: got %+v, want number %d again and another chain than %s", log, lost[0].Seq, lost[0].FP)
	}
	for i, e := range lost {
		e.Draft.Room = "a"
		for again := range 2 {
			a := s.Append(t.Context(), "a", []chat.Draft{e.Draft})[0]
			if a.Err != nil || a.Duplicate != (again == 1) || a.Entry.Seq != uint64(5+i) {
				t.Errorf("the lost entry %d, sent again (%d): got %+v, want number %d once", i, again, a, 5+i)
			}
		}
	}
}

// behind is how many bytes a replica has not got yet.
func behind(primary, replica *redistest.Server) int {
	return offset(primary.Do("INFO", "replication"), "master_repl_offset") - offset(replica.Do("INFO", "replication"), "slave_repl_offset")
}

func offset(info, field string) int {
	_, rest, _ := strings.Cut(info, field+":")
	n, _ := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
	return n
}
