package chat_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

// form is a message as text, so that differences can be read.
func (m *told) form(me chat.PersonID, replies int, last uint64) string {
	var reactions []string
	for _, e := range m.emoji {
		people := slices.Sorted(slices.Values(m.reactions[e]))
		reactions = append(reactions, fmt.Sprintf("%s%v mine=%v", e, people, slices.Contains(people, me)))
	}
	slices.Sort(reactions)
	return fmt.Sprintf("%d by %s %q reply=%d thread=%d edited=%d deleted=%v/%s pinned=%v mentions=%v replies=%d/%d %v",
		m.seq, m.author, m.text, m.reply, m.thread, m.edited, m.deleted, m.deletedBy, m.pinned, m.mentions, replies, last, reactions)
}

func formOf(m chat.Message) string {
	var reactions []string
	for _, r := range m.Reactions {
		reactions = append(reactions, fmt.Sprintf("%s%v mine=%v", r.Emoji, slices.Sorted(slices.Values(r.People)), r.Mine))
		if r.Count != len(r.People) {
			reactions = append(reactions, fmt.Sprintf("but counted %d", r.Count))
		}
	}
	slices.Sort(reactions)
	edited, by := uint64(0), chat.PersonID("")
	if m.Edited != nil {
		edited = m.Edited.Seq
	}
	if m.DeletedBy != nil {
		by = m.DeletedBy.ID
	}
	return fmt.Sprintf("%d by %s %q reply=%d thread=%d edited=%d deleted=%v/%s pinned=%v mentions=%v replies=%d/%d %v",
		m.Seq, m.Author, m.Text, m.Ref, m.Thread, edited, m.Deleted, by, m.Pinned, m.Mentions, m.Replies, m.LastReply, reactions)
}

// replies returns how many messages the thread of root has, and its newest.
func (s *saga) replies(root uint64) (n int, last uint64, all []uint64) {
	for _, seq := range s.order {
		if m := s.messages[seq]; m.thread == root {
			if last = seq; !m.deleted {
				n++
			}
			all = append(all, seq)
		}
	}
	return n, last, all
}

// want is a message as a must see it.
func (s *saga) want(seq uint64, me chat.PersonID) string {
	n, last, _ := s.replies(seq)
	return s.messages[seq].form(me, n, last)
}

// checkAll compares everything that can be asked with the model.
func (s *saga) checkAll() {
	s.t.Helper()
	a := pick(s.rng, s.cast)
	s.flush()
	s.checkHistory(a)
	s.checkLog()
	for _, p := range s.cast {
		s.checkCounts(p)
	}
}

var sagaTimeline = []chat.Kind{
	chat.KindCreate, chat.KindRoom, chat.KindJoin, chat.KindLeave, chat.KindInvite, chat.KindRemove, chat.KindBan,
	chat.KindUnban, chat.KindMute, chat.KindUnmute, chat.KindRank, chat.KindPin,
}

func (s *saga) checkHistory(a chat.Actor) {
	s.t.Helper()
	var want []string
	var threads []uint64
	for _, e := range s.entries(s.room) {
		switch {
		case e.Kind == chat.KindMessage && e.Thread == 0:
			want = append(want, s.want(e.Seq, a.ID))
			threads = append(threads, e.Seq)
		case slices.Contains(sagaTimeline, e.Kind):
			want = append(want, fmt.Sprintf("%d kind %d", e.Seq, e.Kind))
		}
	}
	history := func(q chat.Query) (chat.Page, error) { return s.node().messages.History(s.t.Context(), a, s.room, q) }
	s.checkPages("history", want, history)
	for _, root := range threads {
		n, _, all := s.replies(root)
		if len(all) == 0 {
			continue
		}
		var want []string
		for _, seq := range all {
			want = append(want, s.want(seq, a.ID))
		}
		s.checkPages(fmt.Sprintf("thread %d (%d)", root, n), want, func(q chat.Query) (chat.Page, error) {
			_, p, err := s.node().messages.Thread(s.t.Context(), a, s.room, root, q)
			return p, err
		})
	}
	var pins, wantPins []uint64
	found, err := s.node().messages.Pins(s.t.Context(), a, s.room)
	s.must(err)
	for _, m := range found {
		pins = append(pins, m.Seq)
	}
	for _, seq := range s.order {
		if s.messages[seq].pinned {
			wantPins = append(wantPins, seq)
		}
	}
	slices.Sort(pins)
	if !slices.Equal(pins, wantPins) {
		s.t.Fatalf("pins: got %v, want %v", pins, wantPins)
	}
	if len(s.order) == 0 {
		return
	}
	m := s.messages[pick(s.rng, s.order)]
	s.checkOne(a, m)
}

