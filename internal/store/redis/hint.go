package redis

import (
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxHints bounds the memory of hints. A room without one costs its next
// append one more round trip, no more.
const maxHints = 1 << 16

// hints remembers about how far each room has got, so that the append script
// can be given the keys it will need. They need not be right.
type hints struct {
	mu  sync.Mutex
	seq map[chat.RoomID]uint64 // guarded by mu
}

func (h *hints) get(room chat.RoomID) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq[room]
}

func (h *hints) set(room chat.RoomID, seq uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq < chunkSize {
		// What get says of an unknown room is near enough.
		delete(h.seq, room)
		return
	}
	if _, known := h.seq[room]; !known && (h.seq == nil || len(h.seq) >= maxHints) {
		h.seq = make(map[chat.RoomID]uint64)
	}
	h.seq[room] = seq
}
