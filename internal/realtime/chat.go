package realtime

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

const (
	// storeTimeout bounds what one connection or one piece of news may ask of
	// the store.
	storeTimeout = 10 * time.Second
	// nameTimeout bounds the look-up of a name in the order of a room, where
	// everybody waits.
	nameTimeout = time.Second
	// maxDevices is how many connections one person may have to this node.
	maxDevices = 100
	// maxDevice bounds what a client calls itself, in bytes.
	maxDevice = 200
)

// Chat is the namespace /chat: every act of the contract, and everything that
// the contract tells.
type Chat struct {
	ns       *socketio.Namespace
	house    *contract.House
	rates    *rate.Keeper
	options  Options
	halls    halls
	desks    desks
	presence presence
	news     news
	revoked  revoked
	people   errands // news of people, in order
	lobby    *hall

	// ctx ends with Close, which waits for running.
	ctx     context.Context
	cancel  context.CancelFunc
	mu      sync.Mutex
	closed  bool // guarded by mu
	running sync.WaitGroup
}

// OpenChat serves the house on the namespace /chat of srv. What people do
// through it is counted by rates. The roster must be followed already, as
// OpenClassic does.
func OpenChat(ctx context.Context, srv *socketio.Server, h *contract.House, rates *rate.Keeper, o Options) (*Chat, error) {
	c := &Chat{ns: srv.Of(chatNamespace), house: h, rates: rates, options: o.withDefaults()}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.news = news{ns: c.ns, held: make(map[*visitor][]*socketio.Encoded)}
	c.halls = halls{chat: c, open: make(map[chat.RoomID]*hall)}
	c.desks = desks{chat: c, open: make(map[chat.PersonID]*desk)}
	c.presence = presence{chat: c, states: make(map[chat.PersonID]string)}
	c.people = errands{spawn: c.spawn}
	c.revoked = revoked{chat: c, soon: make(chan struct{}, 1)}
	if err := c.follow(ctx); err != nil {
		c.end()
		return nil, err
	}
	h.Presence = c.presence.here
	c.ns.Use(c.admit)
	c.ns.OnConnect(c.connect)
	c.ns.OnDisconnect(c.disconnect)
	c.ns.On(eventResume, c.resume)
	known := map[string]bool{eventResume: true}
	for _, a := range contract.Table() {
		if a.Event != "" {
			known[a.Event] = true
			c.ns.On(a.Event, c.serve(a))
		}
	}
	c.ns.OnAny(func(e *socketio.Event) {
		if !known[e.Name] {
			c.unknown(e)
		}
	})
	return c, nil
}

// follow begins to listen to what is told on every node.
func (c *Chat) follow(ctx context.Context) (err error) {
	if err = c.presence.open(ctx); err != nil {
		return err
	}
	// The lobby is always followed: who is banned from it and let in again has
	// no line on a shelf that would tell.
	if c.lobby, err = c.halls.hold(ctx, chat.Lobby); err != nil {
		c.presence.close()
		return err
	}
	if err = c.revoked.open(ctx); err != nil {
		c.halls.release(c.lobby)
		c.presence.close()
	}
	return err
}

// Close ends what the namespace does besides serving its sockets, which must
// have ended. The service must not have been closed yet.
func (c *Chat) Close() {
	c.revoked.stop()
	c.presence.close()
	c.halls.release(c.lobby)
	c.end()
}

// end waits for every goroutine.
func (c *Chat) end() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.running.Wait()
}

// spawn begins a goroutine that Close waits for, unless it is too late.
func (c *Chat) spawn(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.running.Go(f)
	return true
}

// isIn reports whether somebody is in a room, and so may listen to it.
func (c *Chat) isIn(ctx context.Context, a chat.Actor, id chat.RoomID) (bool, error) {
	view, err := c.house.Rooms.View(ctx, a, id)
	if err != nil && keptOut(err) {
		return false, nil
	}
	return err == nil && view.Me.State == chat.StateJoined, err
}

func (c *Chat) observeRefused(code chat.Code) {
	if f := c.options.Observer.Refused; f != nil {
		f(code)
	}
}

func (c *Chat) logConnected(s *socketio.Socket) {
	c.options.Logger.Info("connected", slog.String("id", s.ID()), slog.String("namespace", chatNamespace),
		slog.String("transport", s.Transport()), slog.String("address", s.Handshake().RemoteAddr))
}

func (c *Chat) logDisconnected(s *socketio.Socket, r socketio.Reason) {
	c.options.Logger.Info("disconnected", slog.String("id", s.ID()), slog.String("namespace", chatNamespace),
		slog.String("transport", s.Transport()), slog.String("reason", string(r)),
		slog.Duration("duration", c.options.Now().Sub(s.Handshake().Time)))
}

// hostOf returns an address without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

func deviceOf(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), maxDevice)], "")
}
