// Package socketio is a Socket.IO server: protocol 5, which the clients of
// versions 3 and 4 speak, in whatever language.
//
// # A server
//
// A [Server] is an http.Handler. Namespaces carry the handlers, sockets are the
// clients:
//
//	srv := socketio.NewServer(socketio.Options{})
//	chat := srv.Of("/")
//	chat.OnConnect(func(s *socketio.Socket) {
//		s.Emit("welcome", s.ID())
//	})
//	chat.On("say", func(e *socketio.Event) {
//		chat.Emit("said", e.Values()...)
//	})
//	http.Handle("/socket.io/", srv)
//	http.ListenAndServe("127.0.0.1:3000", nil)
//
// # Events
//
// The arguments of an event are raw JSON, [Event.Args], exactly the bytes that
// the client sent. [Event.Bind] decodes them, [Event.Values] sends them on
// unchanged, [Event.Ack] answers. With [Handle] a handler has Go types and its
// result is the acknowledgement:
//
//	socketio.Handle(chat, "sum", func(ctx context.Context, s *socketio.Socket, in []int) (int, error) {
//		…
//	})
//
// Byte slices travel as attachments, wherever they are in an argument, up to
// [MaxAttachments] per packet. To ask a client, use [Socket.EmitAck] on a
// goroutine or [Socket.EmitFunc] in a handler.
//
// # Rooms and broadcasts
//
// A socket may [Socket.Join] rooms; its own id is a room too. A [Broadcast] says
// who is meant and does something for all of them:
//
//	chat.To("red", "blue").Except("muted").Emit("news", 1)
//	s.To("red").Emit("typing")           // to everybody else in the room
//	chat.To("red").Join("blue")
//	answers, err := chat.Timeout(time.Second).EmitAck(ctx, "ready?")
//
// An event is encoded once, whatever the number of receivers; [Encode] and
// [Batch] let a program do that itself and send many events with one write per
// connection.
//
// # Who may connect
//
// Middlewares ([Namespace.Use]) look at [Socket.Handshake] and refuse with an
// error, or a [*ConnectError] with data. Origins, cookies and everything else
// about HTTP are the business of [engineio.Options]; by default any web page may
// connect, so a program that trusts cookies must set CheckOrigin.
//
// # Ends
//
// A socket ends with a [Reason], told to [Namespace.OnDisconnect] once. Clients
// that lose their connection come back by themselves as new sockets, or, with
// [RecoveryOptions], as the same ones. [Server.Shutdown] lets them go to another
// server.
//
// # Handlers and goroutines
//
// Handlers of one connection run one at a time, in the order of its packets; those
// of different connections run at the same time. A handler that waits keeps its
// own connection waiting, and nobody else's. There is no goroutine, timer,
// channel or map per socket. A panic in a handler is logged and ends its
// connection.
//
// # Limits
//
// What a client can make the server keep is bounded, in time and in size, by
// [Options] and engineio.Options: payloads, nesting, attachments, namespaces,
// rooms, refused attempts, queues. Whoever breaks the protocol is disconnected.
//
// # Many servers
//
// An [Adapter] joins the servers of a cluster: broadcasts and the other acts of
// a Broadcast reach the sockets of all of them. Package adaptertest holds
// implementations to the contract.
package socketio
