package main

import (
	"context"
	"fmt"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const verifyUsage = `Usage: causerie verify [OPTIONS]

Follows the chain of every room from its first entry to its last and holds what
the server has noted against it: the room itself, members with their ranks, mutes
and bans, reactions, edits, pins, threads and deletions, and how far people have
read. In a folder the database file is checked too. Prints a line for all that is
wrong, and then ends with 1. It can be done beside a running server.
`

func (p program) verify(ctx context.Context, args []string) int {
	a := p.arguments("verify", verifyUsage)
	if code, done := a.parse(args, 0, 0); done {
		return code
	}
	return onStore(ctx, a, p.openReadable, func(_ config.Config, s readable) error { return p.verifyStore(ctx, a, s) })
}

// verifyStore prints what is wrong with a store; then it returns an error.
func (p program) verifyStore(ctx context.Context, a *arguments, s readable) error {
	wrong := 0
	tell := func(what string) {
		wrong++
		fmt.Fprintln(p.stdout, what)
	}
	if r, ok := s.(interface{ CheckFile(context.Context) error }); ok {
		if err := r.CheckFile(ctx); err != nil {
			tell(err.Error())
		}
	}
	if err := archive.Verify(ctx, s, func(f archive.Found) { tell(f.String()) }, a.steps()); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("what is kept is not whole (%d findings): restore a backup, or ask for help with these lines", wrong)
	}
	return nil
}

var _ interface{ CheckFile(context.Context) error } = (*sqlite.Reader)(nil)
