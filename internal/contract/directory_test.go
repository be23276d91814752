package contract

import (
	"slices"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Clients ask for the people whom they know by id only, many at once.
func TestPeople_byID(t *testing.T) {
	h := newHouse(t)
	guest, owner := h.people["guest"].Person.ID, h.people["owner"].Person.ID
	out, err := h.do(t.Context(), "people", "member", map[string]any{"ids": []string{string(guest), "u-00000000000000000000", string(owner), string(guest)}})
	h.must(err)
	var got []chat.PersonID
	for _, p := range out.(People).People {
		got = append(got, p.ID)
	}
	if want := []chat.PersonID{guest, owner}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := out.(People).Total; got != len(kinds) { // nobody is none, the founder is one more
		t.Errorf("total: got %d, want %d", got, len(kinds))
	}
	_, err = h.do(t.Context(), "people", "member", map[string]any{"ids": make([]string, 101)})
	if chat.CodeOf(err) != chat.CodeInvalid {
		t.Errorf("101 ids: got %v, want %s", err, chat.CodeInvalid)
	}
}
