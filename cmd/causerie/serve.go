package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/causerie-chat/causerie/internal/config"
)

func (p program) serve(ctx context.Context, args []string) int {
	cfg, err := config.Load(args, p.environ)
	switch {
	case errors.Is(err, config.ErrHelp):
		fmt.Fprint(p.stdout, "Usage: causerie serve [OPTIONS]\n\nRuns the chat server until SIGTERM or Ctrl-C.\n")
		config.WriteHelp(p.stdout)
		return exitOK
	case err != nil:
		return p.misused("%v", err)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()

	a, err := newApp(ctx, cfg, newLogger(p.stderr, cfg))
	if err != nil {
		if ctx.Err() != nil {
			return exitOK // told to stop while it was starting
		}
		return p.failed(err)
	}
	if a.setup != "" {
		fmt.Fprintf(p.stderr, "\nThis server has no owner yet. Open this link once to become it:\n\n  %s\n\n", a.setup)
	}
	if err := a.Run(ctx); err != nil {
		return p.failed(err)
	}
	return exitOK
}

// untilSignal returns a context that ends with the first SIGTERM or Ctrl-C.
// From then on a second one has its usual effect: it ends the process at once.
// The store is safe from that.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	signalled, restore := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	// In this order: whoever sees ctx end may count on the second signal.
	context.AfterFunc(signalled, func() {
		restore()
		cancel()
	})
	return ctx, restore
}

func newLogger(w io.Writer, cfg config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
