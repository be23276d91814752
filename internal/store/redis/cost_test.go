package redis_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// stat reads one number of INFO.
func stat(t testing.TB, s *redistest.Server, section, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(s.Do("INFO", section))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func keysOf(t testing.TB, s *redistest.Server, prefix string) []string {
	t.Helper()
	client := s.Client()
	keys, err := client.Do(t.Context(), client.B().Keys().Pattern(prefix+":*").Build()).AsStrSlice()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(keys))
}

// TestKeys shows what is left behind, and that ids are remembered for one
// dedupe period at least and two at most.
func TestKeys(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	s := open(t, server.URL(), redis.Options{Prefix: prefix})
	for range 130 {
		keep(t, s, "a", "text")
	}
	keys := keysOf(t, server, prefix)
	i := slices.IndexFunc(keys, func(k string) bool { return strings.Contains(k, ":d:") })
	if i < 0 {
		t.Fatalf("keys: got %q, want a dedupe hash", keys)
	}
	left, _ := strconv.Atoi(server.Do("PTTL", keys[i]))
	if ttl := time.Duration(left) * time.Millisecond; ttl < 24*time.Hour-time.Minute || ttl > 48*time.Hour {
		t.Errorf("life of %s: got %v, want 24 to 48 hours", keys[i], ttl)
	}
	want := []string{prefix + ":{r:a}:head", prefix + ":{r:a}:m:0", prefix + ":{r:a}:m:1"}
	if got := slices.Delete(keys, i, i+1); !slices.Equal(got, want) {
		t.Errorf("keys: got %q, want %q", got, want)
	}
	for _, key := range want {
		if ttl := server.Do("TTL", key); ttl != "-1" {
			t.Errorf("life of %s: got %s, want for ever (-1)", key, ttl)
		}
	}

	arrival := chat.Arrival{Person: chat.Person{ID: "ada", Nickname: "Ada"}, Node: "n1"}
	for range 2 {
		s.Arrive(t.Context(), []chat.Arrival{arrival}, time.Hour)
		if err := s.Depart(t.Context(), "ada", "n1", 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Release(t.Context(), "n1", 0); err != nil {
		t.Fatal(err)
	}
	want = []string{prefix + ":{p}:roster"}
	got := slices.DeleteFunc(keysOf(t, server, prefix), func(k string) bool { return !strings.Contains(k, "{p}") })
	if !slices.Equal(got, want) {
		t.Errorf("presence keys when nobody is here: got %q, want %q", got, want)
	}
}

// TestOneScriptCall holds Append to one call, also for a batch that fills
// several chunks, once the node has an idea of how far the room is.
func TestOneScriptCall(t *testing.T) {
	server := redistest.Start(t)
	o := redis.Options{Prefix: newPrefix()}
	near, far := open(t, server.URL(), o), open(t, server.URL(), o)
	batch := make([]chat.Draft, 1000)
	for i := range batch {
		batch[i] = draft("a", "text")
	}
	calls := func(s *redis.Store, n int) int {
		before := stat(t, server, "commandstats", `cmdstat_evalsha:calls=(\d+)`)
		drafts := slices.Clone(batch[:n])
		for i := range drafts {
			drafts[i].ID = chat.NewID()
		}
		for _, a := range s.Append(t.Context(), "a", drafts) {
			if a.Err != nil {
				t.Fatal(a.Err)
			}
		}
		return stat(t, server, "commandstats", `cmdstat_evalsha:calls=(\d+)`) - before
	}
	if got := calls(near, 1000); got != 1 {
		t.Errorf("calls for 1,000 messages in a new room: got %d, want 1", got)
	}
	if got := calls(near, 1); got != 1 {
		t.Errorf("calls in a known room: got %d, want 1", got)
	}
	if got := calls(far, 1); got != 2 {
		t.Errorf("calls of a node new to a long room: got %d, want 2", got)
	}
	if got := calls(far, 300); got != 1 {
		t.Errorf("calls after that: got %d, want 1", got)
	}
	if got := len(history(t, near, "a")); got != 1302 {
		t.Errorf("history: got %d entries, want 1302", got)
	}
}

// TestSharedRoundTrips shows that appends to many rooms travel together.
func TestSharedRoundTrips(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	before := stat(t, server, "stats", `total_reads_processed:(\d+)`)
	const senders, each = 100, 20
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for range each {
				keep(t, s, chat.RoomID(fmt.Sprint(i)), "text")
			}
		})
	}
	wg.Wait()
	reads := stat(t, server, "stats", `total_reads_processed:(\d+)`) - before
	if reads > senders*each/2 {
		t.Errorf("reads of the server for %d appends: got %d, want at most half as many", senders*each, reads)
	}
	t.Logf("%d appends in %d reads", senders*each, reads)
}

