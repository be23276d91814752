package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/contract"
)

// printed are the pages of docs/ that are printed from the code.
var printed = []struct {
	name, summary string
	print         func(io.Writer) error
}{
	{"options", "docs/options.md, every option", func(w io.Writer) error { config.WriteMarkdown(w); return nil }},
	{"events", "docs/events.md, the contract of /chat for people", contract.WriteEvents},
	{"asyncapi", "docs/asyncapi.yaml, the same for programs", contract.WriteAsyncAPI},
	{"openapi", "docs/openapi.json, the same over HTTP", contract.WriteOpenAPI},
}

// docs prints one of the pages; tests hold the files to it.
func (p program) docs(_ context.Context, args []string) int {
	for _, page := range printed {
		if len(args) == 1 && args[0] == page.name {
			if err := page.print(p.stdout); err != nil {
				return p.failed(err)
			}
			return exitOK
		}
	}
	if len(args) == 1 && slices.Contains(helpFlags, args[0]) {
		docsHelp(p.stdout)
		return exitOK
	}
	docsHelp(p.stderr)
	return exitUsage
}

func docsHelp(w io.Writer) {
	fmt.Fprint(w, "Usage: causerie docs PAGE\n\nPrints a reference page from the code:\n\n")
	for _, page := range printed {
		fmt.Fprintf(w, "  %-9s %s\n", page.name, page.summary)
	}
}
