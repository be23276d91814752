package realtime

import (
	"sync"

	"github.com/causerie-chat/causerie/socketio"
)

// news is what everybody on this node is told, whatever rooms they are in. Who
// has not been welcomed yet hears it after the welcome, in the same order: what
// the welcome holds may be older than the newest of it.
type news struct {
	ns *socketio.Namespace

	mu   sync.Mutex
	held map[*visitor][]*socketio.Encoded // guarded by mu: of those who are being welcomed
}

// newsSeats is the Socket.IO room of those who have been welcomed.
const newsSeats = "news"

// tell sends an event to everybody.
func (n *news) tell(e *socketio.Encoded) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for v := range n.held {
		n.held[v] = append(n.held[v], e)
	}
	_ = n.ns.To(newsSeats).Local().Send(e) // local: cannot fail
}

// hold begins to keep news for v, until deliver or drop. It must be called
// before what v is welcomed with is read.
func (n *news) hold(v *visitor) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.held[v] = nil
}

// deliver sends v what was held, and from now on everything at once.
func (n *news) deliver(v *visitor) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if kept := n.held[v]; len(kept) > 0 {
		_ = v.socket.Send(socketio.Batch(kept...)) // ended: Join says so
	}
	delete(n.held, v)
	return v.socket.Join(newsSeats)
}

// drop forgets what is held for v.
func (n *news) drop(v *visitor) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.held, v)
}
