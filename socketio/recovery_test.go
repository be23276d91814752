package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// lose ends the connection as a broken network does, and waits until the
// server has noticed.
func (c *client) lose(ended <-chan socketio.Reason) {
	c.t.Helper()
	if c.Websocket != nil {
		c.Close()
	} else if _, err := c.Post("1"); err != nil {
		c.t.Fatal(err)
	}
	if r := receive(c.t, ended); r != socketio.ReasonTransportClose {
		c.t.Fatalf("lost: %q", r)
	}
}

// offset splits an event from the offset at its end.
func (c *client) offset(want string) string {
	c.t.Helper()
	got := c.next()
	i := strings.LastIndex(got, `,"`)
	if i < 0 || got[:i]+"]" != want {
		c.t.Fatalf("event with offset:\n got %s\nwant %s", got, want)
	}
	return got[i+2 : len(got)-2]
}

func recoverable(t *testing.T, options socketio.RecoveryOptions, f func(t *testing.T, s *fixture, ended <-chan socketio.Reason)) {
	run(t, socketio.Options{Recovery: &options}, func(t *testing.T, s *fixture) {
		ended := make(chan socketio.Reason, 100)
		ns := s.Of("/")
		ns.OnConnect(func(s *socketio.Socket) {
			if !s.Recovered() {
				s.SetData("data of " + s.ID())
				_ = s.Join("red")
			}
			_ = s.Emit("hello", s.Recovered(), s.Data())
		})
		ns.OnDisconnect(func(_ *socketio.Socket, r socketio.Reason) { ended <- r })
		f(t, s, ended)
	})
}

// TestRecovery checks that a client gets back what it had and what it missed,
// once and in order, before the reply to its CONNECT.
func TestRecovery(t *testing.T) {
	recoverable(t, socketio.RecoveryOptions{}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
		ns := s.Of("/")
		c := s.dial(t)
		me := c.join("0")
		if len(me.PID) != 20 || me.PID == me.SID {
			t.Fatalf("pid %q", me.PID)
		}
		hello := fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID)
		c.offset(hello)
		socket := ns.Socket(me.SID)
		if err := errors.Join(ns.To("red").Emit("red", 1), socket.Emit("direct")); err != nil {
			t.Fatal(err)
		}
		older, offset := c.offset(`2["red",1]`), c.offset(`2["direct"]`)
		if older == offset {
			t.Fatal("two events have the same offset")
		}
		c.lose(ended)

		enc, err := socketio.Encode("/", "encoded", []byte("bytes"))
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(ns.To("red").Emit("red", 2), ns.To("blue").Emit("blue"), ns.Volatile().Emit("volatile", "x"),
			ns.Except("red").Emit("not red"), ns.Send(socketio.Batch(enc, enc)), ns.To(me.SID).Emit("mine"))
		if err != nil {
			t.Fatal(err)
		}
		again := s.dial(t)
		again.send(fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset))
		again.offset(`2["red",2]`)
		for range 2 {
			again.offset(`51-["encoded",{"_placeholder":true,"num":0}]`)
			again.want("bytes")
		}
		again.offset(`2["mine"]`)
		again.want(fmt.Sprintf(`0{"sid":%q,"pid":%q}`, me.SID, me.PID))
		again.offset(fmt.Sprintf(`2["hello",true,"data of %s"]`, me.SID))
		if err := ns.To("red").Emit("red", 3); err != nil {
			t.Fatal(err)
		}
		again.offset(`2["red",3]`)
		if got := s.Stats().Recovered; got != 1 {
			t.Errorf("recovered: got %d, want 1", got)
		}
	})
}

// TestRecovery_superseded comes back before the server has noticed the loss.
func TestRecovery_superseded(t *testing.T) {
	recoverable(t, socketio.RecoveryOptions{}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
		c := s.dial(t)
		me := c.join("0")
		offset := c.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID))
		again := s.dial(t)
		back := again.join(fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset))
		if back != me {
			t.Errorf("session:\n got %v\nwant %v", back, me)
		}
		if r := receive(t, ended); r != socketio.ReasonTransportClose {
			t.Errorf("the first one ended with %q", r)
		}
		if got := s.Of("/").Len(); got != 1 {
			t.Errorf("sockets: got %d, want 1", got)
		}
	})
}