func (s *saga) checkOne(a chat.Actor, m *told) {
	s.t.Helper()
	got, err := s.node().messages.Message(s.t.Context(), a, s.room, m.seq)
	if err == nil && formOf(got) != s.want(m.seq, a.ID) {
		s.t.Fatalf("message\ngot  %s\nwant %s", formOf(got), s.want(m.seq, a.ID))
	}
	if err != nil && !m.deleted {
		s.t.Fatal(err)
	}
	versions, err := s.node().messages.Versions(s.t.Context(), a, s.room, m.seq)
	if m.deleted {
		if err == nil {
			s.t.Fatalf("message %d is deleted and has versions %v", m.seq, versions)
		}
		return
	}
	s.must(err)
	var texts []string
	for _, v := range versions {
		texts = append(texts, v.Text)
	}
	if !slices.Equal(texts, m.texts) {
		s.t.Fatalf("versions of %d: got %q, want %q", m.seq, texts, m.texts)
	}
	page, err := s.node().messages.History(s.t.Context(), a, s.room, chat.Query{Around: m.seq, Limit: 6})
	s.must(err)
	if m.thread == 0 && !slices.ContainsFunc(page.Items, func(i chat.Item) bool { return i.Seq == m.seq }) {
		s.t.Fatalf("the page around %d does not have it", m.seq)
	}
}

// checkPages reads all pages forwards and backwards.
func (s *saga) checkPages(what string, want []string, ask func(chat.Query) (chat.Page, error)) {
	s.t.Helper()
	limit := 1 + s.rng.IntN(9)
	var backwards [][]string
	for q := (chat.Query{Limit: limit}); ; {
		p, err := ask(q)
		s.must(err)
		backwards = append(backwards, linesOf(p))
		if p.Before == 0 {
			break
		}
		if q.Before != 0 && p.Before >= q.Before {
			s.t.Fatalf("%s: the page before %d goes on before %d", what, q.Before, p.Before)
		}
		q.Before = p.Before
	}
	slices.Reverse(backwards)
	s.checkLines(what+" backwards", slices.Concat(backwards...), want)
	var forwards []string
	for q := (chat.Query{After: new(uint64), Limit: limit}); ; {
		p, err := ask(q)
		s.must(err)
		forwards = append(forwards, linesOf(p)...)
		if *q.After == 0 && p.Before != 0 {
			s.t.Fatalf("%s: before the beginning there is something before %d", what, p.Before)
		}
		if p.After == 0 {
			break
		}
		if p.After <= *q.After {
			s.t.Fatalf("%s: the page after %d goes on after %d", what, *q.After, p.After)
		}
		q.After = &p.After
	}
	s.checkLines(what+" forwards", forwards, want)
}

func linesOf(p chat.Page) []string {
	var lines []string
	for _, i := range p.Items {
		if i.Message != nil {
			lines = append(lines, formOf(*i.Message))
		} else {
			lines = append(lines, fmt.Sprintf("%d kind %d", i.Seq, i.Kind))
		}
	}
	return lines
}

func (s *saga) checkLines(what string, got, want []string) {
	s.t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			s.t.Fatalf("%s, line %d:\ngot  %s\nwant %s", what, i, g, w)
		}
	}
}

// checkLog folds the log as clients do and compares with the model.
func (s *saga) checkLog() {
	s.t.Helper()
	folded := make(map[uint64]*told)
	for _, e := range s.entries(s.room) {
		if e.Kind == chat.KindMessage {
			folded[e.Seq] = &told{seq: e.Seq, author: e.Author, text: e.Text, reply: e.Ref, thread: e.Thread, reactions: make(map[string][]chat.PersonID)}
			continue
		}
		m := folded[e.Ref]
		switch e.Kind {
		case chat.KindEdit:
			m.text, m.edited = e.Text, e.Seq
		case chat.KindDelete:
			m.erase(e.Author)
		case chat.KindReact:
			m.react(e.Text, e.Author)
		case chat.KindUnreact:
			m.unreact(e.Text, e.Author)
		case chat.KindPin:
			m.pinned = true
		case chat.KindUnpin:
			m.pinned = false
		}
	}
	if got, want := slices.Sorted(maps.Keys(folded)), slices.Sorted(maps.Keys(s.messages)); !slices.Equal(got, want) {
		s.t.Fatalf("the log has messages %v, want %v", got, want)
	}
	for seq, m := range folded {
		m.mentions = s.messages[seq].mentions
		if got, want := m.form("", 0, 0), s.messages[seq].form("", 0, 0); got != want {
			s.t.Fatalf("folded from the log\ngot  %s\nwant %s", got, want)
		}
	}
}

func (s *saga) checkCounts(a chat.Actor) {
	s.t.Helper()
	unread, mentions := 0, 0
	for _, seq := range s.order {
		m := s.messages[seq]
		if seq <= s.read[a.ID] || m.deleted || m.author == a.ID || m.thread != 0 || s.blocked[a.ID][m.author] {
			continue
		}
		unread++
		if slices.Contains(m.mentions, a.ID) {
			mentions++
		}
	}
	counts, err := s.node().desks.Counts(s.t.Context(), a, []chat.RoomID{s.room})
	s.must(err)
	got := counts[s.room]
	if got.Read != s.read[a.ID] || got.Unread != min(100, unread) || got.Head.Seq != s.head() {
		s.t.Fatalf("%s: counts of the room are %+v, want read %d, unread %d, head %d", a.Nickname, got, s.read[a.ID], min(100, unread), s.head())
	}
	if got.Mentions < mentions && got.Mentions < 100 {
		s.t.Fatalf("%s: %d mentions are new, want %d", a.Nickname, got.Mentions, mentions)
	}
}
