package sqlite

import (
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestAnnouncer_Overflow: a watcher that is stuck does not hold up those who
// announce, and is told that it has lost something.
func TestAnnouncer_Overflow(t *testing.T) {
	a := newAnnouncer()
	var running sync.WaitGroup
	running.Go(a.run)
	defer running.Wait()
	defer a.close()

	stuck, free := make(chan struct{}), make(chan struct{})
	lost := make(chan struct{})
	heard := 0
	defer a.rooms.watch(chat.Lobby, func(entries []chat.Entry) {
		if entries == nil {
			close(lost)
			return
		}
		if heard++; heard == 1 {
			close(stuck)
			<-free
		}
	})()
	entry := []chat.Entry{{}}
	a.entries(chat.Lobby, entry)
	<-stuck
	for range longestQueue + 10 {
		a.entries(chat.Lobby, entry)
	}
	close(free)
	<-lost
	if heard != longestQueue+1 {
		t.Errorf("heard %d announcements before the loss, want %d", heard, longestQueue+1)
	}
}
