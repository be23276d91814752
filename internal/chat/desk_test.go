package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A desk notes what it is told and can be waited on.
type desk struct {
	*audience
	told []string
}

func (d *desk) add(format string, args ...any) {
	d.note(func() { d.told = append(d.told, fmt.Sprintf(format, args...)) })
}
func (d *desk) Room(id chat.RoomID, there bool)             { d.add("room %s %v", id, there) }
func (d *desk) Read(room chat.RoomID, thread, seq uint64)   { d.add("read %s %d %d", room, thread, seq) }
func (d *desk) Mentioned(room chat.RoomID, seq uint64)      { d.add("mentioned %s %d", room, seq) }
func (d *desk) Saved(room chat.RoomID, seq uint64, on bool) { d.add("saved %s %d %v", room, seq, on) }
func (d *desk) Blocked()                                    { d.add("blocked") }
func (d *desk) Prefs()                                      { d.add("prefs") }
func (d *desk) Lost()                                       { d.add("lost") }

func TestDesks_Watch(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia := s.cast[0], s.cast[2]
		d := &desk{audience: newAudience(t)}
		stop, err := s.nodes[1].desks.Watch(t.Context(), mia.ID, d)
		s.must(err)
		defer stop()
		desks := s.nodes[0].desks
		e := s.says(owner, "@Mia, look")
		theme := "dark"
		for _, step := range []struct {
			do   func() error
			want string
		}{
			{func() error { return nil }, fmt.Sprintf("mentioned %s %d", s.room, e.Seq)},
			{func() error { return second(desks.Read(t.Context(), mia, s.room, 0, e.Seq)) }, fmt.Sprintf("read %s 0 %d", s.room, e.Seq)},
			{func() error { return second(desks.Read(t.Context(), mia, s.room, e.Seq, 2)) }, fmt.Sprintf("read %s %d 2", s.room, e.Seq)},
			{func() error { return desks.Save(t.Context(), mia, s.room, e.Seq) }, fmt.Sprintf("saved %s %d true", s.room, e.Seq)},
			{func() error { return desks.Unsave(t.Context(), mia, s.room, e.Seq) }, fmt.Sprintf("saved %s %d false", s.room, e.Seq)},
			{func() error { return desks.Block(t.Context(), mia, owner.ID) }, "blocked"},
			{func() error { return second(desks.SetPrefs(t.Context(), mia, chat.PrefsChange{Theme: &theme})) }, "prefs"},
			{func() error { return h.rooms.Leave(t.Context(), mia, s.room, chat.ID{}) }, fmt.Sprintf("room %s false", s.room)},
		} {
			s.must(step.do())
			d.await(step.want, func() bool { return slices.Contains(d.told, step.want) })
		}
	})
}

func TestDesks_oneMessageCallsOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia := s.cast[0], s.cast[2]
		d := &desk{audience: newAudience(t)}
		stop, err := s.nodes[1].desks.Watch(t.Context(), mia.ID, d)
		s.must(err)
		defer stop()
		e := s.says(owner, "look")
		for _, text := range []string{"@Mia, look", "@Mia, look there", "look there", "@Mia, look there!"} {
			s.must(second(s.nodes[0].messages.Edit(t.Context(), owner, s.room, chat.NewID(), e.Seq, text)))
			s.must(s.nodes[0].messages.Flush(t.Context()))
		}
		last := s.says(owner, "@Mia, that was all")
		end := fmt.Sprintf("mentioned %s %d", s.room, last.Seq)
		d.await(end, func() bool { return slices.Contains(d.told, end) })
		if want := []string{fmt.Sprintf("mentioned %s %d", s.room, e.Seq), end}; !slices.Equal(d.told, want) {
			t.Errorf("told %q, want %q", d.told, want)
		}
	})
}

// A signalled is an audience that notes signals.
type signalled struct {
	*audience
	signals []chat.Signal
}

func (s *signalled) Signal(sig chat.Signal) {
	s.note(func() { s.signals = append(s.signals, sig) })
}

