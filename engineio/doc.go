// Package engineio is a server for Engine.IO protocol 4, the transport layer
// under Socket.IO: bidirectional messages, text and binary, between a program
// and its clients over HTTP long-polling and websockets, with upgrades from
// the one to the other, heartbeats and orderly ends.
//
// # Use
//
// A program implements [Handler], which is told of each new [Session] and
// returns the [Receiver] of its messages. The [Server] is an [http.Handler]:
//
//	engine := engineio.NewServer(handler, engineio.Options{})
//	mux.Handle("/engine.io/", engine)
//
// Sessions do not know transports: [Session.Send] queues while a polling
// client is between two polls, writes at once to a websocket, and keeps the
// order across an upgrade.
//
// To send the same to many sessions, encode it once with [NewMessage] and call
// Send for each: on a websocket that is idle it costs one write(2) and no
// allocation. To send several messages to many sessions, [Join] them first.
//
// # Security
//
// The server bounds what a client can make it keep: the size of what it sends
// ([Options].MaxPayload), of what waits for it (MaxQueue), the number of
// sessions it opens without using them (MaxUnclaimed), and the time for
// everything it starts. What is left to the program and its [http.Server]:
//
//   - Set [Options].CheckOrigin if requests carry authority, such as cookies.
//   - Set http.Server.MaxHeaderBytes to something like 16 KB, and
//     ReadHeaderTimeout; the defaults are 1 MB and none.
//   - http.Server.ReadTimeout and WriteTimeout may be set or not: polls that
//     wait are exempt, bodies and answers have the limits of [Options].
//   - End the Server before the http.Server, which does not know websockets:
//     [Server.Shutdown] first, then http.Server.Shutdown.
//
// Per-message compression is never negotiated: it costs more memory per
// connection than everything else together and invites bombs.
//
// # Memory
//
// An idle session on a plain TCP websocket costs its connection and a few
// hundred bytes: no buffer, timer, channel or map, and on Linux no goroutine,
// since one poller waits for all of them. Elsewhere a parked goroutine adds
// about 2.5 KB. Over TLS, crypto/tls adds about 10 KB; where that matters, end
// TLS in front.
//
// References: https://socket.io/docs/v4/engine-io-protocol/ (quoted in this
// package by the names of its sections) and RFC 6455.
package engineio
