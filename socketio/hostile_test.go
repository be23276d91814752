package socketio_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// TestHostile sends what no honest client does. The offender is closed, and
// the neighbour notices nothing.
func TestHostile(t *testing.T) {
	one := `{"_placeholder":true,"num":0}`
	nest := strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000)
	megabyte := make([]byte, 600_000)
	for _, test := range []struct {
		name    string
		unjoind bool // do not send CONNECT first
		send    []any
	}{
		{name: "second CONNECT", send: []any{`0`}},
		{name: "event before CONNECT", unjoind: true, send: []any{`2["a"]`}},
		{name: "CONNECT with an array", unjoind: true, send: []any{`0[]`}},
		{name: "CONNECT with a string", unjoind: true, send: []any{`0"x"`}},
		{name: "CONNECT with an id", unjoind: true, send: []any{`07{}`}},
		{name: "CONNECT with two objects", unjoind: true, send: []any{`0{}{}`}},
		{name: "namespace too long", unjoind: true, send: []any{`0/` + strings.Repeat("x", 300)}},
		{name: "namespace with a separator", unjoind: true, send: []any{"0/a\nb"}},
		{name: "11 attachments", send: []any{`511-["message",` + one + `]`}},
		{name: "99999999999 attachments", send: []any{`599999999999-["message",` + one + `]`}},
		{name: "0 attachments", send: []any{`50-["message"]`}},
		{name: "no number of attachments", send: []any{`5-["message"]`}},
		{name: "1.5 attachments", send: []any{`51.5-["message",` + one + `]`}},
		{name: "1e1 attachments", send: []any{`51e1-["message",` + one + `]`}},
		{name: "+1 attachments", send: []any{`5+1-["message",` + one + `]`}},
		{name: "placeholder named splice", send: []any{`51-["message",{"_placeholder":true,"num":"splice"}]`, []byte{1}}},
		{name: "placeholder 5 of 1", send: []any{`51-["message",{"_placeholder":true,"num":5}]`, []byte{1}}},
		{name: "placeholder -1", send: []any{`51-["message",{"_placeholder":true,"num":-1}]`, []byte{1}}},
		{name: "placeholder 0.5", send: []any{`51-["message",{"_placeholder":true,"num":0.5}]`, []byte{1}}},
		{name: "placeholder without a number", send: []any{`51-["message",{"_placeholder":true}]`, []byte{1}}},
		{name: "placeholder written otherwise", send: []any{`51-["message",{"_placeholde\u0072":true,"num":9}]`, []byte{1}}},
		{name: "text while an attachment is due", send: []any{`51-["message",` + one + `]`, `2["message"]`}},
		{name: "attachment nobody announced", send: []any{[]byte{1}}},
		{name: "attachments too large together", send: []any{`52-["message",` + one + `]`, megabyte, megabyte}},
		{name: "name is an object", send: []any{`2[{"toString":"foo"}]`}},
		{name: "name is null", send: []any{`2[null]`}},
		{name: "name is connect", send: []any{`2["connect"]`}},
		{name: "name is connect, written otherwise", send: []any{`2["\u0063onnect"]`}},
		{name: "name is disconnecting", send: []any{`2["disconnecting"]`}},
		{name: "binary with a reserved name", send: []any{`51-["newListener",` + one + `]`, []byte{1}}},
		{name: "no name", send: []any{`2[]`}},
		{name: "event without payload", send: []any{`2`}},
		{name: "event that is an object", send: []any{`2{}`}},
		{name: "event with junk behind it", send: []any{`2["a"]x`}},
		{name: "event with a letter for an id", send: []any{`2x["a"]`}},
		{name: "event with an endless id", send: []any{`2` + strings.Repeat("1", 5000) + `["a"]`}},
		{name: "ACK that is an object", send: []any{`31{}`}},
		{name: "CONNECT_ERROR from a client", send: []any{`4{"message":"no"}`}},
		{name: "DISCONNECT with a payload", send: []any{`1["x"]`}},
		{name: "200,000 levels", send: []any{`2["message",` + nest + `]`}},
		{name: "200,000 levels of objects", send: []any{`2["message",` + strings.Repeat(`{"a":`, 100_000) + `1` + strings.Repeat(`}`, 100_000) + `]`}},
		{name: "200,000 levels in auth", unjoind: true, send: []any{`0{"a":` + nest + `}`}},
		{name: "unknown type", send: []any{`7`}},
		{name: "letters", send: []any{`abc`}},
		{name: "event for a namespace not joined", send: []any{`2/custom,["a"]`}},
		{name: "ACK for a namespace not joined", send: []any{`3/custom,1[]`}},
		{name: "event after DISCONNECT", send: []any{`1`, `2["message"]`}},
		{name: "control character in a string", send: []any{"2[\"message\",\"a\tb\"]"}},
		{name: "lone minus", send: []any{`2["message",-]`}},
		{name: "number with a leading zero", send: []any{`2["message",01]`}},
		{name: "unknown escape", send: []any{`2["message","\x41"]`}},
		{name: "comma at the end", send: []any{`2["message",]`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
				echo(s.Of("/"))
				s.Of("/custom")
				neighbour, _ := s.connect(t, "0")
				c := s.dial(t)
				if !test.unjoind {
					c.join("0")
				}
				for _, packet := range test.send {
					_ = c.trySend(packet) // may be cut off meanwhile
				}
				c.wantClosed()
				neighbour.send(`2["message","still here"]`)
				neighbour.want(`2["message-back","still here"]`)
			})
		})
	}
}