func TestDesks_Receipts(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mod, mia, ann := s.cast[0], s.cast[1], s.cast[2], s.cast[3]
		heard := &signalled{audience: newAudience(t)}
		service := serve(t, h.store, chat.Options{})
		room, err := service.Open(t.Context(), s.room, heard)
		s.must(err)
		e := s.says(owner, "who reads this?")
		no := false
		s.must(second(s.nodes[0].desks.SetPrefs(t.Context(), ann, chat.PrefsChange{Receipts: &no})))
		for _, p := range []chat.Actor{mod, mia, ann} {
			s.must(second(s.nodes[0].desks.Read(t.Context(), p, s.room, 0, e.Seq)))
		}
		s.must(h.rooms.Leave(t.Context(), mod, s.room, chat.ID{}))
		want := chat.Signal{Room: s.room, Kind: chat.SignalRead, Person: mia.Person, Seq: e.Seq}
		heard.await("that Mia has read", func() bool { return slices.Contains(heard.signals, want) })
		room.Close()
		got, err := s.nodes[1].desks.Receipts(t.Context(), owner, s.room, e.Seq)
		s.must(err)
		if want := []chat.Receipt{{Person: mia.ID, Seq: e.Seq}}; !slices.Equal(got, want) {
			t.Errorf("receipts: %v, want %v: one has left, one does not show it", got, want)
		}
		if got, err := s.nodes[1].desks.Receipts(t.Context(), owner, s.room, e.Seq+1); err != nil || len(got) != 0 {
			t.Errorf("receipts of what nobody has read: %v (%v)", got, err)
		}
		if slices.ContainsFunc(heard.signals, func(sig chat.Signal) bool { return sig.Person == ann.Person }) {
			t.Error("it was told how far somebody has read who does not show it")
		}
		for _, shows := range []bool{false, true} {
			s.must(second(s.nodes[0].desks.SetPrefs(t.Context(), mia, chat.PrefsChange{Receipts: &shows})))
			got, err := s.nodes[1].desks.Receipts(t.Context(), owner, s.room, e.Seq)
			if s.must(err); len(got) == 1 != shows {
				t.Errorf("receipts once the reader shows them (%v): %v", shows, got)
			}
		}
		_, err = s.nodes[1].desks.Receipts(t.Context(), h.member("Stranger"), s.room, e.Seq)
		s.wantCode("a stranger", err, chat.CodeForbidden)
	})
}

