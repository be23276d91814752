package chat_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// BenchmarkSize measures what people wait for in a small house and in one that
// has a room of a million messages among 100,000 rooms. The promise is that it
// is the same.
func BenchmarkSize(b *testing.B) {
	stores := map[string]func(b *testing.B) chat.Store{
		"sqlite": func(b *testing.B) chat.Store {
			s, err := sqlite.Open(b.Context(), sqlite.Options{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
		"redis": func(b *testing.B) chat.Store {
			s, err := redis.Open(b.Context(), redis.Options{URL: redistest.Start(b).URL()})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
	}
	sizes := []struct{ messages, rooms int }{{1_000, 100}, {1_000_000, 100_000}}
	for _, kind := range []string{"sqlite", "redis"} {
		for _, size := range sizes {
			if testing.Short() && size.rooms > 100 {
				continue
			}
			b.Run(fmt.Sprintf("%s/messages=%d/rooms=%d", kind, size.messages, size.rooms), func(b *testing.B) {
				store := stores[kind](b)
				b.Cleanup(func() { store.Close() })
				measureSize(b, store, size.messages, size.rooms)
			})
		}
	}
}

// measureSize furnishes a house and times what a person does in its big room.
func measureSize(b *testing.B, store chat.Store, messages, rooms int) {
	ctx := b.Context()
	people := directory{}
	service := chat.New(store, chat.Options{})
	b.Cleanup(func() { service.Close(b.Context()) })
	house := chat.NewRooms(service, people)
	said := chat.NewMessages(service, house, people)
	desks := chat.NewDesks(service, house, said)
	ada := chat.Actor{Person: chat.Person{ID: "u-ada", Nickname: "Ada"}, Role: chat.RoleAdmin}
	bob := chat.Actor{Person: chat.Person{ID: "u-bob", Nickname: "Bob"}, Role: chat.RoleMember}

	big, err := house.Create(ctx, ada, chat.ID{}, chat.NewRoom{Kind: chat.RoomPublic, Name: "Big"})
	if err != nil {
		b.Fatal(err)
	}
	for seq := 0; seq < messages; seq += 1000 {
		fill(b, store, big.ID, ada, min(1000, messages-seq))
	}
	for n := range rooms {
		fill(b, store, chat.RoomID("r-"+strconv.Itoa(n)), ada, 1)
	}
	if _, err := house.Join(ctx, bob, big.ID, chat.ID{}); err != nil {
		b.Fatal(err)
	}
	head, err := store.Head(ctx, big.ID)
	if err != nil {
		b.Fatal(err)
	}
	middle := head.Seq / 2

	time := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	time("newest page", func() error {
		_, err := said.History(ctx, bob, big.ID, chat.Query{Limit: 50})
		return err
	})
	time("page in the middle", func() error {
		_, err := said.History(ctx, bob, big.ID, chat.Query{Around: middle, Limit: 50})
		return err
	})
	time("join and leave", func() error {
		if err := house.Leave(ctx, bob, big.ID, chat.ID{}); err != nil {
			return err
		}
		_, err := house.Join(ctx, bob, big.ID, chat.ID{})
		return err
	})
	missed, err := store.Pick(ctx, big.ID, []uint64{head.Seq - 100})
	if err != nil || len(missed) == 0 {
		b.Fatal(err)
	}
	time("resume of 100", func() error {
		_, ok, err := said.Since(ctx, bob, big.ID, missed[0].Cursor, head, 1000)
		if err == nil && !ok {
			err = fmt.Errorf("Since(%v, %v) starts over", missed[0].Cursor, head)
		}
		return err
	})
	time("what is new", func() error {
		_, err := desks.Counts(ctx, bob, []chat.RoomID{big.ID})
		return err
	})
	time("send", func() error {
		done := make(chan error, 1)
		said.Send(ctx, bob, big.ID, chat.NewMessage{Text: "hello"}, func(_ chat.Entry, err error) { done <- err })
		return <-done
	})
}

// directory knows nobody by name.
type directory struct{ chat.Directory }

func fill(b *testing.B, store chat.Store, room chat.RoomID, author chat.Actor, messages int) {
	drafts := make([]chat.Draft, messages)
	for i := range drafts {
		drafts[i] = chat.Draft{
			Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: author.ID, Name: author.Nickname,
			Text: "a message of an ordinary length, as people send them all day long", At: time.Now(),
		}
	}
	for _, a := range store.Append(b.Context(), room, drafts) {
		if a.Err != nil {
			b.Fatal(a.Err)
		}
	}
}
