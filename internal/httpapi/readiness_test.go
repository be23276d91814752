package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("the store is down")
		var fails atomic.Bool
		var log strings.Builder
		r := NewReadiness(func(context.Context) error {
			if fails.Load() {
				return down
			}
			return nil
		}, slog.New(slog.NewTextHandler(&log, nil)))
		if got := r.Status(); got != errStarting {
			t.Errorf("before the first probe: got %v, want %v", got, errStarting)
		}
		ctx, stop := context.WithCancel(t.Context())
		go r.Run(ctx)
		defer stop()

		for _, step := range []struct {
			name  string
			fails bool
			want  error
		}{{"up", false, nil}, {"down", true, down}, {"still down", true, down}, {"up again", false, nil}} {
			fails.Store(step.fails)
			time.Sleep(2 * probeInterval)
			synctest.Wait()
			if got := r.Status(); got != step.want {
				t.Errorf("%s: got %v, want %v", step.name, got, step.want)
			}
		}
		r.Drain()
		if got := r.Status(); got != errDraining {
			t.Errorf("draining: got %v, want %v", got, errDraining)
		}
		stop()
		synctest.Wait()
		if got, want := strings.Count(log.String(), "\n"), 3; got != want {
			t.Errorf("got %d lines, want one per change, %d:\n%s", got, want, log.String())
		}
	})
}

// A store whose Check ignores its context must not leave the probe green, and
// must not hang whoever asks.
func TestReadiness_storeHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		var asked atomic.Int32
		r := NewReadiness(func(context.Context) error {
			if asked.Add(1) > 1 {
				<-hang
			}
			return nil
		}, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		go r.Run(ctx)
		time.Sleep(staleAfter - probeInterval)
		if got := r.Status(); got != nil {
			t.Errorf("within the time a probe may take: got %v, want nil", got)
		}
		time.Sleep(2 * probeInterval)
		if got := r.Status(); got != errStale {
			t.Errorf("got %v, want %v", got, errStale)
		}
		close(hang)
		synctest.Wait()
		if got := r.Status(); got != nil {
			t.Errorf("after the store came back: got %v, want nil", got)
		}
		stop()
	})
}

// A probe that is broken off because the process ends is no news.
func TestReadiness_stopsQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		r := NewReadiness(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, stop := context.WithCancel(t.Context())
		go r.Run(ctx)
		synctest.Wait()
		stop()
		synctest.Wait()
		if log.Len() > 0 || r.Status() != errStarting {
			t.Errorf("got %v and %q, want %v and no line", r.Status(), log.String(), errStarting)
		}
	})
}
