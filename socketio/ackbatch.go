package socketio

import "github.com/causerie-chat/causerie/engineio"

// An AckBatch gathers acknowledgements and sends those of each socket in one
// write. It pays where many events are settled together, as when a store has
// kept a batch: a write costs far more than what is written.
//
// The zero value is ready for use, and again after Send. It must not be used
// by several goroutines at once.
type AckBatch struct {
	sockets  []*Socket // in the order of their first acknowledgement
	messages map[*Socket][]*engineio.Message
}

// Add is [Event.Ack], except that the client is answered by Send.
func (b *AckBatch) Add(e *Event, args ...any) error {
	m, err := e.settle(args)
	if err != nil {
		return err
	}
	if b.messages == nil {
		b.messages = make(map[*Socket][]*engineio.Message)
	}
	gathered, known := b.messages[e.Socket]
	if !known {
		b.sockets = append(b.sockets, e.Socket)
	}
	b.messages[e.Socket] = append(gathered, m)
	return nil
}

// Send answers the clients, each in the order of the calls of Add. Those that
// have disconnected meanwhile are left out.
func (b *AckBatch) Send() {
	for _, s := range b.sockets {
		if s.Connected() {
			_ = s.write(engineio.Join(b.messages[s]...)) // closed or too slow: its conn is told
		}
	}
	clear(b.sockets)
	b.sockets = b.sockets[:0]
	clear(b.messages)
}
