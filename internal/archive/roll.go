package archive

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A roll is who is in a room by its log, and how: what the records of its
// members, its bans and its counters must say.
type roll struct {
	room   chat.RoomID
	kind   chat.RoomKind
	people map[chat.PersonID]member
}

// A member is what a room keeps of one person, in the form of its record.
type member struct {
	State      string        `json:"state"`
	Rank       chat.Rank     `json:"rank"`
	MutedUntil int64         `json:"mutedUntil"`
	By         chat.PersonID `json:"by"`
	Reason     string        `json:"reason"`

	// perhapsOwner: came into a room that everybody had left, which makes an
	// owner of who is no guest. The log does not say who is.
	perhapsOwner bool
}

func newRoll(room chat.RoomID) roll {
	return roll{room: room, kind: chat.RoomPublic, people: make(map[chat.PersonID]member)}
}

// joined counts who is in the room.
func (r roll) joined() (n int) {
	for _, m := range r.people {
		if m.State == chat.StateJoined {
			n++
		}
	}
	return n
}

// create writes down whom a room begins with.
func (r *roll) create(e chat.Entry, data chat.RoomData) {
	if data.Kind != nil {
		r.kind = *data.Kind
	}
	for _, p := range data.People {
		r.people[p] = member{State: chat.StateJoined, Rank: chat.RankMember}
	}
	maker := member{State: chat.StateJoined, Rank: chat.RankOwner}
	if r.kind == chat.RoomDirect {
		maker.Rank = chat.RankMember
	}
	r.people[e.Author] = maker
}

// enter follows who comes, goes, is kept out, silenced and raised.
func (r *roll) enter(e chat.Entry, data chat.ActData) {
	who := e.Subject
	if who == "" {
		who = e.Author
	}
	m := r.people[who]
	switch e.Kind {
	case chat.KindJoin:
		m = member{
			State: chat.StateJoined, Rank: chat.RankMember, MutedUntil: m.MutedUntil,
			perhapsOwner: r.kind != chat.RoomAnnouncement && r.joined() == 0,
		}
	case chat.KindInvite:
		m = member{State: chat.StateInvited, By: e.Author, MutedUntil: m.MutedUntil}
		if data.Rank != "" { // into a group, at once
			m.State, m.Rank = chat.StateJoined, data.Rank
		}
	case chat.KindLeave, chat.KindRemove, chat.KindUnban:
		m = member{MutedUntil: m.MutedUntil}
		if m.MutedUntil <= e.At.UnixMilli() {
			m.MutedUntil = 0
		}
	case chat.KindBan:
		m = member{State: chat.StateBanned, By: e.Author, Reason: data.Reason, MutedUntil: m.MutedUntil}
	case chat.KindMute:
		m.MutedUntil = data.Until
	case chat.KindUnmute:
		m.MutedUntil = 0
	case chat.KindRank:
		m.Rank, m.perhapsOwner = data.Rank, false
		if r.room == chat.Lobby && data.Rank == chat.RankMember {
			m.Rank = ""
		}
	}
	r.people[who] = m
}

// compare tells where the records are not what the log says.
func (r roll) compare(kept map[string]string, tell teller) {
	members, owners := 0, 0
	due := maps.Clone(r.people)
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		who, ok := strings.CutPrefix(key, "m/")
		if !ok {
			continue
		}
		var m member
		if err := json.Unmarshal([]byte(kept[key]), &m); err != nil {
			tell("the record of the member %s cannot be read: %v", who, err)
			continue
		}
		if m.State == chat.StateJoined {
			members++
			if m.Rank == chat.RankOwner {
				owners++
			}
		}
		id := chat.PersonID(who)
		due[id].compare(id, m, tell)
		delete(due, id)
	}
	for _, id := range slices.Sorted(maps.Keys(due)) {
		due[id].compare(id, member{}, tell)
	}
	r.compareBans(kept, tell)
	if r.room == chat.Lobby {
		return
	}
	for key, want := range map[string]int{"count/members": members, "count/owners": owners} {
		if got, _ := strconv.Atoi(kept[key]); got != want {
			tell("the record %q is %d, but there are %d", key, got, want)
		}
	}
}

// compare tells where the record of who is not what it must be by the log.
func (m member) compare(who chat.PersonID, kept member, tell teller) {
	if kept.State != m.State {
		tell("%s is %s, but by the log %s", who, stateName(kept.State), stateName(m.State))
		return
	}
	if kept.Rank != m.Rank && !(m.perhapsOwner && kept.Rank == chat.RankOwner) {
		tell("%s has the rank %q, but by the log %q", who, kept.Rank, m.Rank)
	}
	if kept.MutedUntil != m.MutedUntil {
		tell("%s is muted until %d, but by the log until %d", who, kept.MutedUntil, m.MutedUntil)
	}
	if kept.State == chat.StateBanned && (kept.By != m.By || kept.Reason != m.Reason) {
		tell("%s is banned by %s for %q, but by the log by %s for %q", who, kept.By, kept.Reason, m.By, m.Reason)
	}
}

// compareBans tells where the list of the banned is not who is banned.
func (r roll) compareBans(kept map[string]string, tell teller) {
	for _, key := range slices.Sorted(maps.Keys(kept)) {
		if who, ok := strings.CutPrefix(key, "ban/"); ok && r.people[chat.PersonID(who)].State != chat.StateBanned {
			tell("%s is on the list of the banned, but by the log not banned", who)
		}
	}
	for _, who := range slices.Sorted(maps.Keys(r.people)) {
		if r.people[who].State == chat.StateBanned && kept["ban/"+string(who)] == "" {
			tell("%s is banned by the log, but not on the list of the banned", who)
		}
	}
}

func stateName(state string) string {
	if state == chat.StateNone {
		return "not in the room"
	}
	return state
}
