// Package sqlite keeps everything in one SQLite file inside a data folder: the
// store of a server that needs nothing beside itself.
//
// One goroutine writes. Whatever calls wait while it commits go into its next
// transaction together, so one fsync serves them all, and a call that waits
// alone waits for nobody. Reads have connections of their own and never wait
// for a write. Announcements stay inside the process, because only one process
// may use the folder: Open takes a lock on it.
//
// What is erased is gone from the database and its write-ahead log once that is
// folded: after 3 quiet seconds, half a minute at most, or at Close. A reader
// that is in the way delays it, and a process that is killed leaves it to the
// next Open. What the disk itself keeps of overwritten blocks, and backups of
// before, are beyond this package.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var _ chat.Store = (*Store)(nil)

// Options say where and how to keep the data.
type Options struct {
	// Dir is the data folder. It is made, readable by its owner only, if it is
	// not there; its parent must exist.
	Dir string
	// Logger gets what is worth knowing at start. Defaults to silence.
	Logger *slog.Logger
	// Now is the time that leases and graces live by. Defaults to time.Now;
	// it is the wall clock, because leases go on over a restart.
	Now func() time.Time

	// connect is called with every new writing connection; nil does nothing.
	connect func(context.Context, *sql.Conn) error
	// idle is how long nothing must have been written before the write-ahead
	// log is folded into the database. Defaults to idleAfter.
	idle time.Duration
	// scrub is how long something erased may stay in a write-ahead log that is
	// never folded for being idle. Defaults to scrubAfter.
	scrub time.Duration
}

// A Store is a chat.Store in a data folder. It is made by Open.
type Store struct {
	Reader
	options Options
	lock    *lock

	write *sql.DB // at most one connection, which the committer holds

	steps   chan *step
	closing chan struct{} // closed by Close
	running sync.WaitGroup
	news    *announcer
	check   check
}

// Open opens the store in options.Dir, making or migrating it as needed. ctx
// bounds the opening only. The error is one sentence that says what is wrong
// and what to do about it.
func Open(ctx context.Context, options Options) (*Store, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.idle == 0 {
		options.idle = idleAfter
	}
	if options.scrub == 0 {
		options.scrub = scrubAfter
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, err
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		Reader:  Reader{path: filepath.Join(dir, database)},
		options: options,
		lock:    lock,
		steps:   make(chan *step),
		closing: make(chan struct{}),
		news:    newAnnouncer(),
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(explain(s.path, err), s.release())
	}
	return s, nil
}

// open does what Open does once the folder is ours.
func (s *Store) open(ctx context.Context) error {
	if err := checkHeader(s.path); err != nil {
		return err
	}
	if err := makeFile(s.path); err != nil {
		return err
	}
	s.write = pool(s.path, 1, "_pragma=synchronous(FULL)",
		// On macOS an ordinary fsync stops at the drive's cache.
		"_pragma=fullfsync(1)", "_pragma=checkpoint_fullfsync(1)",
		// What is deleted or erased is overwritten, not only let go.
		"_pragma=secure_delete(1)",
		"_pragma=foreign_keys(1)", "_pragma=journal_size_limit(67108864)", "_txlock=immediate")
	w, err := s.connect(ctx)
	if err != nil {
		return err
	}
	if err := s.prepare(ctx, w); err != nil {
		return errors.Join(err, w.close())
	}
	s.running.Go(func() { s.commitAll(w) })
	s.running.Go(s.news.run)
	return nil
}

// prepare brings the schema up to date, looks for damage, and opens the
// connections for reading.
func (s *Store) prepare(ctx context.Context, w *writer) error {
	if err := migrate(ctx, w.conn); err != nil {
		return err
	}
	s.read = pool(s.path, max(4, runtime.GOMAXPROCS(0)), "_query_only=1")
	if err := s.reads.prepare(ctx, s.read); err != nil {
		return err
	}
	return s.inspect(ctx, inspection)
}

// Close writes everything into the one database file, ends all watches and
// gives the folder back.
func (s *Store) Close() error {
	close(s.closing)
	s.news.close()
	s.running.Wait()
	return s.release()
}

// release closes what open has opened so far. The writing side goes last: the
// last connection folds the write-ahead log into the database.
func (s *Store) release() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	return errors.Join(append(errs, s.lock.release())...)
}
