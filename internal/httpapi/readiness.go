package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	probeInterval = time.Second
	probeTimeout  = 3 * time.Second
	// staleAfter is when a probe that never comes back counts as a failure,
	// even if it ignores its context.
	staleAfter = probeInterval + probeTimeout + time.Second
)

var (
	errStarting = errors.New("starting")
	errDraining = errors.New("stopping")
	errStale    = errors.New("the store does not answer")
)

// Readiness knows whether this process can serve people. It asks in the
// background, so that a store that hangs cannot hang the one who asks. All
// methods may be called at once from many goroutines.
type Readiness struct {
	check  func(context.Context) error
	logger *slog.Logger

	mu       sync.Mutex
	answered time.Time // guarded by mu; when check last came back
	err      error     // guarded by mu; what it said
	draining bool      // guarded by mu
}

// NewReadiness returns a Readiness that is red until Run has asked check.
func NewReadiness(check func(context.Context) error, l *slog.Logger) *Readiness {
	return &Readiness{check: check, logger: l, err: errStarting, answered: time.Now()}
}

// Run asks about once a second, until ctx ends.
func (r *Readiness) Run(ctx context.Context) {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		r.probe(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *Readiness) probe(running context.Context) {
	ctx, cancel := context.WithTimeout(running, probeTimeout)
	defer cancel()
	err := r.check(ctx)
	if running.Err() != nil {
		return // broken off by us, which says nothing about the store
	}

	r.mu.Lock()
	before := r.err
	r.answered, r.err = time.Now(), err
	r.mu.Unlock()
	switch {
	case err != nil && (before == nil || before == errStarting):
		r.logger.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("reason", err.Error()))
	case err == nil && before != nil:
		r.logger.LogAttrs(ctx, slog.LevelInfo, "ready")
	}
}

// Drain turns it red for good.
func (r *Readiness) Drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
}

// Status returns nil, or the reason why nobody should be sent here. It does
// not wait for anything.
func (r *Readiness) Status() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.draining:
		return errDraining
	case r.err == nil && time.Since(r.answered) > staleAfter:
		return errStale
	}
	return r.err
}
