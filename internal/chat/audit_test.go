package chat_test

import (
	"fmt"
	"testing"

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
