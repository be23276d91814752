package realtime_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// A failover is a store whose log becomes another one, as when a replica takes
// over that was behind.
type failover struct {
	chat.Store
	replica chat.Store
	over    atomic.Bool
}

func (f *failover) log() chat.Log {
	if f.over.Load() {
		return f.replica
	}
	return f.Store
}

func (f *failover) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	return f.log().Append(ctx, room, drafts)
}

func (f *failover) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	return f.log().After(ctx, room, seq, limit)
}

func (f *failover) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	return f.log().Before(ctx, room, seq, limit)
}

func (f *failover) Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error) {
	return f.log().Pick(ctx, room, seqs)
}

func (f *failover) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	return f.log().Head(ctx, room)
}

func (f *failover) Watch(ctx context.Context, room chat.RoomID, tell func([]chat.Entry)) (func(), error) {
	var mu sync.Mutex
	one := func(entries []chat.Entry) {
		mu.Lock()
		defer mu.Unlock()
		tell(entries)
	}
	first, err := f.Store.Watch(ctx, room, one)
	if err != nil {
		return nil, err
	}
	second, err := f.replica.Watch(ctx, room, one)
	if err != nil {
		first()
		return nil, err
	}
	return func() { first(); second() }, nil
}

func TestHall_AStoreThatLostEntriesStartsEverybodyOver(t *testing.T) {
	open := func() chat.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	store := &failover{Store: open(), replica: open()}
	tn := build(t, townOptions{store: func(chat.NodeID) chat.Store { return kept{store} }})
	n := tn.nodes[0]
	ana, bob := n.guest("Ana"), n.guest("Bob")
	for _, text := range []string{"one", "two", "three"} {
		ana.say(chat.Lobby, text)
	}
	for range 3 {
		ana.entry()
		bob.entry()
	}
	store.over.Store(true)
	ana.say(chat.Lobby, "another one")
	devices := map[string]*device{"Ana": ana, "Bob": bob}
	for who, d := range devices {
		got := nextInto[contract.Reset](d, "reset")
		if got.Room != chat.Lobby || len(got.Page.Items) != 1 || textOf(got.Page.Items[0].Entry) != "another one" || got.Head.Seq != 1 {
			t.Errorf("%s starts over with %+v", who, got)
		}
	}
	kept := ana.say(chat.Lobby, "and on")
	for who, d := range devices {
		if got := d.entryOf("message"); got.Seq != kept.Seq && textOf(got) != "another one" {
			t.Errorf("%s hears %+v, want number %d", who, got, kept.Seq)
		}
	}
}
