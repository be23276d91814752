package chat

import (
	"sync"
	"time"
)

// A follower keeps up with something whose steps are announced: announcements
// are a hint, so besides them it can be told that some were lost. It calls
// step with everything that has come since the last call, on a goroutine that
// exists only while there is work. Steps and tasks never run at the same time.
type follower[T any] struct {
	// step handles what was announced. After an error it is called again,
	// with lost set, when retryDelay has passed.
	step func(announced []T, lost bool) error

	mu      sync.Mutex
	queue   []T      // guarded by mu
	lost    bool     // guarded by mu
	tasks   []func() // guarded by mu
	running bool     // guarded by mu
	closed  bool     // guarded by mu
	idle    sync.Cond
	retry   *time.Timer // guarded by mu
}

const (
	retryDelay = 250 * time.Millisecond
	// maxQueue bounds announcements that wait for a step. The log has them
	// all, so beyond it they are dropped and read from there.
	maxQueue = 8192
)

func newFollower[T any](step func([]T, bool) error) *follower[T] {
	f := &follower[T]{step: step}
	f.idle.L = &f.mu
	return f
}

// announce hands over what was announced; nil says that something was lost.
func (f *follower[T]) announce(items []T) {
	f.mu.Lock()
	if items == nil || len(f.queue)+len(items) > maxQueue {
		f.lost = true
	} else {
		f.queue = append(f.queue, items...)
	}
	f.start()
	f.mu.Unlock()
}

// do runs task between steps. It reports whether it will: a closed follower
// runs nothing.
func (f *follower[T]) do(task func()) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.tasks = append(f.tasks, task)
	f.start()
	return true
}

// hold keeps steps from running until c is closed. A follower is held before
// anything is announced to it.
func (f *follower[T]) hold(c <-chan struct{}) {
	// Without waiting for the task to run, what is announced in between would
	// be stepped through before it.
	held := make(chan struct{})
	f.do(func() {
		close(held)
		<-c
	})
	<-held
}

func (f *follower[T]) start() {
	if !f.running && !f.closed {
		f.running = true
		go f.run()
	}
}

func (f *follower[T]) run() {
	for {
		f.mu.Lock()
		queue, lost, tasks := f.queue, f.lost, f.tasks
		f.queue, f.lost, f.tasks = nil, false, nil
		if f.closed || len(queue) == 0 && !lost && len(tasks) == 0 {
			f.running = false
			f.idle.Broadcast()
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		if len(queue) > 0 || lost {
			if err := f.step(queue, lost); err != nil {
				f.again()
			}
		}
		for _, task := range tasks {
			task()
		}
	}
}

// again asks for another step, later.
func (f *follower[T]) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	if f.retry == nil {
		f.retry = time.AfterFunc(retryDelay, func() { f.announce(nil) })
	} else {
		f.retry.Reset(retryDelay)
	}
}

// close ends the follower and waits for a running step. It must not be called
// from a step or a task.
func (f *follower[T]) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.retry != nil {
		f.retry.Stop()
	}
	for f.running {
		f.idle.Wait()
	}
}
