// Command conformance is a server that the protocol test suites of the Socket.IO
// project can be run against, docs/engine.io-protocol/v4-test-suite and
// docs/socket.io-protocol/v5-test-suite in the repository socketio/socket.io:
//
//	go run ./examples/conformance
//
// It listens on 127.0.0.1:$PORT, 3000 if PORT is not set.
//
//   - /engine.io/ is bare Engine.IO and echoes every message.
//   - /socket.io/ is Socket.IO with the namespaces / and /custom and, for any
//     word, /dynamic-word: each sends "auth" with the handshake's auth payload,
//     answers "message" with "message-back" and the same arguments, and
//     acknowledges "message-with-ack" with its arguments.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/socketio"
)

// authDelay keeps "auth" out of the network packet of the CONNECT reply. The
// suites attach a new listener after each message, and the WebSocket library
// they use emits all messages of one read in one go: the second of two would be
// lost. The reference server's event loop happens to write them apart; this one
// is fast enough to write both at once, which every real client is glad of.
const authDelay = 20 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("conformance", flag.ExitOnError)
	host := flags.String("host", "127.0.0.1", "address to listen on")
	interval := flags.Duration("ping-interval", 300*time.Millisecond, "time between pings")
	timeout := flags.Duration("ping-timeout", 200*time.Millisecond, "time to answer a ping")
	connect := flags.Duration("connect-timeout", time.Second, "time to join a namespace")
	recovery := flags.Bool("recovery", false, "turn connection state recovery on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	transport := engineio.Options{
		PingInterval: *interval,
		PingTimeout:  *timeout,
		MaxPayload:   1_000_000,
		CORS:         &engineio.CORS{},
	}
	options := socketio.Options{Engine: transport, ConnectTimeout: *connect}
	if *recovery {
		options.Recovery = &socketio.RecoveryOptions{}
	}
	sockets := newSockets(options)
	echoes := engineio.NewServer(echo{}, transport)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", sockets)
	mux.Handle("/engine.io/", echoes)

	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(*host, port))
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() {
		<-ctx.Done()
		_ = sockets.Close()
		_ = echoes.Close()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// echo is the Engine.IO side.
type echo struct{}

// Open implements engineio.Handler.
func (echo) Open(s *engineio.Session, _ *http.Request) engineio.Receiver { return echoing{s} }

type echoing struct{ session *engineio.Session }

// Receive implements engineio.Receiver.
func (e echoing) Receive(data []byte, binary bool) error {
	return e.session.Send(engineio.NewMessage(engineio.Packet{Data: append([]byte{}, data...), Binary: binary}))
}

// Closed implements engineio.Receiver.
func (echoing) Closed(engineio.Reason) {}

// newSockets makes the Socket.IO side.
func newSockets(options socketio.Options) *socketio.Server {
	srv := socketio.NewServer(options)
	register(srv.Of("/"))
	register(srv.Of("/custom"))
	register(srv.OfRegexp(regexp.MustCompile(`^/dynamic-\w+$`)))
	refusing := srv.Of("/refusing")
	refusing.Use(func(context.Context, *socketio.Socket) error {
		return &socketio.ConnectError{Message: "not authorized", Data: map[string]any{"code": 401}}
	})
	return srv
}

func register(ns *socketio.Namespace) {
	ns.OnConnect(func(s *socketio.Socket) {
		time.AfterFunc(authDelay, func() { _ = s.Emit("auth", s.Handshake().Auth) })
	})
	ns.On("message", func(e *socketio.Event) { _ = e.Socket.Emit("message-back", e.Values()...) })
	ns.On("message-with-ack", func(e *socketio.Event) { _ = e.Ack(e.Values()...) })

	// What the suites do not ask for, and test/clients does.
	ns.On("join", func(e *socketio.Event) {
		var room string
		if e.Bind(&room) == nil && e.Socket.Join(room) == nil {
			_ = e.Ack(true)
		}
	})
	ns.On("shout", func(e *socketio.Event) {
		var room string
		if e.Bind(&room) == nil {
			_ = ns.To(room).Emit("shouted", e.Values()[1:]...)
		}
	})
	ns.On("tell-others", func(e *socketio.Event) { _ = e.Socket.To().Emit("told", e.Values()...) })
	ns.On("volatile", func(e *socketio.Event) { e.Socket.EmitVolatile("volatile-back", e.Values()...) })
	ns.On("ask-me", func(e *socketio.Event) {
		question, socket := e.Values(), e.Socket
		_ = socket.EmitFunc(5*time.Second, func(answer []json.RawMessage, err error) {
			if err == nil {
				_ = socket.Emit("you-said", answer)
			}
		}, "question", question...)
	})
	ns.On("who-am-i", func(e *socketio.Event) {
		_ = e.Ack(e.Socket.ID(), e.Socket.Transport(), e.Socket.Recovered())
	})
	ns.On("cut-me", func(e *socketio.Event) { e.Socket.Disconnect(true) })
	ns.On("drop-me", func(e *socketio.Event) { e.Socket.CloseConnection() })
	ns.On("kick-me", func(e *socketio.Event) { e.Socket.Disconnect(false) })
}
