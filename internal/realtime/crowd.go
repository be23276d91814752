package realtime

import (
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

const (
	// rosterLimit is how many nicknames one users event lists.
	rosterLimit = 200
	// Telling n changes to m connections costs n·m deliveries. Up to this
	// many per second (and ten times that at once) every change is told by
	// its own users-changed; beyond it, changes are folded into one users
	// event, so that 15,000 people who come at the same time do not cost
	// 15,000 events for each of them.
	tellRate = 20_000
)

// A crowd tells the connections of a namespace who comes and goes. It is a
// chat.Crowd: its state belongs to the roster's order and needs no lock.
type crowd struct {
	ns   *socketio.Namespace
	chat *chat.Service
	now  func() time.Time

	budget rate.Bucket
	users  *socketio.Encoded // who is here, until the next change
	fold   *time.Timer       // a users event to everybody is due
}

// Changes implements chat.Crowd.
func (c *crowd) Changes(changes []chat.Change, total int) {
	c.users = nil
	connections := max(1, c.ns.Len())
	if c.fold != nil || !c.budget.Take(c.now(), float32(len(changes)*connections), tellRate, 10*tellRate) {
		c.foldInto(connections)
		return
	}
	encoded := make([]*socketio.Encoded, 0, len(changes))
	for _, change := range changes {
		event := "left"
		if change.Joined {
			event = "joined"
		}
		if e, err := socketio.Encode(classicNamespace, eventUsersChanged, changedEvent{change.Person.Nickname, event}); err == nil {
			encoded = append(encoded, e)
		}
	}
	c.ns.Local().Send(socketio.Batch(encoded...))
}

// foldInto has one users event follow, the later the more have to hear it.
func (c *crowd) foldInto(connections int) {
	if c.fold != nil {
		return
	}
	c.fold = time.AfterFunc(time.Second+time.Duration(connections)*time.Millisecond, func() {
		c.chat.Roster(func(people []chat.Person) {
			c.fold = nil
			c.ns.Local().Send(c.list(people))
		})
	})
}

// list encodes who is here, once per change.
func (c *crowd) list(people []chat.Person) *socketio.Encoded {
	if c.users == nil {
		event := usersEvent{People: make([]string, 0, min(len(people), rosterLimit)), Total: len(people)}
		for _, p := range people[:min(len(people), rosterLimit)] {
			event.People = append(event.People, p.Nickname)
		}
		c.users, _ = socketio.Encode(classicNamespace, eventUsers, event)
	}
	return c.users
}

// welcome sends who is here to one socket.
func (c *crowd) welcome(s *socketio.Socket) {
	c.chat.Roster(func(people []chat.Person) { s.Send(c.list(people)) })
}
