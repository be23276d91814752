package chat_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestMessages_Send_rules(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mod, mia, ann := s.cast[0], s.cast[1], s.cast[2], s.cast[3]
		root := h.person("Root", chat.RoleAdmin)
		stranger := h.member("Stranger")
		public := s.room
		news := h.create(root, chat.RoomAnnouncement, "News")
		h.join(news, mia)
		h.must(h.rooms.SetRank(t.Context(), root, news, chat.ID{}, mia.ID, chat.RankMember))
		private := h.create(owner, chat.RoomPrivate, "Cellar")
		archived := h.create(owner, chat.RoomPublic, "Attic")
		h.join(archived, mia)
		yes := true
		h.must(second(h.rooms.Change(t.Context(), owner, archived, chat.ID{}, chat.RoomChange{Archived: &yes})))
		direct, err := h.rooms.Direct(t.Context(), mia, chat.ID{}, []chat.PersonID{ann.ID}, "")
		h.must(err)

		first := s.says(owner, "the first")
		reply := s.mustSay(owner, chat.NewMessage{Text: "in the thread", Thread: first.Seq})
		gone := s.says(mia, "not for long")
		h.must(second(s.nodes[0].messages.Delete(t.Context(), mia, public, chat.NewID(), gone.Seq)))
		s.room = news
		announced := s.says(root, "hear, hear")
		h.must(h.rooms.Mute(t.Context(), owner, public, chat.ID{}, ann.ID, time.Minute, ""))
		h.must(s.nodes[0].desks.Block(t.Context(), ann, mia.ID))

		for _, test := range []struct {
			name string
			by   chat.Actor
			room chat.RoomID
			n    chat.NewMessage
			want chat.Code
		}{
			{"a member", mia, public, chat.NewMessage{Text: "hi"}, ok},
			{"nothing", mia, public, chat.NewMessage{Text: " \n"}, chat.CodeInvalid},
			{"too much", mia, public, chat.NewMessage{Text: strings.Repeat("x", 4001)}, chat.CodeInvalid},
			{"somebody who is not in", stranger, public, chat.NewMessage{Text: "hi"}, chat.CodeForbidden},
			{"a hidden room", stranger, private, chat.NewMessage{Text: "hi"}, chat.CodeNotFound},
			{"no room", stranger, "r-none", chat.NewMessage{Text: "hi"}, chat.CodeNotFound},
			{"an admin who is not in", root, private, chat.NewMessage{Text: "hi"}, chat.CodeNotFound},
			{"somebody muted", ann, public, chat.NewMessage{Text: "hi"}, chat.CodeForbidden},
			{"an archived room", mia, archived, chat.NewMessage{Text: "hi"}, chat.CodeForbidden},
			{"a member in an announcement room", mia, news, chat.NewMessage{Text: "hi"}, chat.CodeForbidden},
			{"a member answers there", mia, news, chat.NewMessage{Text: "hi", Thread: announced.Seq}, ok},
			{"to somebody who has blocked one", mia, direct.ID, chat.NewMessage{Text: "hi"}, chat.CodeForbidden},
			{"to somebody whom one has blocked", ann, direct.ID, chat.NewMessage{Text: "hi"}, ok},
			{"an answer", mia, public, chat.NewMessage{Text: "hi", Reply: first.Seq}, ok},
			{"an answer to nothing", mia, public, chat.NewMessage{Text: "hi", Reply: 10_000}, chat.CodeNotFound},
			{"an answer to what is no message", mia, public, chat.NewMessage{Text: "hi", Reply: 1}, chat.CodeNotFound},
			{"an answer to what is gone", mia, public, chat.NewMessage{Text: "hi", Reply: gone.Seq}, chat.CodeGone},
			{"a reply in a thread", mia, public, chat.NewMessage{Text: "hi", Thread: first.Seq}, ok},
			{"a thread of what is gone", mia, public, chat.NewMessage{Text: "hi", Thread: gone.Seq}, chat.CodeGone},
			{"a thread in a thread", mia, public, chat.NewMessage{Text: "hi", Thread: reply.Seq}, chat.CodeInvalid},
			{"the lobby", stranger, chat.Lobby, chat.NewMessage{Text: "hi"}, ok},
		} {
			t.Run(test.name, func(t *testing.T) {
				done := make(chan error, 1)
				s.nodes[1].messages.Send(t.Context(), test.by, test.room, test.n, func(_ chat.Entry, err error) { done <- err })
				h.wantCode(test.name, <-done, test.want)
			})
		}
		h.clock.pass(2 * time.Minute)
		s.room = public
		s.says(ann, "the mute has run out")
		_, err = s.nodes[0].messages.React(t.Context(), mod, public, chat.NewID(), first.Seq, "no emoji")
		h.wantCode("a reaction that is a text", err, chat.CodeInvalid)
	})
}

