package chat_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A told is what the model knows of one message.
type told struct {
	seq, reply, thread, edited uint64
	author, deletedBy          chat.PersonID
	text                       string
	texts                      []string
	mentions                   []chat.PersonID
	reactions                  map[string][]chat.PersonID // in the order of coming
	emoji                      []string                   // in the order of first use
	deleted, pinned            bool
}

func (m *told) react(emoji string, who chat.PersonID) {
	if !slices.Contains(m.emoji, emoji) {
		m.emoji = append(m.emoji, emoji)
	}
	m.reactions[emoji] = append(m.reactions[emoji], who)
}

func (m *told) unreact(emoji string, who chat.PersonID) {
	m.reactions[emoji] = slices.DeleteFunc(m.reactions[emoji], func(p chat.PersonID) bool { return p == who })
	if len(m.reactions[emoji]) == 0 {
		m.emoji = slices.DeleteFunc(m.emoji, func(e string) bool { return e == emoji })
	}
}

func (m *told) erase(by chat.PersonID) {
	m.deleted, m.deletedBy, m.text, m.texts, m.mentions = true, by, "", nil, nil
	m.emoji, m.reactions, m.pinned, m.edited = nil, map[string][]chat.PersonID{}, false, 0
}

// A saga is a random sequence of acts on two nodes, with a model that is told
// what must come of each of them.
type saga struct {
	*house
	rng   *rand.Rand
	nodes []*node
	room  chat.RoomID
	cast  []chat.Actor // the owner, a moderator and members
	power map[chat.PersonID]bool

	messages map[uint64]*told
	order    []uint64
	read     map[chat.PersonID]uint64
	blocked  map[chat.PersonID]map[chat.PersonID]bool
	trace    []string
}

type node struct {
	messages *chat.Messages
	desks    *chat.Desks
}

func newSaga(t *testing.T, h *house, seed uint64) *saga {
	s := &saga{
		house: h, rng: rand.New(rand.NewPCG(seed, 1)), messages: make(map[uint64]*told),
		read: make(map[chat.PersonID]uint64), power: make(map[chat.PersonID]bool),
		blocked: make(map[chat.PersonID]map[chat.PersonID]bool),
	}
	for range 2 {
		service := serve(t, h.store, chat.Options{Now: h.clock.Now})
		rooms := chat.NewRooms(service, h)
		messages := chat.NewMessages(service, rooms, h)
		s.nodes = append(s.nodes, &node{messages, chat.NewDesks(service, rooms, messages)})
	}
	for _, name := range []string{"Olga", "Max Power", "Mia", "Ann Lee"} {
		p := h.member(name)
		s.cast = append(s.cast, p)
		s.blocked[p.ID] = make(map[chat.PersonID]bool)
	}
	s.room = h.create(s.cast[0], chat.RoomPublic, fmt.Sprint("saga ", seed))
	h.join(s.room, s.cast[1:]...)
	h.must(h.rooms.SetRank(t.Context(), s.cast[0], s.room, chat.ID{}, s.cast[1].ID, chat.RankModerator))
	s.power[s.cast[0].ID], s.power[s.cast[1].ID] = true, true
	t.Cleanup(s.flush)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last acts:\n%s", strings.Join(s.trace[max(0, len(s.trace)-40):], "\n"))
		}
	})
	return s
}

func (s *saga) note(format string, args ...any) {
	s.trace = append(s.trace, fmt.Sprintf(format, args...))
}

// flush waits until what follows from messages is on people's shelves.
func (s *saga) flush() {
	for _, n := range s.nodes {
		if err := n.messages.Flush(context.Background()); err != nil {
			s.t.Error(err)
		}
	}
}

func pick[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }

func (s *saga) node() *node { return pick(s.rng, s.nodes) }

func (s *saga) head() uint64 {
	s.t.Helper()
	c, err := s.store.Head(s.t.Context(), s.room)
	s.must(err)
	return c.Seq
}

// check fails when an act has not come out as it must, or has left an entry
// that it must not.
func (s *saga) check(what string, before uint64, err error, want chat.Code, entries uint64) bool {
	s.t.Helper()
	s.note("%s → %v", what, err)
	got := chat.Code("")
	if err != nil {
		got = chat.CodeOf(err)
	}
	if got != want {
		s.t.Fatalf("%s: got %q (%v), want %q", what, got, err, want)
	}
	if n := s.head() - before; n != entries {
		s.t.Fatalf("%s: left %d entries, want %d", what, n, entries)
	}
	return err == nil
}

