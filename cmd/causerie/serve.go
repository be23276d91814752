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
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	// From the first signal on a second one has its usual effect: it ends the
	// process at once. The store is safe from that.
	defer context.AfterFunc(ctx, stop)()
	defer stop()

	a, err := newApp(ctx, cfg, newLogger(p.stderr, cfg))
	if err != nil {
		if ctx.Err() != nil {
			return exitOK // told to stop while it was starting
		}
		return p.failed(err)
	}
	if err := a.Run(ctx); err != nil {
		return p.failed(err)
	}
	return exitOK
}

func newLogger(w io.Writer, cfg config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
