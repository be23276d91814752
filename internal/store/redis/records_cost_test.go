package redis_test

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// commands counts what the server executes during f, inside scripts too.
func commands(t testing.TB, server *redistest.Server, f func()) map[string]int {
	t.Helper()
	server.Do("CONFIG", "RESETSTAT")
	f()
	calls := make(map[string]int)
	for _, m := range regexp.MustCompile(`cmdstat_([a-z]+):calls=(\d+)`).FindAllStringSubmatch(server.Do("INFO", "commandstats"), -1) {
		calls[m[1]], _ = strconv.Atoi(m[2])
	}
	// What the test, the probes and the turn of a dedupe period do.
	for _, other := range []string{"config", "info", "ping", "publish", "pexpireat"} {
		delete(calls, other)
	}
	return calls
}

// TestCommands holds every operation to the commands that it needs.
func TestCommands(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	addMembers(t, s, "a", 100)
	keep(t, s, "a", "first")
	send := func(n int, effects func(d *chat.Draft, i int)) func() {
		return func() {
			drafts := make([]chat.Draft, n)
			for i := range drafts {
				drafts[i] = draft("a", "text")
				effects(&drafts[i], i)
			}
			for _, a := range s.Append(t.Context(), "a", drafts) {
				if a.Err != nil {
					t.Fatal(a.Err)
				}
			}
		}
	}
	plain := map[string]int{"evalsha": 1, "get": 1, "hmget": 2, "time": 1, "llen": 1, "rpush": 1, "set": 1, "hset": 1, "pttl": 1}
	with := func(more map[string]int) map[string]int {
		all := maps.Clone(plain)
		for command, n := range more {
			all[command] += n
		}
		return all
	}
	// The first call brings the server the script.
	send(1, isMember)()
	change(t, s, "r:a", chat.Put("warm", "1"))
	if _, err := s.List(t.Context(), "r:a", chat.Range{Limit: 1}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func()
		want map[string]int
	}{
		{"a message", send(1, func(*chat.Draft, int) {}), plain},
		{"a message of a member", send(1, isMember), with(map[string]int{"hmget": 1})},
		{"messages of 50 members", send(50, isMember), with(map[string]int{"hmget": 1})},
		{"a message that counts", send(1, func(d *chat.Draft, i int) {
			isMember(d, i)
			d.Effects.Do = []chat.Write{chat.Add("n", 1), chat.Put("x", "1")}
		}), with(map[string]int{"hmget": 1, "zcard": 1, "hset": 1, "zadd": 1})},
		{"a deletion", send(1, func(d *chat.Draft, _ int) { d.Effects = &chat.Effects{Erase: []uint64{1}} }), with(map[string]int{"lindex": 1, "lset": 1})},
		{"a commit", func() { change(t, s, "r:a", chat.Put("a", "1"), chat.Put("b", "1")) },
			map[string]int{"evalsha": 1, "hmget": 1, "zcard": 1, "hset": 1, "zadd": 1}},
		{"a commit that repeats", func() { change(t, s, "r:a", chat.Max("n", 5)) }, map[string]int{"evalsha": 1, "hmget": 1, "zcard": 1, "hset": 1}},
		{"a check", func() {
			if err := s.Commit(t.Context(), "r:a", chat.Commit{If: []chat.Record{{Key: "a", Value: "1"}}}); err != nil {
				t.Error(err)
			}
		}, map[string]int{"evalsha": 1, "hmget": 1}},
		{"a get", func() { wantValue(t, s, "r:a", "a", "1") }, map[string]int{"hmget": 1}},
		{"a list", func() {
			if got, err := s.List(t.Context(), "r:a", chat.Prefix("m/", "", 50)); err != nil || len(got) != 50 {
				t.Errorf("List: got %d records, %v, want 50", len(got), err)
			}
		}, map[string]int{"evalsha": 1, "zrangebylex": 1, "hmget": 1}},
	} {
		if got := commands(t, server, c.do); !maps.Equal(got, c.want) {
			t.Errorf("commands of %s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestTraffic holds down what a message sends to the server: the fan-out of a
// busy room depends on it.
func TestTraffic(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{Prefix: "causerie"})
	addMembers(t, s, "a", 100)
	for _, c := range []struct {
		name    string
		drafts  int
		effects func(*chat.Draft, int)
		most    int // bytes per draft
	}{
		{"one", 1, func(*chat.Draft, int) {}, 620},
		{"one of a member", 1, isMember, 840},
		{"50", 50, func(*chat.Draft, int) {}, 165},
		{"50 of members", 50, isMember, 315},
	} {
		drafts := make([]chat.Draft, c.drafts)
		for round := range 2 { // the first may bring the script
			before := stat(t, server, "stats", `total_net_input_bytes:(\d+)`)
			for i := range drafts {
				drafts[i] = draft("a", strings.Repeat("x", 100))
				c.effects(&drafts[i], i)
			}
			if err := s.Append(t.Context(), "a", drafts)[0].Err; err != nil {
				t.Fatal(err)
			}
			each := (stat(t, server, "stats", `total_net_input_bytes:(\d+)`) - before) / c.drafts
			if round == 1 {
				t.Logf("%s: %d bytes per message of 100", c.name, each)
				if each > c.most {
					t.Errorf("bytes sent for %s: got %d per message, want at most %d", c.name, each, c.most)
				}
			}
		}
	}
}

// TestMemory_Records measures what docs/redis-memory.md says of records.
func TestMemory_Records(t *testing.T) {
	server := redistest.Start(t)
	for _, c := range []struct {
		name    string
		records int
		put     func(i int) chat.Write
		most    int // bytes per record, all of it
	}{
		{"members", 1, func(i int) chat.Write { return chat.Put("m/"+person(i), member) }, 420},
		{"members", 100, func(i int) chat.Write { return chat.Put("m/"+person(i), member) }, 205},
		{"members", 10_000, func(i int) chat.Write { return chat.Put("m/"+person(i), member) }, 310},
		{"read markers", 100, func(i int) chat.Write { return chat.Max(fmt.Sprintf("read/%036d", i), int64(1000+i)) }, 110},
		{"reactions", 10_000, func(i int) chat.Write { return chat.Put(fmt.Sprintf("react/%016x/👍\x1f%s", i, person(i)), "12345") }, 285},
	} {
		t.Run(fmt.Sprintf("%s=%d", c.name, c.records), func(t *testing.T) {
			prefix := newPrefix()
			s := open(t, server.URL(), redis.Options{Prefix: prefix})
			length := 0
			for i := 0; i < c.records; i += chat.MaxWrites {
				var do []chat.Write
				for j := i; j < min(c.records, i+chat.MaxWrites); j++ {
					w := c.put(j)
					do = append(do, w)
					length += len(w.Key) + max(len(w.Value), len(strconv.FormatInt(w.N, 10)))
				}
				change(t, s, "house", do...)
			}
			each := bytesOf(t, server, keysOf(t, server, prefix)) / c.records
			t.Logf("key and value of %d bytes: %d bytes per record", length/c.records, each)
			if each > c.most {
				t.Errorf("bytes per record: got %d, want at most %d", each, c.most)
			}
		})
	}
}
