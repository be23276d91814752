package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// helpFlags ask for help.
var helpFlags = []string{"-h", "-help", "--help"}

// A program is one run of causerie with everything it takes from outside, so
// that tests run the very same thing in process.
type program struct {
	environ        []string
	stdout, stderr io.Writer
}

// A command is the first argument. Its run returns an exit code.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string) int
}

func (p program) commands() []command {
	return []command{
		{"serve", "run the chat server", p.serve},
		{"user", "list people, add one, reset a password, make somebody admin", p.user},
		{"room", "list the rooms", p.room},
		{"export", "write everything, a room or a person as JSON lines", p.export},
		{"backup", "write everything to a file, also while the server runs", p.backup},
		{"restore", "put a backup into an empty store", p.restore},
		{"migrate", "copy everything between a folder and Redis", p.migrate},
		{"verify", "look for damage in what is kept", p.verify},
		{"bench", "measure this or another chat server", p.bench},
		{"version", "print the version and what is built in", p.version},
		{"docs", "print a reference page", p.docs},
		{"help", "print this text", p.help},
	}
}

func (p program) run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		p.usage(p.stderr)
		return exitUsage
	}
	if slices.Contains(helpFlags, args[0]) {
		return p.help(ctx, nil)
	}
	switch args[0] {
	case "-v", "-version", "--version":
		return p.version(ctx, nil)
	}
	for _, c := range p.commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:])
		}
	}
	return p.misused("there is no command %q: see causerie help", args[0])
}

// misused tells the person who typed the command line what is wrong with it.
func (p program) misused(format string, args ...any) int {
	fmt.Fprintf(p.stderr, "causerie: "+format+"\n", args...)
	return exitUsage
}

// broken is failed for what a signal may have ended: then the error is only
// where it was just then.
func (p program) broken(ctx context.Context, err error) int {
	if ctx.Err() != nil {
		err = errors.New("stopped before the end")
	}
	return p.failed(err)
}

// failed tells the person who runs the program why it cannot go on.
func (p program) failed(err error) int {
	fmt.Fprintf(p.stderr, "causerie: %v\n", err)
	return exitFailed
}
