package realtime

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/socketio"
)

// roomsAtOnce is how many rooms of one socket are looked up at the same time.
const roomsAtOnce = 8

// each calls f for every room, a few at a time, and returns when all are done.
// Every call has the time that one piece of work may take: a person can be in
// hundreds of rooms, and would never get in if all of them shared it.
func each[T any](ctx context.Context, rooms map[chat.RoomID]T, f func(context.Context, chat.RoomID, T)) {
	var wg sync.WaitGroup
	places := make(chan struct{}, roomsAtOnce)
	for id, x := range rooms {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(ctx, storeTimeout)
			defer cancel()
			f(ctx, id, x)
		})
	}
	wg.Wait()
}

// resume is the event of that name.
func (c *Chat) resume(e *socketio.Event) {
	v := visitorOf(e.Socket)
	if v == nil || !c.allow(v, e, contract.ClassRead) {
		return
	}
	var in contract.Resume
	if len(e.Args) == 0 || json.Unmarshal(e.Args[0], &in) != nil || in.Rooms == nil {
		c.refuse(e, errResume)
		return
	}
	since := c.options.Now()
	heads := make(map[chat.RoomID]chat.Cursor)
	told, err := v.resumed(in.Rooms, heads)
	if err != nil {
		c.refuse(e, err)
		return
	}
	c.answer(e, contract.Caught{Rooms: told})
	v.attendAll(heads, since)
}

// resumed returns what the visitor has missed in the rooms, and puts into heads
// up to where it is told by that.
func (v *visitor) resumed(rooms map[chat.RoomID]contract.Cursor, heads map[chat.RoomID]chat.Cursor) (map[chat.RoomID]contract.Resumed, error) {
	if len(rooms) > v.chat.house.Limits.RoomsPerPerson {
		return nil, errResume
	}
	var mu sync.Mutex
	var failure error
	answers := make(map[chat.RoomID]contract.Resumed, len(rooms))
	each(v.chat.ctx, rooms, func(ctx context.Context, id chat.RoomID, from contract.Cursor) {
		answer, err := v.missed(ctx, id, chat.Cursor(from))
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failure = err
			return
		}
		answers[id] = answer
		if answer.Head != nil {
			heads[id] = chat.Cursor(*answer.Head)
		} else {
			delete(heads, id)
		}
	})
	return answers, failure
}

// missed returns what happened in a room after from.
func (v *visitor) missed(ctx context.Context, id chat.RoomID, from chat.Cursor) (contract.Resumed, error) {
	c, a := v.chat, v.actor()
	in, err := c.isIn(ctx, a, id)
	if err != nil {
		return contract.Resumed{}, err
	}
	if !in {
		return contract.Resumed{Gone: true}, nil
	}
	h, err := c.halls.hold(ctx, id)
	if err != nil {
		return contract.Resumed{}, err
	}
	defer c.halls.release(h)
	// Another node can be a moment ahead of this one.
	if err := c.reach(ctx, a, h, from.Seq); err != nil {
		return contract.Resumed{}, err
	}
	at, err := h.after(ctx, from)
	if err != nil {
		return contract.Resumed{}, err
	}
	if at.seating == behind {
		var ok bool
		if at.missed, ok, err = c.house.Messages.Since(ctx, a, id, from, at.head, contract.MaxResume); err != nil {
			return contract.Resumed{}, err
		}
		if ok {
			at.seating = seated
		}
	}
	if at.seating != seated {
		return v.reset(ctx, id, from, at.head)
	}
	told := contract.CursorOf(at.head)
	return contract.Resumed{Entries: c.entriesOf(at.missed), Head: &told}, nil
}

// reach waits until the hall has come to seq, if the room has.
func (c *Chat) reach(ctx context.Context, a chat.Actor, h *hall, seq uint64) error {
	head, err := h.head(ctx)
	if err != nil || head.Seq >= seq {
		return err
	}
	counts, err := c.house.Desks.Counts(ctx, a, []chat.RoomID{h.id})
	if err != nil || counts[h.id].Head.Seq < seq {
		return err
	}
	return h.await(ctx, seq)
}

// after returns what the hall remembers of the time after from. Most come back
// before much has happened, and after a failure all at once: this needs no look
// at the store.
func (h *hall) after(ctx context.Context, from chat.Cursor) (found, error) {
	return inOrder(ctx, h, func(tail []chat.Entry, now chat.Cursor) found {
		entries, end := after(tail, now, from)
		return found{seating: end, head: now, missed: slices.Clone(entries)}
	})
}

// reset is the answer for whoever cannot be told entry by entry.
func (v *visitor) reset(ctx context.Context, id chat.RoomID, from, head chat.Cursor) (contract.Resumed, error) {
	reason := "diverged"
	if from.Seq < head.Seq && head.Seq-from.Seq > contract.MaxResume {
		reason = "too-far"
	}
	page, err := v.newest(ctx, id)
	if err != nil {
		return contract.Resumed{}, err
	}
	return contract.Resumed{Reset: true, Reason: reason, Page: &page, Head: &page.Head}, nil
}

// newest returns the end of a room as the visitor's person sees it.
func (v *visitor) newest(ctx context.Context, id chat.RoomID) (contract.Page, error) {
	page, err := v.chat.house.Messages.History(ctx, v.actor(), id, chat.Query{Limit: contract.DefaultPage})
	if err != nil {
		return contract.Page{}, err
	}
	return v.chat.house.PageOf(ctx, page)
}

// startOver tells the visitor to forget a room's timeline, and returns how far
// it knows the room after that.
func (v *visitor) startOver(ctx context.Context, id chat.RoomID) (chat.Cursor, error) {
	page, err := v.newest(ctx, id)
	if err != nil {
		return chat.Cursor{}, err
	}
	_ = v.socket.Emit(eventReset, contract.Reset{Room: id, Head: page.Head, Page: page}) // ended: knows it already
	return chat.Cursor(page.Head), nil
}

// Reset implements chat.Audience: everybody leaves the hall, is shown the room
// as it is now, and sits down again.
func (h *hall) Reset([]chat.Entry) {
	since := h.chat.options.Now()
	for _, a := range h.ahead {
		a.f()
	}
	h.ahead = nil
	for _, s := range h.chat.ns.To(h.seats).Local().Sockets() {
		v := visitorOf(s)
		st := v.staying(h.id)
		if st == nil || st.hall != h {
			continue
		}
		st.seated = false
		s.Leave(h.seats)
		v.desk.do("starting a room over", func(ctx context.Context, _ chat.Actor) error {
			from, err := v.startOver(ctx, h.id)
			if err != nil {
				return err
			}
			return v.sitDown(ctx, st, from, since)
		})
	}
}
