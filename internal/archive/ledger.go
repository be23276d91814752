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
	info    chat.RoomInfo
	roll    roll
	records map[string]string   // of on/, pin/, reply/ and all/
	text    map[uint64]bool     // messages and edits that have a text
	edits   map[uint64][]uint64 // by message
	gone    map[uint64]bool
	// suspects had a text when they were read, and were deleted later. Where
	// people write meanwhile, that may have been between two reads.
	suspects []uint64
}

func newLedger(room chat.RoomID) *ledger {
	l := &ledger{
		room: room, roll: newRoll(room), records: make(map[string]string),
		text: make(map[uint64]bool), edits: make(map[uint64][]uint64), gone: make(map[uint64]bool),
	}
	if room == chat.Lobby { // which nobody has made
		l.info = chat.RoomInfo{ID: chat.Lobby, Kind: chat.RoomPublic, Name: "Lobby"}
	}
	return l
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
		l.call(e)
		return
	}
	l.replies(e.Thread, 1)
	l.records[on(e.Thread, "last")] = decimal(e.Seq)
	l.records["reply/"+chat.SeqKey(e.Thread)+"/"+chat.SeqKey(e.Seq)] = "1"
}

// call writes down that a message calls everybody, as long as it has a text.
func (l *ledger) call(e chat.Entry) {
	var data chat.MessageData
	if e.Text != "" && l.read(e, &data) && data.Calls != "" {
		l.records["all/"+chat.SeqKey(e.Seq)] = data.Calls
	}
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
	delete(l.records, "all/"+chat.SeqKey(e.Ref))
	if e.Thread != 0 {
		l.replies(e.Thread, -1)
	}
}

// admit follows what the room is, and who is in it.
func (l *ledger) admit(e chat.Entry) {
	switch e.Kind {
	case chat.KindCreate, chat.KindRoom:
		var data chat.RoomData
		if !l.read(e, &data) {
			return
		}
		if e.Kind == chat.KindCreate {
			l.info = chat.RoomInfo{ID: l.room, Creator: e.Author, People: data.People}
			l.roll.create(e, data)
		}
		l.change(data)
	default:
		var data chat.ActData
		if l.read(e, &data) {
			l.roll.enter(e, data)
		}
	}
}

func (l *ledger) read(e chat.Entry, data any) bool {
	if e.Data != "" && json.Unmarshal([]byte(e.Data), data) != nil {
		l.wrong("entry %d has data that cannot be read", e.Seq)
		return false
	}
	return true
}

// change writes down what a room is from now on.
func (l *ledger) change(data chat.RoomData) {
	set(&l.info.Kind, data.Kind)
	set(&l.info.Name, data.Name)
	set(&l.info.Topic, data.Topic)
	set(&l.info.Description, data.Description)
	set(&l.info.Archived, data.Archived)
	set(&l.info.Slow, data.Slow)
	l.roll.kind = l.info.Kind
}

func set[T any](field *T, said *T) {
	if said != nil {
		*field = *said
	}
}

// compareInfo tells where what the room is is not what was said of it.
func (l *ledger) compareInfo(kept string, tell teller) {
	got := chat.RoomInfo{}
	if kept == "" && l.room == chat.Lobby {
		got = l.info
	} else if kept != "" && json.Unmarshal([]byte(kept), &got) != nil {
		tell("the record of what the room is cannot be read")
		return
	}
	got.Created = l.info.Created // a moment before the entry, which the log does not know
	if a, b := asJSON(got), asJSON(l.info); a != b {
		tell("the room is %s, but by the log %s", a, b)
	}
}

func asJSON(i chat.RoomInfo) string {
	b, err := json.Marshal(i)
	if err != nil {
		panic(err) // it has been read from JSON
	}
	return string(b)
}

// compare tells where the records are not what the log says.
func (l *ledger) compare(kept map[string]string, tell teller) {
	l.compareInfo(kept["info"], tell)
	l.roll.compare(kept, tell)
	for _, key := range slices.Sorted(maps.Keys(l.records)) {
		if l.leftover(key) {
			continue
		}
		if got, want := kept[key], l.records[key]; got != want {
			tell("the record %q is %q, but by the log it must be %q", key, got, want)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		if !followsFromMessages(key) {
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

// followsFromMessages reports whether a record is one of those that ledger.records
// has all of.
func followsFromMessages(key string) bool {
	for _, prefix := range []string{"on/", "pin/", "reply/", "all/"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
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
