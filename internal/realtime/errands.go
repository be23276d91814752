package realtime

import "sync"

// errands are things to do one after the other, away from whoever asks: what
// needs the store cannot be done in the order of a room or of the roster, where
// nothing may wait. There is a goroutine only while there is something to do.
type errands struct {
	// spawn begins a goroutine, unless the door is closed.
	spawn func(f func()) bool

	mu    sync.Mutex
	queue []func() // guarded by mu
	busy  bool     // guarded by mu
}

// do has f done after everything before it.
func (e *errands) do(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queue = append(e.queue, f)
	if !e.busy {
		e.busy = e.spawn(e.run)
	}
}

func (e *errands) run() {
	for {
		e.mu.Lock()
		if len(e.queue) == 0 {
			e.queue, e.busy = nil, false
			e.mu.Unlock()
			return
		}
		f := e.queue[0]
		e.queue[0] = nil
		e.queue = e.queue[1:]
		e.mu.Unlock()
		f()
	}
}