// TestRecovery_refused checks who starts anew.
func TestRecovery_refused(t *testing.T) {
	for _, test := range []struct {
		name  string
		end   func(c *client, s *socketio.Socket) // default: the connection is lost
		claim string
	}{
		{name: "no offset", claim: `{"pid":"PID"}`},
		{name: "offset of another process", claim: `{"pid":"PID","offset":"abcdefgh.1"}`},
		{name: "offset of the future", claim: `{"pid":"PID","offset":"OFFSETzzz"}`},
		{name: "offset that is a number", claim: `{"pid":"PID","offset":1}`},
		{name: "wrong pid", claim: `{"pid":"xxxxxxxxxxxxxxxxxxxx","offset":"OFFSET"}`},
		{name: "the public id", claim: `{"pid":"SID","offset":"OFFSET"}`},
		{name: "left", end: func(c *client, _ *socketio.Socket) { c.send("1") }, claim: `{"pid":"PID","offset":"OFFSET"}`},
		{name: "disconnected", end: func(_ *client, s *socketio.Socket) { s.Disconnect(false) }, claim: `{"pid":"PID","offset":"OFFSET"}`},
		{name: "broke the protocol", end: func(c *client, _ *socketio.Socket) { _ = c.trySend("9") }, claim: `{"pid":"PID","offset":"OFFSET"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			recoverable(t, socketio.RecoveryOptions{}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
				c := s.dial(t)
				me := c.join("0")
				offset := c.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID))
				if test.end == nil {
					c.lose(ended)
				} else {
					test.end(c, s.Of("/").Socket(me.SID))
					receive(t, ended)
				}
				claim := strings.NewReplacer("PID", me.PID, "SID", me.SID, "OFFSET", offset).Replace(test.claim)
				again := s.dial(t)
				back := again.join("0" + claim)
				if back.SID == me.SID || back.PID == me.PID {
					t.Errorf("got the session of %v", me)
				}
				again.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, back.SID))
			})
		})
	}
}

// TestRecovery_once checks that a session can be taken once.
func TestRecovery_once(t *testing.T) {
	recoverable(t, socketio.RecoveryOptions{}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
		c := s.dial(t)
		me := c.join("0")
		offset := c.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID))
		c.lose(ended)
		claim := fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset)
		first := s.dial(t)
		if back := first.join(claim); back != me {
			t.Fatalf("first: %v", back)
		}
		first.send("1")
		receive(t, ended)
		if back := s.dial(t).join(claim); back.SID == me.SID {
			t.Error("the session was given out twice")
		}
	})
}

// TestRecovery_idle comes back after many events for others.
func TestRecovery_idle(t *testing.T) {
	recoverable(t, socketio.RecoveryOptions{MaxEvents: 5}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
		c := s.dial(t)
		me := c.join("0")
		offset := c.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID))
		for range 20 {
			if err := s.Of("/").To("blue").Emit("for others"); err != nil {
				t.Fatal(err)
			}
		}
		c.lose(ended)
		again := s.dial(t)
		if back := again.join(fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset)); back != me {
			t.Errorf("session:\n got %v\nwant %v", back, me)
		}
		again.offset(fmt.Sprintf(`2["hello",true,"data of %s"]`, me.SID))
		// Now with one for itself among those forgotten, and not received.
		if err := s.Of("/").To("red").Emit("lost"); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if err := s.Of("/").To("blue").Emit("for others"); err != nil {
				t.Fatal(err)
			}
		}
		again.lose(ended)
		third := s.dial(t)
		if back := third.join(fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset)); back.SID == me.SID {
			t.Error("recovered with a hole")
		}
	})
}

// TestRecovery_limits checks that memory is bounded in number, bytes and time.
func TestRecovery_limits(t *testing.T) {
	for _, test := range []struct {
		name    string
		options socketio.RecoveryOptions
		missed  int
		wait    time.Duration
		want    bool
	}{
		{"within", socketio.RecoveryOptions{MaxEvents: 5}, 5, 0, true},
		{"too many events", socketio.RecoveryOptions{MaxEvents: 5}, 6, 0, false},
		{"too many bytes kept", socketio.RecoveryOptions{MaxBytes: 4000}, 6, 0, false},
		{"too many bytes missed", socketio.RecoveryOptions{MaxReplay: 4000}, 6, 0, false},
		{"in time", socketio.RecoveryOptions{MaxDisconnection: time.Minute}, 1, 59 * time.Second, true},
		{"too late", socketio.RecoveryOptions{MaxDisconnection: time.Minute}, 1, 61 * time.Second, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, socketio.Options{Recovery: &test.options}, engineiotest.ModeWebsocket)
				ended := make(chan struct{}, 2)
				ns := s.OfFunc(anyName)
				ns.OnConnect(func(s *socketio.Socket) { _ = s.Emit("hello") })
				ns.OnDisconnect(func(*socketio.Socket, socketio.Reason) { ended <- struct{}{} })
				c := s.dial(t)
				me := c.join("0/dynamic,")
				offset := c.offset(`2/dynamic,["hello"]`)
				c.Close()
				<-ended
				for range test.missed {
					if err := ns.Emit("missed", strings.Repeat("x", 1000)); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(test.wait) // fake time
				again := s.dial(t)
				again.send(fmt.Sprintf(`0/dynamic,{"pid":%q,"offset":%q}`, me.PID, offset))
				got := again.next()
				if recovered := strings.Contains(got, "missed"); recovered != test.want {
					t.Errorf("recovered: got %v, want %v", recovered, test.want)
				}
				again.Close()
				<-ended
				time.Sleep(10 * time.Minute) // fake time
				if got := s.Stats().Namespaces; got != 0 {
					t.Errorf("namespaces in the end: got %d, want none", got)
				}
			})
		})
	}
}

// TestRecovery_Middleware checks that expired credentials can be noticed.
func TestRecovery_Middleware(t *testing.T) {
	recoverable(t, socketio.RecoveryOptions{Middleware: true}, func(t *testing.T, s *fixture, ended <-chan socketio.Reason) {
		expired := false
		s.Of("/").Use(func(context.Context, *socketio.Socket) error {
			if expired {
				return errors.New("expired")
			}
			return nil
		})
		c := s.dial(t)
		me := c.join("0")
		offset := c.offset(fmt.Sprintf(`2["hello",false,"data of %s"]`, me.SID))
		c.lose(ended)
		expired = true
		again := s.dial(t)
		again.send(fmt.Sprintf(`0{"pid":%q,"offset":%q}`, me.PID, offset))
		again.want(`4{"message":"expired"}`)
	})
}

// TestRecovery_strings checks that no event spoils the offset of the stock
// client, which takes the last string of every event for one.
func TestRecovery_strings(t *testing.T) {
	s := start(t, socketio.Options{Recovery: &socketio.RecoveryOptions{}}, engineiotest.ModeWebsocket)
	ns := s.Of("/")
	ns.OnConnect(func(s *socketio.Socket) { _ = s.Emit("hello") })
	c := s.dial(t)
	me := c.join("0")
	offset := c.offset(`2["hello"]`)
	for _, test := range []struct {
		args   []any
		offset bool
	}{
		{nil, true}, // the name is a string
		{[]any{1}, false},
		{[]any{"text"}, true},
		{[]any{json.RawMessage(`"text" `)}, true},
		{[]any{"text", map[string]string{"a": "b"}}, false},
	} {
		for !ns.Socket(me.SID).EmitVolatile("v", test.args...) {
			runtime.Gosched() // the writer is about to finish what has been read already
		}
		got := c.next()
		if has := strings.HasSuffix(got, `,"`+offset+`"]`); has != test.offset {
			t.Errorf("volatile %v carries an offset: got %v, want %v (%s)", test.args, has, test.offset, got)
		}
	}
}
