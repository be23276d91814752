package chat_test

import (
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestReport_carriesWhatItIsAbout(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, root := h.member("Ana"), h.person("Root", chat.RoleAdmin)
	room := h.create(ana, chat.RoomPrivate, "Plans")
	kept := h.store.Append(ctx, room, []chat.Draft{{
		Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: "u-bo", Name: "Bo", Text: "rude", At: h.clock.Now(),
	}})
	h.must(kept[0].Err)
	seq := kept[0].Entry.Seq

	h.wantCode("no reason", second(h.order.Report(ctx, ana, chat.ID{}, room, seq, " ")), chat.CodeInvalid)
	h.wantCode("an entry that is no message", second(h.order.Report(ctx, ana, chat.ID{}, room, 1, "rude")), chat.CodeNotFound)
	h.wantCode("nothing there", second(h.order.Report(ctx, ana, chat.ID{}, room, 99, "rude")), chat.CodeNotFound)
	var ids []string
	for range 3 {
		id, err := h.order.Report(ctx, ana, chat.ID{}, room, seq, "rude")
		h.must(err)
		ids = append(ids, id)
	}
	open, next, err := h.order.Reports(ctx, root, chat.ReportsOpen, "", 2)
	h.must(err)
	if len(open) != 2 || open[0].ID.String() != ids[2] || open[0].Text != "rude" || open[0].Author.Nickname != "Bo" ||
		open[0].RoomName != "Plans" || open[0].By != ana.Person || next == "" {
		t.Errorf("open reports: got %+v and next %q, want the newest two with what they are about", open, next)
	}
	rest, next, err := h.order.Reports(ctx, root, chat.ReportsOpen, next, 2)
	h.must(err)
	if len(rest) != 1 || rest[0].ID.String() != ids[0] || next != "" {
		t.Errorf("the rest: got %+v and next %q, want the oldest", rest, next)
	}

	closed, err := h.order.Resolve(ctx, root, ids[1], chat.ResolutionDeleted, "it is gone")
	h.must(err)
	if closed.Text != "" || closed.ResolvedBy != root.Person || closed.Note != "it is gone" {
		t.Errorf("closed report: got %+v, want no text any more", closed)
	}
	h.wantCode("closing it again", second(h.order.Resolve(ctx, root, ids[1], chat.ResolutionKept, "")), chat.CodeConflict)
	h.wantCode("no such end", second(h.order.Resolve(ctx, root, ids[0], "burnt", "")), chat.CodeInvalid)
	h.wantCode("no such report", second(h.order.Resolve(ctx, root, chat.NewID().String(), chat.ResolutionKept, "")), chat.CodeNotFound)
	h.wantCode("no id", second(h.order.Resolve(ctx, root, "../settings", chat.ResolutionKept, "")), chat.CodeNotFound)
	h.wantCode("no such state", third(h.order.Reports(ctx, root, "lost", "", 0)), chat.CodeInvalid)

	list, _, err := h.order.Reports(ctx, root, chat.ReportsClosed, "", 0)
	if err != nil || len(list) != 1 || list[0].ID.String() != ids[1] {
		t.Errorf("closed reports: got %+v, %v", list, err)
	}
	acts, _, err := h.order.Audit(ctx, root, chat.ActFilter{}, "", 0)
	h.must(err)
	if len(acts) != 1 || acts[0].Act != "report-resolve" || acts[0].By != root.Person || acts[0].Detail != "deleted" {
		t.Errorf("audit log: got %+v, want the closing of the report", acts)
	}
}

// An answer that was lost must not leave a second report behind.
func TestReport_theSameIDIsTheSameReport(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo, root := h.member("Ana"), h.member("Bo"), h.person("Root", chat.RoleAdmin)
	room := h.create(ana, chat.RoomPublic, "Plans")
	draft := func(text string) chat.Draft {
		return chat.Draft{Room: room, ID: chat.NewID(), Kind: chat.KindMessage, Author: "u-bo", Name: "Bo", Text: text, At: h.clock.Now()}
	}
	kept := h.store.Append(ctx, room, []chat.Draft{draft("rude"), draft("ruder")})
	h.must(kept[1].Err)
	seq, other := kept[0].Entry.Seq, kept[1].Entry.Seq
	id := chat.NewID()
	ids := make([]string, 8)
	var asking sync.WaitGroup
	for i := range ids {
		asking.Go(func() {
			var err error
			if ids[i], err = h.order.Report(ctx, ana, id, room, seq, "why"); err != nil {
				t.Errorf("reporting at once: %v", err)
			}
		})
	}
	asking.Wait()
	again, err := h.order.Report(ctx, ana, id, room, seq, "why")
	h.must(err)
	for i, got := range append(ids, again) {
		if got != ids[0] {
			t.Errorf("time %d: got report %s, want %s", i, got, ids[0])
		}
	}
	h.wantCode("the id for another message", second(h.order.Report(ctx, ana, id, room, other, "why")), chat.CodeIDTaken)
	if theirs, err := h.order.Report(ctx, bo, id, room, other, "why"); err != nil || theirs == ids[0] {
		t.Errorf("the id of somebody else's report: got %s, %v, want a report of one's own", theirs, err)
	}
	open, _, err := h.order.Reports(ctx, root, chat.ReportsOpen, "", 0)
	if err != nil || len(open) != 2 {
		t.Errorf("open reports: got %+v, %v, want 2", open, err)
	}
}
