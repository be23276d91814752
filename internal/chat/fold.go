package chat

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

const (
	// foldGap is how far apart two messages may be for one read to have what
	// was done to both: reading over a gap costs less than another read.
	foldGap = 256
	// shownPeople is how many people of a reaction are named.
	shownPeople = 20
)

// An overlay is what the records say of one message.
type overlay struct {
	edited    uint64
	gone      *goneRecord
	pinned    bool
	replies   int
	lastReply uint64
	reactions []reactionLine
}

type reactionLine struct {
	emoji  string
	person PersonID
	seq    uint64
}

// fold returns the messages among entries as they are now, in their order.
func (m *Messages) fold(ctx context.Context, a Actor, room RoomID, entries []Entry) ([]Message, error) {
	var messages []Message
	for _, e := range entries {
		if e.Kind == KindMessage {
			messages = append(messages, Message{Entry: e, Deleted: e.isDeleted()})
		}
	}
	overlays, err := m.overlays(ctx, room, messages)
	if err != nil {
		return nil, err
	}
	var edits []uint64
	for _, o := range overlays {
		if o.edited != 0 && o.gone == nil {
			edits = append(edits, o.edited)
		}
	}
	texts, err := m.texts(ctx, room, edits)
	if err != nil {
		return nil, err
	}
	saved, err := m.savedAmong(ctx, a, room, messages)
	if err != nil {
		return nil, err
	}
	for i := range messages {
		if o := overlays[messages[i].Seq]; o != nil {
			messages[i].lay(o, texts[o.edited], a.ID)
		}
		d := messages[i].data()
		messages[i].Mentions, messages[i].Calls = d.Mentions, d.Calls
		messages[i].Saved = saved[messages[i].Seq]
	}
	return messages, nil
}

// lay puts onto a message what was done to it.
func (m *Message) lay(o *overlay, edit Entry, viewer PersonID) {
	m.Replies, m.LastReply = max(o.replies, 0), o.lastReply
	if o.gone != nil || m.Deleted {
		m.Deleted, m.Text, m.Data = true, "", ""
		if o.gone != nil {
			m.DeletedBy = &Person{ID: o.gone.By, Nickname: o.gone.Name}
		}
		return
	}
	// An edit without a text is being erased together with its message.
	if edit.Seq != 0 && edit.Text != "" {
		m.Text, m.Data, m.Edited = edit.Text, edit.Data, &Edit{At: edit.At, Seq: edit.Seq}
	}
	m.Pinned = o.pinned
	m.Reactions = gather(o.reactions, viewer)
}

// gather counts reactions by their emoji, in the order of first use.
func gather(lines []reactionLine, viewer PersonID) []Reaction {
	slices.SortFunc(lines, func(x, y reactionLine) int { return cmp.Compare(x.seq, y.seq) })
	var all []Reaction
	for _, l := range lines {
		i := slices.IndexFunc(all, func(r Reaction) bool { return r.Emoji == l.emoji })
		if i < 0 {
			i, all = len(all), append(all, Reaction{Emoji: l.emoji})
		}
		r := &all[i]
		r.Count++
		switch {
		case l.person == viewer:
			r.Mine = true
			r.People = append([]PersonID{viewer}, r.People[:min(len(r.People), shownPeople-1)]...)
		case len(r.People) < shownPeople:
			r.People = append(r.People, l.person)
		}
	}
	return all
}

// overlays reads what was done to messages, which are in the order of their
// numbers or against it.
func (m *Messages) overlays(ctx context.Context, room RoomID, messages []Message) (map[uint64]*overlay, error) {
	wanted := make([]uint64, len(messages))
	for i := range messages {
		wanted[i] = messages[i].Seq
	}
	slices.Sort(wanted)
	runs := runsOf(wanted)
	found := make([]map[uint64]*overlay, len(runs))
	err := each(len(runs), func(i int) (err error) {
		found[i], err = m.overlaysBetween(ctx, room, runs[i][0], runs[i][1])
		return err
	})
	all := make(map[uint64]*overlay)
	for _, some := range found {
		for seq, o := range some {
			all[seq] = o
		}
	}
	return all, err
}

// runsOf cuts ascending numbers where they are further apart than foldGap.
func runsOf(seqs []uint64) [][2]uint64 {
	var runs [][2]uint64
	for _, seq := range seqs {
		if n := len(runs); n > 0 && seq-runs[n-1][1] <= foldGap {
			runs[n-1][1] = seq
		} else {
			runs = append(runs, [2]uint64{seq, seq})
		}
	}
	return runs
}

func (m *Messages) overlaysBetween(ctx context.Context, room RoomID, first, last uint64) (map[uint64]*overlay, error) {
	found := make(map[uint64]*overlay)
	var damaged error
	err := m.scan(ctx, RoomShelf(room), onKey(first, ""), onKey(last, "\xff"), func(r Record) {
		rest := strings.TrimPrefix(r.Key, "on/")
		if len(rest) < 18 {
			return
		}
		seq, ok := parseSeqKey(rest[:16])
		if !ok {
			return
		}
		o := found[seq]
		if o == nil {
			o = new(overlay)
			found[seq] = o
		}
		if err := o.read(rest[17:], r.Value); err != nil {
			damaged = err
		}
	})
	if err == nil {
		err = damaged
	}
	return found, err
}

// read takes one record, by the end of its key.
func (o *overlay) read(what, value string) error {
	switch what {
	case "edited":
		o.edited = parseSeq(value)
	case "gone":
		o.gone = new(goneRecord)
		return decode(value, o.gone)
	case "pin":
		o.pinned = true
	case "replies":
		o.replies = number(value)
	case "last":
		o.lastReply = parseSeq(value)
	default:
		if line, ok := strings.CutPrefix(what, "react/"); ok {
			emoji, person, _ := strings.Cut(line, reactSeparator)
			o.reactions = append(o.reactions, reactionLine{emoji, PersonID(person), parseSeq(value)})
		}
	}
	return nil
}

// texts returns edits by their numbers.
func (m *Messages) texts(ctx context.Context, room RoomID, seqs []uint64) (map[uint64]Entry, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	found, err := m.store.Pick(ctx, room, seqs)
	texts := make(map[uint64]Entry, len(found))
	for _, e := range found {
		texts[e.Seq] = e
	}
	return texts, err
}

// pick returns the messages with the given numbers as they are now, in the
// order asked for.
func (m *Messages) pick(ctx context.Context, a Actor, room RoomID, seqs []uint64) ([]Message, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	found, err := m.store.Pick(ctx, room, seqs)
	if err != nil {
		return nil, err
	}
	return m.fold(ctx, a, room, found)
}

// Message returns one message as it is now. One that is deleted is returned as
// such.
func (m *Messages) Message(ctx context.Context, a Actor, room RoomID, seq uint64) (Message, error) {
	if _, err := m.rooms.reader(ctx, a, room); err != nil {
		return Message{}, err
	}
	found, err := m.pick(ctx, a, room, []uint64{seq})
	if err == nil && len(found) == 0 {
		err = errNoMessage
	}
	if err != nil {
		return Message{}, err
	}
	return found[0], nil
}
