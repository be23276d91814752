package realtime

import (
	"context"
	"log/slog"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/socketio"
)

// desks are the people who are connected to this node through /chat.
type desks struct {
	chat *Chat

	mu   sync.Mutex
	open map[chat.PersonID]*desk // guarded by mu
}

// A desk is one person with all their devices on this node. It is told once
// what happens on the person's shelf and tells all of them.
type desk struct {
	chat    *Chat
	person  chat.PersonID
	errands errands

	visitors map[*visitor]struct{} // guarded by desks.mu
	ready    chan struct{}         // closed when err and stop are set
	err      error
	stop     func()

	mu    sync.Mutex
	rooms map[chat.RoomID]string // guarded by mu: the states told, by room
}

// enter makes v one of the devices of its person.
func (ds *desks) enter(ctx context.Context, v *visitor) error {
	id := v.person()
	ds.mu.Lock()
	d := ds.open[id]
	if d == nil {
		d = &desk{
			chat: ds.chat, person: id, errands: errands{spawn: ds.chat.spawn},
			visitors: make(map[*visitor]struct{}), ready: make(chan struct{}), rooms: make(map[chat.RoomID]string),
		}
		ds.open[id] = d
		if !ds.chat.spawn(d.follow) {
			d.err = errClosed
			close(d.ready)
		}
	}
	d.visitors[v] = struct{}{}
	v.desk = d
	ds.mu.Unlock()
	select {
	case <-d.ready:
		return d.err
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	}
}

func (d *desk) follow() {
	defer close(d.ready)
	ctx, cancel := context.WithTimeout(d.chat.ctx, storeTimeout)
	defer cancel()
	d.stop, d.err = d.chat.house.Desks.Watch(ctx, d.person, d)
}

// leave takes v away. After the last device the desk is closed.
func (ds *desks) leave(v *visitor) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := v.desk
	delete(d.visitors, v)
	if len(d.visitors) > 0 || ds.open[d.person] != d {
		return
	}
	delete(ds.open, d.person)
	// Not here: this may run where the watch tells something.
	ds.chat.spawn(func() {
		<-d.ready
		if d.stop != nil {
			d.stop()
		}
	})
}

// of returns the desk of a person, or nil.
func (ds *desks) of(id chat.PersonID) *desk {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return ds.open[id]
}

// devices returns the sockets of a person on this node.
func (ds *desks) devices(id chat.PersonID) []*visitor {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if d := ds.open[id]; d != nil {
		return d.list()
	}
	return nil
}

// list requires desks.mu.
func (d *desk) list() []*visitor {
	visitors := make([]*visitor, 0, len(d.visitors))
	for v := range d.visitors {
		visitors = append(visitors, v)
	}
	return visitors
}

// all returns the sockets of everybody on this node.
func (ds *desks) all() []*visitor {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	var visitors []*visitor
	for _, d := range ds.open {
		visitors = append(visitors, d.list()...)
	}
	return visitors
}

// departed takes the devices of a person who is out of the room from its
// listeners. It is called in the room's order.
func (ds *desks) departed(p chat.PersonID, h *hall, reason string) {
	devices := ds.devices(p)
	for _, v := range devices {
		if st := v.staying(h.id); st != nil && st.hall == h && st.seated {
			v.dismiss(st, reason)
		}
	}
	if d := ds.of(p); d != nil {
		d.forget(h.id)
	}
}

// returned has a person hear a room again that is on no shelf of theirs.
func (ds *desks) returned(p chat.PersonID, room chat.RoomID) {
	if d := ds.of(p); d != nil {
		d.Room(room, true)
	}
}

func (d *desk) forget(id chat.RoomID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.rooms, id)
}

// note remembers the state in which a room has been told and returns the one
// before.
func (d *desk) note(id chat.RoomID, state string) (before string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before = d.rooms[id]
	if state == "" {
		delete(d.rooms, id)
	} else {
		d.rooms[id] = state
	}
	return before
}

// known returns the rooms that have been told.
func (d *desk) known() []chat.RoomID {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := make([]chat.RoomID, 0, len(d.rooms))
	for id := range d.rooms {
		ids = append(ids, id)
	}
	return ids
}

// actor is the person as the newest of their devices knows them.
func (d *desk) actor() (chat.Actor, bool) {
	for _, v := range d.chat.desks.devices(d.person) {
		return v.actor(), true
	}
	return chat.Actor{}, false
}

// audience returns the devices that have been welcomed. It belongs to the
// desk's order.
func (d *desk) audience() []*visitor {
	visitors := d.chat.desks.devices(d.person)
	kept := visitors[:0]
	for _, v := range visitors {
		if v.welcomed {
			kept = append(kept, v)
		}
	}
	return kept
}

// tell sends an event to all devices.
func (d *desk) tell(event string, payload any) {
	enc, err := socketio.Encode(chatNamespace, event, payload)
	if err != nil {
		d.chat.options.Logger.Error("an event cannot be encoded", slog.String("event", event), slog.Any("error", err))
		return
	}
	for _, v := range d.audience() {
		_ = v.socket.Send(enc) // ended: knows it already
	}
}

// do has f done for the person, in the order of calls. What f cannot read from
// the store the devices cannot be told, so they start over.
func (d *desk) do(doing string, f func(ctx context.Context, a chat.Actor) error) {
	d.errands.do(func() {
		a, here := d.actor()
		if !here {
			return
		}
		ctx, cancel := context.WithTimeout(d.chat.ctx, storeTimeout)
		defer cancel()
		if err := f(ctx, a); err != nil {
			for _, v := range d.audience() {
				v.fail(doing, err)
			}
		}
	})
}