func TestMessages_Since(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia := s.cast[2]
	for n := range 20 {
		s.says(mia, fmt.Sprint(n))
	}
	all := s.entries(s.room)
	at := func(n int) chat.Cursor { return all[n-1].Cursor }
	head := at(len(all))
	forked := at(7)
	forked.FP++
	for _, test := range []struct {
		name          string
		from, through chat.Cursor
		limit         int
		want          []chat.Entry
		ok            bool
	}{
		{"everything", chat.Cursor{}, head, 100, all, true},
		{"the rest", at(7), head, 100, all[7:], true},
		{"a part", at(7), at(9), 100, all[7:9], true},
		{"nothing", head, head, 100, nil, true},
		{"exactly as many as allowed", at(7), head, len(all) - 7, all[7:], true},
		{"one too many", at(7), head, len(all) - 8, nil, false},
		{"another history", forked, head, 100, nil, false},
		{"another beginning", chat.Cursor{FP: 1}, head, 100, nil, false},
		{"from the future", chat.Cursor{Seq: head.Seq + 1, FP: 1}, head, 100, nil, false},
		{"through another history", at(3), forked, 100, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok, err := s.nodes[1].messages.Since(t.Context(), mia, s.room, test.from, test.through, test.limit)
			s.must(err)
			if ok != test.ok || ok && !slices.EqualFunc(got, test.want, func(x, y chat.Entry) bool { return x.Cursor == y.Cursor }) {
				t.Errorf("got %d entries, %v; want %d, %v", len(got), ok, len(test.want), test.ok)
			}
		})
	}
	_, _, err := s.nodes[0].messages.Since(t.Context(), s.guest("Visitor"), s.room, chat.Cursor{}, head, 100)
	s.wantCode("a guest who is not in", err, chat.CodeForbidden)
}

func (h *house) guest(name string) chat.Actor { return h.person(name, chat.RoleGuest) }

func TestMessages_History_oddPages(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	owner, mod := s.cast[0], s.cast[1]
	old := s.says(owner, "old")
	s.reactTo(old.Seq, mod, 1300)
	s.must(second(s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), old.Seq, "old and edited")))
	history := func(q chat.Query) chat.Page {
		t.Helper()
		p, err := s.nodes[1].messages.History(t.Context(), owner, s.room, q)
		s.must(err)
		return p
	}
	p := history(chat.Query{Limit: 10})
	if len(p.Items) != 0 || p.Before == 0 {
		t.Fatalf("a page of nothing but reactions: %d items, before %d; want to be sent on", len(p.Items), p.Before)
	}
	p = history(chat.Query{Before: p.Before, Limit: 10})
	if n := len(p.Items); n == 0 || p.Items[n-1].Message == nil || p.Items[n-1].Message.Text != "old and edited" {
		t.Fatalf("the page before: %d items, want the old message last, as it reads now", n)
	}
	if p := history(chat.Query{Before: 1}); len(p.Items) != 0 || p.Before != 0 || p.After != 0 {
		t.Errorf("before the beginning: %+v", p)
	}
	if p := history(chat.Query{After: &p.Head.Seq}); len(p.Items) != 0 || p.After != 0 {
		t.Errorf("after the end: %+v", p)
	}
	p = history(chat.Query{Around: old.Seq, Limit: 4})
	if !slices.ContainsFunc(p.Items, func(i chat.Item) bool { return i.Seq == old.Seq }) || p.Before == 0 || p.After == 0 {
		t.Errorf("around: %+v", p)
	}
}