// bytesOf sums up what Redis says its keys take.
func bytesOf(t testing.TB, s *redistest.Server, keys []string) int {
	t.Helper()
	total := 0
	for _, key := range keys {
		n, err := strconv.Atoi(s.Do("MEMORY", "USAGE", key, "SAMPLES", "0"))
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

// TestMemory measures what docs/redis-memory.md says, and fails where a
// message or a room has become dearer.
func TestMemory(t *testing.T) {
	server := redistest.Start(t)
	const room = "01890a5d-ac96-774b-bcce-b302099a8057"
	for _, c := range []struct {
		messages, text int
		most           float64 // bytes per message beyond its text, without the ids
	}{
		{messages: 1, text: 100, most: 480},
		{messages: 5, text: 100, most: 160},
		{messages: 128, text: 100, most: 68},
		{messages: 1280, text: 100, most: 68},
		{messages: 1280, text: 30, most: 68},
		{messages: 1280, text: 1000, most: 200},
	} {
		t.Run(fmt.Sprintf("messages=%d,text=%d", c.messages, c.text), func(t *testing.T) {
			prefix := newPrefix()
			s := open(t, server.URL(), redis.Options{Prefix: prefix})
			for range c.messages {
				keep(t, s, room, strings.Repeat("x", c.text))
			}
			var kept, ids []string
			for _, key := range keysOf(t, server, prefix+":{r") {
				if strings.Contains(key, ":d:") {
					ids = append(ids, key)
				} else {
					kept = append(kept, key)
				}
			}
			n := float64(c.messages)
			history, dedupe := float64(bytesOf(t, server, kept))/n, float64(bytesOf(t, server, ids))/n
			t.Logf("per message: %.0f bytes for ever, %.0f more for 24 to 48 hours", history, dedupe)
			if over := history - float64(c.text); over > c.most {
				t.Errorf("bytes per message beyond its text: got %.0f, want at most %.0f", over, c.most)
			}
		})
	}
}

// TestMemory_People measures what one person who is here takes.
func TestMemory_People(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	s := open(t, server.URL(), redis.Options{Prefix: prefix})
	const people = 1000
	arrivals := make([]chat.Arrival, people)
	for i := range arrivals {
		name := fmt.Sprintf("person %d", i)
		arrivals[i] = chat.Arrival{Person: chat.Person{ID: chat.PersonID(name), Nickname: name}, Node: "n1"}
	}
	if err := s.Arrive(t.Context(), arrivals, time.Hour)[0]; err != nil {
		t.Fatal(err)
	}
	each := bytesOf(t, server, keysOf(t, server, prefix+":{p}")) / people
	t.Logf("per person: %d bytes", each)
	if each > 230 {
		t.Errorf("bytes per person: got %d, want at most 230", each)
	}
}

// BenchmarkRoster reads the roster of a full house.
func BenchmarkRoster(b *testing.B) {
	server := redistest.Start(b)
	s := open(b, server.URL(), redis.Options{})
	const people = 15_000
	arrivals := make([]chat.Arrival, people)
	for i := range arrivals {
		name := fmt.Sprintf("person %d", i)
		arrivals[i] = chat.Arrival{Person: chat.Person{ID: chat.PersonID(name), Nickname: name}, Node: "n1"}
	}
	for batch := range slices.Chunk(arrivals, 500) {
		if err := s.Arrive(b.Context(), batch, time.Hour)[0]; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := s.Roster(b.Context()); err != nil || len(r.People) != people {
			b.Fatalf("Roster: got %d people, %v", len(r.People), err)
		}
	}
	usec := float64(stat(b, server, "commandstats", `cmdstat_hgetall:calls=\d+,usec=(\d+)`))
	b.ReportMetric(usec/float64(stat(b, server, "commandstats", `cmdstat_hgetall:calls=(\d+)`)), "server-µs/op")
}

// BenchmarkWatch begins and ends watching a room, 100 at a time.
func BenchmarkWatch(b *testing.B) {
	s := open(b, redistest.Start(b).URL(), redis.Options{})
	b.ReportAllocs()
	b.SetParallelism(100)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			stop, err := s.Watch(context.Background(), chat.RoomID(chat.NewID().String()), func([]chat.Entry) {})
			if err != nil {
				b.Error(err)
				return
			}
			stop()
		}
	})
}
