package chat_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// counted is a store that counts the looks at the lobby's records.
type counted struct {
	chat.Store
	gets atomic.Int32
	off  atomic.Bool
}

func (c *counted) Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error) {
	if shelf == chat.RoomShelf(chat.Lobby) {
		c.gets.Add(1)
		if c.off.Load() {
			return nil, chat.Unavailable(errOff)
		}
	}
	return c.Store.Get(ctx, shelf, keys...)
}

// A lobby is the room as the classic namespace has it on one node, with an
// admin who keeps order on another.
type lobby struct {
	*house
	counted *counted
	service *chat.Service
	heard   *audience
	room    *chat.Room
	admin   chat.Actor
}

func newLobby(t *testing.T) *lobby {
	store := &counted{Store: openStore(t)}
	h := newHouse(t, store.Store)
	l := &lobby{
		house: h, counted: store, heard: newAudience(t), admin: h.person("Root", chat.RoleAdmin),
		service: serve(t, store, chat.Options{Now: h.clock.Now}),
	}
	var err error
	l.room, err = l.service.Open(t.Context(), chat.Lobby, l.heard)
	h.must(err)
	return l
}

func (l *lobby) send(who chat.Person, id chat.ID) (chat.Entry, error) {
	type fate struct {
		entry chat.Entry
		err   error
	}
	done := make(chan fate, 1)
	l.service.Send(chat.Lobby, who, id, "hi", func(e chat.Entry, err error) { done <- fate{e, err} })
	f := <-done
	return f.entry, f.err
}

// hears waits until the node has been told everything that is in the lobby.
func (l *lobby) hears() {
	l.t.Helper()
	want := len(l.entries(chat.Lobby))
	l.heard.await(fmt.Sprint(want, " entries"), func() bool { return len(l.heard.entries) >= want })
}

func TestService_Send_whoIsSilencedInTheLobby(t *testing.T) {
	l := newLobby(t)
	guest := chat.Person{ID: "~guest", Nickname: "Guest"}
	first := chat.NewID()
	kept, err := l.send(guest, first)
	l.must(err)
	for _, test := range []struct {
		name    string
		silence func() error
		end     func() error
		want    string
	}{
		{"muted",
			func() error {
				return l.rooms.Mute(t.Context(), l.admin, chat.Lobby, chat.ID{}, guest.ID, time.Minute, "")
			},
			func() error { return l.rooms.Unmute(t.Context(), l.admin, chat.Lobby, chat.ID{}, guest.ID) }, "muted"},
		{"muted until it is over",
			func() error {
				return l.rooms.Mute(t.Context(), l.admin, chat.Lobby, chat.ID{}, guest.ID, time.Minute, "")
			},
			func() error { l.clock.pass(time.Hour); return nil }, "muted"},
		{"banned",
			func() error { return l.rooms.Ban(t.Context(), l.admin, chat.Lobby, chat.ID{}, guest.ID, "") },
			func() error { return l.rooms.Unban(t.Context(), l.admin, chat.Lobby, chat.ID{}, guest.ID, "") }, "banned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l.must(test.silence())
			l.hears()
			for range 2 {
				_, err := l.send(guest, chat.NewID())
				if c := chat.CodeOf(err); c != chat.CodeForbidden && c != chat.CodeBanned || !strings.Contains(chat.MessageOf(err), test.want) {
					t.Errorf("got %v, want that they are %s", err, test.want)
				}
			}
			if again, err := l.send(guest, first); err != nil || again.Cursor != kept.Cursor {
				t.Errorf("a message that was kept before, sent again: %v, %v", again.Cursor, err)
			}
			if _, err := l.send(chat.Person{ID: "~other", Nickname: "Other"}, chat.NewID()); err != nil {
				t.Errorf("somebody else: %v", err)
			}
			l.must(test.end())
			l.hears()
			if _, err := l.send(guest, chat.NewID()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestService_Send_slowModeOfTheLobby(t *testing.T) {
	l := newLobby(t)
	slow := 10
	l.must(second(l.rooms.Change(t.Context(), l.admin, chat.Lobby, chat.ID{}, chat.RoomChange{Slow: &slow})))
	l.hears()
	guest := chat.Person{ID: "~guest", Nickname: "Guest"}
	for range 2 {
		l.must(second(l.send(guest, chat.NewID())))
		_, err := l.send(guest, chat.NewID())
		l.wantCode("at once again", err, chat.CodeRateLimited)
		l.clock.pass(10 * time.Second)
	}
}

func TestService_Send_looksAtEverybodyOnce(t *testing.T) {
	l := newLobby(t)
	people := make([]chat.Person, 5)
	for i := range people {
		people[i] = chat.Person{ID: chat.PersonID(fmt.Sprint("~p", i)), Nickname: fmt.Sprint("P", i)}
	}
	for range 10 {
		for _, p := range people {
			l.must(second(l.send(p, chat.NewID())))
		}
	}
	if got := int(l.counted.gets.Load()); got != len(people) {
		t.Errorf("50 messages of 5 people asked the store %d times, want 5", got)
	}
	l.counted.off.Store(true)
	if _, err := l.send(people[0], chat.NewID()); err != nil {
		t.Errorf("somebody known, with a store that does not answer: %v", err)
	}
	_, err := l.send(chat.Person{ID: "~new", Nickname: "New"}, chat.NewID())
	l.wantCode("somebody new", err, chat.CodeUnavailable)
	l.counted.off.Store(false)
	// Nobody passes on any more what happens: everybody is looked up again.
	l.room.Close()
	l.counted.gets.Store(0)
	for range 3 {
		l.must(second(l.send(people[0], chat.NewID())))
	}
	if got := l.counted.gets.Load(); got != 3 {
		t.Errorf("3 messages to a lobby that is not followed asked the store %d times, want 3", got)
	}
}