// A lateStore is one in which somebody writes whenever the end of a log has
// been read.
type lateStore struct {
	chat.Store
	write func()
}

func (s *lateStore) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	head, err := s.Store.Head(ctx, room)
	s.write()
	return head, err
}

// What is written while a page is read is told live after the page's head. In
// the page too it would be there twice.
func TestMessages_History_endsAtItsHead(t *testing.T) {
	late := &lateStore{Store: openStore(t), write: func() {}}
	s := newSaga(t, newHouse(t, late), 1)
	owner := s.cast[0]
	root := s.says(owner, "the root")
	s.mustSay(owner, chat.NewMessage{Text: "in time", Thread: root.Seq})
	s.says(owner, "in time")
	head, err := late.Store.Head(t.Context(), s.room)
	s.must(err)
	for _, test := range []struct {
		name  string
		query chat.Query
	}{
		{"the newest", chat.Query{}},
		{"before what is to come", chat.Query{Before: head.Seq + 100}},
		{"around the end", chat.Query{Around: head.Seq}},
		{"around what is to come", chat.Query{Around: head.Seq + 100}},
		{"after the beginning", chat.Query{After: new(uint64)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			late.write = func() {
				late.write = func() {}
				for _, thread := range []uint64{0, root.Seq} {
					done := make(chan error, 1)
					s.nodes[1].messages.Send(t.Context(), owner, s.room, chat.NewMessage{Text: "late", Thread: thread},
						func(_ chat.Entry, err error) { done <- err })
					s.must(<-done)
				}
			}
			write := late.write
			page, err := s.nodes[0].messages.History(t.Context(), owner, s.room, test.query)
			s.must(err)
			late.write = write
			_, thread, err := s.nodes[0].messages.Thread(t.Context(), owner, s.room, root.Seq, test.query)
			s.must(err)
			for name, p := range map[string]chat.Page{"history": page, "thread": thread} {
				if n := len(p.Items); n == 0 || p.Items[n-1].Seq > p.Head.Seq {
					t.Errorf("%s: got %d items up to the head %v, want some and none beyond it: %+v", name, n, p.Head, p.Items)
				}
			}
		})
	}
}

func TestMessages_Purge(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mod, mia, ann := s.cast[0], s.cast[1], s.cast[2], s.cast[3]
		root := h.person("Root", chat.RoleAdmin)
		public := s.room
		private := h.create(mia, chat.RoomPrivate, "Den")
		for n := range 60 {
			s.room = []chat.RoomID{public, private, chat.Lobby}[n%3]
			e := s.says(mia, fmt.Sprint("spam ", n))
			if n%5 == 0 {
				s.must(second(s.nodes[0].messages.Edit(t.Context(), mia, s.room, chat.NewID(), e.Seq, "edited spam")))
			}
		}
		s.room = public
		s.says(owner, "spam is no good")
		purge := s.nodes[1].messages.Purge
		for _, test := range []struct {
			name    string
			by      chat.Actor
			who     chat.PersonID
			room    chat.RoomID
			deleted int
			want    chat.Code
		}{
			{"a member", ann, mia.ID, public, 0, chat.CodeForbidden},
			{"a hidden room", ann, mia.ID, private, 0, chat.CodeNotFound},
			{"everywhere, by a moderator", mod, mia.ID, "", 0, chat.CodeForbidden},
			{"a moderator", mod, mia.ID, public, 20, ok},
			{"again", mod, mia.ID, public, 0, ok},
			{"everywhere, by an admin", root, mia.ID, "", 40, ok},
			{"one's own", owner, owner.ID, public, 1, ok},
		} {
			n, err := purge(t.Context(), test.by, test.who, test.room)
			h.wantCode(test.name, err, test.want)
			if n != test.deleted {
				t.Errorf("%s: deleted %d, want %d", test.name, n, test.deleted)
			}
		}
		for _, room := range []chat.RoomID{public, private, chat.Lobby} {
			for _, e := range h.entries(room) {
				if strings.Contains(e.Text, "spam") {
					t.Errorf("entry %d of %s still says %q", e.Seq, room, e.Text)
				}
			}
		}
	})
}

