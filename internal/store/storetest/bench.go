package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Bench measures acknowledged messages of about 100 bytes from 1, 32 and 256
// senders in one room, each with one message in flight. As in package chat,
// what waits while a call of Append is under way goes into the next one.
func Bench(b *testing.B, factory Factory) {
	for _, senders := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			store, err := factory.New(b, nil)()
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			benchAppend(b, store, senders)
		})
	}
}

// A send is one message on its way through the lane of its room.
type send struct {
	draft chat.Draft
	acked chan error
}

func benchAppend(b *testing.B, store chat.Store, senders int) {
	lane := make(chan send, senders)
	var running sync.WaitGroup
	running.Go(func() { runLane(store, lane) })

	text := fmt.Sprintf("%0100d", 0)
	work := make(chan struct{})
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			acked := make(chan error)
			for range work {
				lane <- send{draft(chat.Lobby, ada, text), acked}
				if err := <-acked; err != nil {
					b.Errorf("Append: %v", err)
				}
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	sending.Wait()
	close(lane)
	running.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// runLane keeps one call of Append in flight and fills the next meanwhile.
func runLane(store chat.Store, lane <-chan send) {
	const most = 512
	for first := range lane {
		batch := []send{first}
		for len(batch) < most && len(lane) > 0 {
			batch = append(batch, <-lane)
		}
		drafts := make([]chat.Draft, len(batch))
		for i := range batch {
			drafts[i] = batch[i].draft
		}
		for i, a := range store.Append(context.Background(), chat.Lobby, drafts) {
			batch[i].acked <- a.Err
		}
	}
}
