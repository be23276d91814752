package realtime

import (
	"context"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/socketio"
)

// halls are the rooms that somebody on this node listens to through /chat. A
// room is followed from its first listener here to its last.
type halls struct {
	chat *Chat

	mu   sync.Mutex
	open map[chat.RoomID]*hall // guarded by mu
}

// A hall is one room with its listeners on this node. It is the room's
// chat.Audience: an entry is encoded once, and one frame goes to all of them.
type hall struct {
	chat *Chat
	id   chat.RoomID
	// seats is the Socket.IO room of the listeners.
	seats string

	holders int // guarded by halls.mu: visitors who are in, or about to be

	ready  chan struct{} // closed when room and err are set
	room   *chat.Room
	err    error
	opened time.Time // when the room's end had been read

	// The following belong to the room's order and need no lock.

	// departed is when people who were in have passed out of the room here.
	departed map[chat.PersonID]time.Time
	// ahead wait for an entry that others have read from the store already.
	ahead []ahead
}

type ahead struct {
	seq uint64
	f   func()
}

// departedFor is how long a departure is remembered: longer than anybody takes
// from being let in to listening.
const departedFor = time.Minute

func seatsOf(id chat.RoomID) string { return "room " + string(id) }

// hold returns the open hall of a room, which stays open until release.
func (hs *halls) hold(ctx context.Context, id chat.RoomID) (*hall, error) {
	hs.mu.Lock()
	h := hs.open[id]
	if h == nil {
		h = &hall{
			chat: hs.chat, id: id, seats: seatsOf(id), ready: make(chan struct{}),
			departed: make(map[chat.PersonID]time.Time),
		}
		hs.open[id] = h
		if !hs.chat.spawn(h.follow) {
			h.err = errClosed
			close(h.ready)
		}
	}
	h.holders++
	hs.mu.Unlock()
	select {
	case <-h.ready:
	case <-ctx.Done():
		hs.release(h)
		return nil, chat.Unavailable(ctx.Err())
	}
	if h.err != nil {
		hs.release(h)
		return nil, h.err
	}
	return h, nil
}

func (h *hall) follow() {
	defer close(h.ready)
	ctx, cancel := context.WithTimeout(h.chat.ctx, storeTimeout)
	defer cancel()
	h.room, h.err = h.chat.house.Service.Open(ctx, h.id, h)
	h.opened = h.chat.options.Now()
}

// release gives up one hold. The last one closes the hall, and whoever comes
// after that opens the room again.
func (hs *halls) release(h *hall) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h.holders--; h.holders > 0 {
		return
	}
	delete(hs.open, h.id)
	// A room cannot be closed in its own order, which may be where this runs.
	hs.chat.spawn(func() {
		<-h.ready
		if h.room != nil {
			h.room.Close()
		}
	})
}

// keep holds a hall that may have been closed, and reports whether it is open.
func (hs *halls) keep(h *hall) bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.open[h.id] != h {
		return false
	}
	h.holders++
	return true
}

// listeners is how many visitors are in the hall, or about to be.
func (hs *halls) listeners(h *hall) int {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return h.holders
}

// inOrder runs f in the room's order with the room's end and returns what f does.
// When ctx ends before, f is run all the same, and nobody looks at its answer.
func inOrder[T any](ctx context.Context, h *hall, f func(tail []chat.Entry, head chat.Cursor) T) (answer T, err error) {
	answers := make(chan T, 1)
	h.room.Join(func(tail []chat.Entry, head chat.Cursor) { answers <- f(tail, head) })
	select {
	case answer = <-answers:
		return answer, nil
	case <-ctx.Done():
		return answer, chat.Unavailable(ctx.Err())
	}
}

// head returns where the room is as this node sees it.
func (h *hall) head(ctx context.Context) (chat.Cursor, error) {
	return inOrder(ctx, h, func(_ []chat.Entry, now chat.Cursor) chat.Cursor { return now })
}

// await waits until the room has come to seq here. Another node's read of the
// store can be a moment ahead of what this one was told.
func (h *hall) await(ctx context.Context, seq uint64) error {
	reached, err := inOrder(ctx, h, func(_ []chat.Entry, head chat.Cursor) chan struct{} {
		reached := make(chan struct{})
		if head.Seq >= seq {
			close(reached)
		} else {
			h.ahead = append(h.ahead, ahead{seq, func() { close(reached) }})
		}
		return reached
	})
	if err != nil {
		return err
	}
	select {
	case <-reached:
		return nil
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	}
}

// A seating is how an attempt to sit down has ended.
type seating uint8

const (
	// seated: the socket has been told everything and hears what comes.
	seated seating = iota
	// doubtful: whether the person is still in must be looked up again.
	doubtful
	// behind: more is missing than the hall remembers.
	behind
	// broken: the log is not the one that the socket knows.
	broken
	// ousted: the person has passed out of the room.
	ousted
)

// A found is what somebody who looked for a seat was told.
type found struct {
	seating
	head   chat.Cursor  // of the room
	missed []chat.Entry // only of a look, see after
	reason string       // only of who is ousted: why, where that is known
}

// seat makes v a listener who knows the room up to from and was found to be in
// it at the time since.
func (h *hall) seat(ctx context.Context, v *visitor, st *stay, from chat.Cursor, since time.Time) (found, error) {
	return inOrder(ctx, h, func(tail []chat.Entry, now chat.Cursor) found {
		end, reason := h.sit(v, tail, now, from, since)
		st.seated = st.seated || end == seated
		return found{seating: end, head: now, reason: reason}
	})
}

