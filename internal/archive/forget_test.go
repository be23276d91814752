package archive

import (
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// TestVerify_afterGuestsAreForgotten: what a guest has written stays, their
// name is free, and a house that has forgotten them is whole, on both stores.
func TestVerify_afterGuestsAreForgotten(t *testing.T) {
	for name, store := range map[string]chat.Store{"sqlite": openSQLite(t), "redis": openRedis(t)} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			l := live(t, store)
			now := time.Now()
			accounts := auth.New(store, auth.Options{Now: func() time.Time { return now }})
			guest := func(name string) chat.Actor {
				i, _, err := accounts.Guest(ctx, name, "", "", "")
				l.must(err)
				_, err = l.rooms.Join(ctx, i.Actor(), l.kitchen, chat.NewID())
				l.must(err)
				return i.Actor()
			}
			gus, pal := guest("Gus"), guest("Pal")
			_, err := l.rooms.Direct(ctx, l.ada, chat.ID{}, []chat.PersonID{pal.ID}, "")
			l.must(err)
			slow := 0
			_, err = l.rooms.Change(ctx, l.ada, l.kitchen, chat.NewID(), chat.RoomChange{Slow: &slow})
			l.must(err)
			said := l.say(gus, l.kitchen, chat.NewMessage{Text: "I was here"})
			l.must(l.messages.Flush(ctx))

			now = now.Add(91 * 24 * time.Hour)
			if _, err := auth.NewCollector(accounts, 90*24*time.Hour, l.rooms.Forget).Step(ctx); err != nil {
				t.Fatalf("Step: %v", err)
			}
			if _, err := accounts.Account(ctx, gus.ID); chat.CodeOf(err) != chat.CodeNotFound {
				t.Errorf("Gus: got %v, want nobody", err)
			}
			if _, err := accounts.Account(ctx, pal.ID); err != nil {
				t.Errorf("Pal, who is in a conversation between two: %v", err)
			}
			m, err := l.messages.Message(ctx, l.ada, l.kitchen, said)
			if err != nil || m.Text != "I was here" || m.Name != "Gus" {
				t.Errorf("the message: got %q by %q, %v", m.Text, m.Name, err)
			}
			if again := guest("Gus"); again.ID == gus.ID {
				t.Error("the name came back with the person who had it")
			}
			l.must(l.messages.Flush(ctx))
			if found := verified(t, store); len(found) > 0 {
				t.Errorf("verify: %q", found)
			}
		})
	}
}