func (s *saga) step() {
	s.clock.pass(time.Duration(s.rng.IntN(3)) * time.Millisecond)
	acts := []func(chat.Actor){s.send, s.send, s.send, s.edit, s.delete, s.react, s.react, s.unreact, s.pin, s.unpin, s.mark, s.block}
	pick(s.rng, acts)(pick(s.rng, s.cast))
}

func (s *saga) send(a chat.Actor) {
	n := chat.NewMessage{ID: chat.NewID(), Text: fmt.Sprintf("%s says %d", a.Nickname, s.rng.Uint32())}
	want, entries := chat.Code(""), uint64(1)
	var mentions []chat.PersonID
	if s.rng.IntN(4) == 0 {
		other := pick(s.rng, s.cast)
		n.Text = "@" + strings.ToLower(other.Nickname) + ", " + n.Text
		mentions = []chat.PersonID{other.ID}
	}
	if len(s.order) > 0 && s.rng.IntN(3) == 0 {
		target := s.messages[pick(s.rng, s.order)]
		if s.rng.IntN(2) == 0 {
			n.Reply = target.seq
		} else {
			n.Thread = target.seq
		}
		switch {
		case target.deleted:
			want, entries = chat.CodeGone, 0
		case n.Thread != 0 && target.thread != 0:
			want, entries = chat.CodeInvalid, 0
		}
	}
	before := s.head()
	e, err := s.say(a, n)
	if !s.check(fmt.Sprintf("%s sends %q reply %d thread %d", a.Nickname, n.Text, n.Reply, n.Thread), before, err, want, entries) {
		return
	}
	if again, err := s.say(a, n); err != nil || again.Cursor != e.Cursor {
		s.t.Fatalf("sent again: got %v, %v, want %v", again.Cursor, err, e.Cursor)
	}
	s.messages[e.Seq] = &told{
		seq: e.Seq, author: a.ID, text: n.Text, texts: []string{n.Text}, reply: n.Reply, thread: n.Thread,
		mentions: mentions, reactions: make(map[string][]chat.PersonID),
	}
	s.order = append(s.order, e.Seq)
	if n.Thread == 0 {
		s.read[a.ID] = max(s.read[a.ID], e.Seq)
	}
}

func (s *saga) say(a chat.Actor, n chat.NewMessage) (chat.Entry, error) {
	type fate struct {
		entry chat.Entry
		err   error
	}
	done := make(chan fate, 1)
	s.node().messages.Send(s.t.Context(), a, s.room, n, func(e chat.Entry, err error) { done <- fate{e, err} })
	f := <-done
	return f.entry, f.err
}

// on calls f with a message, if there is any, and what doing something to it
// must come to.
func (s *saga) on(f func(m *told, want chat.Code)) {
	if len(s.order) == 0 {
		return
	}
	m := s.messages[pick(s.rng, s.order)]
	want := chat.Code("")
	if m.deleted {
		want = chat.CodeGone
	}
	f(m, want)
}

func one(want chat.Code) uint64 {
	if want == "" {
		return 1
	}
	return 0
}

func (s *saga) edit(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		if want == "" && m.author != a.ID {
			want = chat.CodeForbidden
		}
		text, before := fmt.Sprintf("edited to %d", s.rng.Uint32()), s.head()
		e, err := s.node().messages.Edit(s.t.Context(), a, s.room, chat.NewID(), m.seq, text)
		if s.check(fmt.Sprintf("%s edits %d", a.Nickname, m.seq), before, err, want, one(want)) {
			m.text, m.edited, m.texts, m.mentions = text, e.Seq, append(m.texts, text), nil
		}
	})
}

func (s *saga) delete(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		if want == "" && m.author != a.ID && !s.power[a.ID] {
			want = chat.CodeForbidden
		}
		before := s.head()
		_, err := s.node().messages.Delete(s.t.Context(), a, s.room, chat.NewID(), m.seq)
		if s.check(fmt.Sprintf("%s deletes %d", a.Nickname, m.seq), before, err, want, one(want)) {
			m.erase(a.ID)
		}
	})
}

var sagaEmoji = []string{"👍", "❤️", "👩‍🚀"}

