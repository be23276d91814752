package chat_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Parts of a search put together are everybody whose name matches, once,
// whatever the parts' size is.
func TestFindMembers(t *testing.T) {
	onBothStores(t, func(t *testing.T, h *house) {
		ana := h.member("Ana")
		room := h.create(ana, chat.RoomPublic, "Plans")
		var want []chat.PersonID
		for i := range 9 {
			p := h.member(fmt.Sprint("Bo ", i))
			if i%2 == 0 {
				p = h.member(fmt.Sprint("GRÄTA ", i))
				want = append(want, p.ID)
			}
			h.join(room, p)
		}
		slices.Sort(want)
		for limit := 1; limit <= 6; limit++ {
			var got []chat.PersonID
			for cursor, more := "", true; more; more = cursor != "" {
				found, next, total, err := h.rooms.FindMembers(t.Context(), ana, room, " gräta", cursor, limit)
				h.must(err)
				if total != 10 || len(found) > limit {
					t.Fatalf("a part of %d: got %d of %d, want at most %d of 10", limit, len(found), total, limit)
				}
				for _, m := range found {
					got = append(got, m.Person)
				}
				cursor = next
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("parts of %d: got %v, want %v", limit, got, want)
			}
		}
		stranger := h.member("Stranger")
		hidden := h.create(ana, chat.RoomPrivate, "Secret")
		_, _, _, err := h.rooms.FindMembers(t.Context(), stranger, hidden, "ana", "", 0)
		h.wantCode("a stranger searches a private room", err, chat.CodeNotFound)
	})
}
