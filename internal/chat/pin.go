package chat

import (
	"context"
	"slices"
)

// maxPins is how many messages of a room can be pinned at a time.
const maxPins = 100

var errPins = forbidden("100 messages are pinned in this room already. Take one of them down first.")

func pinKey(seq uint64) string { return "pin/" + SeqKey(seq) }

// Pin pins a message to its room. One that is pinned stays so.
func (m *Messages) Pin(ctx context.Context, a Actor, room RoomID, id ID, seq uint64) (Cursor, error) {
	return m.settle(ctx, a, Draft{Room: room, ID: id, Kind: KindPin, Ref: seq}, func(s standing, _ Entry) (Effects, error) {
		if err := m.mayPin(s); err != nil {
			return Effects{}, err
		}
		pins, err := m.pins(ctx, room)
		switch {
		case err != nil:
			return Effects{}, err
		case slices.Contains(pins, seq):
			return Effects{}, errSettled
		case len(pins) >= maxPins:
			return Effects{}, errPins
		}
		return Effects{Commit: Commit{
			If: []Record{{Key: onKey(seq, "pin")}},
			Do: []Write{Put(onKey(seq, "pin"), string(a.ID)), Put(pinKey(seq), "1")},
		}}, nil
	})
}

// Unpin takes a pin off. A message that is not pinned is no error.
func (m *Messages) Unpin(ctx context.Context, a Actor, room RoomID, id ID, seq uint64) (Cursor, error) {
	return m.settle(ctx, a, Draft{Room: room, ID: id, Kind: KindUnpin, Ref: seq}, func(s standing, _ Entry) (Effects, error) {
		was, err := m.store.Get(ctx, RoomShelf(room), onKey(seq, "pin"))
		if err == nil {
			err = m.mayPin(s)
		}
		switch {
		case err != nil:
			return Effects{}, err
		case was[0] == "":
			return Effects{}, errSettled
		}
		return Effects{Commit: Commit{
			If: []Record{{Key: onKey(seq, "pin"), Value: was[0]}},
			Do: []Write{Remove(onKey(seq, "pin")), Remove(pinKey(seq))},
		}}, nil
	})
}

func (m *Messages) mayPin(s standing) error {
	if err := s.speaks(m.now()); err != nil {
		return err
	}
	if s.info.Kind != RoomDirect && s.info.Kind != RoomGroup && s.level < levelModerator {
		return errModerator
	}
	return nil
}

// Pins returns the pinned messages of a room, the newest first.
func (m *Messages) Pins(ctx context.Context, a Actor, room RoomID) ([]Message, error) {
	if _, err := m.rooms.reader(ctx, a, room); err != nil {
		return nil, err
	}
	seqs, err := m.pins(ctx, room)
	if err != nil {
		return nil, err
	}
	return m.pick(ctx, a, room, seqs)
}

// pins returns the numbers of the pinned messages, the newest first.
func (m *Messages) pins(ctx context.Context, room RoomID) ([]uint64, error) {
	r := Prefix("pin/", "", maxPins)
	r.Reverse = true
	lines, err := m.store.List(ctx, RoomShelf(room), r)
	if err != nil {
		return nil, err
	}
	return seqsOf(lines, "pin/"), nil
}
