package main

import (
	"context"
	"fmt"
	"io"
)

func (p program) help(ctx context.Context, args []string) int {
	if len(args) == 1 {
		// Every command explains itself.
		return p.run(ctx, []string{args[0], "--help"})
	}
	p.usage(p.stdout)
	return exitOK
}

func (p program) usage(w io.Writer) {
	fmt.Fprint(w, "Causerie is a chat server that speaks Socket.IO.\n\nUsage: causerie COMMAND [OPTIONS]\n\n")
	for _, c := range p.commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\ncauserie serve            serves http://localhost:3000 and keeps the chat on this machine\n"+
		"causerie serve --help     shows every option with its default\n")
}
