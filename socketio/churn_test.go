package socketio_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// TestChurn lets clients come, act and go in every way at once, while the
// server moves, asks and disconnects them, and checks that nothing is left.
func TestChurn(t *testing.T) {
	for name, options := range map[string]socketio.Options{
		"plain":    {},
		"recovery": {Recovery: &socketio.RecoveryOptions{MaxEvents: 50}},
		"adapter":  {Adapter: socketio.NewMemoryAdapter()},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, options, func(t *testing.T, s *fixture) { churn(t, s) })
		})
	}
}

func churn(t *testing.T, s *fixture) {
	ns := s.OfFunc(anyName)
	var open sync.WaitGroup // sockets whose end has not been told
	ns.OnConnect(func(s *socketio.Socket) {
		open.Add(1)
		_ = s.Join("a", "b")
		_ = s.To("a").Emit("hello", s.ID())
	})
	ns.OnDisconnect(func(s *socketio.Socket, _ socketio.Reason) {
		_ = ns.To(s.Rooms()...).Emit("bye")
		open.Done()
	})
	ns.On("move", func(e *socketio.Event) {
		e.Socket.Leave("a")
		_ = e.Socket.Join("c", "a")
		_ = e.Ack(len(e.Socket.Rooms()))
	})
	ns.On("kick", func(e *socketio.Event) { e.Socket.Disconnect(len(e.Args) > 0) })

	stop := make(chan struct{})
	var server sync.WaitGroup
	server.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_ = ns.To("a", "c").Emit("n", i)
			_ = ns.Volatile().Emit("v", "text")
			_ = ns.Except("b").Join("b")
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			_, _ = ns.To("b").EmitAck(ctx, "ask")
			_, _ = ns.All().Fetch(ctx)
			cancel()
			s.Stats()
		}
	})
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for round := range 6 {
				visit(t, s, i, round)
			}
		})
	}
	clients.Wait()
	close(stop)
	server.Wait()
	_ = s.Close()
	open.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_ = s.Shutdown(ctx)
	if stats := s.Stats(); stats.Sockets != 0 || stats.Connections != 0 || len(ns.Rooms()) != 0 {
		t.Errorf("left over: %d sockets, %d connections, rooms %v", stats.Sockets, stats.Connections, ns.Rooms())
	}
}

// visit is one client's stay; how it acts and ends depends on the round.
func visit(t *testing.T, s *fixture, i, round int) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := s.http.Open(ctx, s.mode, "")
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	name := fmt.Sprintf("/n%d", i%3)
	packets := []string{"0" + name + ",", "2" + name + `,7["move"]`}
	switch round % 6 {
	case 1:
		packets = append(packets, "1"+name)
	case 2:
		packets = append(packets, "2"+name+`,["kick"]`)
	case 3:
		packets = append(packets, "2"+name+`,["kick",1]`)
	case 4:
		packets = append(packets, "9")
	case 5:
		packets = append(packets, "51-"+name+`,["half",{"_placeholder":true,"num":0}]`)
	}
	for _, packet := range packets {
		if c.SendText("4"+packet) != nil {
			return
		}
	}
	if _, err := c.Next(); err != nil { // the reply to CONNECT at least
		return
	}
	if s.mode == engineiotest.ModePolling {
		_, _ = c.Post("1") // without it a polling client is there until its ping times out
	}
}
