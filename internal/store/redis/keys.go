package redis

import (
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

// chunkSize is the number of entries in one list of a room's history. It is
// part of the stored format.
const chunkSize = 128

// chunkOf returns the number of the chunk that holds entry seq.
func chunkOf(seq uint64) uint64 { return (seq - 1) / chunkSize }

// canExist keeps numbers that no entry can have out of questions.
func canExist(seq uint64) bool { return seq > 0 && seq < 1<<53 }

// keys names every key and channel. Keys of one room, and those of presence,
// are in one hash slot each.
type keys struct{ prefix string }

func (k keys) room(room chat.RoomID, part string) string {
	return k.prefix + ":{r:" + string(room) + "}:" + part
}

// head is a string: "<seq> <fp>" of the newest entry.
func (k keys) head(room chat.RoomID) string { return k.room(room, "head") }

// chunk is a list: the records of entries chunk*128+1 to chunk*128+128.
func (k keys) chunk(room chat.RoomID, chunk uint64) string {
	return k.room(room, "m:"+strconv.FormatUint(chunk, 10))
}

// dedupe is a hash id → seq of the ids of every other dedupe period.
func (k keys) dedupe(room chat.RoomID, parity int) string {
	return k.room(room, "d:"+strconv.Itoa(parity))
}

// roomChannel carries a room's entries and signals.
func (k keys) roomChannel(room chat.RoomID) string { return k.room(room, "c") }

// shelf begins the keys of a shelf: a room's are in one slot with its log.
func (k keys) shelf(shelf chat.Shelf, part string) string {
	return k.prefix + ":{" + string(shelf) + "}:" + part
}

// values is a hash: key of a record → value.
func (k keys) values(shelf chat.Shelf) string { return k.shelf(shelf, "v") }

// order is a sorted set of the keys of the records, every score 0, for reading
// them in the order of their bytes.
func (k keys) order(shelf chat.Shelf) string { return k.shelf(shelf, "k") }

// touched is written to, and gone at once, by commits that change nothing but
// must be confirmed.
func (k keys) touched(shelf chat.Shelf) string { return k.shelf(shelf, "t") }

// shelfChannel carries what commits change on a shelf.
func (k keys) shelfChannel(shelf chat.Shelf) string { return k.shelf(shelf, "n") }

func (k keys) presence(part string) string { return k.prefix + ":{p}:" + part }

// roster is a hash: "version" → number of changes, "p"+person → nickname.
func (k keys) roster() string { return k.presence("roster") }

// people is a hash: person → secret (32 bytes) followed by the number of
// nodes that hold the person.
func (k keys) people() string { return k.presence("people") }

// absent is a sorted set: people held by no node → when they are gone.
func (k keys) absent() string { return k.presence("absent") }

// lost is a sorted set: people held by no node because a lease ended → when
// it ended.
func (k keys) lost() string { return k.presence("lost") }

// leases is a sorted set: node → when its lease ends.
func (k keys) leases() string { return k.presence("leases") }

// renewed is the set of the nodes that have called Renew since their lease
// began.
func (k keys) renewed() string { return k.presence("renewed") }

// held is the set of the people that a node holds.
func (k keys) held(node chat.NodeID) string { return k.presence("n:" + string(node)) }

// rosterChannel carries changes of the roster.
func (k keys) rosterChannel() string { return k.presence("c") }

// check is written to by Check.
func (k keys) check() string { return k.prefix + ":check" }

// probeChannel carries the probes of one feed. On a cluster the tag decides
// which server the probe goes through.
func (k keys) probeChannel(tag int, feed string) string {
	return k.prefix + ":probe:{" + strconv.Itoa(tag) + "}:" + feed
}

// validNode keeps a node id that is not one of ours out of keys, where it could
// leave its hash slot. Nodes are named as rooms are.
func validNode(node chat.NodeID) bool { return chat.RoomID(node).Check() == nil }
