package realtime

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/socketio"
)

// A visitor is one socket of /chat: one device of a person who has said who
// they are.
type visitor struct {
	chat   *Chat
	socket *socketio.Socket
	// token is for a guest who came with nothing but a nickname, told once.
	token string
	// epoch is how many sign-outs had been told when the identity was proved.
	epoch uint64

	// desk is set before the socket is connected to anything else.
	desk *desk
	// welcomed belongs to the desk's order: events before that are in what the
	// visitor is welcomed with.
	welcomed bool

	mu       sync.Mutex
	identity auth.Identity         // guarded by mu
	checked  time.Time             // guarded by mu; when the identity was true
	stays    map[chat.RoomID]*stay // guarded by mu
	gone     bool                  // guarded by mu
}

// A stay is a visitor in a hall, or on the way there.
type stay struct {
	hall   *hall
	seated bool // belongs to the room's order
}

func visitorOf(s *socketio.Socket) *visitor {
	v, _ := s.Data().(*visitor)
	return v
}

func (v *visitor) who() auth.Identity {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.identity
}

// person never changes while a connection lasts, whatever else of the identity
// does.
func (v *visitor) person() chat.PersonID { return v.who().Person.ID }

func (v *visitor) actor() chat.Actor { return v.who().Actor() }

// caller is who acts through this socket.
func (v *visitor) caller() contract.Caller {
	i := v.who()
	return contract.Caller{Identity: &i, Address: hostOf(v.socket.Handshake().RemoteAddr), Socket: v}
}

// Expelled implements chat.Connection. The client comes back by itself.
func (v *visitor) Expelled(error) { v.socket.CloseConnection() }

// begin makes the visitor a holder of the hall. It returns nil if it is one
// already, or has gone.
func (v *visitor) begin(ctx context.Context, id chat.RoomID) (*stay, error) {
	v.mu.Lock()
	present := v.stays[id] != nil || v.gone
	v.mu.Unlock()
	if present {
		return nil, nil
	}
	h, err := v.chat.halls.hold(ctx, id)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stays[id] != nil || v.gone {
		v.chat.halls.release(h)
		return nil, nil
	}
	st := &stay{hall: h}
	v.stays[id] = st
	return st, nil
}

// end takes the visitor out of a hall, wherever it is on the way there.
func (v *visitor) end(st *stay) {
	v.mu.Lock()
	mine := v.stays[st.hall.id] == st
	if mine {
		delete(v.stays, st.hall.id)
	}
	v.mu.Unlock()
	if mine {
		v.socket.Leave(st.hall.seats)
		v.chat.halls.release(st.hall)
	}
}

// staying returns the visitor's stay in a room, or nil.
func (v *visitor) staying(id chat.RoomID) *stay {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stays[id]
}

// attendTries bounds how often a seat is looked for in a room where things
// happen all the time.
const attendTries = 10

// attend makes the visitor hear a room that it knows up to from, and that the
// person was found to be in at the time since. A connection that cannot be told
// everything is closed: its client comes back and resumes.
func (v *visitor) attend(ctx context.Context, id chat.RoomID, from chat.Cursor, since time.Time) {
	st, err := v.begin(ctx, id)
	if st == nil && err == nil {
		return
	}
	if err == nil {
		err = v.sitDown(ctx, st, from, since)
	}
	if err != nil {
		v.fail("listening to a room", err)
	}
}

// fail closes a connection that would miss something otherwise.
func (v *visitor) fail(doing string, err error) {
	if v.socket.Connected() && v.chat.ctx.Err() == nil {
		v.chat.options.Logger.Warn("a connection is closed to start over",
			slog.String("at", doing), slog.String("id", v.socket.ID()), slog.Any("error", err))
	}
	v.socket.CloseConnection()
}

func (v *visitor) sitDown(ctx context.Context, st *stay, from chat.Cursor, since time.Time) error {
	h := st.hall
	// A visitor who goes meanwhile can be the last one, and a closed room does
	// not answer: whatever is next for the person would wait for nothing.
	if !v.chat.halls.keep(h) {
		return nil
	}
	defer v.chat.halls.release(h)
	for range attendTries {
		if err := h.await(ctx, from.Seq); err != nil {
			return err
		}
		at, err := h.seat(ctx, v, st, from, since)
		if err != nil {
			return err
		}
		switch at.seating {
		case seated:
			return nil
		case ousted:
			v.dismiss(st, at.reason)
			return nil
		case doubtful:
			since = v.chat.options.Now()
			if in, err := v.chat.isIn(ctx, v.actor(), h.id); err != nil {
				return err
			} else if !in {
				v.dismiss(st, "")
				return nil
			}
		case behind, broken:
			var reason string
			if from, reason, err = v.catchUp(ctx, h, from, at.head, at.seating == broken); err != nil {
				return err
			}
			if reason != "" {
				v.dismiss(st, reason)
				return nil
			}
		}
	}
	return errRestless
}

// catchUp tells the visitor what happened after from up to head, or has it
// start over, and returns how far it knows the room now, and why it is out of
// it, if it is.
func (v *visitor) catchUp(ctx context.Context, h *hall, from, head chat.Cursor, lost bool) (_ chat.Cursor, reason string, err error) {
	if !lost {
		entries, ok, err := v.chat.house.Messages.Since(ctx, v.actor(), h.id, from, head, contract.MaxResume)
		if err != nil {
			return from, "", err
		}
		if ok {
			entries, reason = until(entries, v.person())
			h.tell(entries, v.socket.Send)
			return head, reason, nil
		}
	}
	from, err = v.startOver(ctx, h.id)
	return from, "", err
}

// dismiss ends a stay and tells the client that the room is not its any more.
func (v *visitor) dismiss(st *stay, reason string) {
	v.end(st)
	_ = v.socket.Emit(eventRoomRemoved, contract.RoomRemoved{Room: st.hall.id, Reason: reason}) // ended: knows it already
}

// leave ends everything that the socket holds.
func (v *visitor) leave(reason socketio.Reason) {
	v.mu.Lock()
	v.gone = true
	stays := v.stays
	v.stays = nil
	i := v.identity
	v.mu.Unlock()
	for _, st := range stays {
		v.chat.halls.release(st.hall)
	}
	if v.desk == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	if err := v.chat.house.States.Gone(ctx, i.Person.ID, v); err != nil {
		v.chat.options.Logger.Warn("a device that is gone may still count", slog.String("id", v.socket.ID()), slog.Any("error", err))
	}
	said := reason == socketio.ReasonClientDisconnect || reason == socketio.ReasonServerDisconnect
	v.chat.house.Service.Leave(i.Person.ID, v, !said)
	v.chat.desks.leave(v)
}
