package redis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
)

// patience is how long tests wait for what must happen.
const patience = 30 * time.Second

// open opens a store that is closed when the test ends.
func open(t testing.TB, url string, o redis.Options) *redis.Store {
	t.Helper()
	o.URL = url
	if o.Prefix == "" {
		o.Prefix = newPrefix()
	}
	if o.Logger == nil {
		o.Logger = discard
	}
	s, err := redis.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func draft(room chat.RoomID, text string) chat.Draft {
	return chat.Draft{Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: "ada", Name: "Ada", Text: text, At: time.Now()}
}

// keep appends one message and fails if it is not kept.
func keep(t testing.TB, s *redis.Store, room chat.RoomID, text string) chat.Entry {
	t.Helper()
	a := s.Append(context.Background(), room, []chat.Draft{draft(room, text)})[0]
	if a.Err != nil {
		t.Fatalf("Append: %v", a.Err)
	}
	return a.Entry
}

// history reads a whole room and checks its chain.
func history(t testing.TB, s *redis.Store, room chat.RoomID) []chat.Entry {
	t.Helper()
	entries, err := s.After(context.Background(), room, 0, 1<<20)
	if err != nil {
		t.Fatalf("After: %v", err)
	}
	var at chat.Cursor
	for _, e := range entries {
		if at = at.Next(e.ID); e.Cursor != at {
			t.Fatalf("%s: got entry %+v, want %+v", room, e.Cursor, at)
		}
	}
	return entries
}

// await polls until reached, which another process must come to.
func await(t testing.TB, what string, reached func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !reached(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain until %s", patience, what)
		}
	}
}

func wantUnavailable(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, &chat.Error{Code: chat.CodeUnavailable}) {
		t.Errorf("%s: got %v, want code %s", what, err, chat.CodeUnavailable)
	}
}

// heard collects what a watch is told.
type heard struct {
	mu   sync.Mutex
	seqs []uint64 // guarded by mu
	lost int      // guarded by mu
}

func (h *heard) entries(entries []chat.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if entries == nil {
		h.lost++
	}
	for _, e := range entries {
		h.seqs = append(h.seqs, e.Seq)
	}
}

func (h *heard) has(seq uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.seqs, seq)
}

func (h *heard) losses() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost
}

func watch(t testing.TB, s *redis.Store, room chat.RoomID) *heard {
	t.Helper()
	h := new(heard)
	stop, err := s.Watch(t.Context(), room, h.entries)
	if err != nil {
		t.Fatalf("Watch: %v", err)
	}
	t.Cleanup(stop)
	return h
}

// wantNews appends until the watch hears of it again.
func wantNews(t testing.TB, s *redis.Store, room chat.RoomID, h *heard) {
	t.Helper()
	await(t, "announcements arrive again", func() bool {
		a := s.Append(context.Background(), room, []chat.Draft{draft(room, "news")})[0]
		return a.Err == nil && eventually(func() bool { return h.has(a.Entry.Seq) })
	})
}

// eventually gives something a second to happen.
func eventually(reached func() bool) bool {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if reached() {
			return true
		}
		<-tick.C
	}
	return false
}

// A load sends from many goroutines over two nodes; what fails is sent again
// with the same id until it is kept.
type load struct {
	nodes [2]*redis.Store
	rooms []chat.RoomID

	mu    sync.Mutex
	acked map[chat.ID]chat.Entry // guarded by mu
	fails atomic.Int64
}

func newLoad(t testing.TB, url string, o redis.Options, rooms ...chat.RoomID) *load {
	o.Prefix = newPrefix()
	return &load{
		nodes: [2]*redis.Store{open(t, url, o), open(t, url, o)},
		rooms: rooms,
		acked: make(map[chat.ID]chat.Entry),
	}
}

// start sends until the returned function is called, which waits until
// everything is settled.
func (l *load) start(t testing.TB) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx, t)
	}()
	return func() {
		cancel()
		<-done
	}
}

func (l *load) run(ctx context.Context, t testing.TB) {
	var wg sync.WaitGroup
	for sender := range 16 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				l.send(t, sender, draft(l.rooms[(sender+n)%len(l.rooms)], fmt.Sprintf("%d of sender %d", n, sender)))
			}
		})
	}
	wg.Wait()
}

func (l *load) send(t testing.TB, sender int, d chat.Draft) {
	for try, deadline := 0, time.Now().Add(patience); time.Now().Before(deadline); try++ {
		// A retry may go through the other node.
		a := l.nodes[(sender+try)%2].Append(context.Background(), d.Room, []chat.Draft{d})[0]
		if a.Err == nil {
			l.mu.Lock()
			l.acked[d.ID] = a.Entry
			l.mu.Unlock()
			return
		}
		l.fails.Add(1)
		if !errors.Is(a.Err, &chat.Error{Code: chat.CodeUnavailable}) {
			t.Errorf("Append: got %v, want code %s", a.Err, chat.CodeUnavailable)
			return
		}
		<-time.After(time.Millisecond) // one try after the other, not as fast as the machine can
	}
	t.Errorf("Append: not kept within %v", patience)
}

