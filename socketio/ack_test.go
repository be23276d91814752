package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// TestEvent_Ack checks that an event is acknowledged once, late or not at all.
func TestEvent_Ack(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		errs := make(chan error, 5)
		ns.On("twice", func(e *socketio.Event) {
			errs <- e.Ack(1)
			errs <- e.Ack(2)
		})
		ns.On("later", func(e *socketio.Event) {
			e.Retain()
			go func() { errs <- e.Ack(e.Values()...) }()
		})
		ns.On("never", func(e *socketio.Event) {
			if e.WantsAck() {
				t.Error("an event without an id wants an acknowledgement")
			}
			errs <- e.Ack()
		})
		ns.On("gone", func(e *socketio.Event) {
			e.Socket.Disconnect(false)
			errs <- e.Ack()
		})
		c, _ := s.connect(t, "0")
		c.send(`27["twice"]`, `2008["later",{"x":1}]`, `2["never"]`)
		c.want(`37[1]`)
		c.want(`38[{"x":1}]`)
		c.send(`29["gone"]`)
		c.want(`1`)
		counts := map[error]int{}
		for range 5 {
			counts[receive(t, errs)]++
		}
		for err, want := range map[error]int{nil: 2, socketio.ErrAcked: 1, socketio.ErrNoAck: 1, socketio.ErrDisconnected: 1} {
			if counts[err] != want {
				t.Errorf("%v: got %d, want %d", err, counts[err], want)
			}
		}
	})
}

// TestSocket_EmitAck asks a client.
func TestSocket_EmitAck(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		sockets := make(chan *socketio.Socket, 1)
		s.Of("/").OnConnect(func(s *socketio.Socket) { sockets <- s })
		c, _ := s.connect(t, "0")
		socket := receive(t, sockets)
		type result struct {
			args []json.RawMessage
			err  error
		}
		results := make(chan result, 1)
		ask := func(ctx context.Context) {
			go func() {
				args, err := socket.EmitAck(ctx, "question", 1)
				results <- result{args, err}
			}()
		}
		ask(t.Context())
		c.want(`20["question",1]`)
		c.send(`30["yes",12345678901234567890]`)
		if r := receive(t, results); r.err != nil || len(r.args) != 2 || string(r.args[1]) != "12345678901234567890" {
			t.Errorf("answer: %s, %v", r.args, r.err)
		}
		ask(t.Context())
		c.want(`21["question",1]`)
		c.send(`61-1[{"a":{"_placeholder":true,"num":0}}]`, []byte("hello"))
		var answer struct{ A []byte }
		if r := receive(t, results); r.err != nil || json.Unmarshal(r.args[0], &answer) != nil || string(answer.A) != "hello" {
			t.Errorf("binary answer: %s, %v", r.args, r.err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ask(ctx)
		c.want(`22["question",1]`)
		cancel()
		if r := receive(t, results); !errors.Is(r.err, context.Canceled) {
			t.Errorf("cancelled: %v", r.err)
		}
		c.send(`32["too late"]`)
		ask(t.Context())
		c.want(`23["question",1]`)
		c.send(`1`)
		if r := receive(t, results); !errors.Is(r.err, socketio.ErrDisconnected) {
			t.Errorf("disconnected: %v", r.err)
		}
		ask(t.Context())
		if r := receive(t, results); !errors.Is(r.err, socketio.ErrDisconnected) {
			t.Errorf("after the end: %v", r.err)
		}
	})
}

// TestSocket_EmitFunc asks a client from within a handler of its own.
func TestSocket_EmitFunc(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(c *client)
		want   error
	}{
		{"answered", func(c *client) { c.send(`30["yes"]`) }, nil},
		{"timeout", func(*client) {}, socketio.ErrAckTimeout},
		{"disconnected", func(c *client) { c.send(`1`) }, socketio.ErrDisconnected},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, socketio.Options{}, engineiotest.ModeWebsocket)
				results := make(chan error, 2)
				s.Of("/").On("ask me", func(e *socketio.Event) {
					err := e.Socket.EmitFunc(5*time.Second, func(args []json.RawMessage, err error) {
						if err == nil && string(args[0]) != `"yes"` {
							t.Errorf("answer: %s", args)
						}
						results <- err
					}, "question")
					if err != nil {
						t.Error(err)
					}
				})
				c, _ := s.connect(t, "0")
				c.send(`2["ask me"]`)
				c.want(`20["question"]`)
				test.answer(c)
				if got := <-results; !errors.Is(got, test.want) {
					t.Errorf("got %v, want %v", got, test.want)
				}
				time.Sleep(10 * time.Second) // fake time: a second call would come by now
				if len(results) > 0 {
					t.Error("called twice")
				}
			})
		})
	}
}

// TestHandle checks typed handlers.
func TestHandle(t *testing.T) {
	type request struct{ A, B int }
	type reply struct {
		Sum int `json:"sum"`
	}
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		socketio.Handle(ns, "sum", func(ctx context.Context, s *socketio.Socket, in request) (reply, error) {
			switch {
			case in.A < 0:
				return reply{}, &socketio.ReplyError{Message: "negative", Data: in.A}
			case in.B < 0:
				return reply{}, errors.New("secret")
			case ctx.Err() != nil || !s.Connected():
				t.Error("the context has ended")
			}
			return reply{in.A + in.B}, nil
		})
		socketio.Handle(ns, "nothing", func(context.Context, *socketio.Socket, struct{}) (struct{}, error) {
			return struct{}{}, nil
		})
		c, _ := s.connect(t, "0")
		for _, test := range []struct{ send, want string }{
			{`21["sum",{"a":1,"b":2}]`, `31[{"sum":3}]`},
			{`22["sum",{"a":-1}]`, `32[{"error":{"message":"negative","data":-1}}]`},
			{`23["sum",{"b":-1}]`, `33[{"error":{"message":"Internal error."}}]`},
			{`24["sum","x"]`, `34[{"error":{"message":"Malformed argument."}}]`},
			{`25["nothing"]`, `35[]`},
		} {
			c.send(test.send)
			c.want(test.want)
		}
	})
}

// TestAckBatch checks that gathered acknowledgements go out with Send, in
// order, to whom they belong.
func TestAckBatch(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		var mu sync.Mutex
		var batch socketio.AckBatch
		errs := make(chan error, 5)
		ns.On("gather", func(e *socketio.Event) {
			mu.Lock()
			defer mu.Unlock()
			errs <- batch.Add(e, e.Values()...)
		})
		ns.On("twice", func(e *socketio.Event) {
			mu.Lock()
			defer mu.Unlock()
			batch.Add(e, "first")
			errs <- batch.Add(e, "second")
		})
		ns.On("send", func(*socketio.Event) {
			mu.Lock()
			defer mu.Unlock()
			batch.Send()
			batch.Send() // of nothing
		})
		a, _ := s.connect(t, "0")
		b, _ := s.connect(t, "0")
		a.send(`21["gather",1]`, `22["gather",2]`)
		b.send(`27["gather","b"]`, `2["gather"]`)
		a.send(`23["twice"]`)
		counts := map[error]int{}
		for range 5 {
			counts[receive(t, errs)]++
		}
		if counts[nil] != 3 || counts[socketio.ErrNoAck] != 1 || counts[socketio.ErrAcked] != 1 {
			t.Errorf("got %v", counts)
		}
		b.send(`2["send"]`)
		b.want(`37["b"]`)
		a.want(`31[1]`)
		a.want(`32[2]`)
		a.want(`33["first"]`)
	})
}
