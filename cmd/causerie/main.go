// Causerie is a chat server: one program that speaks Socket.IO, keeps every
// message before it acknowledges it, and serves its own page.
package main

import (
	"context"
	"os"
)

func main() {
	p := program{environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(context.Background(), os.Args[1:]))
}
