package archive

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Found is what Verify has found wrong.
type Found struct {
	// Room is where, or "" for what is wrong outside of rooms.
	Room chat.RoomID
	// What is a sentence without its full stop.
	What string
}

func (f Found) String() string {
	if f.Room == "" {
		return f.What
	}
	return fmt.Sprintf("room %s: %s", f.Room, f.What)
}

// maxFound is how much Verify tells of one room: a log that has slipped by one
// entry is wrong in every line after it.
const maxFound = 20

// Verify follows the chain of every room from its first entry to its last and
// holds the records against it: what the room is; who is a member, of what
// rank, muted until when, banned by whom, and how many they are; reactions,
// edits, pins, threads, what calls everybody, and what is deleted; that
// everybody's list of rooms has the rooms they are in; that nobody has read
// further than there is; and that the accounts are as many as are counted and
// every name leads to one. found is called with everything that is wrong. The
// error is that something could not be read.
//
// The store may be written meanwhile: a room is judged as it is at a moment
// when nobody wrote into it.
func Verify(ctx context.Context, s Source, found func(Found), progress func(Step)) error {
	rooms, err := Rooms(ctx, s)
	if err != nil {
		return err
	}
	v := &verifier{source: s, progress: progress, step: Step{Of: len(rooms)}}
	known, err := v.people(ctx)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		v.step.Room = room
		count := 0
		tell := func(format string, args ...any) {
			if count++; count < maxFound {
				found(Found{Room: room, What: fmt.Sprintf(format, args...)})
			} else if count == maxFound {
				found(Found{Room: room, What: "and more of the kind"})
			}
		}
		if err := v.room(ctx, room, known, tell); err != nil {
			return err
		}
		v.step.Rooms++
	}
	v.step.Room = ""
	outside := func(format string, args ...any) { found(Found{What: fmt.Sprintf(format, args...)}) }
	if err := v.marks(ctx, known, outside); err != nil {
		return err
	}
	if err := v.accounts(ctx, outside); err != nil {
		return err
	}
	v.step.Done = true
	v.tell()
	return nil
}

type verifier struct {
	source   Source
	progress func(Step)
	step     Step
}

func (v *verifier) tell() {
	if v.progress != nil {
		v.progress(v.step)
	}
}

func (v *verifier) people(ctx context.Context) (map[chat.PersonID]bool, error) {
	people, err := People(ctx, v.source)
	known := make(map[chat.PersonID]bool, len(people))
	for _, p := range people {
		known[p.ID] = true
	}
	return known, err
}

type teller func(format string, args ...any)

// room judges one room. Findings wait until the room has stood still: what a
// record says of an entry that was not there yet is no mistake.
func (v *verifier) room(ctx context.Context, room chat.RoomID, known map[chat.PersonID]bool, tell teller) error {
	l := newLedger(room)
	for range settleTries {
		if err := v.walk(ctx, room, l); err != nil {
			return err
		}
		kept := make(map[string]string)
		seen := make(map[string]uint64) // how far people have read
		if err := eachRecord(ctx, v.source, chat.RoomShelf(room), "", func(r chat.Record) error {
			v.step.Records++
			v.tell()
			if who, ok := strings.CutPrefix(r.Key, "read/"); ok {
				seen[who] = mark(r.Value)
			}
			if judged(r.Key) {
				kept[r.Key] = r.Value
			}
			return nil
		}); err != nil {
			return err
		}
		lines, err := v.lines(ctx, room, l, known)
		if err != nil {
			return err
		}
		unerased, err := v.unerased(ctx, room, l)
		if err != nil {
			return err
		}
		head, err := v.source.Head(ctx, room)
		if err != nil {
			return err
		}
		if head.Seq > l.at.Seq {
			continue
		}
		for _, broken := range l.broken {
			tell("%s", broken)
		}
		if head != l.at {
			tell("the end is entry %d with chain %s, but the log ends at %d with %s", head.Seq, head.FP, l.at.Seq, l.at.FP)
		}
		l.compare(kept, tell)
		for who, read := range seen {
			if read > head.Seq {
				tell("%s is shown to have read up to %d, but the log ends at %d", who, read, head.Seq)
			}
		}
		for _, line := range append(lines, unerased...) {
			tell("%s", line)
		}
		return nil
	}
	return fmt.Errorf("the room %s does not come to rest: verify again when fewer people write", room)
}

// walk follows the log from where the ledger is.
func (v *verifier) walk(ctx context.Context, room chat.RoomID, l *ledger) error {
	return eachEntry(ctx, v.source, room, l.at.Seq, func(entries []chat.Entry) error {
		for _, e := range entries {
			l.enter(e)
		}
		v.step.Entries += len(entries)
		v.tell()
		return nil
	})
}

// lines looks for the room in the lists of those who are in it. A line too
// many is dropped by whoever reads it; one too few hides the room.
func (v *verifier) lines(ctx context.Context, room chat.RoomID, l *ledger, known map[chat.PersonID]bool) ([]string, error) {
	if room == chat.Lobby {
		return nil, nil
	}
	var missing []string
	for who, m := range l.roll.people {
		if m.State != chat.StateJoined && m.State != chat.StateInvited {
			continue
		}
		if !known[who] {
			missing = append(missing, fmt.Sprintf("%s is in the room, but has no account", who))
			continue
		}
		line, err := v.source.Get(ctx, chat.PersonShelf(who), "room/"+string(room))
		if err != nil {
			return nil, err
		}
		if line[0] == "" {
			missing = append(missing, fmt.Sprintf("%s is in the room, but it is not in their list of rooms", who))
		}
	}
	return missing, nil
}

// unerased looks again at what had a text and must have lost it.
func (v *verifier) unerased(ctx context.Context, room chat.RoomID, l *ledger) ([]string, error) {
	var texts []string
	for some := range slices.Chunk(l.suspects, page) {
		entries, err := v.source.Pick(ctx, room, some)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Text != "" {
				texts = append(texts, fmt.Sprintf("entry %d has a text, but its message is deleted", e.Seq))
			}
		}
	}
	return texts, nil
}

// judged reports whether a record of a room follows from its log.
func judged(key string) bool {
	for _, prefix := range []string{"m/", "ban/", "count/"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return key == "info" || followsFromMessages(key)
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