func TestDesks_Saved(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia := s.cast[2]
	var said []uint64
	for n := range 5 {
		said = append(said, s.says(s.cast[0], fmt.Sprint(n)).Seq)
	}
	desks := s.nodes[0].desks
	for _, n := range []int{3, 0, 4, 1, 3} {
		s.must(desks.Save(t.Context(), mia, s.room, said[n]))
		s.clock.pass(time.Second)
	}
	s.must(desks.Unsave(t.Context(), mia, s.room, said[4]))
	s.must(desks.Unsave(t.Context(), mia, s.room, said[4]))
	s.must(second(s.nodes[0].messages.Delete(t.Context(), s.cast[0], s.room, chat.NewID(), said[0])))
	var got []string
	for cursor := ""; ; {
		list, next, err := s.nodes[1].desks.Saved(t.Context(), mia, cursor, 1)
		s.must(err)
		for _, m := range list {
			got = append(got, fmt.Sprintf("%d %q saved %v", m.Seq, m.Text, m.Saved))
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	want := []string{
		fmt.Sprintf(`%d "1" saved true`, said[1]), fmt.Sprintf(`%d "" saved true`, said[0]), fmt.Sprintf(`%d "3" saved true`, said[3]),
	}
	if !slices.Equal(got, want) {
		t.Errorf("saved\ngot  %q\nwant %q", got, want)
	}
	_, _, err := desks.Saved(t.Context(), mia, "prefs", 1)
	s.wantCode("a cursor of somebody's own making", err, chat.CodeInvalid)
	s.wantCode("what is not there", desks.Save(t.Context(), mia, s.room, 10_000), chat.CodeNotFound)
}

func TestDesks_Threads(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		owner, mia, ann := s.cast[0], s.cast[2], s.cast[3]
		var roots []uint64
		for n := range 4 {
			roots = append(roots, s.says(owner, fmt.Sprint("root ", n)).Seq)
			s.clock.pass(time.Second)
		}
		reply := func(a chat.Actor, n int, text string) uint64 {
			t.Helper()
			s.clock.pass(time.Second)
			return s.mustSay(a, chat.NewMessage{Text: text, Thread: roots[n]}).Seq
		}
		reply(mia, 2, "I follow where I write")
		reply(owner, 0, "and where I am called, @Mia")
		read := reply(owner, 2, "one")
		gone := reply(owner, 2, "two")
		reply(ann, 2, "three")
		reply(mia, 2, "mine")
		reply(owner, 1, "nobody follows this")
		desks := s.nodes[1].desks
		s.must(desks.Follow(t.Context(), mia, s.room, roots[3]))
		s.must(second(s.nodes[0].messages.Delete(t.Context(), owner, s.room, chat.NewID(), gone)))
		s.flush()
		list := func(limit int) (got []string) {
			t.Helper()
			for cursor := ""; ; {
				threads, next, err := desks.Threads(t.Context(), mia, cursor, limit)
				s.must(err)
				for _, f := range threads {
					got = append(got, fmt.Sprintf("%d: %d unread", slices.Index(roots, f.Root.Seq), f.Unread))
				}
				if cursor = next; cursor == "" {
					return got
				}
			}
		}
		check := func(what string, want ...string) {
			t.Helper()
			for _, limit := range []int{1, 10} {
				if got := list(limit); !slices.Equal(got, want) {
					t.Errorf("%s, %d at a time\ngot  %q\nwant %q", what, limit, got, want)
				}
			}
		}
		// Writing in a thread has read it.
		check("at first", "2: 0 unread", "0: 1 unread", "3: 0 unread")
		reply(ann, 3, "news")
		s.must(desks.Unfollow(t.Context(), mia, s.room, roots[0]))
		check("one less, one more", "3: 1 unread", "2: 0 unread")
		s.must(desks.Block(t.Context(), mia, ann.ID))
		check("somebody is blocked", "3: 0 unread", "2: 0 unread")
		at, following, err := desks.Following(t.Context(), mia, s.room, roots[2])
		s.must(err)
		if at <= read || !following {
			t.Errorf("the thread is read to %d, followed %v", at, following)
		}
		s.wantCode("to follow a reply", desks.Follow(t.Context(), mia, s.room, read), chat.CodeInvalid)
		s.wantCode("to read what is no thread", second(desks.Read(t.Context(), mia, s.room, 1, 5)), chat.CodeNotFound)
	})
}

// Whoever asks something in a room hears of the answers in its thread, for as
// long as they want to.
func TestDesks_Threads_ownOnes(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		mia, ann := s.cast[2], s.cast[3]
		desks := s.nodes[0].desks
		check := func(what string, want ...int) {
			t.Helper()
			s.flush()
			threads, _, err := desks.Threads(t.Context(), mia, "", 10)
			s.must(err)
			var got []int
			for _, f := range threads {
				got = append(got, f.Unread)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the threads have %v unread, want %v", what, got, want)
			}
		}
		root := s.says(mia, "what time is it?").Seq
		check("nobody has answered")
		for n := range 2 {
			s.mustSay(ann, chat.NewMessage{Text: "late", Thread: root})
			check("answers", n+1)
		}
		s.must(desks.Unfollow(t.Context(), mia, s.room, root))
		s.mustSay(ann, chat.NewMessage{Text: "later still", Thread: root})
		check("not followed any more")
		s.mustSay(mia, chat.NewMessage{Text: "thanks", Thread: root})
		check("written in", 0)
	})
}

