package chat_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// The lines that a filter picks come in the order of the log, page by page,
// whatever lies between them.
func TestAudit_filters(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	root, ana, bob := h.person("Root", chat.RoleOwner), h.member("Ana"), h.member("Bob")
	const lines = 450 // more than one reading of the log
	for i := range lines {
		by, act, room, on := ana, "room-mute", chat.RoomID("r-one"), bob.ID
		if i%100 == 7 {
			by, act, room, on = bob, "room-ban", "r-two", ana.ID
		}
		h.must(h.order.Record(ctx, by, act, room, on, fmt.Sprint(i)))
	}
	for _, test := range []struct {
		name   string
		filter chat.ActFilter
		want   int
	}{
		{"all", chat.ActFilter{}, lines},
		{"by whom", chat.ActFilter{By: bob.ID}, 5},
		{"about whom", chat.ActFilter{On: ana.ID}, 5},
		{"what", chat.ActFilter{Acts: []string{"room-kick", "room-ban"}}, 5},
		{"where", chat.ActFilter{Room: "r-one"}, lines - 5},
		{"all of it", chat.ActFilter{By: bob.ID, On: ana.ID, Acts: []string{"room-kick", "room-ban"}, Room: "r-two"}, 5},
		{"what contradicts itself", chat.ActFilter{By: bob.ID, Room: "r-one"}, 0},
		{"nobody", chat.ActFilter{By: "u-nobody"}, 0},
	} {
		for _, limit := range []int{1, 2, 5, 50, 200} {
			if limit == 1 && test.want > 100 {
				continue
			}
			t.Run(fmt.Sprint(test.name, " by ", limit), func(t *testing.T) {
				var got []chat.Act
				for cursor, calls := "", 0; ; calls++ {
					acts, next, err := h.order.Audit(ctx, root, test.filter, cursor, limit)
					h.must(err)
					if len(acts) > limit || calls > lines {
						t.Fatalf("call %d: got %d lines for a limit of %d", calls, len(acts), limit)
					}
					got = append(got, acts...)
					if cursor = next; next == "" {
						break
					}
				}
				if len(got) != test.want {
					t.Fatalf("got %d lines, want %d", len(got), test.want)
				}
				for i := 1; i < len(got); i++ {
					if got[i-1].ID.String() <= got[i].ID.String() {
						t.Fatalf("line %d is not older than the one before: %s, %s", i, got[i-1].ID, got[i].ID)
					}
				}
			})
		}
	}
}

// acts returns the audit log, the oldest line first, as "act person detail".
func (h *house) acts() []string {
	h.t.Helper()
	root := h.person("Root", chat.RoleOwner)
	acts, _, err := h.order.Audit(h.t.Context(), root, chat.ActFilter{}, "", 200)
	h.must(err)
	lines := make([]string, len(acts))
	for i, a := range acts {
		lines[len(acts)-1-i] = fmt.Sprintf("%s %s %s %s", a.By.Nickname, a.Act, a.On, a.Detail)
	}
	return lines
}

// An id stands for one act. Whoever sends it with another one has not done that
// one, and the audit log does not say so.
func TestAudit_anIdOfSomethingElse(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		s := newSaga(t, h, 1)
		ctx, node, room := t.Context(), s.nodes[0], s.room
		owner, ana, bob := s.cast[0], s.cast[2], s.cast[3]
		said, id := s.says(ana, "hello"), chat.NewID()
		his, err := s.say(bob, chat.NewMessage{Text: "his"})
		h.must(err)
		before, lines := len(h.entries(room)), len(h.acts())

		h.wantCode("a ban by somebody who may not", h.rooms.Ban(ctx, ana, room, said.ID, bob.ID, "forged"), chat.CodeForbidden)
		h.wantCode("deleting what others wrote", second(node.messages.Delete(ctx, ana, room, said.ID, his.Seq)), chat.CodeForbidden)
		h.wantCode("an edit of what others wrote", second(node.messages.Edit(ctx, ana, room, said.ID, his.Seq, "mine")), chat.CodeForbidden)
		if got := len(h.entries(room)); got != before {
			t.Fatalf("the log has %d entries more", got-before)
		}
		h.clock.pass(time.Second)
		h.must(h.rooms.Ban(ctx, owner, room, id, bob.ID, "spam"))
		h.must(h.rooms.Ban(ctx, owner, room, id, bob.ID, "another reason"))
		h.wantCode("removing with the id of the ban", h.rooms.Remove(ctx, owner, room, id, bob.ID, "a lie"), chat.CodeNotFound)
		h.wantCode("lifting with the id of the ban", h.rooms.Unban(ctx, owner, room, id, bob.ID, "a lie"), chat.CodeIDTaken)
		h.wantCode("muting with the id of the ban", h.rooms.Mute(ctx, owner, room, id, ana.ID, time.Hour, "a lie"), chat.CodeIDTaken)
		h.wantCode("a message with the id of the ban", second(s.say(owner, chat.NewMessage{ID: id, Text: "hello"})), chat.CodeIDTaken)
		if got, want := h.acts()[lines:], []string{"Olga room-ban " + string(bob.ID) + " spam"}; !slices.Equal(got, want) {
			t.Errorf("the audit log has %q, want %q", got, want)
		}
		if v, err := h.rooms.View(ctx, ana, room); err != nil || v.Me.Muted(h.clock.Now()) {
			t.Errorf("somebody is muted by an act that was refused: %+v, %v", v.Me, err)
		}
	})
}

