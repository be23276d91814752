package archive

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// marks looks whether people have read further than there is. What they have
// not read they would never be told to be new.
func (v *verifier) marks(ctx context.Context, known map[chat.PersonID]bool, tell teller) error {
	heads := make(map[chat.RoomID]uint64)
	for who := range known {
		if err := eachRecord(ctx, v.source, chat.PersonShelf(who), "read/", func(r chat.Record) error {
			v.step.Records++
			v.tell()
			room, _, _ := strings.Cut(strings.TrimPrefix(r.Key, "read/"), "/")
			read, id := mark(r.Value), chat.RoomID(room)
			if read <= heads[id] {
				return nil
			}
			// The log is read after the mark, and so is at least as long.
			head, err := v.source.Head(ctx, id)
			if err != nil {
				return err
			}
			if heads[id] = head.Seq; read > head.Seq {
				tell("%s has read up to %d in the room %s, but its log ends at %d", who, read, id, head.Seq)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	v.tell()
	return nil
}

// mark reads how far somebody has read; what is no number is too far.
func mark(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return n
}
