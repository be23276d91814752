package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

func init() {
	// As SQLite itself does on Linux: a commit waits for the data and the size
	// of the log, not for its times, which takes half as long. Where there is
	// no such call this changes nothing.
	_, _ = sqlite.Fdatasync(true)
}

// pool prepares up to n connections to the database at path. Nothing is opened
// before the first use.
func pool(path string, n int, parameters ...string) *sql.DB {
	dsn := url.URL{
		Scheme: "file",
		Path:   filepath.ToSlash(path),
		// Nobody else should hold the database, but a backup tool may for a moment.
		RawQuery: strings.Join(append(parameters, "_busy_timeout=5000"), "&"),
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		panic(err) // the driver is not registered: our own mistake
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// A writer is the one connection that writes, with its prepared statements.
// Its statements are not given a context: a transaction that several callers
// share must not end because one of them has gone.
type writer struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	erased     bool // something, and scrub has not taken note of it
}

func (s *Store) connect(ctx context.Context) (*writer, error) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, statements: make(map[string]*sql.Stmt)}
	if s.options.connect != nil {
		if err := s.options.connect(ctx, conn); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// statement prepares query once.
func (w *writer) statement(query string) (*sql.Stmt, error) {
	if stmt := w.statements[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.statements[query] = stmt
	}
	return stmt, err
}

// exec runs query and returns how many rows it has changed.
func (w *writer) exec(query string, args ...any) (changed int64, err error) {
	stmt, err := w.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row returns the first row of query, or sql.ErrNoRows from its Scan.
func (w *writer) row(query string, args ...any) scanner {
	stmt, err := w.statement(query)
	if err != nil {
		return failedRow{err}
	}
	return stmt.QueryRow(args...)
}

// each calls scan for every row of query.
func (w *writer) each(scan func(scanner) error, query string, args ...any) error {
	stmt, err := w.statement(query)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	return scanAll(rows, scan)
}

// close closes the connection itself, not only our use of it.
func (w *writer) close() error {
	var errs []error
	for _, stmt := range w.statements {
		errs = append(errs, stmt.Close())
	}
	// Answering ErrBadConn is how database/sql is told not to reuse one.
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	return errors.Join(errs...)
}

// A scanner is one row of an answer.
type scanner interface{ Scan(dest ...any) error }

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

func scanAll(rows *sql.Rows, scan func(scanner) error) error {
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