// noNotes is a store whose shelf of the house takes no lines of the audit log
// for a while.
type noNotes struct {
	chat.Store
	off atomic.Bool
}

func (s *noNotes) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if s.off.Load() && shelf == "house" && len(c.Do) > 0 && strings.HasPrefix(c.Do[0].Key, "audit/") {
		return chat.Unavailable(errOff)
	}
	return s.Store.Commit(ctx, shelf, c)
}

// An act that is done and could not be written down is not acknowledged, and is
// written down when it is sent again.
func TestAudit_aLineThatWasLost(t *testing.T) {
	store := &noNotes{Store: openStore(t)}
	h := newHouse(t, store)
	ctx := t.Context()
	owner, ana := h.member("Owner"), h.member("Ana")
	room := h.create(owner, chat.RoomPublic, "Plans")
	h.join(room, ana)
	root, messages := h.person("Root", chat.RoleAdmin), newSaga(t, h, 1).nodes[0].messages
	said := h.store.Append(ctx, room, []chat.Draft{
		{ID: chat.NewID(), Kind: chat.KindMessage, Author: ana.ID, Name: "Ana", Text: "rude", At: h.clock.Now()},
	})
	h.must(said[0].Err)
	seq := said[0].Entry.Seq
	report, err := h.order.Report(ctx, owner, chat.NewID(), room, seq, "rude")
	h.must(err)
	yes := true
	for _, act := range []struct {
		name string
		line string
		do   func(id chat.ID) error
	}{
		{"delete", "Owner message-delete %s message " + fmt.Sprint(seq), func(id chat.ID) error { return second(messages.Delete(ctx, owner, room, id, seq)) }},
		{"resolve", "Root report-resolve %s deleted", func(chat.ID) error {
			return second(h.order.Resolve(ctx, root, report, chat.ResolutionDeleted, ""))
		}},
		{"rank", "Owner room-rank %s moderator", func(id chat.ID) error { return h.rooms.SetRank(ctx, owner, room, id, ana.ID, chat.RankModerator) }},
		{"mute", "Owner room-mute %s loud", func(id chat.ID) error { return h.rooms.Mute(ctx, owner, room, id, ana.ID, time.Hour, "loud") }},
		{"unmute", "Owner room-unmute %s ", func(id chat.ID) error { return h.rooms.Unmute(ctx, owner, room, id, ana.ID) }},
		{"ban", "Owner room-ban %s spam", func(id chat.ID) error { return h.rooms.Ban(ctx, owner, room, id, ana.ID, "spam") }},
		{"unban", "Owner room-unban %s sorry", func(id chat.ID) error { return h.rooms.Unban(ctx, owner, room, id, ana.ID, "sorry") }},
		{"archive", "Owner room-change %.0s true", func(id chat.ID) error {
			return second(h.rooms.Change(ctx, owner, room, id, chat.RoomChange{Archived: &yes}))
		}},
	} {
		h.clock.pass(time.Second) // the log is in the order of time
		before, id := len(h.acts()), chat.NewID()
		store.off.Store(true)
		h.wantCode(act.name+" without its line", act.do(id), chat.CodeUnavailable)
		store.off.Store(false)
		for range 2 {
			h.must(act.do(id))
		}
		want := fmt.Sprintf(act.line, ana.ID)
		if got := h.acts()[before:]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got the lines %q, want %q", act.name, got, want)
		}
	}
}