// TestHostile_separator sends a raw U+001E, which only a websocket can carry.
func TestHostile_separator(t *testing.T) {
	s := start(t, socketio.Options{}, engineiotest.ModeWebsocket)
	echo(s.Of("/"))
	c, _ := s.connect(t, "0")
	c.send("2[\"message\",\"a\x1eb\"]")
	c.wantClosed()
}

// TestIgnored sends what looks wrong and is to be ignored.
func TestIgnored(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		c, _ := s.connect(t, "0")
		c.send(`3999["nobody asked"]`, `3["no id"]`, `3`+strings.Repeat("9", 50)+`[]`, `61-5[{"_placeholder":true,"num":0}]`, []byte{1})
		c.send(`2["message",1]`)
		c.want(`2["message-back",1]`)
	})
}

// TestConnectErrors_limit asks for one unknown namespace after another.
func TestConnectErrors_limit(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		s.Of("/")
		c := s.dial(t)
		for i := range 20 {
			c.send(fmt.Sprintf("0/unknown-%d", i))
			c.want(fmt.Sprintf(`4/unknown-%d,{"message":"Invalid namespace"}`, i))
		}
		_ = c.trySend("0/unknown-20")
		c.wantClosed()
		if got := s.Stats().Namespaces; got != 1 {
			t.Errorf("namespaces: got %d, want 1", got)
		}
	})
}

// TestLimits joins more namespaces and rooms than allowed.
func TestLimits(t *testing.T) {
	options := socketio.Options{MaxNamespaces: 3, MaxRooms: 4}
	run(t, options, func(t *testing.T, s *fixture) {
		template := s.OfFunc(anyName)
		errs := make(chan error, 4)
		template.OnConnect(func(s *socketio.Socket) {
			errs <- s.Join("a", "b", "c")
			errs <- s.Join("a", "d", s.ID())
			errs <- s.Join("e")
			s.Leave("a")
			errs <- s.Join("f", "g")
			_ = s.Emit("rooms", len(s.Rooms()))
		})
		c := s.dial(t)
		for i := range 3 {
			c.join(fmt.Sprintf("0/n%d", i))
			c.want(fmt.Sprintf(`2/n%d,["rooms",3]`, i))
			for _, want := range []error{nil, nil, socketio.ErrTooManyRooms, socketio.ErrTooManyRooms} {
				if got := receive(t, errs); got != want {
					t.Errorf("Join: got %v, want %v", got, want)
				}
			}
		}
		c.send("0/n3")
		c.want(`4/n3,{"message":"Too many namespaces"}`)
	})
}

// TestDeadlines lets the time pass that something must happen in.
func TestDeadlines(t *testing.T) {
	options := socketio.Options{
		ConnectTimeout:    10 * time.Second,
		IdleTimeout:       60 * time.Second,
		AttachmentTimeout: 5 * time.Second,
	}
	for _, test := range []struct {
		name string
		send []string
		want time.Duration // until the connection is closed, from then on
	}{
		{"nothing joined", nil, 10 * time.Second},
		{"refused", []string{"0/unknown"}, 10 * time.Second},
		{"left the last namespace", []string{"0", "1"}, 60 * time.Second},
		{"attachment missing", []string{"0", `51-["message",{"_placeholder":true,"num":0}]`}, 5 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, options, engineiotest.ModeWebsocket)
				s.Of("/")
				neighbour, _ := s.connect(t, "0")
				go func() { // answers pings until the test ends
					for {
						if _, err := neighbour.Next(); err != nil {
							return
						}
					}
				}()
				c := s.dial(t)
				for _, packet := range test.send {
					c.send(packet)
				}
				began := time.Now()
				for {
					if _, err := c.Next(); err != nil {
						break
					}
				}
				if got := time.Since(began); got < test.want || got > test.want+time.Second {
					t.Errorf("closed after %v, want %v", got, test.want)
				}
				synctest.Wait() // the socket ends a moment after its connection
				if got := s.Of("/").Len(); got != 1 {
					t.Errorf("sockets: got %d, want the neighbour's", got)
				}
			})
		})
	}
}

// TestAttachments_freed checks that half a packet dies with its connection.
func TestAttachments_freed(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		echo(s.Of("/"))
		c, _ := s.connect(t, "0")
		c.send(`52-["message",{"_placeholder":true,"num":0}]`, bytes.Repeat([]byte{1}, 1000))
		c.send([]byte{2})
		c.want(`51-["message-back",{"_placeholder":true,"num":0}]`, strings.Repeat("\x01", 1000))
	})
}
