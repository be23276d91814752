// The program floor is what the kernel allows: a single loop that takes chat
// messages from websockets and writes each to all of them, with no store, no
// presence, no limits and no acknowledgements. It speaks as much Socket.IO as
// the load generator needs, so that the load costs the same as with a real
// server.
//
// Unbatched it calls write(2) once per delivery; with -batch once per
// connection and turn of its loop, for all messages of the turn. Linux only.
package main
