// Package redis keeps the promises of package chat in a Redis server, a
// Sentinel group or a Redis cluster, shared by any number of nodes.
//
// # Keys
//
// Everything that happens to a room is one Lua script over keys that share the
// hash tag {r:<room>}, so one step of a room is one atomic step of one server.
// Presence shares the tag {p}. keys.go names every key; no key holds user
// text.
//
// Records are a hash per shelf and a sorted set of its keys, which hands them
// out in the order of their bytes. A room's shelf has the tag of its log, so
// that a message and what it does to records are one step. What a script
// returns an error for it has not begun to write.
//
// Erased text is gone from the history at once. An append-only file holds it
// until Redis rewrites the file, which BGREWRITEAOF asks for.
//
// A room's history is kept in lists of chunkSize entries: on every server
// measured they need the fewest bytes, for a room with one message and for a
// full one (docs/redis-memory.md), an entry can still be replaced in place,
// and no second structure is needed for catching up.
//
// # Announcements
//
// What a script keeps it also announces, over Pub/Sub (sharded Pub/Sub on a
// cluster). One connection per Redis primary, a feed, carries the
// subscriptions of all rooms. It is proven by probes that go the whole way
// round; a feed whose probe does not come back is replaced, and then everyone
// who watches is told to read the log again.
//
// # Time
//
// Leases, grace times and the life of the dedupe hashes are measured by the
// clock of the Redis server, so the clocks of the nodes need not agree.
package redis
