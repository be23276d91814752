// Seed fills a store, with which the program is not running, with a long
// conversation: far faster than it could be said.
//
//	seed STORE COUNT ROOM AUTHOR...
//
// A store is a data folder or the address of a Redis. An author is the id of a person, a colon and the name. Message n says
// "message n" and, now and then, as much as people do.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// batch is how many messages one step of the store keeps.
const batch = 1000

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 {
		log.Fatal("usage: seed STORE COUNT ROOM ID:NAME...")
	}
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatalf("seed: %q is not a number", os.Args[2])
	}
	if err := fill(context.Background(), os.Args[1], count, chat.RoomID(os.Args[3]), os.Args[4:]); err != nil {
		log.Fatalf("seed: %v", err)
	}
}

type keeper interface {
	Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended
	Close() error
}

func open(ctx context.Context, where string) (keeper, error) {
	quiet := slog.New(slog.DiscardHandler)
	if strings.HasPrefix(where, "redis://") {
		return redis.Open(ctx, redis.Options{URL: where, Logger: quiet})
	}
	return sqlite.Open(ctx, sqlite.Options{Dir: where, Logger: quiet})
}

func fill(ctx context.Context, where string, count int, room chat.RoomID, authors []string) error {
	store, err := open(ctx, where)
	if err != nil {
		return err
	}
	defer store.Close()
	// A conversation of some weeks that ended yesterday.
	begin := time.Now().Add(-24*time.Hour - time.Duration(count)*time.Minute)
	for first := 0; first < count; first += batch {
		drafts := make([]chat.Draft, 0, batch)
		for n := first + 1; n <= min(first+batch, count); n++ {
			// People say a few things in a row.
			id, name, _ := strings.Cut(authors[n/3%len(authors)], ":")
			drafts = append(drafts, chat.Draft{
				Room:   room,
				ID:     chat.NewID(),
				Kind:   chat.KindMessage,
				Author: chat.PersonID(id),
				Name:   name,
				Text:   text(n),
				At:     begin.Add(time.Duration(n) * time.Minute),
			})
		}
		for _, kept := range store.Append(ctx, room, drafts) {
			if kept.Err != nil {
				return fmt.Errorf("cannot append: %w", kept.Err)
			}
		}
	}
	return nil
}

func text(n int) string {
	switch {
	case n%50 == 0:
		return fmt.Sprintf("message %d\n```go\nfunc main() {\n\tfmt.Println(%d)\n}\n```", n, n)
	case n%7 == 0:
		return fmt.Sprintf("message %d %s", n, strings.Repeat("and more of it that takes a line or two ", n%5+1))
	case n%11 == 0:
		return fmt.Sprintf("message %d 中文和 **English** https://example.com/%d", n, n)
	}
	return fmt.Sprintf("message %d", n)
}
