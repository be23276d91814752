package realtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/engineio"
	accounts "github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/internal/realtime"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
	"github.com/causerie-chat/causerie/socketio"
	"github.com/causerie-chat/causerie/test/client"
)

// sessionHeader is where the tests' site puts the session of a cookie.
const sessionHeader = "X-Test-Session"

// A node is the whole chat, both namespaces, on one node.
type node struct {
	*house
	contract *contract.House
	server   *socketio.Server
}

// A town is nodes over one store, with an owner.
type town struct {
	nodes []*node
	owner chat.Actor
}

type townOptions struct {
	nodes int
	// store opens the store of one node; nil is one SQLite store for all.
	store    func(chat.NodeID) chat.Store
	sendRate float64
	chat     chat.Options
	realtime realtime.Options
}

// build opens a town whose doors are open to everybody.
func build(t *testing.T, o townOptions) *town {
	t.Helper()
	if o.store == nil {
		shared, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { shared.Close() })
		o.store = func(chat.NodeID) chat.Store { return kept{shared} }
	}
	var tn town
	for range max(1, o.nodes) {
		tn.nodes = append(tn.nodes, open1(t, o))
	}
	first := tn.nodes[0]
	code, needed, err := first.contract.Accounts.SetupCode(first.ctx)
	if err != nil || !needed {
		t.Fatalf("set-up code: %v, %v", needed, err)
	}
	opened := accounts.RegistrationOpen
	owner, _, err := first.contract.Accounts.Setup(first.ctx, code,
		accounts.Registration{Name: "Owner", Password: "correct horse"}, accounts.SettingsChange{Registration: &opened})
	if err != nil {
		t.Fatal(err)
	}
	tn.owner = owner.Actor()
	return &tn
}

// kept is a store that its nodes do not close.
type kept struct{ chat.Store }

func (kept) Close() error { return nil }