// However many threads somebody has had a part in, the list has the last ones:
// not those of the rooms that happen to come first.
func TestDesks_Threads_many(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		mia, ann := s.cast[2], s.cast[3]
		desks := s.nodes[0].desks
		shelf := chat.PersonShelf(mia.ID)
		const bound, first = 500, "follow/a-room-before-all/"
		// One of them was followed before lines said when.
		lines := []chat.Write{chat.Put(first+chat.SeqKey(0), "1")}
		for n := range uint64(2*bound - 1) {
			lines = append(lines, chat.Max(first+chat.SeqKey(n+1), int64(n+1)))
		}
		for part := range slices.Chunk(lines, chat.MaxWrites) {
			s.must(h.store.Commit(t.Context(), shelf, chat.Commit{Do: part}))
		}
		var want []uint64
		for _, text := range []string{"written in", "called to", "followed"} {
			s.clock.pass(time.Second)
			root := s.says(ann, text).Seq
			want = append([]uint64{root}, want...)
			switch text {
			case "written in":
				s.mustSay(mia, chat.NewMessage{Text: "me too", Thread: root})
			case "called to":
				s.mustSay(ann, chat.NewMessage{Text: "come, @Mia", Thread: root})
			default:
				s.must(desks.Follow(t.Context(), mia, s.room, root))
			}
		}
		s.flush()
		for range 2 {
			threads, next, err := desks.Threads(t.Context(), mia, "", 10)
			s.must(err)
			var got []uint64
			for _, f := range threads {
				got = append(got, f.Root.Seq)
			}
			if !slices.Equal(got, want) || next != "" {
				t.Errorf("the threads are %v and then %q, want %v", got, next, want)
			}
		}
		kept, err := h.store.List(t.Context(), shelf, chat.Prefix("follow/", "", 3*bound))
		s.must(err)
		if oldest := first + chat.SeqKey(bound+3); len(kept) != bound || kept[0].Key != oldest {
			t.Errorf("%d threads are followed, from %s on, want %d from %s on", len(kept), kept[0].Key, bound, oldest)
		}
	})
}

func TestDesks_Prefs(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia := s.cast[2]
	text := func(s string) *string { return &s }
	no := false
	for _, test := range []struct {
		name   string
		change chat.PrefsChange
		want   chat.Prefs
		code   chat.Code
	}{
		{"nothing", chat.PrefsChange{}, chat.Prefs{Receipts: true}, ok},
		{"a theme", chat.PrefsChange{Theme: text("dark")}, chat.Prefs{Receipts: true, Theme: "dark"}, ok},
		{"receipts", chat.PrefsChange{Receipts: &no, Locale: text("fr")}, chat.Prefs{Theme: "dark", Locale: "fr"}, ok},
		{"an app", chat.PrefsChange{App: json.RawMessage(`{"a":[1]}`)}, chat.Prefs{Theme: "dark", Locale: "fr", App: `{"a":[1]}`}, ok},
		{"an app that is no object", chat.PrefsChange{App: json.RawMessage(`[1]`)}, chat.Prefs{}, chat.CodeInvalid},
		{"an app too large", chat.PrefsChange{App: json.RawMessage(`{"a":"` + strings.Repeat("x", 8<<10) + `"}`)}, chat.Prefs{}, chat.CodeInvalid},
		{"a theme too long", chat.PrefsChange{Theme: text(strings.Repeat("x", 33))}, chat.Prefs{}, chat.CodeInvalid},
		{"no app", chat.PrefsChange{App: json.RawMessage(`null`), Theme: text("")}, chat.Prefs{Locale: "fr"}, ok},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.nodes[0].desks.SetPrefs(t.Context(), mia, test.change)
			s.wantCode(test.name, err, test.code)
			if err != nil {
				return
			}
			read, err := s.nodes[1].desks.Prefs(t.Context(), mia)
			s.must(err)
			if got != test.want || read != test.want {
				t.Errorf("got %+v, then %+v, want %+v", got, read, test.want)
			}
		})
	}
}

func TestDesks_Block(t *testing.T) {
	s := newSaga(t, newHouse(t, openStore(t)), 1)
	mia, ann := s.cast[2], s.cast[3]
	desks := s.nodes[0].desks
	s.wantCode("oneself", desks.Block(t.Context(), mia, mia.ID), chat.CodeInvalid)
	for range 2 {
		s.must(desks.Block(t.Context(), mia, ann.ID))
	}
	if got, err := desks.Blocked(t.Context(), mia); err != nil || !slices.Equal(got, []chat.PersonID{ann.ID}) {
		t.Errorf("blocked: %v (%v), want Ann alone", got, err)
	}
	_, err := s.rooms.Direct(t.Context(), ann, chat.ID{}, []chat.PersonID{mia.ID}, "")
	s.wantCode("a conversation with who has blocked one", err, chat.CodeForbidden)
	for range 2 {
		s.must(desks.Unblock(t.Context(), mia, ann.ID))
	}
	s.must(second(s.rooms.Direct(context.Background(), ann, chat.ID{}, []chat.PersonID{mia.ID}, "")))
}
