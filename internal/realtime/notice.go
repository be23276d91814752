package realtime

import (
	"context"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// A desk is a chat.DeskAudience: what happens on a person's shelf is told to
// all devices of theirs, in order.

// Room implements chat.DeskAudience.
func (d *desk) Room(id chat.RoomID, there bool) {
	d.do("telling of a room", func(ctx context.Context, a chat.Actor) error { return d.tellRoom(ctx, a, id) })
}

// tellRoom tells what a room is to the person now, whatever was said of it: a
// line on the shelf is a hint, the room's own record is the truth.
func (d *desk) tellRoom(ctx context.Context, a chat.Actor, id chat.RoomID) error {
	since := d.chat.options.Now()
	view, err := d.chat.house.Rooms.View(ctx, a, id)
	if err != nil && !keptOut(err) {
		return err
	}
	if err != nil || !view.Me.Related() {
		d.lose(id)
		return nil
	}
	forms, err := d.chat.house.RoomsOf(ctx, a, []chat.RoomView{view})
	if err != nil {
		return err
	}
	d.tellForm(ctx, forms[0], since)
	return nil
}

func (d *desk) tellForm(ctx context.Context, room contract.Room, since time.Time) {
	event := eventRoomAdded
	if d.note(room.ID, room.Me.State) == room.Me.State {
		event = eventRoomUpdated
	}
	d.tell(event, contract.OneRoom{Room: room})
	if room.Me.State != chat.StateJoined {
		return
	}
	for _, v := range d.audience() {
		v.attend(ctx, room.ID, chat.Cursor(room.Head), since)
	}
}

// lose tells that a room is not the person's any more, unless the room itself
// tells that, in its order.
func (d *desk) lose(id chat.RoomID) {
	for _, v := range d.audience() {
		if v.staying(id) != nil {
			return
		}
	}
	if d.note(id, "") != "" {
		d.tell(eventRoomRemoved, contract.RoomRemoved{Room: id})
	}
}

// Read implements chat.DeskAudience.
func (d *desk) Read(room chat.RoomID, thread, seq uint64) {
	d.do("telling of a read marker", func(context.Context, chat.Actor) error {
		d.tell(eventRead, contract.ReadFurther{Room: room, Person: d.person, Seq: seq, Thread: thread})
		return nil
	})
}

// Mentioned implements chat.DeskAudience.
func (d *desk) Mentioned(room chat.RoomID, seq uint64) {
	d.do("telling of a mention", func(ctx context.Context, a chat.Actor) error {
		m, err := d.chat.house.Messages.Message(ctx, a, room, seq)
		if err != nil && (keptOut(err) || chat.CodeOf(err) == chat.CodeGone) {
			return nil // deleted, or the person is not in the room any more
		}
		if err != nil {
			return err
		}
		d.tell(eventMention, contract.Mentioned{Room: room, Seq: seq, Author: contract.Author{ID: m.Author, Name: m.Name}, Text: m.Text})
		return nil
	})
}

// Saved implements chat.DeskAudience.
func (d *desk) Saved(room chat.RoomID, seq uint64, saved bool) {
	d.do("telling what was saved", func(context.Context, chat.Actor) error {
		d.tell(eventSaved, contract.SavedChanged{Room: room, Seq: seq, Saved: saved})
		return nil
	})
}

// Blocked implements chat.DeskAudience.
func (d *desk) Blocked() {
	d.do("telling who is blocked", func(ctx context.Context, a chat.Actor) error {
		people, err := d.chat.house.Desks.Blocked(ctx, a)
		if err != nil {
			return err
		}
		d.tell(eventBlocked, contract.BlockedIDs{People: append([]chat.PersonID{}, people...)})
		return nil
	})
}

// Prefs implements chat.DeskAudience.
func (d *desk) Prefs() {
	d.do("telling a person of themselves", func(ctx context.Context, _ chat.Actor) error {
		for _, v := range d.audience() {
			me, err := d.chat.house.MeOf(ctx, v.who())
			if err != nil {
				return err
			}
			_ = v.socket.Emit(eventMeUpdated, contract.Mine{Me: me}) // ended: knows it already
		}
		return nil
	})
}

// Lost implements chat.DeskAudience: whatever may have been missed is told
// again.
func (d *desk) Lost() {
	d.do("telling everything again", func(ctx context.Context, a chat.Actor) error {
		since := d.chat.options.Now()
		views, err := d.chat.house.Rooms.Mine(ctx, a)
		if err != nil {
			return err
		}
		rooms, err := d.chat.house.RoomsOf(ctx, a, views)
		if err != nil {
			return err
		}
		for _, id := range d.known() {
			if !slices.ContainsFunc(rooms, func(r contract.Room) bool { return r.ID == id }) {
				d.lose(id)
			}
		}
		for _, r := range rooms {
			d.tellForm(ctx, r, since)
		}
		return nil
	})
	d.Blocked()
	d.Prefs()
}
