package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const restoreUsage = `Usage: causerie restore [OPTIONS] FILE

Puts a backup into an empty folder or, with --redis or CAUSERIE_REDIS, into an
empty Redis. The backup is verified first, as causerie verify does. Nothing that
is there is overwritten: move an old folder away.
`

func (p program) restore(ctx context.Context, args []string) int {
	a := p.arguments("restore", restoreUsage)
	if code, done := a.parse(args, 1, 1); done {
		return code
	}
	cfg, err := a.config()
	if err != nil {
		return p.misused("%v", err)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	if err := p.restoreTo(ctx, a, cfg, a.words[0]); err != nil {
		return p.broken(ctx, err)
	}
	return exitOK
}

func (p program) restoreTo(ctx context.Context, a *arguments, cfg config.Config, path string) error {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("the backup %s cannot be read: name a file that causerie backup has written (%w)", path, cmp.Or(err, fs.ErrInvalid))
	}
	parent := filepath.Dir(path)
	if cfg.Redis == "" {
		parent = cfg.Data
		if _, err := os.Lstat(filepath.Join(cfg.Data, databaseName)); err == nil {
			return fmt.Errorf("the folder %s holds a chat already: move it away, or name another folder with --data", cfg.Data)
		}
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return fmt.Errorf("the folder %s cannot be made: name another one with --data (%w)", cfg.Data, err)
		}
	}
	dir, remove, err := p.newFolder(parent, restoreFolder)
	if err != nil {
		return err
	}
	defer remove()
	if err := copyFile(path, filepath.Join(dir, databaseName)); err != nil {
		return fmt.Errorf("the backup %s cannot be read: %w", path, err)
	}
	if err := p.verifyBackup(ctx, a, dir); err != nil {
		return fmt.Errorf("the backup %s was not restored: %w", path, err)
	}
	if cfg.Redis != "" {
		return p.copy(ctx, a, config.Config{Data: dir}, cfg, path)
	}
	return place(filepath.Join(dir, databaseName), filepath.Join(cfg.Data, databaseName))
}

// verifyBackup opens a database as a server does, which brings an older one up
// to date, and looks for what is wrong with it.
func (p program) verifyBackup(ctx context.Context, a *arguments, dir string) error {
	s, err := openStore(ctx, config.Config{Data: dir}, chat.NewNodeID(), p.toolLogger())
	if file := (*sqlite.FileError)(nil); errors.As(err, &file) {
		return fmt.Errorf("it %s: name a file that causerie backup has written (%w)", file.Wrong, file.Err)
	}
	if err != nil {
		return err
	}
	return errors.Join(p.verifyStore(ctx, a, s), s.Close())
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

var _ readable = (*sqlite.Store)(nil)
