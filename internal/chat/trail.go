package chat

import (
	"context"
	"sync"
)

// A trail writes what follows from messages to the shelves of people: mentions
// and how far their authors have read. It is written behind the answers to the
// senders, and what a crash takes with it is found in the log again when
// unread messages are counted. Its goroutine exists only while there is work.
type trail struct {
	records Records

	mu      sync.Mutex
	waiting map[PersonID]map[string]Write // by key; guarded by mu
	running bool                          // guarded by mu
	tasks   int                           // of do, not ended yet; guarded by mu
	idle    sync.Cond
}

// maxTrail bounds for how many people something waits; what is beyond it is
// dropped like what a crash takes.
const maxTrail = 100_000

func newTrail(r Records) *trail {
	t := &trail{records: r, waiting: make(map[PersonID]map[string]Write)}
	t.idle.L = &t.mu
	return t
}

func (t *trail) add(id PersonID, writes ...Write) {
	if !id.hasShelf() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.waiting[id]
	if lines == nil {
		if len(t.waiting) >= maxTrail {
			return
		}
		lines = make(map[string]Write)
		t.waiting[id] = lines
	}
	for _, w := range writes {
		if was, ok := lines[w.Key]; !ok || w.Op != OpMax || w.N > was.N {
			lines[w.Key] = w
		}
	}
	if !t.running {
		t.running = true
		go t.run()
	}
}

func (t *trail) run() {
	for {
		t.mu.Lock()
		waiting := t.waiting
		t.waiting = make(map[PersonID]map[string]Write)
		if len(waiting) == 0 {
			t.running = false
			t.idle.Broadcast()
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		ids := make([]PersonID, 0, len(waiting))
		for id := range waiting {
			ids = append(ids, id)
		}
		_ = each(len(ids), func(i int) error { return t.write(ids[i], waiting[ids[i]]) })
	}
}

func (t *trail) write(id PersonID, lines map[string]Write) error {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	var do []Write
	for _, w := range lines {
		if do = append(do, w); len(do) == MaxWrites {
			if err := t.records.Commit(ctx, PersonShelf(id), Commit{Do: do}); err != nil {
				return err
			}
			do = nil
		}
	}
	return t.records.Commit(ctx, PersonShelf(id), Commit{Do: do})
}

// do runs a task that flush waits for.
func (t *trail) do(task func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tasks++
	go func() {
		task()
		t.mu.Lock()
		defer t.mu.Unlock()
		t.tasks--
		t.idle.Broadcast()
	}()
}

// flush waits until nothing waits.
func (t *trail) flush(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.idle.Broadcast()
	})
	defer stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.running || t.tasks > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.idle.Wait()
	}
	return nil
}
