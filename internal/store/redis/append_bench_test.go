package redis_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

const member = `{"state":"joined","rank":"member","mutedUntil":0,"since":1750000000123,"by":""}`

// person is an id of the form that accounts have.
func person(i int) string { return fmt.Sprintf("u-%020d", i) }

// isMember is the condition that every message of a member has.
func isMember(d *chat.Draft, i int) {
	d.Effects = &chat.Effects{Commit: chat.Commit{If: []chat.Record{{Key: "m/" + person(i), Value: member}}}}
}

// addMembers makes the first n people members of the room.
func addMembers(t testing.TB, s *redis.Store, room chat.RoomID, n int) {
	t.Helper()
	for i := 0; i < n; i += chat.MaxWrites {
		var do []chat.Write
		for j := i; j < min(n, i+chat.MaxWrites); j++ {
			do = append(do, chat.Put("m/"+person(j), member))
		}
		change(t, s, chat.RoomShelf(room), do...)
	}
}

// serverTime returns the microseconds that one call of a command took the
// server since CONFIG RESETSTAT.
func serverTime(b *testing.B, server *redistest.Server, command string) float64 {
	usec := float64(stat(b, server, "commandstats", `cmdstat_`+command+`:calls=\d+,usec=(\d+)`))
	return usec / float64(stat(b, server, "commandstats", `cmdstat_`+command+`:calls=(\d+)`))
}

// BenchmarkAppend says what effects cost the server.
func BenchmarkAppend(b *testing.B) {
	for _, effects := range []struct {
		name string
		add  func(d *chat.Draft, i int)
	}{
		{"none", func(*chat.Draft, int) {}},
		{"member", isMember},
		{"reply", func(d *chat.Draft, i int) {
			isMember(d, i)
			d.Effects.Do = []chat.Write{chat.Add("thread/0000000000000001", 1), chat.Put("reply/0000000000000001/"+d.ID.String()[20:], "1")}
		}},
	} {
		for _, n := range []int{1, 100} {
			b.Run(fmt.Sprintf("effects=%s,drafts=%d", effects.name, n), func(b *testing.B) {
				server := redistest.Start(b, "--appendonly", "no")
				s := open(b, server.URL(), redis.Options{})
				addMembers(b, s, "a", 100)
				drafts := make([]chat.Draft, n)
				for i := range drafts {
					drafts[i] = draft("a", strings.Repeat("x", 100))
				}
				server.Do("CONFIG", "RESETSTAT")
				for b.Loop() {
					for i := range drafts {
						drafts[i].ID = chat.NewID()
						effects.add(&drafts[i], i)
					}
					for _, a := range s.Append(context.Background(), "a", drafts) {
						if a.Err != nil {
							b.Fatal(a.Err)
						}
					}
				}
				b.ReportMetric(serverTime(b, server, "evalsha"), "server-µs/op")
			})
		}
	}
}

// BenchmarkBig measures a server with a room of a million entries and 10,000
// members, and 100,000 rooms with one entry and one member each.
func BenchmarkBig(b *testing.B) {
	if testing.Short() {
		b.Skip("filling the server takes a minute")
	}
	server := redistest.Start(b, "--appendonly", "no")
	prefix := newPrefix()
	s := open(b, server.URL(), redis.Options{Prefix: prefix})
	fillRoom(b, s, "big", 1_000_000)
	addMembers(b, s, "big", 10_000)
	fillRooms(b, s, 100_000)
	b.Logf("memory: %d MB", stat(b, server, "memory", `used_memory:(\d+)`)>>20)

	entries := func(got []chat.Entry, err error) error {
		if err == nil && len(got) != 50 {
			err = fmt.Errorf("got %d entries, want 50", len(got))
		}
		return err
	}
	spread := func(i int) uint64 { return 1 + uint64(i)*7919%999_000 }
	for _, c := range []struct {
		name string
		call func(i int) error
	}{
		{"Before", func(i int) error { return entries(s.Before(b.Context(), "big", spread(i)+50, 50)) }},
		{"Before,newest", func(int) error { return entries(s.Before(b.Context(), "big", 0, 50)) }},
		{"After", func(i int) error { return entries(s.After(b.Context(), "big", spread(i), 50)) }},
		{"Pick", func(i int) error {
			seqs := make([]uint64, 50)
			for j := range seqs {
				seqs[j] = spread(50*i + j)
			}
			return entries(s.Pick(b.Context(), "big", seqs))
		}},
		{"Append", func(i int) error {
			d := draft("big", "text")
			isMember(&d, i%10_000)
			return s.Append(b.Context(), "big", []chat.Draft{d})[0].Err
		}},
		{"Append,any room", func(i int) error {
			d := draft(someRoom(i*7919%100_000), "text")
			isMember(&d, 0)
			return s.Append(b.Context(), d.Room, []chat.Draft{d})[0].Err
		}},
		{"Erase", func(i int) error {
			d := draft("big", "")
			isMember(&d, i%10_000)
			d.Effects.Erase = []uint64{spread(i)}
			return s.Append(b.Context(), "big", []chat.Draft{d})[0].Err
		}},
		{"Get", func(i int) error { return ignore(s.Get(b.Context(), "r:big", "m/"+person(i%10_000), "info")) }},
		{"List", func(i int) error {
			return ignore(s.List(b.Context(), "r:big", chat.Prefix("m/", "m/"+person(i%9_000), 50)))
		}},
		{"Commit", func(i int) error {
			return s.Commit(b.Context(), chat.RoomShelf(someRoom(i*7919%100_000)), chat.Commit{
				If: []chat.Record{{Key: "m/" + person(0), Value: member}}, Do: []chat.Write{chat.Max("read/"+person(0), int64(i+1))},
			})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			server.Do("CONFIG", "RESETSTAT")
			before := stat(b, server, "stats", `total_commands_processed:(\d+)`)
			i := 0
			for b.Loop() {
				if err := c.call(i); err != nil {
					b.Fatal(err)
				}
				i++
			}
			n := stat(b, server, "stats", `total_commands_processed:(\d+)`) - before
			b.ReportMetric(float64(n)/float64(b.N), "commands/op")
		})
	}
}

func ignore[T any](_ T, err error) error { return err }

func someRoom(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("%036d", i)) }

func fillRoom(b *testing.B, s *redis.Store, room chat.RoomID, n int) {
	for filled := 0; filled < n; filled += 5000 {
		drafts := make([]chat.Draft, 5000)
		for i := range drafts {
			drafts[i] = draft(room, strings.Repeat("x", 100))
		}
		if err := s.Append(b.Context(), room, drafts)[0].Err; err != nil {
			b.Fatal(err)
		}
	}
}

func fillRooms(b *testing.B, s *redis.Store, n int) {
	var filling sync.WaitGroup
	for worker := range 64 {
		filling.Go(func() {
			for i := worker; i < n; i += 64 {
				d := draft(someRoom(i), strings.Repeat("x", 100))
				d.Effects = &chat.Effects{Commit: chat.Commit{Do: []chat.Write{chat.Put("m/"+person(0), member)}}}
				if err := s.Append(b.Context(), d.Room, []chat.Draft{d})[0].Err; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	filling.Wait()
}
