package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	largeRoom  = 1_000_000 // entries
	largeHouse = 100_000   // rooms with one entry and some records
)

// BenchmarkLarge measures what a store costs that has a room of a million
// entries and 100,000 other rooms: it must be what an empty one costs.
func BenchmarkLarge(b *testing.B) {
	if testing.Short() {
		b.Skip("fills a database of some 500 MB")
	}
	s, err := Open(b.Context(), Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	fillLarge(b, s)
	room := func() chat.RoomID { return chat.RoomID(fmt.Sprint("room-", rand.IntN(largeHouse))) }
	seq := func() uint64 { return 1 + rand.Uint64N(largeRoom) }
	for _, c := range []struct {
		name string
		f    func(context.Context) error
	}{
		{"before=50", func(ctx context.Context) error {
			_, err := s.Before(ctx, chat.Lobby, seq(), 50)
			return err
		}},
		{"before=50/newest", func(ctx context.Context) error {
			_, err := s.Before(ctx, chat.Lobby, 0, 50)
			return err
		}},
		{"after=1000", func(ctx context.Context) error {
			_, err := s.After(ctx, chat.Lobby, seq(), 1000)
			return err
		}},
		{"pick=10", func(ctx context.Context) error {
			_, err := s.Pick(ctx, chat.Lobby, []uint64{seq(), seq(), seq(), seq(), seq(), seq(), seq(), seq(), seq(), seq()})
			return err
		}},
		{"head", func(ctx context.Context) error {
			_, err := s.Head(ctx, room())
			return err
		}},
		{"append/one room", func(ctx context.Context) error { return s.Append(ctx, chat.Lobby, largeDrafts(chat.Lobby, 1))[0].Err }},
		{"append/any room", func(ctx context.Context) error {
			id := room()
			return s.Append(ctx, id, largeDrafts(id, 1))[0].Err
		}},
		{"append=100", func(ctx context.Context) error {
			return s.Append(ctx, chat.Lobby, largeDrafts(chat.Lobby, 100))[99].Err
		}},
		{"get=1", func(ctx context.Context) error {
			_, err := s.Get(ctx, chat.RoomShelf(room()), "info")
			return err
		}},
		{"get=100", func(ctx context.Context) error {
			keys := make([]string, 100)
			for i := range keys {
				keys[i] = "room/" + string(room())
			}
			_, err := s.Get(ctx, "house", keys...)
			return err
		}},
		{"list=50", func(ctx context.Context) error {
			_, err := s.List(ctx, "house", chat.Prefix("room/", "room/"+string(room()), 50))
			return err
		}},
		{"commit", func(ctx context.Context) error {
			return s.Commit(ctx, chat.RoomShelf(room()), chat.Commit{Do: []chat.Write{chat.Max("read/ada", rand.Int64N(1000))}})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.f(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// largeDrafts are messages as /chat sends them: on condition that their author
// is a member.
func largeDrafts(room chat.RoomID, n int) []chat.Draft {
	drafts := make([]chat.Draft, n)
	for i := range drafts {
		drafts[i] = chat.Draft{
			Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: "u-0123456789abcdefghij", Name: "Ada Lovelace",
			Text:    strings.Repeat("0123456789", 10),
			Effects: &chat.Effects{Commit: chat.Commit{If: []chat.Record{{Key: "m/ada", Value: largeMember}}}},
		}
	}
	return drafts
}

const largeMember = `{"state":"joined","rank":"member","since":1750000000123}`

func fillLarge(b *testing.B, s *Store) {
	b.Helper()
	wait := make(chan error)
	const at, callers = 1000, 64
	if err := s.Commit(b.Context(), chat.RoomShelf(chat.Lobby), chat.Commit{Do: []chat.Write{chat.Put("m/ada", largeMember)}}); err != nil {
		b.Fatal(err)
	}
	for c := range callers {
		go func() {
			var err error
			for i := c; i < largeHouse && err == nil; i += callers {
				room := chat.RoomID(fmt.Sprint("room-", i))
				d := largeDrafts(room, 1)
				d[0].Effects = &chat.Effects{Commit: chat.Commit{Do: []chat.Write{chat.Put("info", `{"kind":"private","name":"A room"}`),
					chat.Put("m/ada", largeMember), chat.Add("count/members", 1)}}}
				if i%(largeHouse/(largeRoom/at)) == 0 {
					err = s.Append(b.Context(), chat.Lobby, largeDrafts(chat.Lobby, at))[0].Err
				}
				if err == nil {
					err = s.Append(b.Context(), room, d)[0].Err
				}
			}
			wait <- err
		}()
	}
	for range callers {
		if err := <-wait; err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; i < largeHouse; i += chat.MaxWrites {
		var do []chat.Write
		for j := range chat.MaxWrites {
			do = append(do, chat.Put(fmt.Sprint("room/room-", i+j), `{"kind":"private","name":"A room","created":1750000000123}`))
		}
		if err := s.Commit(b.Context(), "house", chat.Commit{Do: do}); err != nil {
			b.Fatal(err)
		}
	}
}
