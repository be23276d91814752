package realtime

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

const (
	// maxSecret bounds the secret a client proves its nickname with.
	maxSecret = 256
	// signalTimeout bounds the telling of something that is worth nothing a
	// second later.
	signalTimeout = time.Second
	// otherRate is how many events that are no messages a connection may
	// send per message it may send.
	otherRate = 5
)

// Classic is the namespace /: the article's events over the lobby. Everybody
// who is connected hears the lobby; who has set a nickname may speak in it.
type Classic struct {
	ns      *socketio.Namespace
	chat    *chat.Service
	room    *chat.Room
	crowd   *crowd
	options Options
	limits  *socketio.Encoded

	// The last messages as a packet, until the next one. It belongs to the
	// room's order and needs no lock.
	history *socketio.Encoded

	// The acks of messages that one append has kept. They belong to the
	// goroutine that tells the fates of the lobby's messages.
	acks socketio.AckBatch
}

// OpenClassic serves the lobby on the namespace / of srv.
func OpenClassic(ctx context.Context, srv *socketio.Server, c *chat.Service, o Options) (*Classic, error) {
	o = o.withDefaults()
	cl := &Classic{ns: srv.Of(classicNamespace), chat: c, options: o}
	cl.crowd = &crowd{ns: cl.ns, chat: c, now: o.Now}
	var err error
	if cl.limits, err = socketio.Encode(classicNamespace, eventLimits, limitsEvent{c.MaxMessage(), chat.MaxNickname}); err != nil {
		return nil, err
	}
	if cl.room, err = c.Open(ctx, chat.Lobby, cl); err != nil {
		return nil, err
	}
	if err = c.Follow(ctx, cl.crowd); err != nil {
		return nil, err
	}
	cl.ns.OnConnect(cl.connect)
	cl.ns.OnDisconnect(cl.disconnect)
	handlers := map[string]func(*member, *socketio.Event){
		eventSetNickname: cl.setNickname,
		eventChatMessage: cl.chatMessage,
		eventTyping:      cl.typing,
		eventHistory:     cl.readHistory,
	}
	for event, handle := range handlers {
		cl.ns.On(event, cl.limited(event, handle))
	}
	unknown := cl.limited("", func(_ *member, e *socketio.Event) { cl.refuse(e, contract.UnknownEvent(e.Name)) })
	cl.ns.OnAny(func(e *socketio.Event) {
		if handlers[e.Name] == nil {
			unknown(e)
		}
	})
	return cl, nil
}

func (cl *Classic) connect(s *socketio.Socket) {
	m := &member{classic: cl, socket: s}
	var auth struct {
		Secret string `json:"secret"`
	}
	// Whatever else a client sends as auth is not ours and no fault of its.
	_ = json.Unmarshal(s.Handshake().Auth, &auth)
	if n := len(auth.Secret); n > 0 && n <= maxSecret {
		m.secret, m.proven = chat.HashSecret(auth.Secret), true
	} else {
		rand.Read(m.secret[:])
	}
	s.SetData(m)
	cl.options.Logger.Info("connected", slog.String("id", s.ID()),
		slog.String("transport", s.Transport()), slog.String("address", s.Handshake().RemoteAddr))
}

func (cl *Classic) disconnect(s *socketio.Socket, r socketio.Reason) {
	if m := memberOf(s); m != nil {
		m.leave(r)
	}
	cl.options.Logger.Info("disconnected", slog.String("id", s.ID()), slog.String("transport", s.Transport()),
		slog.String("reason", string(r)), slog.Duration("duration", cl.options.Now().Sub(s.Handshake().Time)))
}

// limited puts the connection's rate limits before a handler.
func (cl *Classic) limited(event string, handle func(*member, *socketio.Event)) func(*socketio.Event) {
	return func(e *socketio.Event) {
		m := memberOf(e.Socket)
		if m == nil {
			return
		}
		l, perSecond := &m.sends, float32(cl.options.SendRate)
		if event != eventChatMessage {
			l, perSecond = &m.others, otherRate*perSecond
		}
		switch l.Judge(cl.options.Now(), perSecond) {
		case rate.Accept:
			handle(m, e)
		case rate.Refuse:
			cl.refuse(e, errTooFast)
		case rate.Expel:
			cl.observeRefused(chat.CodeRateLimited)
			e.Socket.Disconnect(true)
		}
	}
}

var errTooFast = &chat.Error{
	Code:    chat.CodeRateLimited,
	Message: "You are sending too fast. Wait a moment and send again; going on like this closes the connection.",
}

var errNoNickname = &chat.Error{Code: chat.CodeNoNickname, Message: "Set a nickname first."}

func invalid(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeInvalid, Message: message}
}

// refuse answers an event with ack(false, reason, code).
func (cl *Classic) refuse(e *socketio.Event, err error) {
	code := chat.CodeOf(err)
	cl.observeRefused(code)
	if code == chat.CodeInternal || code == chat.CodeUnavailable {
		cl.options.Logger.Warn("event failed", slog.String("event", e.Name), slog.Any("error", err))
	}
	if e.WantsAck() {
		e.Ack(false, chat.MessageOf(err), code)
	}
}

