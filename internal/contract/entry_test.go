package contract

import (
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Every entry about a message says in which thread it happened, so that who
// counts the replies of a thread has to look nothing up.
func TestEntryOf_thread(t *testing.T) {
	for kind, name := range types {
		got := EntryOf(chat.Entry{Draft: chat.Draft{Kind: kind, Ref: 5, Thread: 3, Text: "👍"}})
		want := uint64(0)
		if kind <= chat.KindUnpin {
			want = 3
		}
		if got.Type != name || got.Thread != want {
			t.Errorf("%s: got a %s in thread %d, want thread %d", name, got.Type, got.Thread, want)
		}
	}
}
