package redis_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// payloads is what others may publish or store under our names.
var payloads = []string{
	"", "\x00", "hello", "\x11", "\x12", "\x13", "\x11\x00\x00\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff", "{}",
	"\x13\x00\x00\x00\x00\x00\x00\x00\x01j\x00\x00\xff\xff", "\x14\xff\xff\xff\xff", "\x14\x00\x00\x00\x01a\x00\x00", strings.Repeat("x", 1<<16),
}

func TestGarbageOnChannels(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	var log bytes.Buffer
	s := open(t, server.URL(), redis.Options{Prefix: prefix, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ear := watch(t, s, "a")
	stop, err := s.WatchSignals(t.Context(), "a", func(sig chat.Signal) { t.Errorf("heard %+v", sig) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = s.WatchRoster(t.Context(), func(changes []chat.Change) { t.Errorf("heard %+v", changes) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = s.WatchShelf(t.Context(), "house", func(records []chat.Record) { t.Errorf("heard %+v", records) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, payload := range payloads {
		for _, channel := range []string{prefix + ":{r:a}:c", prefix + ":{p}:c", prefix + ":{house}:n"} {
			if n := server.Do("PUBLISH", channel, payload); n != "1" {
				t.Fatalf("PUBLISH to %s: got %s subscribers, want 1", channel, n)
			}
		}
	}
	e := keep(t, s, "a", "sense")
	await(t, "the message among the garbage is heard", func() bool { return ear.has(e.Seq) })
	ear.mu.Lock()
	if !slices.Equal(ear.seqs, []uint64{e.Seq}) || ear.lost != 0 {
		t.Errorf("heard %v and %d losses, want only %d", ear.seqs, ear.lost, e.Seq)
	}
	ear.mu.Unlock()
	if s.Garbage() < uint64(3*len(payloads)) {
		t.Errorf("Garbage: got %d, want at least %d", s.Garbage(), 3*len(payloads))
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("log: got %d lines, want 1:\n%s", n, log.String())
	}
}

// TestDamagedKeys puts what is not ours under each key of a room. Nothing may
// be numbered, chained or shown on top of it.
func TestDamagedKeys(t *testing.T) {
	server := redistest.Start(t)
	for name, c := range map[string]struct {
		damage func(prefix string)
		read   chat.Code // of After
		write  chat.Code // of Append
	}{
		"head is no cursor": {func(p string) { server.Do("SET", p+":{r:a}:head", "x") }, "", chat.CodeInternal},
		"head is no string": {func(p string) {
			server.Do("DEL", p+":{r:a}:head")
			server.Do("RPUSH", p+":{r:a}:head", "x")
		}, "", chat.CodeUnavailable},
		"head is lost":            {func(p string) { server.Do("DEL", p+":{r:a}:head") }, "", chat.CodeInternal},
		"chunk is lost":           {func(p string) { server.Do("DEL", p+":{r:a}:m:0") }, "", chat.CodeInternal},
		"chunk is no list":        {func(p string) { server.Do("SET", p+":{r:a}:m:0", "x") }, chat.CodeUnavailable, chat.CodeUnavailable},
		"a stranger in the chunk": {func(p string) { server.Do("RPUSH", p+":{r:a}:m:0", "x") }, chat.CodeInternal, chat.CodeInternal},
		"a record was changed":    {func(p string) { server.Do("LSET", p+":{r:a}:m:0", "0", "\x01\xff") }, chat.CodeInternal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			prefix := newPrefix()
			s := open(t, server.URL(), redis.Options{Prefix: prefix})
			first := draft("a", "first")
			if a := s.Append(t.Context(), "a", []chat.Draft{first})[0]; a.Err != nil {
				t.Fatal(a.Err)
			}
			c.damage(prefix)
			_, err := s.After(t.Context(), "a", 0, 10)
			wantCode(t, "After", err, c.read)
			wantCode(t, "Append", s.Append(t.Context(), "a", []chat.Draft{draft("a", "second")})[0].Err, c.write)
			_, _ = s.Before(t.Context(), "a", 0, 10)
			_, _ = s.Head(t.Context(), "a")
			_ = s.Append(t.Context(), "a", []chat.Draft{first})
			keep(t, s, "b", "another room goes on")
		})
	}
}

// TestDamagedShelf puts what is not ours under each key of a shelf. A message
// that would change it is not kept, not even in half.
func TestDamagedShelf(t *testing.T) {
	server := redistest.Start(t)
	for name, c := range map[string]struct {
		damage             func(prefix string)
		get, list, effects chat.Code
	}{
		"values are no hash":   {func(p string) { server.Do("SET", p+":{r:a}:v", "x") }, chat.CodeUnavailable, chat.CodeUnavailable, chat.CodeUnavailable},
		"order is no set":      {func(p string) { server.Do("SET", p+":{r:a}:k", "x") }, "", chat.CodeUnavailable, chat.CodeUnavailable},
		"values are lost":      {func(p string) { server.Do("DEL", p+":{r:a}:v") }, "", chat.CodeInternal, ""},
		"a value is lost":      {func(p string) { server.Do("HDEL", p+":{r:a}:v", "b") }, "", chat.CodeInternal, ""},
		"a number is a text":   {func(p string) { server.Do("HSET", p+":{r:a}:v", "n", "many") }, "", "", chat.CodeInvalid},
		"a number is infinite": {func(p string) { server.Do("HSET", p+":{r:a}:v", "n", "inf") }, "", "", chat.CodeInvalid},
		"a number is too long": {func(p string) { server.Do("HSET", p+":{r:a}:v", "n", "9007199254740993") }, "", "", chat.CodeInvalid},
		"nothing is damaged":   {func(string) {}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			prefix := newPrefix()
			s := open(t, server.URL(), redis.Options{Prefix: prefix})
			change(t, s, "r:a", chat.Put("b", "1"), chat.Put("c", "1"), chat.Put("n", "1"))
			keep(t, s, "a", "first")
			c.damage(prefix)
			_, err := s.Get(t.Context(), "r:a", "b", "c")
			wantCode(t, "Get", err, c.get)
			_, err = s.List(t.Context(), "r:a", chat.Range{Limit: 10})
			wantCode(t, "List", err, c.list)
			commit := chat.Commit{Do: []chat.Write{chat.Put("new", "1"), chat.Add("n", 1)}}
			d := draft("a", "second")
			d.Effects = &chat.Effects{Commit: commit}
			wantCode(t, "Append", s.Append(t.Context(), "a", []chat.Draft{d})[0].Err, c.effects)
			wantCode(t, "Commit", s.Commit(t.Context(), "r:a", commit), c.effects)
			want := 1
			if c.effects == "" {
				want = 2
			}
			if got := len(history(t, s, "a")); got != want {
				t.Errorf("history: got %d entries, want %d", got, want)
			}
			keep(t, s, "a", "messages without effects go on")
		})
	}
}

// TestDamagedErasure erases entries that cannot be read: nothing is kept on top
// of them, and nothing is put in their place.
func TestDamagedErasure(t *testing.T) {
	server := redistest.Start(t)
	long := strings.Repeat("\xff", 1000)
	for name, record := range map[string]string{
		"empty":               "",
		"of another version":  "\x03" + strings.Repeat("\x00", 40),
		"cut short":           "\x01" + strings.Repeat("\x00", 20),
		"a number too long":   "\x01" + strings.Repeat("\x00", 17) + long,
		"a name too long":     "\x02" + strings.Repeat("\x00", 17) + "\x01\xff\xff\xff\xff\x7f" + long,
		"all bits set":        long,
		"a number of nothing": "\x02" + strings.Repeat("\x00", 17) + strings.Repeat("\x80", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			prefix := newPrefix()
			s := open(t, server.URL(), redis.Options{Prefix: prefix})
			keep(t, s, "a", "first")
			key := prefix + ":{r:a}:m:0"
			server.Do("LSET", key, "0", record)
			d := draft("a", "")
			d.Effects = &chat.Effects{Erase: []uint64{1}, Commit: chat.Commit{Do: []chat.Write{chat.Put("gone", "1")}}}
			wantCode(t, "Append", s.Append(t.Context(), "a", []chat.Draft{d})[0].Err, chat.CodeInternal)
			if got := server.Do("LINDEX", key, "0"); got != record {
				t.Errorf("the record: got %q, want it as it was", got)
			}
			wantValue(t, s, "r:a", "gone", "")
			if head, err := s.Head(t.Context(), "a"); err != nil || head.Seq != 1 {
				t.Errorf("Head: got %+v, %v, want 1", head, err)
			}
		})
	}
}

func TestDamagedPresence(t *testing.T) {
	server := redistest.Start(t)
	prefix := newPrefix()
	s := open(t, server.URL(), redis.Options{Prefix: prefix})
	arrival := chat.Arrival{Person: chat.Person{ID: "ada", Nickname: "Ada"}, Node: "n1"}
	server.Do("HSET", prefix+":{p}:people", "ada", "x")
	if err := s.Arrive(t.Context(), []chat.Arrival{arrival}, time.Hour)[0]; chat.CodeOf(err) != chat.CodeTaken {
		t.Errorf("Arrive over a damaged person: got %v, want code %s", err, chat.CodeTaken)
	}
	server.Do("SADD", prefix+":{p}:n:n1", "ada", "nobody")
	if err := s.Release(t.Context(), "n1", 0); err != nil {
		t.Errorf("Release: %v", err)
	}
	server.Do("HSET", prefix+":{p}:roster", "version", "x")
	_, err := s.Roster(t.Context())
	wantCode(t, "Roster", err, chat.CodeInternal)
}

func wantCode(t *testing.T, what string, err error, want chat.Code) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || chat.CodeOf(err) != want) {
		t.Errorf("%s: got %v, want code %q", what, err, want)
	}
}

func TestHostileNames(t *testing.T) {
	s := open(t, redistest.Start(t).URL(), redis.Options{})
	for _, room := range []chat.RoomID{"", "a}b{c", "A", "a\r\nFLUSHALL", "*", chat.RoomID(strings.Repeat("a", 65))} {
		d := []chat.Draft{{Room: room, ID: chat.NewID()}}
		wantCode(t, "Append", s.Append(t.Context(), room, d)[0].Err, chat.CodeInvalid)
		_, err := s.After(t.Context(), room, 0, 1)
		wantCode(t, "After", err, chat.CodeInvalid)
		_, err = s.Before(t.Context(), room, 0, 1)
		wantCode(t, "Before", err, chat.CodeInvalid)
		_, err = s.Head(t.Context(), room)
		wantCode(t, "Head", err, chat.CodeInvalid)
		_, err = s.Watch(t.Context(), room, func([]chat.Entry) {})
		wantCode(t, "Watch", err, chat.CodeInvalid)
		_, err = s.WatchSignals(t.Context(), room, func(chat.Signal) {})
		wantCode(t, "WatchSignals", err, chat.CodeInvalid)
		_, err = s.Pick(t.Context(), room, []uint64{1})
		wantCode(t, "Pick", err, chat.CodeInvalid)
		for _, shelf := range []chat.Shelf{chat.RoomShelf(room), chat.Shelf(room) + "}", chat.Shelf(strings.Repeat("a", 65))} {
			_, err = s.Get(t.Context(), shelf, "k")
			wantCode(t, "Get", err, chat.CodeInvalid)
			_, err = s.List(t.Context(), shelf, chat.Range{Limit: 1})
			wantCode(t, "List", err, chat.CodeInvalid)
			wantCode(t, "Commit", s.Commit(t.Context(), shelf, chat.Commit{}), chat.CodeInvalid)
			_, err = s.WatchShelf(t.Context(), shelf, func([]chat.Record) {})
			wantCode(t, "WatchShelf", err, chat.CodeInvalid)
		}
		wantCode(t, "Signal", s.Signal(t.Context(), chat.Signal{Room: room}), chat.CodeInvalid)
		if room != "" {
			wantCode(t, "Depart", s.Depart(t.Context(), "ada", chat.NodeID(room), 0), chat.CodeInvalid)
		}
	}
}