func open1(t *testing.T, o townOptions) *node {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*limit)
	t.Cleanup(cancel)
	o.chat.Node = chat.NewNodeID()
	store := o.store(o.chat.Node)
	service := chat.New(store, o.chat)
	directory := accounts.New(store, accounts.Options{})
	rooms := chat.NewRooms(service, directory)
	messages := chat.NewMessages(service, rooms, directory)
	h := &contract.House{
		Service: service, Rooms: rooms, Messages: messages, Desks: chat.NewDesks(service, rooms, messages),
		Order: chat.NewOrder(service, rooms), States: chat.NewStates(service), Accounts: directory,
		Version: "test", Build: "test", PublicURL: "http://localhost",
		Limits: contract.LimitsOf(chat.DefaultMaxMessage, o.sendRate, int(rate.BurstSeconds*o.sendRate)),
		Logger: slog.New(slog.DiscardHandler),
	}
	srv := socketio.NewServer(socketio.Options{Engine: engineio.Options{KeepHeaders: []string{sessionHeader}}})
	o.realtime.SessionHeader = sessionHeader
	if _, err := realtime.OpenClassic(ctx, srv, service, o.realtime); err != nil {
		t.Fatal(err)
	}
	c, err := realtime.OpenChat(ctx, srv, h, rate.NewKeeper(nil), o.realtime)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(func() {
		srv.Close()
		web.Close()
		c.Close()
		if err := messages.Flush(context.Background()); err != nil {
			t.Errorf("writing what people have read: %v", err)
		}
		if err := service.Close(context.Background()); err != nil {
			t.Errorf("closing the service: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return &node{house: &house{t: t, url: web.URL, store: store, chat: service, ctx: ctx}, contract: h, server: srv}
}

// onRedis opens the stores of the nodes on one Redis.
func onRedis(t *testing.T) func(chat.NodeID) chat.Store {
	t.Helper()
	server := redistest.Start(t)
	return func(id chat.NodeID) chat.Store {
		store, err := redis.Open(t.Context(), redis.Options{URL: server.URL(), Prefix: "test", Node: id})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
}

// A device is a connection to /chat.
type device struct {
	*client.Client
	n       *node
	welcome contract.Welcome
}

func (n *node) dial(auth any, headers ...string) (*client.Client, error) {
	header := make(http.Header)
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return client.Dial(n.ctx, n.url, client.Options{Namespace: "/chat", Auth: auth, Header: header})
}

// arrive connects and waits for the welcome.
func (n *node) arrive(auth any, headers ...string) *device {
	n.t.Helper()
	c, err := n.dial(auth, headers...)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(c.Close)
	d := &device{Client: c, n: n}
	if err := json.Unmarshal([]byte(n.next(c, "welcome")), &d.welcome); err != nil {
		n.t.Fatal(err)
	}
	return d
}

func (n *node) guest(nickname string) *device {
	n.t.Helper()
	return n.arrive(map[string]string{"guest": nickname})
}

// member makes an account and connects it.
func (n *node) member(name string) (*device, string) {
	n.t.Helper()
	_, token, err := n.contract.Accounts.Register(n.ctx, accounts.Registration{Name: name, Password: "correct horse"})
	if err != nil {
		n.t.Fatal(err)
	}
	return n.arrive(map[string]string{"token": token}), token
}

func (d *device) me() chat.PersonID { return d.welcome.Me.ID }

// act does an act and returns its acknowledgement.
func (d *device) act(event string, in any) map[string]json.RawMessage {
	d.n.t.Helper()
	answer, err := d.Emit(d.n.ctx, event, in)
	if err != nil {
		d.n.t.Fatal(err)
	}
	var ack map[string]json.RawMessage
	if len(answer) != 1 || json.Unmarshal(answer[0], &ack) != nil {
		d.n.t.Fatalf("%s was acknowledged with %s", event, answer)
	}
	return ack
}

// do does an act that must succeed and reads its answer into out.
func (d *device) do(event string, in, out any) {
	d.n.t.Helper()
	ack := d.act(event, in)
	if string(ack["ok"]) != "true" {
		d.n.t.Fatalf("%s: %s", event, ack["error"])
	}
	if out != nil {
		b, _ := json.Marshal(ack)
		if err := json.Unmarshal(b, out); err != nil {
			d.n.t.Fatal(err)
		}
	}
}

// code does an act that must fail and returns the code.
func (d *device) code(event string, in any) chat.Code {
	d.n.t.Helper()
	ack := d.act(event, in)
	var e contract.Error
	if string(ack["ok"]) != "false" || json.Unmarshal(ack["error"], &e) != nil {
		d.n.t.Fatalf("%s was not refused: %s", event, ack)
	}
	return e.Code
}

func (d *device) say(room chat.RoomID, text string) contract.Kept {
	d.n.t.Helper()
	var kept contract.Kept
	d.do("message-send", map[string]any{"room": room, "text": text}, &kept)
	return kept
}

// nextInto waits for an event and reads its payload.
func nextInto[T any](d *device, event string) T {
	d.n.t.Helper()
	var out T
	if err := json.Unmarshal([]byte(d.n.next(d.Client, event)), &out); err != nil {
		d.n.t.Fatal(err)
	}
	return out
}

func (d *device) entry() contract.Entry { d.n.t.Helper(); return nextInto[contract.Entry](d, "entry") }

// entryOf waits for an entry of a type and drops those before it.
func (d *device) entryOf(kind string) contract.Entry {
	d.n.t.Helper()
	for {
		if e := d.entry(); e.Type == kind {
			return e
		}
	}
}

func (d *device) room(id chat.RoomID) contract.Room {
	for _, r := range d.welcome.Rooms {
		if r.ID == id {
			return r
		}
	}
	return contract.Room{}
}

func textOf(e contract.Entry) string {
	if e.Text == nil {
		return ""
	}
	return *e.Text
}

// refusedWith returns the code in the error of a refused connection.
func refusedWith(err error) string {
	if err == nil {
		return "connected"
	}
	_, rest, ok := strings.Cut(err.Error(), `\"code\":\"`)
	if !ok {
		return fmt.Sprint(err)
	}
	code, _, _ := strings.Cut(rest, `\"`)
	return code
}
