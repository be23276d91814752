package chat_test

import (
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Whoever is blocked says nothing new in a direct room, in no other form either.
func TestDirect_blockedNeitherEditsNorReacts(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		h.blockedDirect(t)
	})
}

func (h *house) blockedDirect(t *testing.T) {
	ctx := t.Context()
	s := serve(t, h.store, chat.Options{Now: h.clock.Now})
	messages := chat.NewMessages(s, h.rooms, h)
	desks := chat.NewDesks(s, h.rooms, messages)
	ana, bo := h.member("Ana"), h.member("Bo")
	view, err := h.rooms.Direct(ctx, ana, chat.ID{}, []chat.PersonID{bo.ID}, "")
	h.must(err)
	kept := make(chan error, 1)
	messages.Send(ctx, ana, view.ID, chat.NewMessage{Text: "hello"}, func(_ chat.Entry, err error) { kept <- err })
	h.must(<-kept)
	h.must(messages.Flush(ctx))
	h.must(desks.Block(ctx, bo, ana.ID))
	for name, do := range map[string]func(seq uint64) error{
		"edit": func(seq uint64) error {
			_, err := messages.Edit(ctx, ana, view.ID, chat.NewID(), seq, "again")
			return err
		},
		"react": func(seq uint64) error {
			_, err := messages.React(ctx, ana, view.ID, chat.NewID(), seq, "👍")
			return err
		},
	} {
		h.wantCode(name, do(2), chat.CodeForbidden)
		h.must(desks.Unblock(ctx, bo, ana.ID))
		h.must(do(2))
		h.must(desks.Block(ctx, bo, ana.ID))
	}
}
