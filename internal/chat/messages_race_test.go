package chat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// sendAll sends the same text n times at once, through both nodes, and returns
// how often each code came of it.
func (s *saga) sendAll(a chat.Actor, n int) map[chat.Code]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	fates := make(map[chat.Code]int)
	for i := range n {
		wg.Go(func() {
			done := make(chan error, 1)
			s.nodes[i%2].messages.Send(s.t.Context(), a, s.room, chat.NewMessage{Text: "hello"}, func(_ chat.Entry, err error) { done <- err })
			code := ok
			if err := <-done; err != nil {
				code = chat.CodeOf(err)
			}
			mu.Lock()
			defer mu.Unlock()
			fates[code]++
		})
	}
	wg.Wait()
	return fates
}

func TestMessages_anEditCannotOutliveItsMessage(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia := s.cast[2]
	for n := range 30 {
		e, err := s.say(mia, chat.NewMessage{Text: fmt.Sprint("secret ", n)})
		s.must(err)
		acts := []func() error{func() error { return second(s.nodes[0].messages.Delete(t.Context(), mia, s.room, chat.NewID(), e.Seq)) }}
		for i := range 4 {
			acts = append(acts, func() error {
				_, err := s.nodes[i%2].messages.Edit(t.Context(), mia, s.room, chat.NewID(), e.Seq, fmt.Sprint("secret edit ", i))
				if chat.CodeOf(err) == chat.CodeGone {
					return nil
				}
				return err
			})
		}
		for _, err := range atOnce(acts...) {
			s.must(err)
		}
	}
	for _, e := range s.entries(s.room) {
		if strings.Contains(e.Text, "secret") {
			t.Errorf("entry %d still says %q", e.Seq, e.Text)
		}
	}
	records, err := s.store.List(t.Context(), chat.RoomShelf(s.room), chat.Range{Limit: 10_000})
	s.must(err)
	for _, r := range records {
		if strings.Contains(r.Value, "secret") {
			t.Errorf("the record %q still says %q", r.Key, r.Value)
		}
	}
}

func TestMessages_nothingIsSaidAfterABan(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	owner, mia := s.cast[0], s.cast[2]
	var wg sync.WaitGroup
	begun := make(chan struct{})
	wg.Go(func() {
		for n := range 10 {
			s.sendAll(mia, 8)
			if n == 1 {
				close(begun)
			}
		}
	})
	<-begun
	s.must(s.rooms.Ban(t.Context(), owner, s.room, chat.ID{}, mia.ID, ""))
	wg.Wait()
	banned := false
	for _, e := range s.entries(s.room) {
		banned = banned || e.Kind == chat.KindBan
		if banned && e.Author == mia.ID {
			t.Errorf("entry %d was kept after the ban", e.Seq)
		}
	}
}

func TestMessages_slowModeHoldsOverNodes(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	slow := 10
	s.must(second(s.rooms.Change(t.Context(), s.cast[0], s.room, chat.ID{}, chat.RoomChange{Slow: &slow})))
	for range 3 {
		if fates := s.sendAll(s.cast[2], 6); fates[ok] != 1 || fates[chat.CodeRateLimited] != 5 {
			t.Errorf("of 6 messages at once: %v, want one kept and the others rate-limited", fates)
		}
		s.clock.pass(time.Duration(slow) * time.Second)
	}
	if fates := s.sendAll(s.cast[1], 6); fates[ok] != 6 {
		t.Errorf("a moderator: %v, want all kept", fates)
	}
}

func TestMessages_oneReactionPerPersonAndEmoji(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	e, err := s.say(s.cast[0], chat.NewMessage{Text: "Who comes along?"})
	s.must(err)
	var acts []func() error
	for i := range 24 {
		acts = append(acts, func() error {
			return second(s.nodes[i%2].messages.React(t.Context(), s.cast[i%4], s.room, chat.NewID(), e.Seq, "👍"))
		})
	}
	for _, err := range atOnce(acts...) {
		s.must(err)
	}
	m, err := s.nodes[0].messages.Message(t.Context(), s.cast[0], s.room, e.Seq)
	s.must(err)
	if len(m.Reactions) != 1 || m.Reactions[0].Count != 4 {
		t.Errorf("got %+v, want one emoji of 4 people", m.Reactions)
	}
	kept := 0
	for _, k := range s.kinds(s.room) {
		if k == chat.KindReact {
			kept++
		}
	}
	if kept != 4 {
		t.Errorf("the log has %d reactions, want 4", kept)
	}
}
