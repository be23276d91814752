package chat

import (
	"context"
	"crypto/sha256"
	"time"
)

// A PersonID names a person. For a guest it is '~' and what nicknames are
// compared by, see NewPerson.
type PersonID string

// A NodeID names one run of one process: 16 lower-case hex digits, new at
// every start.
type NodeID string

// A Person is somebody who is here.
type Person struct {
	ID       PersonID
	Nickname string
}

// A Secret is what a page holds to prove that a nickname is its own after a
// reload. Stores see and keep only this hash of it.
type Secret [sha256.Size]byte

// HashSecret returns the Secret of the text a client sent.
func HashSecret(s string) Secret { return sha256.Sum256([]byte(s)) }

// An Arrival says that a person has a first connection through a node.
type Arrival struct {
	Person Person
	Secret Secret
	Node   NodeID
}

// A Roster is who is here at one moment. Version counts the changes ever made
// to it, so two rosters with the same version are the same.
type Roster struct {
	Version uint64
	People  []Person
}

// A Change is one step of the roster, from Version-1 to Version.
type Change struct {
	Version uint64
	Person  Person
	Joined  bool // false: left
}

// Presence keeps who is here, over all nodes. All methods may be called at
// once from many goroutines. Errors are as those of Log.
//
// A person is here from the first Arrive until
//   - Depart with no grace through their only node, or
//   - Expire after the grace of their last Depart, or
//   - Expire after the lease of their last node has ended (P8).
//
// Every such beginning and end is one step of the roster: one Version, told
// once to every watcher that is connected at that moment.
//
// A node holds a person from Arrive until Depart, until Release, or until the
// node's lease ends, whichever is first. A person whom no node holds is
// absent: still here, and overdue when the grace that began with the end of
// the last hold has passed. A lease that has ended holds nobody, whether or
// not Expire has been called since, and beginning it again brings nobody back
// but those who Arrive again. Times count in milliseconds; a lease or grace of
// d that begins at t is over at t+d.
type Presence interface {
	// Arrive puts people on the roster, or adds a node to people who are on
	// it, and ends an absence that Depart began. It returns one error per
	// arrival: nil, or ErrTaken when the person is on the roster (an absence
	// included) with another Secret, in which case nothing changes. Arriving
	// again through the same node changes nothing. When the person is held
	// with the same Secret the nickname stays as first spelled.
	//
	// Arrive begins or extends the lease of every node named to at least ttl
	// from now, for a refused arrival too: the node has shown that it lives.
	Arrive(ctx context.Context, arrivals []Arrival, ttl time.Duration) []error

	// Depart says that the person has no connection through node any more.
	// If no other node holds them, they are gone at once when grace is 0, and
	// otherwise when grace has passed without an Arrive. Somebody who is not
	// here through that node stays as they are.
	Depart(ctx context.Context, id PersonID, node NodeID, grace time.Duration) error

	// Renew begins or extends the lease of node to at least ttl from now. It
	// returns true when the node has held it without a break since its last
	// Renew. Otherwise people may have been taken off the roster meanwhile,
	// even if an Arrive has begun the lease again, and the node must Arrive
	// everyone it holds again. A node calls it before its first Arrive.
	Renew(ctx context.Context, node NodeID, ttl time.Duration) (held bool, err error)

	// Release ends the lease of node: everyone who was here only through it
	// is absent from now on, with grace as in Depart. A draining node calls
	// it when its connections are gone. Without a lease it does nothing.
	Release(ctx context.Context, node NodeID, grace time.Duration) error

	// Expire takes everyone off the roster who is overdue. People whose last
	// node lost its lease are overdue grace after the lease ended. Any node
	// may call it at any time; each departure happens once.
	Expire(ctx context.Context, grace time.Duration) error

	// Roster returns who is here, in no promised order.
	Roster(ctx context.Context) (Roster, error)

	// WatchRoster calls f with the changes that any node makes, under the
	// same terms as Log.Watch: a hint, in order where nothing is lost, and
	// f(nil) for "read the roster again".
	WatchRoster(ctx context.Context, f func([]Change)) (stop func(), err error)
}
