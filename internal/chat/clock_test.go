package chat_test

import (
	"context"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A server is one node of a house, with a clock of its own.
type server struct {
	*house
	messages *chat.Messages
	rooms    *chat.Rooms
}

func (h *house) server(c *clock) *server {
	service := serve(h.t, h.store, chat.Options{Now: c.Now})
	rooms := chat.NewRooms(service, h)
	return &server{h, chat.NewMessages(service, rooms, h), rooms}
}

func (s *server) send(a chat.Actor, room chat.RoomID, n chat.NewMessage) (chat.Entry, error) {
	type fate struct {
		e   chat.Entry
		err error
	}
	done := make(chan fate, 1)
	s.messages.Send(context.WithoutCancel(s.t.Context()), a, room, n, func(e chat.Entry, err error) { done <- fate{e, err} })
	f := <-done
	return f.e, f.err
}

// Clocks that are an hour apart, and one that is set back, change when things
// are said to have been, and nothing else.
func TestClocks(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		now := h.clock.Now()
		late, early := &clock{now: now.Add(time.Hour)}, &clock{now: now.Add(-time.Hour)}
		nodes := []*server{h.server(late), h.server(early)}
		ann, mia := h.member("Ann"), h.member("Mia")
		room := h.create(ann, chat.RoomPublic, "Clockwork")
		h.join(room, mia)

		var told []chat.Entry
		for i := range 6 {
			n := chat.NewMessage{ID: chat.NewID(), Text: "tick"}
			first, err := nodes[i%2].send(mia, room, n)
			h.must(err)
			again, err := nodes[(i+1)%2].send(mia, room, n)
			h.must(err)
			if again.Cursor != first.Cursor || !again.At.Equal(first.At) {
				t.Errorf("sent again over another node: got entry %d of %v, want %d of %v", again.Seq, again.At, first.Seq, first.At)
			}
			told = append(told, first)
			if i == 3 {
				late.pass(-24 * time.Hour) // it is set right, and then some
			}
		}
		log := h.entries(room)
		for i, e := range log[len(log)-len(told):] {
			if e.Cursor != told[i].Cursor {
				t.Errorf("place %d of the log: got entry %d, want %d, which was kept then", i, e.Seq, told[i].Seq)
			}
		}
		got, err := nodes[0].messages.Message(t.Context(), ann, room, told[5].Seq)
		if err != nil || got.Text != "tick" {
			t.Errorf("the newest: got %q, %v", got.Text, err)
		}
	})
}

// Slow mode and mutes end in time also where the clock has been wrong when
// they began.
func TestClocks_slowModeAndMutes(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		ahead := &clock{now: h.clock.Now().Add(48 * time.Hour)}
		wrong, right := h.server(ahead), h.server(h.clock)
		ann, mia := h.member("Ann"), h.member("Mia")
		room := h.create(ann, chat.RoomPublic, "Clockwork")
		h.join(room, mia)
		slow := 10
		h.must(second(h.rooms.Change(t.Context(), ann, room, chat.ID{}, chat.RoomChange{Slow: &slow})))
		h.must(second(wrong.send(mia, room, chat.NewMessage{Text: "two days ahead"})))
		_, err := wrong.send(mia, room, chat.NewMessage{Text: "too soon by any clock"})
		h.wantCode("at once by the same clock", err, chat.CodeRateLimited)
		h.must(second(right.send(mia, room, chat.NewMessage{Text: "by the right clock"})))
		_, err = right.send(mia, room, chat.NewMessage{Text: "too soon"})
		h.wantCode("at once by the right clock", err, chat.CodeRateLimited)
		h.clock.pass(10 * time.Second)
		h.must(second(right.send(mia, room, chat.NewMessage{Text: "in time"})))

		h.must(right.rooms.Mute(t.Context(), ann, room, chat.ID{}, mia.ID, time.Hour, ""))
		h.clock.pass(-time.Hour)
		_, err = right.send(mia, room, chat.NewMessage{Text: "still muted"})
		h.wantCode("after the clock was set back", err, chat.CodeForbidden)
		h.must(right.rooms.Unmute(t.Context(), ann, room, chat.ID{}, mia.ID))
		h.must(second(right.send(mia, room, chat.NewMessage{Text: "and free"})))
	})
}