func (cl *Classic) observeRefused(code chat.Code) {
	if f := cl.options.Observer.Refused; f != nil {
		f(code)
	}
}

func (cl *Classic) setNickname(m *member, e *socketio.Event) {
	var nickname string
	if len(e.Args) == 0 || json.Unmarshal(e.Args[0], &nickname) != nil {
		cl.refuse(e, invalid("The nickname must be text."))
		return
	}
	p, err := chat.NewPerson(nickname)
	if err == nil {
		err = cl.checkReserved(p.Nickname)
	}
	if err == nil {
		err = m.become(p)
	}
	if err != nil {
		cl.refuse(e, err)
		return
	}
	if e.WantsAck() {
		e.Ack(true, nicknameAck{p.Nickname})
	}
	m.socket.Send(cl.limits)
	cl.crowd.welcome(m.socket)
	cl.room.Join(func(tail []chat.Entry, _ chat.Cursor) { m.socket.Send(cl.recent(tail)) })
}

// checkReserved returns chat.ErrTaken for the name of somebody with an account.
func (cl *Classic) checkReserved(nickname string) error {
	if cl.options.Reserved == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	reserved, err := cl.options.Reserved(ctx, nickname)
	if err == nil && reserved {
		return chat.ErrTaken
	}
	return err
}

func (cl *Classic) chatMessage(m *member, e *socketio.Event) {
	p := m.who()
	if p == nil {
		cl.refuse(e, errNoNickname)
		return
	}
	text, id, err := parseMessage(e.Args)
	if err != nil {
		cl.refuse(e, err)
		return
	}
	cl.chat.Send(chat.Lobby, *p, id, text, func(kept chat.Entry, err error) {
		switch {
		case err != nil:
			cl.refuse(e, err)
		case e.WantsAck():
			cl.acks.Add(e, true, keptAck{kept.ID.String(), kept.Seq, kept.FP, kept.At.UnixMilli()})
		}
	})
}

func (cl *Classic) typing(m *member, e *socketio.Event) {
	p := m.who()
	if p == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), signalTimeout)
	defer cancel()
	// What cannot be told now is worth nothing later.
	_ = cl.chat.Typing(ctx, chat.Lobby, *p)
}

// readHistory answers {before: seq} with the messages before that one.
func (cl *Classic) readHistory(m *member, e *socketio.Event) {
	if m.who() == nil {
		cl.refuse(e, errNoNickname)
		return
	}
	var in struct {
		Before uint64 `json:"before"`
	}
	if len(e.Args) == 0 || json.Unmarshal(e.Args[0], &in) != nil || in.Before == 0 {
		cl.refuse(e, invalid(`Ask for history with the number of a message, like {"before": 120}.`))
		return
	}
	entries, more, err := cl.room.History(context.Background(), in.Before)
	if err != nil {
		cl.refuse(e, err)
		return
	}
	if e.WantsAck() {
		e.Ack(true, historyEvent{Messages: told(entries), More: more})
	}
}

// Entries implements chat.Audience: the messages go to every connection of
// this node in one write each.
func (cl *Classic) Entries(entries []chat.Entry) {
	began := time.Now()
	cl.history = nil
	encoded := make([]*socketio.Encoded, 0, len(entries))
	for _, e := range entries {
		if !shown(e) {
			continue
		}
		event := messageOf(e)
		event.Seq = 0
		if enc, err := socketio.Encode(classicNamespace, eventChatMessage, event); err == nil {
			encoded = append(encoded, enc)
		}
	}
	if len(encoded) == 0 {
		return
	}
	cl.ns.Local().Send(socketio.Batch(encoded...))
	if f := cl.options.Observer.Delivered; f != nil {
		f(len(encoded), cl.ns.Len(), time.Since(began))
	}
}

// Settled implements chat.Audience: who sent many messages at once gets their
// acks in one write.
func (cl *Classic) Settled() { cl.acks.Send() }

// Reset implements chat.Audience.
func (cl *Classic) Reset(tail []chat.Entry) {
	cl.history = nil
	if enc, err := socketio.Encode(classicNamespace, eventHistory, historyOf(tail, true)); err == nil {
		cl.ns.Local().Send(enc)
	}
}

// Signal implements chat.Audience. Who writes in a thread is nothing to those
// who do not see it.
func (cl *Classic) Signal(s chat.Signal) {
	if s.Kind != chat.SignalTyping || s.Thread != 0 {
		return
	}
	var own []string
	for _, c := range cl.chat.Connections(s.Person.ID) {
		if m, ok := c.(*member); ok {
			own = append(own, m.socket.ID())
		}
	}
	cl.ns.Local().Except(own...).Volatile().Emit(eventTyping, s.Person.Nickname)
}

// recent encodes the last messages, once per message that is added to them.
func (cl *Classic) recent(tail []chat.Entry) *socketio.Encoded {
	if cl.history == nil {
		cl.history, _ = socketio.Encode(classicNamespace, eventHistory, historyOf(tail, false))
	}
	return cl.history
}
