// Command hello is a small Socket.IO server with typed handlers, rooms and
// acknowledgements: a board of counters that several people may watch and turn.
//
//	go run ./examples/hello
//
// Try it with the stock client, in Node:
//
//	import { io } from "socket.io-client";
//	const socket = io("http://127.0.0.1:3000");
//	socket.on("turned", console.log);
//	await socket.emitWithAck("watch", { counter: "apples" });
//	await socket.emitWithAck("turn", { counter: "apples", by: 3 }); // { value: 3 }
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/socketio"
)

const address = "127.0.0.1:3000"

func main() {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, logger); err != nil {
		logger.Error("stopped", slog.Any("error", err))
		os.Exit(1)
	}
}

func run(ctx context.Context, logger *slog.Logger) error {
	srv := socketio.NewServer(socketio.Options{
		Engine: engineio.Options{CheckOrigin: engineio.SameOrigin},
		Logger: logger,
	})
	newBoard(srv.Of("/"), logger)

	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		// First the sockets, so that clients reconnect elsewhere, then HTTP.
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(srv.Shutdown(deadline), server.Shutdown(deadline)); err != nil {
			logger.Warn("stopped without finishing", slog.Any("error", err))
		}
	}()
	logger.Info("listening", slog.String("url", "http://"+address))
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// A board is a set of counters. Whoever watches one is in the room of its name.
type board struct {
	namespace *socketio.Namespace

	mu       sync.Mutex
	counters map[string]int // guarded by mu
}

// The requests and replies, as clients see them.
type (
	watchRequest struct {
		Counter string `json:"counter"`
	}
	turnRequest struct {
		Counter string `json:"counter"`
		By      int    `json:"by"`
	}
	valueReply struct {
		Value int `json:"value"`
	}
	turnedEvent struct {
		Counter string `json:"counter"`
		Value   int    `json:"value"`
		By      string `json:"by"`
	}
)

const (
	maxCounters = 1000
	maxName     = 50
)

var (
	errNoCounter = &socketio.ReplyError{Message: "Name a counter, in 50 characters at most."}
	errFull      = &socketio.ReplyError{Message: "The board is full."}
)

func newBoard(ns *socketio.Namespace, logger *slog.Logger) *board {
	b := &board{namespace: ns, counters: map[string]int{}}
	ns.OnConnect(func(s *socketio.Socket) {
		logger.Info("connected", slog.String("id", s.ID()), slog.String("transport", s.Transport()))
	})
	ns.OnDisconnect(func(s *socketio.Socket, r socketio.Reason) {
		logger.Info("disconnected", slog.String("id", s.ID()), slog.String("reason", string(r)))
	})
	socketio.Handle(ns, "watch", b.watch)
	socketio.Handle(ns, "turn", b.turn)
	return b
}

// watch answers with the value and tells of every change from then on.
func (b *board) watch(_ context.Context, s *socketio.Socket, in watchRequest) (valueReply, error) {
	if in.Counter == "" || len(in.Counter) > maxName {
		return valueReply{}, errNoCounter
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := s.Join(in.Counter); err != nil {
		return valueReply{}, err
	}
	return valueReply{b.counters[in.Counter]}, nil
}

// turn changes a counter and tells everybody else who watches it.
func (b *board) turn(_ context.Context, s *socketio.Socket, in turnRequest) (valueReply, error) {
	if in.Counter == "" || len(in.Counter) > maxName {
		return valueReply{}, errNoCounter
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.counters[in.Counter]; !known && len(b.counters) == maxCounters {
		return valueReply{}, errFull
	}
	b.counters[in.Counter] += in.By
	value := b.counters[in.Counter]
	// Emit only queues, so it may be called under the lock: watchers see the
	// changes in the order in which they were made.
	err := s.To(in.Counter).Emit("turned", turnedEvent{in.Counter, value, s.ID()})
	return valueReply{value}, err
}