func TestMessages_limits(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	owner, mia := s.cast[0], s.cast[2]
	e := s.says(mia, "popular")
	react := func(n int) error {
		return second(s.nodes[0].messages.React(t.Context(), mia, s.room, chat.NewID(), e.Seq, string(rune(0x1F600+n))))
	}
	for n := range 50 {
		s.must(react(n))
	}
	s.wantCode("a 51st kind of reaction", react(50), chat.CodeForbidden)
	s.must(react(7))
	for n := range 101 {
		e := s.says(mia, fmt.Sprint(n))
		err := second(s.nodes[0].messages.Pin(t.Context(), owner, s.room, chat.NewID(), e.Seq))
		want := ok
		if n == 100 {
			want = chat.CodeForbidden
		}
		s.wantCode(fmt.Sprintf("pin number %d", n+1), err, want)
	}
}

func TestMessages_whatWasSettledByOneself(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia := s.cast[0], s.cast[2]
		ctx := t.Context()
		e := s.says(mia, "popular")
		for _, test := range []struct {
			name string
			do   func(node int, id chat.ID) (chat.Cursor, error)
		}{
			{"react", func(n int, id chat.ID) (chat.Cursor, error) {
				return s.nodes[n].messages.React(ctx, owner, s.room, id, e.Seq, "👍")
			}},
			{"unreact", func(n int, id chat.ID) (chat.Cursor, error) {
				return s.nodes[n].messages.Unreact(ctx, owner, s.room, id, e.Seq, "👍")
			}},
			{"pin", func(n int, id chat.ID) (chat.Cursor, error) {
				return s.nodes[n].messages.Pin(ctx, owner, s.room, id, e.Seq)
			}},
			{"unpin", func(n int, id chat.ID) (chat.Cursor, error) {
				return s.nodes[n].messages.Unpin(ctx, owner, s.room, id, e.Seq)
			}},
		} {
			id := chat.NewID()
			first, err := test.do(0, id)
			s.must(err)
			last := s.says(mia, "in between")
			if again, err := test.do(1, id); err != nil || again != first {
				t.Errorf("%s, sent again: %v and %v, want %v as at first", test.name, again, err, first)
			}
			if other, err := test.do(1, chat.NewID()); err != nil || other != last.Cursor {
				t.Errorf("%s, which is so already: %v and %v, want the end %v", test.name, other, err, last.Cursor)
			}
		}
	})
}

// The room's end would be a wrong answer for whoever made it so, and whether
// they did is not known while the log does not answer.
func TestMessages_whatWasSettledWhileTheLogDoesNotAnswer(t *testing.T) {
	store := &failing{Store: openStore(t)}
	s := newSaga(t, newHouse(t, store), 1)
	owner, mia := s.cast[0], s.cast[2]
	e := s.says(mia, "popular")
	id := chat.NewID()
	react := func() (chat.Cursor, error) {
		return s.nodes[1].messages.React(t.Context(), owner, s.room, id, e.Seq, "👍")
	}
	first, err := react()
	s.must(err)
	s.says(mia, "in between")
	store.off.Store(true)
	s.wantCode("sent again", second(react()), chat.CodeUnavailable)
	store.off.Store(false)
	if again, err := react(); err != nil || again != first {
		t.Errorf("sent once more: %v and %v, want %v", again, err, first)
	}
}
