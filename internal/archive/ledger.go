package archive

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A ledger is what a room's log says that the room's records must be. It is
// written a second time on purpose, apart from package chat: two who agree are
// worth more than one who is asked twice.
type ledger struct {
	room    chat.RoomID
	at      chat.Cursor
	broken  []string
	members map[chat.PersonID]string // state
	records map[string]string        // of on/, pin/ and reply/
	text    map[uint64]bool          // messages and edits that have a text
	edits   map[uint64][]uint64      // by message
	gone    map[uint64]bool
	// suspects had a text when they were read, and were deleted later. Where
	// people write meanwhile, that may have been between two reads.
	suspects []uint64
}

func newLedger(room chat.RoomID) *ledger {
	return &ledger{
		room: room, members: make(map[chat.PersonID]string), records: make(map[string]string),
		text: make(map[uint64]bool), edits: make(map[uint64][]uint64), gone: make(map[uint64]bool),
	}
}

func (l *ledger) wrong(format string, args ...any) {
	l.broken = append(l.broken, fmt.Sprintf(format, args...))
}

func on(seq uint64, what string) string { return "on/" + chat.SeqKey(seq) + "/" + what }

// enter follows the chain and writes down what e changes.
func (l *ledger) enter(e chat.Entry) {
	if want := l.at.Next(e.ID); e.Cursor != want {
		l.wrong("entry %d with chain %s stands where %d with %s must be", e.Seq, e.FP, want.Seq, want.FP)
	}
	l.at = e.Cursor
	if e.Kind >= chat.KindCreate {
		l.admit(e)
		return
	}
	if e.Kind == chat.KindMessage {
		l.message(e)
		return
	}
	if e.Ref == 0 || e.Ref >= e.Seq {
		l.wrong("entry %d is about the message %d, which is not before it", e.Seq, e.Ref)
		return
	}
	switch e.Kind {
	case chat.KindEdit:
		l.text[e.Seq] = e.Text != ""
		l.edits[e.Ref] = append(l.edits[e.Ref], e.Seq)
		l.records[on(e.Ref, "edit/"+chat.SeqKey(e.Seq))] = "1"
		l.records[on(e.Ref, "edited")] = decimal(e.Seq)
	case chat.KindDelete:
		l.remove(e)
	case chat.KindReact:
		l.records[on(e.Ref, "react/"+e.Text+"\x1f"+string(e.Author))] = decimal(e.Seq)
	case chat.KindUnreact:
		delete(l.records, on(e.Ref, "react/"+e.Text+"\x1f"+string(e.Author)))
	case chat.KindPin:
		l.records[on(e.Ref, "pin")] = string(e.Author)
		l.records["pin/"+chat.SeqKey(e.Ref)] = "1"
	case chat.KindUnpin:
		delete(l.records, on(e.Ref, "pin"))
		delete(l.records, "pin/"+chat.SeqKey(e.Ref))
	default:
		l.wrong("entry %d is of kind %d, which this version does not know", e.Seq, e.Kind)
	}
}

func (l *ledger) message(e chat.Entry) {
	l.text[e.Seq] = e.Text != ""
	if e.Thread == 0 {
		return
	}
	l.replies(e.Thread, 1)
	l.records[on(e.Thread, "last")] = decimal(e.Seq)
	l.records["reply/"+chat.SeqKey(e.Thread)+"/"+chat.SeqKey(e.Seq)] = "1"
}

func (l *ledger) replies(root uint64, n int) {
	key := on(root, "replies")
	was, _ := strconv.Atoi(l.records[key])
	if was += n; was == 0 {
		delete(l.records, key)
	} else {
		l.records[key] = strconv.Itoa(was)
	}
}

// remove is what deleting leaves: the place of the message, and its thread.
func (l *ledger) remove(e chat.Entry) {
	prefix := on(e.Ref, "")
	l.gone[e.Ref] = true
	for _, edit := range append(l.edits[e.Ref], e.Ref) {
		if l.text[edit] {
			l.suspects = append(l.suspects, edit)
		}
		delete(l.records, prefix+"edit/"+chat.SeqKey(edit))
	}
	for _, what := range []string{"edited", "pin"} {
		delete(l.records, prefix+what)
	}
	delete(l.records, "pin/"+chat.SeqKey(e.Ref))
	if e.Thread != 0 {
		l.replies(e.Thread, -1)
	}
}

