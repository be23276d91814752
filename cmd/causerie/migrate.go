package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

const migrateUsage = `Usage: causerie migrate [OPTIONS] --from STORE --to STORE

Copies a whole chat into an empty store: from a folder to Redis, from Redis to a
folder, or to another of the same. Numbers, ids and chains stay the same, so that
clients go on where they were. Stop the servers before, and start them with the
new store afterwards. A run that broke off goes on with the same command.

STORE is a folder, a URL such as redis://127.0.0.1:6379/0, or the word redis for
what CAUSERIE_REDIS or --redis names, which keeps a password out of sight.
`

func (p program) migrate(ctx context.Context, args []string) int {
	a := p.arguments("migrate", migrateUsage)
	from := a.String("from", "", "`STORE` to copy")
	to := a.String("to", "", "`STORE` to fill")
	if code, done := a.parse(args, 0, 0); done {
		return code
	}
	if *from == "" || *to == "" || *from == *to {
		return p.misused("migrate needs two stores, --from and --to: see causerie migrate --help")
	}
	cfg, err := a.config()
	if err != nil {
		return p.misused("%v", err)
	}
	source, target := cfg, cfg
	if err := errors.Join(locate(&source, *from), locate(&target, *to)); err != nil {
		return p.misused("%v", err)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	name := source.Redis.String()
	if source.Redis == "" {
		if name, err = filepath.Abs(source.Data); err != nil {
			return p.failed(err)
		}
	}
	if err := p.copy(ctx, a, source, target, name); err != nil {
		return p.broken(ctx, err)
	}
	return exitOK
}

// locate makes a configuration be about the store that somebody has named.
func locate(cfg *config.Config, store string) error {
	switch {
	case store == "redis" && cfg.Redis == "":
		return errors.New("the word redis needs CAUSERIE_REDIS or --redis to say which one")
	case store == "redis":
	case strings.Contains(store, "://"):
		named, err := config.Load([]string{"--redis", store}, nil)
		if err != nil {
			return err
		}
		cfg.Redis = named.Redis
	default:
		cfg.Redis, cfg.Data, cfg.DataByDefault = "", store, false
	}
	return nil
}

// copy fills one store with another. name is how a copy that broke off is
// known again. A folder is held meanwhile: what a server kept there after its
// room had gone over would be lost to whoever goes on with the copy.
func (p program) copy(ctx context.Context, a *arguments, source, target config.Config, name string) (err error) {
	from, err := p.openWritable(ctx, source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := begun(ctx, source, from); err != nil {
		return err
	}
	to, err := openStore(ctx, target, chat.NewNodeID(), p.toolLogger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return archive.Copy(ctx, from, to, name, a.steps())
}

// databaseName is the one file that a folder consists of while nobody uses it.
const databaseName = "causerie.db"

// place gives a finished file its name, unless the name is taken.
func place(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if _, taken := os.Lstat(to); taken == nil {
		return fmt.Errorf("%s is there already: choose another name", to)
	}
	return os.Rename(from, to) // the file system knows no links
}

// backupOf fills a folder of its own with a Redis and returns the database.
func (p program) backupOf(ctx context.Context, a *arguments, source config.Config, path string) error {
	dir, remove, err := p.newFolder(filepath.Dir(path), backupFolder)
	if err != nil {
		return err
	}
	defer remove()
	if err := p.copy(ctx, a, source, config.Config{Data: dir}, path); err != nil {
		return err
	}
	return place(filepath.Join(dir, databaseName), path)
}

var _ archive.Target = (*sqlite.Store)(nil)
