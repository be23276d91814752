// Package chat is the domain: the rules of the house, written once, above
// whichever store keeps the data and whichever door a person comes through.
//
// # Glossary
//
// A Room is one ordered log of entries, numbered 1, 2, 3 … without holes. The
// Lobby is the room that everyone is in.
//
// An Entry is one line of a room's log. It is made from a Draft when the store
// keeps it: keeping gives it its Cursor and its time.
//
// A Cursor says how far somebody has got in a room: the number of the last
// entry (Seq) and the fingerprint of everything up to it (FP). Two holders of
// the same cursor hold the same history; the same Seq with another FP means
// that the store has lost and rewritten entries.
//
// A Person is somebody with a nickname, over however many connections, tabs
// and nodes. Who is here is the Roster.
//
// A Node is one running process of this program. It holds a lease; when the
// lease ends, everybody who was here only through that node is gone.
//
// A Signal is worth nothing a second later (typing), so it is never kept.
//
// A Record is a small value under a key of a Shelf: members, read markers,
// accounts. Rules read records, decide, and commit under the condition that
// what they read still holds; stores know nothing of what records mean.
//
// # Stores
//
// The interfaces Log, Presence, Signals and Records are what this package needs of a
// store. internal/store/sqlite and internal/store/redis keep them, and
// internal/store/storetest holds both to the same promises.
package chat
