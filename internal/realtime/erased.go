package realtime

import (
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

// erased returns entries, which are neighbours, without the texts that one of
// them deletes: what a node remembers of a room may be older than a deletion
// that it remembers too.
func erased(entries []chat.Entry) []chat.Entry {
	var gone map[uint64]bool
	for _, e := range entries {
		if e.Kind == chat.KindDelete {
			if gone == nil {
				gone = make(map[uint64]bool)
			}
			gone[e.Ref] = true
		}
	}
	if gone == nil {
		return entries
	}
	entries = slices.Clone(entries)
	for i := range entries {
		switch e := &entries[i]; {
		case e.Kind == chat.KindMessage && gone[e.Seq], e.Kind == chat.KindEdit && gone[e.Ref]:
			e.Text, e.Data = "", ""
		}
	}
	return entries
}