// check compares the acks with the history: each once, in the place it was
// acknowledged for.
func (l *load) check(t testing.TB) {
	t.Helper()
	kept := 0
	for _, room := range l.rooms {
		for _, e := range history(t, l.nodes[0], room) {
			kept++
			if a, ok := l.acked[e.ID]; !ok || a.Cursor != e.Cursor {
				t.Fatalf("entry %d of %s: acknowledged as %+v, kept as %+v", e.Seq, room, a.Cursor, e.Cursor)
			}
		}
	}
	if kept != len(l.acked) || kept == 0 {
		t.Fatalf("kept %d entries, acknowledged %d", kept, len(l.acked))
	}
	t.Logf("%d acknowledged, %d failed tries", kept, l.fails.Load())
}

func TestKillUnderLoad(t *testing.T) {
	server := redistest.Start(t)
	l := newLoad(t, server.URL(), redis.Options{Timeout: time.Second}, "a", "b", "c")
	ear := watch(t, l.nodes[1], "a")
	stop := l.start(t)
	for range storetest.Rounds(3, 50) {
		before := l.progress()
		await(t, "messages are acknowledged", func() bool { return l.progress() > before+50 })
		losses := ear.losses()
		server.Kill()
		if err := l.nodes[1].Check(t.Context()); err == nil {
			t.Error("Check: got nil while Redis is dead")
		}
		server.Restart()
		await(t, "Check is nil again", func() bool { return l.nodes[0].Check(t.Context()) == nil && l.nodes[1].Check(t.Context()) == nil })
		await(t, "the watch is told of the loss", func() bool { return ear.losses() > losses })
	}
	stop()
	l.check(t)
	wantNews(t, l.nodes[0], "a", ear)
}

func (l *load) progress() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

func TestScriptFlushUnderLoad(t *testing.T) {
	server := redistest.Start(t)
	for _, durability := range []redis.Durability{redis.Accepted, redis.Replicated} {
		t.Run(string(durability), func(t *testing.T) {
			if durability == redis.Replicated {
				server.Replica()
			}
			l := newLoad(t, server.URL(), redis.Options{Durability: durability}, "a", "b")
			stop := l.start(t)
			for range 50 {
				before := l.progress()
				server.Do("SCRIPT", "FLUSH")
				await(t, "messages are acknowledged", func() bool { return l.progress() > before })
			}
			stop()
			l.check(t)
			if n := l.fails.Load(); n != 0 {
				t.Errorf("SCRIPT FLUSH made %d sends fail, want 0", n)
			}
		})
	}
}

func TestSubscriptionKilled(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	ear := watch(t, s, "a")
	var roster atomic.Int64
	stop, err := s.WatchRoster(t.Context(), func(changes []chat.Change) {
		if changes == nil {
			roster.Add(1)
		}
	})
	if err != nil {
		t.Fatalf("WatchRoster: %v", err)
	}
	defer stop()
	for i := range 5 {
		server.Do("CLIENT", "KILL", "TYPE", "pubsub")
		await(t, "both watches are told of the loss", func() bool { return ear.losses() > i && roster.Load() > int64(i) })
		wantNews(t, s, "a", ear)
	}
	await(t, "Check is nil", func() bool { return s.Check(t.Context()) == nil })
}

func TestStalledServer(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{Timeout: 500 * time.Millisecond})
	ear := watch(t, s, "a")
	keep(t, s, "a", "before")
	server.Pause()
	begin := time.Now()
	d := draft("a", "meanwhile")
	wantUnavailable(t, "Append", s.Append(t.Context(), "a", []chat.Draft{d})[0].Err)
	_, err := s.Roster(t.Context())
	wantUnavailable(t, "Roster", err)
	_, err = s.Watch(t.Context(), "b", func([]chat.Entry) {})
	wantUnavailable(t, "Watch", err)
	if s.Check(t.Context()) == nil {
		t.Error("Check: got nil while Redis is stalled")
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("a stalled server held up four calls for %v, want about 500 ms each", took)
	}
	server.Resume()
	await(t, "Check is nil", func() bool { return s.Check(t.Context()) == nil })
	wantNews(t, s, "a", ear)
	if a := s.Append(t.Context(), "a", []chat.Draft{d})[0]; a.Err != nil {
		t.Errorf("Append again: %v", a.Err)
	}
	n := 0
	for _, e := range history(t, s, "a") {
		if e.ID == d.ID {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the message of the stall is kept %d times, want once", n)
	}
}

func TestFlushAll(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL(), redis.Options{})
	ear := watch(t, s, "a")
	for i := range 300 {
		keep(t, s, "a", fmt.Sprint(i))
	}
	server.Do("FLUSHALL")
	head, err := s.Head(t.Context(), "a")
	if err != nil || head != (chat.Cursor{}) {
		t.Errorf("Head after FLUSHALL: got %+v, %v, want none", head, err)
	}
	e := keep(t, s, "a", "a new beginning")
	if e.Seq != 1 {
		t.Errorf("first entry after FLUSHALL: got seq %d, want 1", e.Seq)
	}
	await(t, "the new beginning is announced", func() bool {
		ear.mu.Lock()
		defer ear.mu.Unlock()
		return len(ear.seqs) == 301 && ear.seqs[300] == 1
	})
	if got := history(t, s, "a"); len(got) != 1 {
		t.Errorf("history after FLUSHALL: got %d entries, want 1", len(got))
	}
}