func (s *saga) react(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		emoji, before := pick(s.rng, sagaEmoji), s.head()
		there := slices.Contains(m.reactions[emoji], a.ID)
		c, err := s.node().messages.React(s.t.Context(), a, s.room, chat.NewID(), m.seq, emoji)
		entries := one(want)
		if there {
			entries = 0
		}
		if s.check(fmt.Sprintf("%s puts %s on %d", a.Nickname, emoji, m.seq), before, err, want, entries) && !there {
			m.react(emoji, a.ID)
			if c.Seq != before+1 {
				s.t.Fatalf("the reaction is number %d, want %d", c.Seq, before+1)
			}
		}
	})
}

func (s *saga) unreact(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		emoji, before := pick(s.rng, sagaEmoji), s.head()
		if want == "" && !slices.Contains(m.reactions[emoji], a.ID) {
			return
		}
		_, err := s.node().messages.Unreact(s.t.Context(), a, s.room, chat.NewID(), m.seq, emoji)
		if s.check(fmt.Sprintf("%s takes %s off %d", a.Nickname, emoji, m.seq), before, err, want, one(want)) {
			m.unreact(emoji, a.ID)
		}
	})
}

func (s *saga) pin(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		if m.pinned || want != "" && !s.power[a.ID] {
			return
		}
		if want == "" && !s.power[a.ID] {
			want = chat.CodeForbidden
		}
		before := s.head()
		_, err := s.node().messages.Pin(s.t.Context(), a, s.room, chat.NewID(), m.seq)
		m.pinned = s.check(fmt.Sprintf("%s pins %d", a.Nickname, m.seq), before, err, want, one(want))
	})
}

func (s *saga) unpin(a chat.Actor) {
	s.on(func(m *told, want chat.Code) {
		if !m.pinned || !s.power[a.ID] {
			return
		}
		before := s.head()
		_, err := s.node().messages.Unpin(s.t.Context(), a, s.room, chat.NewID(), m.seq)
		m.pinned = !s.check(fmt.Sprintf("%s unpins %d", a.Nickname, m.seq), before, err, "", 1)
	})
}

func (s *saga) mark(a chat.Actor) {
	to, before := s.rng.Uint64N(s.head()+1), s.head()
	_, err := s.node().desks.Read(s.t.Context(), a, s.room, 0, to)
	s.check(fmt.Sprintf("%s reads to %d", a.Nickname, to), before, err, "", 0)
	s.read[a.ID] = max(s.read[a.ID], to)
}

func (s *saga) block(a chat.Actor) {
	other := pick(s.rng, s.cast)
	if other.ID == a.ID || s.rng.IntN(4) != 0 {
		return
	}
	before := s.head()
	if on := !s.blocked[a.ID][other.ID]; on {
		s.check(fmt.Sprintf("%s blocks %s", a.Nickname, other.Nickname), before, s.node().desks.Block(s.t.Context(), a, other.ID), "", 0)
		s.blocked[a.ID][other.ID] = true
	} else {
		s.check(fmt.Sprintf("%s unblocks %s", a.Nickname, other.Nickname), before, s.node().desks.Unblock(s.t.Context(), a, other.ID), "", 0)
		delete(s.blocked[a.ID], other.ID)
	}
}

// play does n random acts and compares everything now and then.
func (s *saga) play(n int) {
	for i := range n {
		s.step()
		if i%40 == 39 {
			s.checkAll()
		}
	}
}

// reactTo fills the log with n entries about a message: somebody puts an emoji
// on it and takes it off, an even number of times.
func (s *saga) reactTo(seq uint64, by chat.Actor, n int) {
	s.t.Helper()
	kinds := []chat.Kind{chat.KindReact, chat.KindUnreact}
	var drafts []chat.Draft
	for i := range n {
		drafts = append(drafts, chat.Draft{
			Room: s.room, ID: chat.NewID(), Kind: kinds[i%2], Author: by.ID, Name: by.Nickname, Ref: seq, Text: "👍", At: s.clock.Now(),
		})
	}
	for _, kept := range s.store.Append(s.t.Context(), s.room, drafts) {
		s.must(kept.Err)
	}
}

func TestMessages_saga(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			newSaga(t, newHouse(t, openStore(t)), seed).play(240)
		})
	}
}

func TestMessages_sagaOnBothStores(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) { newSaga(t, h, 99).play(120) })
}
