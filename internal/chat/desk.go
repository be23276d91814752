package chat

import (
	"context"
	"strings"
)

// Desks are what people have for themselves: how far they have read, what they
// have saved, whom they have blocked. All methods may be called at once from
// many goroutines, on any node; errors are those of Rooms.
//
// # Keys
//
// On a person's shelf: read/<room> and read/<room>/<root> say how far a room
// and a thread are read; follow/<room>/<root> the threads that are followed,
// with the time when the person last had a part in them;
// mention/<room>/<seq> the messages that mention the person, and
// mentioned/<time>/<room>/<seq> the same in the order of time;
// saved/<time>/<room>/<seq>, found by savedat/<room>/<seq>; block/<person>;
// prefs. Numbers and times are written as SeqKey does.
type Desks struct {
	service  *Service
	rooms    *Rooms
	messages *Messages
	store    Store
}

// NewDesks returns the desks of the people in the rooms r.
func NewDesks(s *Service, r *Rooms, m *Messages) *Desks {
	return &Desks{service: s, rooms: r, messages: m, store: s.store}
}

// placeKey names a message on a person's shelf.
func placeKey(room RoomID, seq uint64) string { return string(room) + "/" + SeqKey(seq) }

func readKey(room RoomID, thread uint64) string {
	if thread == 0 {
		return "read/" + string(room)
	}
	return "read/" + placeKey(room, thread)
}

func followKey(room RoomID, root uint64) string { return "follow/" + placeKey(room, root) }

func mentionKey(room RoomID, seq uint64) string { return "mention/" + placeKey(room, seq) }

func blockKey(id PersonID) string { return "block/" + string(id) }

// cutPlace reads what placeKey has written.
func cutPlace(s string) (RoomID, uint64, bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", 0, false
	}
	seq, ok := parseSeqKey(s[i+1:])
	return RoomID(s[:i]), seq, ok
}

// A DeskAudience is told what happens on a person's shelf. Its methods are
// called one at a time and must not block for long.
type DeskAudience interface {
	// Room says that a room is on the shelf, new or changed, or is no more.
	Room(id RoomID, there bool)
	// Read says how far a room, or a thread in it, is read.
	Read(room RoomID, thread, seq uint64)
	// Mentioned says that a message mentions the person.
	Mentioned(room RoomID, seq uint64)
	Saved(room RoomID, seq uint64, saved bool)
	// Blocked and Prefs say that these have changed.
	Blocked()
	Prefs()
	// Lost says that something may have been missed: read everything again.
	Lost()
}

// Watch tells w what changes on a person's shelf, from any node, until stop:
// hints, under the terms of Log.Watch.
func (d *Desks) Watch(ctx context.Context, person PersonID, w DeskAudience) (stop func(), err error) {
	return d.store.WatchShelf(ctx, PersonShelf(person), func(changed []Record) {
		if changed == nil {
			w.Lost()
			return
		}
		for _, r := range changed {
			tellDesk(w, r)
		}
	})
}

func tellDesk(w DeskAudience, r Record) {
	kind, rest, _ := strings.Cut(r.Key, "/")
	room, seq, isPlace := cutPlace(rest)
	switch {
	case kind == "room":
		w.Room(RoomID(rest), r.Value != "")
	case kind == "read" && isPlace:
		w.Read(room, seq, parseSeq(r.Value))
	case kind == "read":
		w.Read(RoomID(rest), 0, parseSeq(r.Value))
	case kind == "mention" && r.Value != "":
		w.Mentioned(room, seq)
	case kind == "savedat":
		w.Saved(room, seq, r.Value != "")
	case kind == "block":
		w.Blocked()
	case kind == "prefs":
		w.Prefs()
	}
}
