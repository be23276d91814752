package chat_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// hesitant is a store that keeps nothing on the shelf of one person until it is
// told to.
type hesitant struct {
	chat.Store
	shelf   chat.Shelf
	came    func()
	release chan struct{}
}

func (h *hesitant) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if shelf == h.shelf && len(c.Do) > 0 && strings.HasPrefix(c.Do[0].Key, "mention") {
		h.came()
		<-h.release
	}
	return h.Store.Commit(ctx, shelf, c)
}

// What was acknowledged is not lost, nor is whom it calls: a node that dies
// right after an ack has written that before.
func TestMessages_aMentionIsKeptBeforeTheAck(t *testing.T) {
	came := make(chan struct{})
	store := &hesitant{Store: openStore(t), came: sync.OnceFunc(func() { close(came) }), release: make(chan struct{})}
	s := newSaga(t, newHouse(t, store), 1)
	owner, mod, mia := s.cast[0], s.cast[1], s.cast[2]
	s.flush()
	store.shelf = chat.PersonShelf(mia.ID)

	var released atomic.Bool
	acked := make(chan error, 1)
	s.nodes[0].messages.Send(t.Context(), owner, s.room, chat.NewMessage{Text: "@Mia, are you there?"}, func(_ chat.Entry, err error) {
		if !released.Load() {
			t.Error("acknowledged before the mention was kept")
		}
		acked <- err
	})
	<-came
	// Everything that is answered at once has been when the next one is.
	s.says(mod, "she is")
	released.Store(true)
	close(store.release)
	s.must(<-acked)
	if list, _, err := s.nodes[1].desks.Mentions(t.Context(), mia, "", 10); err != nil || len(list) != 1 {
		t.Errorf("mentions after the ack: got %v, %v, want one", list, err)
	}
}

func TestMessages_sendingAgainMakesUpForAMention(t *testing.T) {
	store := &forgetful{Store: openStore(t)}
	s := newSaga(t, newHouse(t, store), 1)
	owner, mia := s.cast[0], s.cast[2]
	n := chat.NewMessage{ID: chat.NewID(), Text: "@Mia, are you there?"}
	store.on.Store(true)
	first := s.mustSay(owner, n)
	s.flush()
	store.on.Store(false)
	if again := s.mustSay(owner, n); again.Cursor != first.Cursor {
		t.Errorf("sent again: got %v, want %v", again.Cursor, first.Cursor)
	}
	list, _, err := s.nodes[1].desks.Mentions(t.Context(), mia, "", 10)
	if err != nil || len(list) != 1 || list[0].Seq != first.Seq {
		t.Errorf("mentions: got %v, %v, want %d", list, err, first.Seq)
	}
}
