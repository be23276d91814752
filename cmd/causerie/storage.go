package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// An arguments is the command line of a command that works on a store beside
// the server: options, which may stand anywhere, and words.
type arguments struct {
	*flag.FlagSet
	p     program
	usage string
	words []string
	quiet *bool

	store map[string]*string
}

// storeFlags are the options of serve that say which store.
var storeFlags = []string{"data", "redis", "redis-prefix"}

// arguments begins the command line of a command. usage is its help.
func (p program) arguments(name, usage string) *arguments {
	a := &arguments{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), p: p, usage: usage, store: make(map[string]*string)}
	a.SetOutput(io.Discard)
	a.quiet = a.Bool("quiet", false, "no progress on standard error")
	for _, name := range storeFlags {
		a.store[name] = a.String(name, "", "as of causerie serve")
	}
	return a
}

// parse reads the command line. done says that there is nothing to do any
// more, with the exit code.
func (a *arguments) parse(args []string, least, most int) (code int, done bool) {
	for len(args) > 0 {
		switch err := a.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			a.help(a.p.stdout)
			return exitOK, true
		case err != nil:
			return a.p.misused("%v: see causerie %s --help", err, a.Name()), true
		}
		if args = a.Args(); len(args) > 0 {
			a.words = append(a.words, args[0])
			args = args[1:]
		}
	}
	if len(a.words) < least || len(a.words) > most {
		a.help(a.p.stderr)
		return exitUsage, true
	}
	return exitOK, false
}

func (a *arguments) help(w io.Writer) {
	fmt.Fprint(w, a.usage, "\nOptions:\n")
	a.VisitAll(func(f *flag.Flag) {
		value, help := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  %-22s %s\n", strings.TrimSpace("--"+f.Name+" "+value), help)
	})
	fmt.Fprint(w, "\nThe store is the one that causerie serve would use with the same options and\nenvironment: a folder, or with --redis or CAUSERIE_REDIS a Redis.\n")
}

// config returns what serve would run with.
func (a *arguments) config() (config.Config, error) {
	var given []string
	a.Visit(func(f *flag.Flag) {
		if a.store[f.Name] != nil {
			given = append(given, "--"+f.Name, f.Value.String())
		}
	})
	return config.Load(given, a.p.environ)
}

// A readable is a store that a command reads.
type readable interface {
	archive.Source
	Close() error
}

// openReadable opens the store for reading, also beside a running server.
func (p program) openReadable(ctx context.Context, cfg config.Config) (readable, error) {
	if cfg.Redis == "" {
		s, err := sqlite.OpenReadOnly(ctx, sqlite.Options{Dir: cfg.Data})
		if err != nil {
			return nil, err
		}
		return whole(ctx, s)
	}
	s, err := p.openWhole(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := begun(ctx, cfg, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// begun returns an error where there is no chat to read: a mistyped number or
// prefix of a Redis is as good a place as any, and a backup of nothing would
// look like one of the chat.
func begun(ctx context.Context, cfg config.Config, s archive.Source) error {
	if cfg.Redis == "" {
		return nil
	}
	some, err := archive.Begun(ctx, s)
	if err == nil && !some {
		err = fmt.Errorf("there is no chat in %s under the prefix %s: name the Redis of a server that has been started once", cfg.Redis, cfg.RedisPrefix)
	}
	return err
}

// openWhole opens the store and closes it again if it holds a part of a chat
// only.
func (p program) openWhole(ctx context.Context, cfg config.Config) (chat.Store, error) {
	s, err := openStore(ctx, cfg, chat.NewNodeID(), p.toolLogger())
	if err != nil {
		return nil, err
	}
	return whole(ctx, s)
}

func whole[S readable](ctx context.Context, s S) (S, error) {
	if err := archive.Whole(ctx, s); err != nil {
		var none S
		return none, errors.Join(err, s.Close())
	}
	return s, nil
}

// openWritable opens the store for writing. A folder must be there already,
// so that a typing error does not begin a new chat, and no server may use it.
func (p program) openWritable(ctx context.Context, cfg config.Config) (chat.Store, error) {
	if cfg.Redis == "" {
		there, err := sqlite.OpenReadOnly(ctx, sqlite.Options{Dir: cfg.Data})
		if err != nil {
			return nil, err
		}
		if err := there.Close(); err != nil {
			return nil, err
		}
	}
	return p.openWhole(ctx, cfg)
}

// toolLogger is for what a store warns of; what it does otherwise, nobody who
// runs a command wants to read.
func (p program) toolLogger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// onStore opens the store, has f work with it, and closes it.
func onStore[S interface{ Close() error }](ctx context.Context, a *arguments,
	open func(context.Context, config.Config) (S, error), f func(config.Config, S) error,
) int {
	cfg, err := a.config()
	if err != nil {
		return a.p.misused("%v", err)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	s, err := open(ctx, cfg)
	if err != nil {
		return a.p.broken(ctx, err)
	}
	if err := errors.Join(f(cfg, s), s.Close()); err != nil {
		return a.p.broken(ctx, err)
	}
	return exitOK
}

// steps returns what shows on standard error how far a long run has come, at
// most once a second; nil with --quiet.
func (a *arguments) steps() func(archive.Step) {
	if *a.quiet {
		return nil
	}
	shown := time.Now()
	return func(s archive.Step) {
		if !s.Done && time.Since(shown) < time.Second {
			return
		}
		shown = time.Now()
		fmt.Fprintf(a.p.stderr, "%d of %d rooms, %d entries, %d records\n", s.Rooms, s.Of, s.Entries, s.Records)
	}
}

// bytes is steps for files.
func (a *arguments) bytes() func(done, total int64) {
	if *a.quiet {
		return nil
	}
	shown := time.Now()
	return func(done, total int64) {
		if done < total && time.Since(shown) < time.Second {
			return
		}
		shown = time.Now()
		fmt.Fprintf(a.p.stderr, "%.1f of %.1f MB\n", float64(done)/(1<<20), float64(total)/(1<<20))
	}
}

// What the folders begin with that commands work in. They hold a whole chat.
const (
	restoreFolder = ".causerie-restore-"
	backupFolder  = ".causerie-backup-"
)

// warnOfRemains names the folders in dir that a command has left behind which
// was killed. One that is at work has such a folder too, so people remove them.
func warnOfRemains(dir string, l *slog.Logger) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return // whoever needs the folder says it better
	}
	for _, f := range files {
		if f.IsDir() && (strings.HasPrefix(f.Name(), restoreFolder) || strings.HasPrefix(f.Name(), backupFolder)) {
			l.Warn("a folder with a copy of a chat is left of a command that was stopped: remove it, unless a restore or backup is at work there",
				slog.String("folder", filepath.Join(dir, f.Name())))
		}
	}
}

// newFolder makes a folder for a store beside a file that is to be.
func (p program) newFolder(dir, prefix string) (string, func(), error) {
	warnOfRemains(dir, p.toolLogger())
	name, err := os.MkdirTemp(dir, prefix+"*")
	if err != nil {
		return "", nil, fmt.Errorf("cannot work in %s: choose a folder that is there and that this user may write in (%w)", dir, err)
	}
	return name, func() { _ = os.RemoveAll(name) }, nil
}