func (h *hall) sit(v *visitor, tail []chat.Entry, head, from chat.Cursor, since time.Time) (_ seating, reason string) {
	// Without this, who was removed between the look at the records and now
	// would hear the room for ever.
	if h.opened.After(since) || !h.departed[v.person()].Before(since) {
		return doubtful, ""
	}
	missed, end := after(tail, head, from)
	if end != seated {
		return end, ""
	}
	missed, reason = until(missed, v.person())
	h.tell(missed, v.socket.Send)
	if reason != "" {
		return ousted, reason
	}
	if v.socket.Join(h.seats) != nil {
		return ousted, "" // the socket has ended, or is in too many rooms
	}
	return seated, ""
}

// after returns the entries after from, of a room that ends with tail at head.
func after(tail []chat.Entry, head, from chat.Cursor) ([]chat.Entry, seating) {
	switch {
	case from == head:
		return nil, seated
	case from.Seq >= head.Seq:
		return nil, broken
	case len(tail) == 0 || tail[0].Seq > from.Seq+1:
		return nil, behind
	}
	missed := tail[from.Seq+1-tail[0].Seq:]
	if from.Next(missed[0].ID) != missed[0].Cursor {
		return nil, broken
	}
	return missed, seated
}

// until returns the entries that a person may hear who was in the room before
// them, and why they are out of it at the end, if they are.
func until(entries []chat.Entry, p chat.PersonID) (heard []chat.Entry, reason string) {
	for i := len(entries) - 1; i >= 0; i-- {
		switch e := entries[i]; {
		case departs(e) == p:
			return entries[:i+1], reasons[e.Kind]
		case e.Kind == chat.KindJoin && e.Author == p, e.Kind == chat.KindInvite && e.Subject == p:
			return entries, ""
		}
	}
	return entries, ""
}

// departs returns who is no listener any more after e, or "".
func departs(e chat.Entry) chat.PersonID {
	switch e.Kind {
	case chat.KindLeave:
		return e.Author
	case chat.KindRemove, chat.KindBan:
		return e.Subject
	}
	return ""
}

// Entries implements chat.Audience. Who is removed by an entry hears that entry
// and nothing after it.
func (h *hall) Entries(entries []chat.Entry) {
	began := time.Now()
	told := h.chat.ns.To(h.seats).Local()
	start := 0
	for i, e := range entries {
		if p := departs(e); p != "" {
			h.tell(entries[start:i+1], told.Send)
			start = i + 1
			h.depart(p, e)
		}
	}
	h.tell(entries[start:], told.Send)
	h.reach(entries[len(entries)-1].Seq)
	for _, e := range entries {
		if e.Kind == chat.KindUnban && e.Room == chat.Lobby {
			h.chat.desks.returned(e.Subject, h.id)
		}
	}
	if f := h.chat.options.Observer.Delivered; f != nil {
		f(len(entries), h.chat.halls.listeners(h), time.Since(began))
	}
}

// reach tells those who have waited for the entry.
func (h *hall) reach(seq uint64) {
	if len(h.ahead) == 0 {
		return
	}
	waiting := h.ahead[:0]
	for _, a := range h.ahead {
		if a.seq <= seq {
			a.f()
		} else {
			waiting = append(waiting, a)
		}
	}
	clear(h.ahead[len(waiting):])
	h.ahead = waiting
}

// depart takes the person's sockets out of the hall.
func (h *hall) depart(p chat.PersonID, e chat.Entry) {
	now := h.chat.options.Now()
	for id, at := range h.departed {
		if now.Sub(at) > departedFor {
			delete(h.departed, id)
		}
	}
	h.departed[p] = now
	h.chat.desks.departed(p, h, reasons[e.Kind])
}

// reasons are why a room was taken from somebody's list.
var reasons = map[chat.Kind]string{
	chat.KindLeave: "left", chat.KindRemove: "removed", chat.KindBan: "banned",
}

// tell encodes entries and hands them to send in one write.
func (h *hall) tell(entries []chat.Entry, send func(*socketio.Encoded) error) {
	if len(entries) == 0 {
		return
	}
	encoded := make([]*socketio.Encoded, 0, len(entries))
	for _, e := range h.chat.entriesOf(entries) {
		if enc, err := socketio.Encode(chatNamespace, eventEntry, e); err == nil {
			encoded = append(encoded, enc)
		}
	}
	_ = send(socketio.Batch(encoded...)) // a socket that has ended
}

// entriesOf returns the forms of entries. What is deleted by one of them is not
// told any more, not even in the same breath.
func (c *Chat) entriesOf(entries []chat.Entry) []contract.Entry {
	entries = erased(entries)
	// Only acts on people need a look at the store, and they are rare.
	ctx, cancel := context.WithTimeout(c.ctx, nameTimeout)
	defer cancel()
	told, err := c.house.EntriesOf(ctx, entries)
	if err == nil {
		return told
	}
	told = told[:0]
	for _, e := range entries {
		told = append(told, contract.EntryOf(e))
	}
	return told
}

// Settled implements chat.Audience.
func (h *hall) Settled() {}

// Signal implements chat.Audience: everybody hears it but the person, and only
// where there is nothing more important to hear.
func (h *hall) Signal(s chat.Signal) {
	var own []string
	for _, v := range h.chat.desks.devices(s.Person.ID) {
		own = append(own, v.socket.ID())
	}
	others := h.chat.ns.To(h.seats).Local().Except(own...).Volatile()
	// Local, and always encodes: there is no error to look at.
	switch s.Kind {
	case chat.SignalTyping:
		_ = others.Emit(eventTyping, contract.Typing{
			Room: h.id, Person: contract.Author{ID: s.Person.ID, Name: s.Person.Nickname}, Thread: s.Thread,
		})
	case chat.SignalRead:
		_ = others.Emit(eventRead, contract.ReadFurther{Room: h.id, Person: s.Person.ID, Seq: s.Seq, Thread: s.Thread})
	}
}
