package chat

import (
	"context"
	"maps"
	"sync"
	"time"
)

// A trail writes what follows from messages to the shelves of people, such as how
// far their authors have read. It is written behind the answers to the senders,
// and again while the store does not answer; what a crash takes with it
// is found in the log again when unread messages are counted. Its goroutine
// exists only while there is work.
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

const (
	// trailPause is between two tries to write, trailTries how many there are:
	// a restart or a failover of the store is shorter.
	trailPause = time.Second
	trailTries = 60
)

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
	t.wait(id, writes)
	if !t.running {
		t.running = true
		go t.run()
	}
}

// wait lets writes wait. The caller holds t.mu.
func (t *trail) wait(id PersonID, writes []Write) {
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
}

func (t *trail) run() {
	for tries := 0; ; {
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
		failed := t.writeAll(ids, waiting)
		if len(failed) == 0 {
			tries = 0
			continue
		}
		if tries++; tries >= trailTries {
			tries = 0
			continue
		}
		t.again(failed, waiting)
		time.Sleep(trailPause)
	}
}

// writeAll returns for whom the store did not answer.
func (t *trail) writeAll(ids []PersonID, waiting map[PersonID]map[string]Write) []PersonID {
	var mu sync.Mutex
	var failed []PersonID
	_ = each(len(ids), func(i int) error {
		err := t.write(ids[i], waiting[ids[i]])
		if CodeOf(err) == CodeUnavailable {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, ids[i])
		}
		return err
	})
	return failed
}

// again lets what was not written wait, below what has come since.
func (t *trail) again(ids []PersonID, lines map[PersonID]map[string]Write) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		newer := t.waiting[id]
		t.waiting[id] = lines[id]
		for w := range maps.Values(newer) {
			t.wait(id, []Write{w})
		}
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

// ask runs a task that flush waits for and that has to look something up
// first: again for as long as writes are tried, while the store does not answer.
func (t *trail) ask(task func(context.Context) error) {
	t.do(func() {
		for range trailTries {
			ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
			err := task(ctx)
			cancel()
			if CodeOf(err) != CodeUnavailable {
				return
			}
			time.Sleep(trailPause)
		}
	})
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
