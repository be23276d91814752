package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/socketio"
)

// greeting is what a client may say when it connects.
type greeting struct {
	Token  string                          `json:"token"`
	Guest  *string                         `json:"guest"`
	Device string                          `json:"device"`
	Resume map[chat.RoomID]contract.Cursor `json:"resume"`
}

// admit finds out who wants to connect. It is a socketio.Middleware: an error
// becomes CONNECT_ERROR with the code of the contract.
func (c *Chat) admit(ctx context.Context, s *socketio.Socket) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	v := &visitor{chat: c, socket: s, stays: make(map[chat.RoomID]*stay), epoch: c.revoked.epoch()}
	var hello greeting
	err := error(errGreeting)
	if json.Unmarshal(s.Handshake().Auth, &hello) == nil {
		err = v.identify(ctx, hello)
	}
	if err != nil {
		told := contract.ErrorOf(err)
		c.observeRefused(told.Code)
		return &socketio.ConnectError{Message: told.Message, Data: refusedData{told.Code, told.RetryAfter}}
	}
	s.SetData(v)
	return nil
}

type refusedData struct {
	Code       chat.Code `json:"code"`
	RetryAfter int       `json:"retryAfter,omitempty"`
}

// identify proves who the client is: by a token, as a new guest, or by the
// session that the page's cookie carries.
func (v *visitor) identify(ctx context.Context, hello greeting) (err error) {
	h := v.socket.Handshake()
	accounts := v.chat.house.Accounts
	switch {
	case hello.Token != "":
		v.identity, err = accounts.Authenticate(ctx, hello.Token)
	case hello.Guest != nil:
		v.identity, v.token, err = accounts.Guest(ctx, *hello.Guest, "", deviceOf(hello.Device), hostOf(h.RemoteAddr))
	default:
		session := h.Header.Get(v.chat.options.SessionHeader)
		if session == "" {
			return errNobody
		}
		v.identity, err = accounts.Authenticate(ctx, session)
	}
	if err == nil && len(v.chat.desks.devices(v.identity.Person.ID)) >= maxDevices {
		return errTooManyDevices
	}
	if err == nil && !v.identity.Can(string(contract.ScopeRead)) {
		return errScope
	}
	v.checked = v.chat.options.Now()
	return err
}

// connect welcomes a visitor. What it needs from the store is there, or the
// connection is closed and the client tries again.
func (c *Chat) connect(s *socketio.Socket) {
	v := visitorOf(s)
	ctx, cancel := context.WithTimeout(c.ctx, storeTimeout)
	defer cancel()
	c.logConnected(s)
	if err := c.desks.enter(ctx, v); err != nil {
		v.fail("connecting", err)
		return
	}
	if !v.still(ctx) {
		return
	}
	c.revoked.expect(v)
	i := v.who()
	if err := c.house.Service.Enter(i.Person, secretOf(i.Person.ID), v); err != nil {
		v.fail("entering", err)
		return
	}
	if err := c.house.States.Set(ctx, i.Person.ID, v, chat.StateOnline, false); err != nil {
		v.fail("saying that a device is here", err)
		return
	}
	v.desk.errands.do(func() {
		if err := v.welcome(); err != nil {
			v.fail("welcoming", err)
		}
	})
}

// secretOf proves to the roster that two connections are one person's. It need
// not be a secret: nobody enters with the id of an account but this door, which
// has seen a proof of who it is.
func secretOf(id chat.PersonID) chat.Secret { return chat.HashSecret("account " + string(id)) }

// welcome tells the visitor everything to begin with and seats it in its rooms.
// It belongs to the desk's order: what is told of the person before is in it,
// and what comes after is told by itself.
func (v *visitor) welcome() error {
	c, since := v.chat, v.chat.options.Now()
	ctx, cancel := context.WithTimeout(c.ctx, storeTimeout)
	defer cancel()
	c.news.hold(v)
	defer c.news.drop(v)
	told, err := c.house.WelcomeOf(ctx, v.who())
	if err != nil {
		return err
	}
	var hello greeting
	_ = json.Unmarshal(v.socket.Handshake().Auth, &hello) // admit has read it
	told.Token, told.Time = v.token, contract.MillisOf(since)
	told.Online = c.presence.online()
	heads := make(map[chat.RoomID]chat.Cursor)
	for _, r := range told.Rooms {
		v.desk.note(r.ID, r.Me.State)
		if r.Me.State == chat.StateJoined {
			heads[r.ID] = chat.Cursor(r.Head)
		}
	}
	if len(hello.Resume) > 0 {
		if told.Resumed, err = v.resumed(hello.Resume, heads); err != nil {
			return err
		}
	}
	if err := v.socket.Emit(eventWelcome, told); err != nil {
		if errors.Is(err, socketio.ErrDisconnected) {
			return nil
		}
		return err
	}
	v.welcomed, v.token = true, ""
	if err := c.news.deliver(v); err != nil && !errors.Is(err, socketio.ErrDisconnected) {
		return err
	}
	v.attendAll(heads, since)
	return nil
}

// attendAll seats the visitor in rooms that it knows up to the cursors.
func (v *visitor) attendAll(heads map[chat.RoomID]chat.Cursor, since time.Time) {
	each(v.chat.ctx, heads, func(ctx context.Context, id chat.RoomID, from chat.Cursor) { v.attend(ctx, id, from, since) })
}

// disconnect implements what comes after a socket's end.
func (c *Chat) disconnect(s *socketio.Socket, r socketio.Reason) {
	visitorOf(s).leave(r)
	c.logDisconnected(s, r)
}
