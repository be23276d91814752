// The program run measures causerie beside its peers and writes the table.
// make bench starts it; docs/performance.md says how to read what it writes.
//
// Every server runs on the first processor core and the load generator on the
// second, which Redis shares. Rounds alternate between the servers, so that a
// noisy minute does not fall on one of them alone, and each figure is the
// median of its rounds.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	quick := flag.Bool("quick", os.Getenv("QUICK") != "", "one short round, for a first look")
	only := flag.String("only", "", "measure only the rows with these names, with commas between")
	servers := flag.String("servers", "", "measure only the servers with these names, with commas between")
	rounds := flag.Int("rounds", 0, "rounds for each figure (default 3, with -quick 1)")
	docs := flag.Bool("docs", false, "renew the table and the chart of docs/performance.md")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bench{ctx: ctx, quick: *quick, rounds: *rounds, only: listOf(*only), servers: listOf(*servers)}
	if b.rounds == 0 {
		b.rounds = map[bool]int{true: 1, false: 3}[b.quick]
	}
	if err := b.do(*docs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// A bench is one go through the table.
type bench struct {
	ctx     context.Context
	quick   bool
	rounds  int
	only    []string
	servers []string

	root string // of the repository
	out  string // bench/out
	bin  string // bench/out/bin
}

func (b *bench) do(docs bool) error {
	var err error
	if b.root, err = repository(); err != nil {
		return err
	}
	b.out = filepath.Join(b.root, "bench", "out")
	b.bin = filepath.Join(b.out, "bin")
	started := time.Now()
	if err := b.build(); err != nil {
		return err
	}
	t := &table{
		Host: describeHost(), At: started.UTC().Truncate(time.Second),
		Rounds: b.rounds, Quick: b.quick, Busy: busy(2 * time.Second),
	}
	if t.Busy > 5 {
		fmt.Fprintf(os.Stderr, "other programs take %.0f %% of this machine: the figures will say little\n", t.Busy)
	}
	for _, row := range b.rows() {
		if err := b.measure(row, t); err != nil {
			return err
		}
		// Written after every row, so that a run that is cut short is not lost.
		if err := t.write(b.out); err != nil {
			return err
		}
	}
	t.Seconds = time.Since(started).Seconds()
	if err := t.write(b.out); err != nil {
		return err
	}
	if docs {
		if err := t.renewDocs(filepath.Join(b.root, "docs")); err != nil {
			return err
		}
	}
	fmt.Print(t.markdown())
	fmt.Printf("\nwritten to %s in %.0f s\n", b.out, t.Seconds)
	return nil
}

// repository finds the root by its go.mod.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "bench", "run", "main.go")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("start this inside the repository")
		}
		dir = up
	}
}
