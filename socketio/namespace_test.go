package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/socketio"
)

func anyName(string, json.RawMessage, *engineio.Handshake) bool { return true }

// TestServer_OfFunc checks that dynamic namespaces come and go.
func TestServer_OfFunc(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		tenants := s.OfRegexp(regexp.MustCompile(`^/tenant-\d+$`))
		secret := s.OfFunc(func(name string, auth json.RawMessage, h *engineio.Handshake) bool {
			return h != nil && string(auth) == `{"token":"`+name[1:]+`"}`
		})
		gone := make(chan string, 2)
		for _, template := range []*socketio.Namespace{tenants, secret} {
			echo(template)
			template.OnConnect(func(s *socketio.Socket) { _ = s.Join("room") })
			template.OnDisconnect(func(s *socketio.Socket, _ socketio.Reason) { gone <- s.Namespace().Name() })
		}
		c := s.dial(t)
		c.join("0/tenant-1,")
		c.join(`0/open,{"token":"open"}`)
		c.send(`0/open2,{"token":"open"}`)
		c.want(`4/open2,{"message":"Invalid namespace"}`)
		c.send(`2/tenant-1,["message",1]`)
		c.want(`2/tenant-1,["message-back",1]`)
		other, _ := s.connect(t, "0/tenant-2,")

		if got := tenants.Len(); got != 2 {
			t.Errorf("sockets of the template: got %d, want 2", got)
		}
		if err := tenants.To("room").Emit("all"); err != nil {
			t.Fatal(err)
		}
		c.want(`2/tenant-1,["all"]`)
		other.want(`2/tenant-2,["all"]`)

		c.send("1/tenant-1")
		if got := receive(t, gone); got != "/tenant-1" {
			t.Errorf("left %s", got)
		}
		c.join("0/tenant-1,") // a new one by the same name
		fixed := s.Of("/tenant-1")
		if fixed.Len() != 1 {
			t.Error("Of made a second namespace of the same name")
		}
		other.send("1/tenant-2")
		receive(t, gone)
		if got := s.Of("/tenant-2").Len(); got != 0 {
			t.Errorf("sockets of a new namespace: %d", got)
		}
	})
}

// TestNamespace_Use checks what middlewares may do and what refused clients
// learn.
func TestNamespace_Use(t *testing.T) {
	for _, test := range []struct{ name, send, want string }{
		{"with data", `0{"token":"bad"}`, `4{"message":"not authorized","data":{"code":401}}`},
		{"plain", `0{"token":"plain"}`, `4{"message":"not <you>"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
				ns := s.Of("/")
				guarded(t, ns)
				c := s.dial(t)
				c.send(test.send)
				c.want(test.want)
				if rooms := ns.Rooms(); len(rooms) != 0 {
					t.Errorf("a refused socket is in %v", rooms)
				}
				c.join(`0{"token":"good"}`)
				c.want(`2["hello","data"]`)
			})
		})
	}
	t.Run("panic", func(t *testing.T) {
		run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
			guarded(t, s.Of("/"))
			c := s.dial(t)
			_ = c.trySend(`0{"token":"panic"}`)
			c.wantClosed()
		})
	})
}

// guarded adds two middlewares, of which the second is particular.
func guarded(t *testing.T, ns *socketio.Namespace) {
	ns.Use(func(ctx context.Context, s *socketio.Socket) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("a middleware has no deadline")
		}
		if s.Connected() || !errors.Is(s.Emit("early"), socketio.ErrDisconnected) {
			t.Error("connected before the middlewares agreed")
		}
		s.SetData("data")
		return s.Join("early")
	})
	ns.Use(func(_ context.Context, s *socketio.Socket) error {
		var auth struct{ Token string }
		if err := json.Unmarshal(s.Handshake().Auth, &auth); err != nil {
			return err
		}
		switch auth.Token {
		case "good":
			return nil
		case "panic":
			panic("a mistake")
		case "plain":
			return errors.New("not <you>")
		}
		return &socketio.ConnectError{Message: "not authorized", Data: map[string]any{"code": 401}}
	})
	ns.OnConnect(func(s *socketio.Socket) { _ = ns.To("early").Emit("hello", s.Data()) })
}

// TestSocket_On checks handlers of one socket, and the order of handlers.
func TestSocket_On(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		say := func(what string) func(*socketio.Event) {
			return func(e *socketio.Event) { _ = e.Socket.Emit(what) }
		}
		ns.OnConnect(func(s *socketio.Socket) {
			if s.Handshake().Auth[1] == '"' {
				s.On("event", say("own"))
			}
		})
		ns.On("event", say("first"))
		ns.On("event", say("second"))
		ns.OnAny(say("any"))
		c, _ := s.connect(t, `0{"mine":true}`)
		c.send(`2["event"]`)
		c.want(`2["any"]`, `2["own"]`, `2["first"]`, `2["second"]`)
		c, _ = s.connect(t, `0`)
		c.send(`2["event"]`, `2["other"]`)
		c.want(`2["any"]`, `2["first"]`, `2["second"]`, `2["any"]`)
	})
}

// TestNamespace_OnAnyOutgoing checks that what is sent is told once.
func TestNamespace_OnAnyOutgoing(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		told := make(chan socketio.Outgoing, 1)
		ns.OnAnyOutgoing(func(o socketio.Outgoing) { told <- o })
		ns.OnConnect(func(s *socketio.Socket) { _ = s.Emit("direct", 1) })
		c, id := s.connect(t, "0")
		c.want(`2["direct",1]`)
		if o := receive(t, told); o.Name != "direct" || o.Socket.ID() != id || o.Args[0] != 1 {
			t.Errorf("direct: %+v", o)
		}
		if err := ns.Emit("broadcast"); err != nil {
			t.Fatal(err)
		}
		if o := receive(t, told); o.Name != "broadcast" || o.Socket != nil || o.Namespace != ns {
			t.Errorf("broadcast: %+v", o)
		}
		c.want(`2["broadcast"]`)
	})
}

// TestSocket_Context checks that the context ends with the socket.
func TestSocket_Context(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		contexts := make(chan context.Context, 1)
		s.Of("/").OnConnect(func(s *socketio.Socket) { contexts <- s.Context() })
		c, _ := s.connect(t, "0")
		ctx := receive(t, contexts)
		if ctx.Err() != nil {
			t.Errorf("ended too early: %v", ctx.Err())
		}
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		c.send("1")
		receive(t, child.Done())
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("Err: got %v, want %v", ctx.Err(), context.Canceled)
		}
		receive(t, ctx.Done())
	})
}