// admit follows who comes, goes and is kept out.
func (l *ledger) admit(e chat.Entry) {
	who := e.Subject
	if who == "" {
		who = e.Author
	}
	switch e.Kind {
	case chat.KindCreate:
		var data chat.RoomData
		if e.Data != "" && json.Unmarshal([]byte(e.Data), &data) != nil {
			l.wrong("entry %d has data that cannot be read", e.Seq)
		}
		for _, p := range append(data.People, e.Author) {
			l.members[p] = chat.StateJoined
		}
	case chat.KindJoin:
		l.members[who] = chat.StateJoined
	case chat.KindInvite:
		l.members[who] = chat.StateInvited
		var data chat.ActData
		if e.Data != "" && json.Unmarshal([]byte(e.Data), &data) == nil && data.Rank != "" {
			l.members[who] = chat.StateJoined // into a group, at once
		}
	case chat.KindLeave, chat.KindRemove, chat.KindUnban:
		delete(l.members, who)
	case chat.KindBan:
		l.members[who] = chat.StateBanned
	}
}

// compare tells where the records are not what the log says.
func (l *ledger) compare(kept map[string]string, tell teller) {
	l.compareMembers(kept, tell)
	for _, key := range slices.Sorted(maps.Keys(l.records)) {
		if l.leftover(key) {
			continue
		}
		if got, want := kept[key], l.records[key]; got != want {
			tell("the record %q is %q, but by the log it must be %q", key, got, want)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		if !strings.HasPrefix(key, "on/") && !strings.HasPrefix(key, "pin/") && !strings.HasPrefix(key, "reply/") {
			continue
		}
		if _, due := l.records[key]; !due && !l.leftover(key) {
			tell("the record %q is %q, but by the log it must not be there", key, kept[key])
		}
	}
	for seq := range l.gone {
		if kept[on(seq, "gone")] == "" {
			tell("entry %d is deleted, but its record does not say so", seq)
		}
	}
}

// leftover reports whether a record is about what a deleted message was: that
// it is gone, or what did not fit the step that deleted it. Nobody sees it.
func (l *ledger) leftover(key string) bool {
	rest, ok := strings.CutPrefix(key, "on/")
	if !ok || len(rest) < 18 {
		return false
	}
	seq, err := strconv.ParseUint(rest[:16], 16, 64)
	if err != nil || !l.gone[seq] {
		return false
	}
	return rest[17:] == "gone" || strings.HasPrefix(rest[17:], "react/") || strings.HasPrefix(rest[17:], "edit/")
}

func (l *ledger) compareMembers(kept map[string]string, tell teller) {
	members, owners := 0, 0
	states := maps.Clone(l.members)
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		who, ok := strings.CutPrefix(key, "m/")
		if !ok {
			continue
		}
		var m struct{ State, Rank string }
		if err := json.Unmarshal([]byte(kept[key]), &m); err != nil {
			tell("the record of the member %s cannot be read: %v", who, err)
			continue
		}
		if m.State == chat.StateJoined {
			members++
			if m.Rank == string(chat.RankOwner) {
				owners++
			}
		}
		if want := states[chat.PersonID(who)]; m.State != want {
			tell("%s is %s, but by the log %s", who, stateName(m.State), stateName(want))
		}
		delete(states, chat.PersonID(who))
	}
	for who, state := range states {
		if l.room != chat.Lobby || state == chat.StateBanned {
			tell("%s is %s, but by the log %s", who, stateName(""), stateName(state))
		}
	}
	if l.room == chat.Lobby {
		return
	}
	for key, want := range map[string]int{"count/members": members, "count/owners": owners} {
		if got, _ := strconv.Atoi(kept[key]); got != want {
			tell("the record %q is %d, but there are %d", key, got, want)
		}
	}
}

func stateName(state string) string {
	if state == chat.StateNone {
		return "not in the room"
	}
	return state
}
