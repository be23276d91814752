package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	// inspection bounds how much longer a start takes because of inspect.
	inspection = 2 * time.Second
	// inspected is how many of a room's newest entries inspect follows.
	inspected = 1000
)

var (
	errDamaged = errors.New("the file is damaged")
	errForeign = errors.New("the file is another program's database")
	errNewer   = errors.New("the file was written by a newer causerie")
	errOlder   = errors.New("the file was written by an older causerie")
)

// checkHeader looks at the first bytes of the database before SQLite does:
// what is too short or begins otherwise is not ours to touch.
func checkHeader(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	const size = 100
	header, err := io.ReadAll(io.LimitReader(file, size))
	switch {
	case err != nil:
		return err
	case len(header) == 0: // made, and then nothing was written any more
		return nil
	case len(header) < size, !bytes.HasPrefix(header, []byte("SQLite format 3\x00")):
		return fmt.Errorf("%w: its header is not a database's", errDamaged)
	}
	return nil
}

// inspect looks for damage: SQLite's own check of its structures, and then the
// chain of the newest entries of every room, as far as limit allows.
func (s *Store) inspect(ctx context.Context, limit time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.quickCheck(limited)
	if err == nil {
		err = s.checkChains(limited)
	}
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		s.options.Logger.Debug("inspection cut short", "after", limit)
		return nil
	}
	return err
}

func (r *Reader) quickCheck(ctx context.Context) error {
	var finding string
	if err := r.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&finding); err != nil {
		return err
	}
	if finding != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, strings.Join(strings.Fields(finding), " ")) // on one line
	}
	return nil
}

// selectRooms hops from room to room along the primary key, which costs as
// much as there are rooms and not as there are entries.
const selectRooms = `WITH RECURSIVE rooms (room) AS (
	SELECT min(room) FROM events
	UNION ALL
	SELECT (SELECT min(events.room) FROM events WHERE events.room > rooms.room) FROM rooms WHERE rooms.room IS NOT NULL
) SELECT room FROM rooms WHERE room IS NOT NULL`

func (r *Reader) checkChains(ctx context.Context) error {
	rows, err := r.read.QueryContext(ctx, selectRooms)
	if err != nil {
		return err
	}
	return scanAll(rows, func(row scanner) error {
		var room string
		if err := row.Scan(&room); err != nil {
			return err
		}
		return r.checkChain(ctx, chat.RoomID(room))
	})
}

// checkChain follows the newest entries of room. What is older than them was
// followed when it was new.
func (r *Reader) checkChain(ctx context.Context, room chat.RoomID) error {
	var entries []chat.Entry
	rows, err := r.reads.before.QueryContext(ctx, string(room), int64(1<<63-1), inspected)
	if err != nil {
		return err
	}
	if err := scanAll(rows, func(row scanner) error {
		e, err := scanEntry(room, row)
		entries = append(entries, e)
		return err
	}); err != nil {
		return err
	}
	slices.Reverse(entries)
	at := chat.Cursor{}
	for i, e := range entries {
		if i == 0 && e.Seq > 1 {
			at = e.Cursor // the entry before was not read
			continue
		}
		if at = at.Next(e.ID); e.Cursor != at {
			return fmt.Errorf("%w: the chain of room %s breaks at entry %d", errDamaged, room, e.Seq)
		}
	}
	return nil
}

// A FileError says what is wrong with the file of a database, and what whoever
// runs a server on it does then.
type FileError struct {
	Path, Wrong, Advice string
	Err                 error
}

// Error implements error.
func (e *FileError) Error() string {
	return fmt.Sprintf("the database %s %s: %s (%v)", e.Path, e.Wrong, e.Advice, e.Err)
}

// Unwrap returns what the file has shown.
func (e *FileError) Unwrap() error { return e.Err }

// explain says what err, met while opening the database at path, means for
// whoever starts the program, and what to do.
func explain(path string, err error) error {
	code := 0
	var sqliteErr *sqlite.Error
	if errors.As(err, &sqliteErr) {
		code = sqliteErr.Code() & 0xff // without the extended part
	}
	switch {
	case errors.Is(err, errNewer):
		return &FileError{path, "needs a newer causerie", "install that, or choose another data folder", err}
	case errors.Is(err, errOlder):
		return fmt.Errorf("the database %s must be brought up to date first: start the server on it once with this causerie (%w)", path, err)
	case errors.Is(err, errForeign):
		return &FileError{path, "is not causerie's", "choose another data folder", err}
	case errors.Is(err, errDamaged), code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB:
		return &FileError{path, "is damaged", "put a backup in its place, or move it and the files beside it away to begin anew", err}
	case code == sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk of %s is full: free some space and start again (%w)", path, err)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM, errors.Is(err, fs.ErrPermission):
		return notWritable(filepath.Dir(path), err)
	case code == sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another program holds the database %s: stop it and start again (%w)", path, err)
	}
	return fmt.Errorf("failed to open the database %s: %w", path, err)
}
