package main

import (
	"context"
	"fmt"
	"os"

	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const backupUsage = `Usage: causerie backup [OPTIONS] FILE

Writes everything to a new file, which causerie restore takes. The server goes
on meanwhile; of a folder it is the state of one moment. A Redis that people
write to all the time is better saved with its own snapshots.
`

func (p program) backup(ctx context.Context, args []string) int {
	a := p.arguments("backup", backupUsage)
	if code, done := a.parse(args, 1, 1); done {
		return code
	}
	cfg, err := a.config()
	if err != nil {
		return p.misused("%v", err)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	path := a.words[0]
	if _, err := os.Lstat(path); err == nil {
		return p.failed(fmt.Errorf("%s is there already: choose another name", path))
	}
	if cfg.Redis != "" {
		if err := p.backupOf(ctx, a, cfg, path); err != nil {
			return p.broken(ctx, err)
		}
		return exitOK
	}
	return onStore(ctx, a, p.openFolder, func(_ config.Config, r *sqlite.Reader) error {
		return r.Backup(ctx, path, a.bytes())
	})
}

func (p program) openFolder(ctx context.Context, cfg config.Config) (*sqlite.Reader, error) {
	return sqlite.OpenReadOnly(ctx, sqlite.Options{Dir: cfg.Data})
}
