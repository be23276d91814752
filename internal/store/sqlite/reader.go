package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/causerie-chat/causerie/internal/chat"
)

// database is the file in the data folder that everything is in.
const database = "causerie.db"

// A Reader reads what is in a data folder. It is made by OpenReadOnly, and
// every Store is one. All methods but Close may be called at once from many
// goroutines, and have the errors of chat.Log.
type Reader struct {
	path  string  // of the database
	read  *sql.DB // may not write
	reads reads
}

var _ interface {
	After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error)
	Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error)
	Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error)
	Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error)
	Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error)
	List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error)
} = (*Reader)(nil)

// OpenReadOnly opens the data folder options.Dir for reading, also while a
// server in this or another process has it open: it takes no lock, and sees
// what is acknowledged at the moment of each call. Nothing is made or
// migrated: the folder must have a database of this version. Beside Dir no
// option has a meaning. ctx bounds the opening only. The error is one sentence
// that says what is wrong and what to do about it.
func OpenReadOnly(ctx context.Context, options Options) (*Reader, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, err
	}
	r := &Reader{path: filepath.Join(dir, database)}
	// Only a look from outside: closing a file that SQLite has open in this
	// process would take its locks away.
	if info, err := os.Stat(r.path); errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return nil, fmt.Errorf("there is no database %s: name the data folder of a server that has been started once", r.path)
	}
	r.read = pool(r.path, 2, "mode=ro", "_query_only=1")
	if err := r.prepare(ctx); err != nil {
		return nil, errors.Join(explain(r.path, err), r.read.Close())
	}
	return r, nil
}

// prepare makes sure that the database is ours and of this version.
func (r *Reader) prepare(ctx context.Context) error {
	conn, err := r.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	switch version, err := readVersion(ctx, conn); {
	case err != nil:
		return err
	case version < len(migrations):
		return fmt.Errorf("%w (its schema is version %d, this program needs %d)", errOlder, version, len(migrations))
	}
	return r.reads.prepare(ctx, r.read)
}

// CheckFile lets SQLite look for damage in the whole file. The error is one
// sentence. It does not follow the chains of the rooms: After is for that. It
// takes about a second per 100 MB.
func (r *Reader) CheckFile(ctx context.Context) error {
	if err := r.quickCheck(ctx); err != nil {
		return explain(r.path, err)
	}
	return nil
}

// Close ends the reading.
func (r *Reader) Close() error { return r.read.Close() }
