package redis_test

import (
	"context"
	"errors"
	"fmt"
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

// change commits and fails unless it is done.
func change(t testing.TB, s *redis.Store, shelf chat.Shelf, do ...chat.Write) {
	t.Helper()
	if err := s.Commit(context.Background(), shelf, chat.Commit{Do: do}); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

func wantValue(t testing.TB, s *redis.Store, shelf chat.Shelf, key, want string) {
	t.Helper()
	if got, err := s.Get(context.Background(), shelf, key); err != nil || got[0] != want {
		t.Errorf("Get %s of %s: got %q, %v, want %q", key, shelf, got, err, want)
	}
}

// TestRecordKeys shows that records have two keys per shelf, which are gone
// with the last record, and that nothing of them expires.
func TestRecordKeys(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	s := open(t, server.URL(), redis.Options{Prefix: prefix})
	change(t, s, "house", chat.Put("a", "1"), chat.Add("n", 5))
	want := []string{prefix + ":{house}:k", prefix + ":{house}:v"}
	if got := keysOf(t, server, prefix); !slices.Equal(got, want) {
		t.Errorf("keys: got %q, want %q", got, want)
	}
	for _, key := range want {
		if ttl := server.Do("TTL", key); ttl != "-1" {
			t.Errorf("life of %s: got %s, want for ever (-1)", key, ttl)
		}
	}
	change(t, s, "house", chat.Remove("a"), chat.Add("n", -5))
	if got := keysOf(t, server, prefix); len(got) != 0 {
		t.Errorf("keys of an empty shelf: got %q, want none", got)
	}
}

// TestErasedIsGone looks at what the server holds, not at what the store says.
func TestErasedIsGone(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	s := open(t, server.URL(), redis.Options{Prefix: prefix})
	const text, data = "the text of a secret", `{"the data":"of a secret"}`
	plain, full := draft("a", text), draft("a", text)
	full.Ref, full.Thread, full.Subject, full.Data = 1, 1, "boole", data
	deletion := draft("a", "")
	deletion.Kind, deletion.Effects = chat.KindDelete, &chat.Effects{Erase: []uint64{1, 2, 4, 1}}
	self := draft("a", text)
	self.Data, self.Effects = data, &chat.Effects{Erase: []uint64{4}}
	for _, d := range []chat.Draft{plain, full, deletion, self} {
		if a := s.Append(t.Context(), "a", []chat.Draft{d})[0]; a.Err != nil {
			t.Fatalf("Append: %v", a.Err)
		}
	}
	records, err := server.Client().Do(t.Context(), server.Client().B().Lrange().Key(prefix+":{r:a}:m:0").Start(0).Stop(-1).Build()).AsStrSlice()
	if err != nil || len(records) != 4 {
		t.Fatalf("LRANGE: got %d records, %v, want 4", len(records), err)
	}
	for i, record := range records {
		if strings.Contains(record, "secret") {
			t.Errorf("record %d still has what was erased: %q", i+1, record)
		}
	}
	got := history(t, s, "a")
	plain.Text, full.Text, full.Data, self.Text, self.Data = "", "", "", "", ""
	for i, want := range []chat.Draft{plain, full, deletion, self} {
		want.At, want.Effects = want.At.Truncate(time.Millisecond), nil
		if !got[i].At.Equal(want.At) {
			t.Errorf("entry %d: got time %v, want %v", i+1, got[i].At, want.At)
		}
		want.At = got[i].At
		if got[i].Draft != want {
			t.Errorf("entry %d: got %+v, want %+v", i+1, got[i].Draft, want)
		}
	}
}

// TestErasedInItsOwnStep sees to it that nobody is told what is erased in the
// step that keeps it.
func TestErasedInItsOwnStep(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	heard := make(chan chat.Entry, 10)
	stop, err := s.Watch(t.Context(), "a", func(entries []chat.Entry) {
		for _, e := range entries {
			heard <- e
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	first, second := draft("a", "secret"), draft("a", "")
	second.Effects = &chat.Effects{Erase: []uint64{1}}
	out := s.Append(t.Context(), "a", []chat.Draft{first, second, first})
	if out[1].Err != nil || !out[2].Duplicate || out[2].Entry.Text != "" {
		t.Errorf("Append: got %+v, want the third to be an erased duplicate", out)
	}
	if e := <-heard; e.Seq != 1 || e.Text != "" {
		t.Errorf("Watch: got entry %d with text %q, want 1 without", e.Seq, e.Text)
	}
}

// TestLongCommit tells watchers only that there was one: a longer message
// could cost them their connection.
func TestLongCommit(t *testing.T) {
	s := open(t, redistest.Start(t).URL(), redis.Options{})
	heard := make(chan []chat.Record, 10)
	stop, err := s.WatchShelf(t.Context(), "house", func(records []chat.Record) { heard <- records })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var do []chat.Write
	for i := range 17 {
		do = append(do, chat.Put(fmt.Sprint(i), strings.Repeat("v", chat.MaxRecordValue)))
	}
	change(t, s, "house", do[:15]...)
	if got := <-heard; len(got) != 15 {
		t.Errorf("WatchShelf: got %d records, want 15", len(got))
	}
	change(t, s, "house", do...)
	if got := <-heard; got != nil {
		t.Errorf("WatchShelf of a long commit: got %d records, want nil", len(got))
	}
	change(t, s, "house", chat.Put("a", "b"))
	if got := <-heard; !slices.Equal(got, []chat.Record{{Key: "a", Value: "b"}}) {
		t.Errorf("WatchShelf after it: got %v, want a", got)
	}
}

// TestCounting lets nodes count on one record while scripts are forgotten and
// its slot moves: every commit that was acknowledged counts, and one that
// failed counts once at most.
func TestCounting(t *testing.T) {
	cluster := redistest.StartCluster(t)
	prefix := newPrefix()
	nodes := []*redis.Store{open(t, cluster.URL(), redis.Options{Prefix: prefix}), open(t, cluster.URL(), redis.Options{Prefix: prefix})}
	var mu sync.Mutex
	told, lost := 0, 0 // guarded by mu
	stop, err := nodes[1].WatchShelf(t.Context(), "house", func(records []chat.Record) {
		mu.Lock()
		defer mu.Unlock()
		if records == nil {
			lost++
		}
		for _, r := range records {
			n, _ := strconv.Atoi(r.Value)
			told = max(told, n)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	losses := func() int {
		mu.Lock()
		defer mu.Unlock()
		return lost
	}
	counted, failed := 0, 0 // guarded by mu
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var counting sync.WaitGroup
	for i := range 8 {
		counting.Go(func() {
			for ctx.Err() == nil {
				err := nodes[i%2].Commit(context.Background(), "house", chat.Commit{Do: []chat.Write{chat.Add("n", 1)}})
				mu.Lock()
				if err == nil {
					counted++
				} else {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	progress := func() int {
		mu.Lock()
		defer mu.Unlock()
		return counted
	}
	for range 3 {
		before, missed := progress(), losses()
		cluster.Move("{house}")
		for _, s := range cluster.Primaries {
			s.Do("SCRIPT", "FLUSH")
		}
		await(t, "commits are acknowledged", func() bool { return progress() > before+50 })
		await(t, "the watch is told that it may have missed some", func() bool { return losses() > missed })
	}
	cancel()
	counting.Wait()
	got, err := nodes[0].Get(context.Background(), "house", "n")
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	n, _ := strconv.Atoi(got[0])
	if n < counted || n > counted+failed {
		t.Errorf("counted: got %d, want %d acknowledged and at most %d more", n, counted, failed)
	}
	t.Logf("%d acknowledged, %d failed", counted, failed)
	await(t, "the watch hears again", func() bool {
		change(t, nodes[0], "house", chat.Add("n", 1))
		n++
		return eventually(func() bool {
			mu.Lock()
			defer mu.Unlock()
			return told >= n
		})
	})
}

// TestScriptFlushDuringEffects flushes scripts while messages count members:
// the log and the count must never disagree.
func TestScriptFlushDuringEffects(t *testing.T) {
	server := redistest.Start(t)
	for _, durability := range []redis.Durability{redis.Accepted, redis.Replicated} {
		t.Run(string(durability), func(t *testing.T) {
			if durability == redis.Replicated {
				server.Replica()
			}
			s := open(t, server.URL(), redis.Options{Durability: durability})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var sending sync.WaitGroup
			var mu sync.Mutex
			kept := 0 // guarded by mu
			for range 4 {
				sending.Go(func() {
					for ctx.Err() == nil {
						d := draft("a", "text")
						d.Effects = &chat.Effects{Commit: chat.Commit{Do: []chat.Write{chat.Add("count", 1)}}}
						if a := s.Append(context.Background(), "a", []chat.Draft{d})[0]; a.Err != nil {
							t.Errorf("Append: %v", a.Err)
							return
						}
						if err := s.Commit(context.Background(), "r:a", chat.Commit{Do: []chat.Write{chat.Add("commits", 1)}}); err != nil {
							t.Errorf("Commit: %v", err)
							return
						}
						mu.Lock()
						kept++
						mu.Unlock()
					}
				})
			}
			progress := func() int {
				mu.Lock()
				defer mu.Unlock()
				return kept
			}
			for range 30 {
				before := progress()
				server.Do("SCRIPT", "FLUSH")
				await(t, "messages are acknowledged", func() bool { return progress() > before || t.Failed() })
			}
			cancel()
			sending.Wait()
			wantValue(t, s, "r:a", "count", strconv.Itoa(len(history(t, s, "a"))))
			wantValue(t, s, "r:a", "commits", strconv.Itoa(progress()))
		})
	}
}

// TestReplicated_Commit is not acknowledged before a replica has it, and a
// commit that is repeated is not acknowledged for having nothing to do.
func TestReplicated_Commit(t *testing.T) {
	server := redistest.Start(t)
	replica := server.Replica()
	s := open(t, server.URL(), redis.Options{Durability: redis.Replicated, Timeout: 500 * time.Millisecond})
	await(t, "the replica confirms", func() bool {
		return s.Commit(t.Context(), "house", chat.Commit{Do: []chat.Write{chat.Put("a", "1"), chat.Put("b", "1")}}) == nil
	})
	replica.Pause()
	remove := chat.Commit{Do: []chat.Write{chat.Remove("a")}}
	for _, again := range []string{"", " again"} {
		wantUnavailable(t, "Commit without a replica"+again, s.Commit(t.Context(), "house", remove))
	}
	replica.Resume()
	await(t, "the commit is confirmed", func() bool { return s.Commit(t.Context(), "house", remove) == nil })
	if err := s.Commit(t.Context(), "house", chat.Commit{If: []chat.Record{{Key: "a", Value: "1"}}}); !errors.Is(err, chat.ErrConflict) {
		t.Errorf("Commit: got %v, want ErrConflict", err)
	}
}

// TestStampedKeys puts and takes away records under the number of an entry,
// also where such a key is there already and nobody has asked for it.
func TestStampedKeys(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	change(t, s, "r:a", chat.Put("x/"+chat.SeqKey(1), "old"), chat.Put("x/"+chat.SeqKey(2), "old"))
	at := func(values ...string) []chat.Record {
		var records []chat.Record
		for i := 0; i < len(values); i += 2 {
			records = append(records, chat.Record{Key: values[i], Value: values[i+1]})
		}
		return records
	}
	long := strings.Repeat("k", chat.MaxRecordKey-15)
	var drafts []chat.Draft
	for _, c := range []chat.Commit{
		{Do: []chat.Write{chat.Index("x/", ""), chat.Stamp("last")}},                                                         // 1
		{Do: []chat.Write{chat.Index(long, "1")}},                                                                            // refused: too long
		{Do: []chat.Write{chat.Index("x/", "new"), chat.Index("", "root"), chat.Stamp("last")}},                              // 2
		{If: at("last", "3"), Do: []chat.Write{chat.Index("x/", "never")}},                                                   // refused: a conflict
		{If: at("last", "2", "x/"+chat.SeqKey(2), "new"), Do: []chat.Write{chat.Index(long[1:], "1"), chat.Add("last", 40)}}, // 3
	} {
		d := draft("a", "text")
		d.Effects = &chat.Effects{Commit: c}
		drafts = append(drafts, d)
	}
	out := s.Append(t.Context(), "a", drafts)
	for i, want := range []chat.Code{"", chat.CodeInvalid, "", chat.CodeConflict, ""} {
		wantCode(t, fmt.Sprint("draft ", i), out[i].Err, want)
	}
	want := at(chat.SeqKey(2), "root", long[1:]+chat.SeqKey(3), "1", "last", "42", "x/"+chat.SeqKey(2), "new")
	if got, err := s.List(t.Context(), "r:a", chat.Range{Limit: 10}); err != nil || !slices.Equal(got, want) {
		t.Errorf("List: got %v, %v, want %v", got, err, want)
	}
	wantCode(t, "Commit of an index", s.Commit(t.Context(), "r:a", chat.Commit{Do: []chat.Write{chat.Index("x/", "1")}}), chat.CodeInvalid)
}
