package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// applicationID marks a database as ours in its header ("caus").
const applicationID = 0x63617573

// migrations lead from an empty database to the newest schema, one version
// each. A released one never changes.
var migrations = []string{
	// events is the log of all rooms. at is in Unix milliseconds; fp is the 64
	// bits of the chain as SQLite's signed integer. (room, id) is kept for
	// ever, so a send that is tried again is recognised however late it comes.
	//
	// people is the roster. While nobody holds a person, since is when the
	// last hold ended and grace what Depart or Release gave (null: whatever
	// Expire says), in milliseconds. A hold ends with its lease or its person.
	`
	CREATE TABLE events (
		room   TEXT    NOT NULL,
		seq    INTEGER NOT NULL,
		id     BLOB    NOT NULL,
		author TEXT    NOT NULL,
		kind   INTEGER NOT NULL,
		name   TEXT    NOT NULL,
		body   TEXT    NOT NULL,
		at     INTEGER NOT NULL,
		fp     INTEGER NOT NULL,
		PRIMARY KEY (room, seq)
	) STRICT, WITHOUT ROWID;
	CREATE UNIQUE INDEX events_id ON events (room, id);

	CREATE TABLE people (
		id       TEXT PRIMARY KEY,
		nickname TEXT NOT NULL,
		secret   BLOB NOT NULL,
		since    INTEGER,
		grace    INTEGER
	) STRICT, WITHOUT ROWID;
	CREATE INDEX people_absent ON people (since) WHERE since IS NOT NULL;

	CREATE TABLE leases (
		node    TEXT PRIMARY KEY,
		ends    INTEGER NOT NULL,
		renewed INTEGER NOT NULL -- 1 after the first Renew since it began
	) STRICT, WITHOUT ROWID;
	CREATE INDEX leases_ends ON leases (ends);

	CREATE TABLE holds (
		person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
		node   TEXT NOT NULL REFERENCES leases (node) ON DELETE CASCADE,
		PRIMARY KEY (person, node)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX holds_node ON holds (node);

	CREATE TABLE counters (
		name  TEXT PRIMARY KEY,
		value INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	INSERT INTO counters (name, value) VALUES ('roster', 0), ('checked', 0);
	`,

	// An entry can be about another one and about somebody, and has data. It
	// can be erased: body and data are then filler of the same length.
	//
	// Erased text must be gone from the file. secure_delete overwrites what is
	// let go, but when SQLite balances a tree it moves rows to other pages and
	// leaves their old bytes behind. So text is only in tables whose rows never
	// move: their key counts up, no row is deleted, and a change keeps a row's
	// size. The trees that do move rows, indexes and records, hold no text.
	//
	// records are what chat.Records keeps, their values in slots. A slot whose
	// value is gone holds filler, and waits for another value of its length.
	`
	ALTER TABLE events RENAME TO former;
	CREATE TABLE events (
		place   INTEGER PRIMARY KEY,
		room    TEXT    NOT NULL,
		seq     INTEGER NOT NULL,
		id      BLOB    NOT NULL,
		author  TEXT    NOT NULL,
		kind    INTEGER NOT NULL,
		name    TEXT    NOT NULL,
		body    TEXT    NOT NULL,
		ref     INTEGER NOT NULL,
		thread  INTEGER NOT NULL,
		subject TEXT    NOT NULL,
		data    TEXT    NOT NULL,
		erased  INTEGER NOT NULL DEFAULT 0, -- 0 and 1 have the same size
		at      INTEGER NOT NULL,
		fp      INTEGER NOT NULL
	) STRICT;
	INSERT INTO events (room, seq, id, author, kind, name, body, ref, thread, subject, data, at, fp)
		SELECT room, seq, id, author, kind, name, body, 0, 0, '', '', at, fp FROM former ORDER BY room, seq;
	DROP TABLE former;
	CREATE UNIQUE INDEX events_seq ON events (room, seq);
	CREATE UNIQUE INDEX events_id ON events (room, id);

	CREATE TABLE slots (
		place INTEGER PRIMARY KEY,
		value TEXT    NOT NULL,
		free  INTEGER NOT NULL DEFAULT 0 -- 0 and 1 have the same size
	) STRICT;
	CREATE INDEX slots_free ON slots (octet_length(value)) WHERE free = 1;

	CREATE TABLE records (
		shelf TEXT    NOT NULL,
		key   TEXT    NOT NULL,
		slot  INTEGER NOT NULL,
		PRIMARY KEY (shelf, key)
	) STRICT, WITHOUT ROWID;
	`,
}

// migrate makes sure that the database is ours, before anything in it is
// changed, and brings the schema up to date in one transaction.
func migrate(ctx context.Context, conn *sql.Conn) error {
	version, err := readVersion(ctx, conn)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statements := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, statements); err != nil {
			return fmt.Errorf("failed to migrate from version %d: %w", version, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
		applicationID, len(migrations))); err != nil {
		return err
	}
	return tx.Commit()
}

// readVersion is the version of the schema, 0 for a database that is empty. It
// is an error where the database is not ours or newer than this program.
func readVersion(ctx context.Context, conn *sql.Conn) (version int, err error) {
	var application int
	if err := conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application); err != nil {
		return 0, err
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	switch {
	case application != applicationID && (application != 0 || !isEmpty(ctx, conn)):
		return 0, errForeign
	case version > len(migrations):
		return 0, fmt.Errorf("%w (its schema is version %d, this program knows up to %d)", errNewer, version, len(migrations))
	}
	return version, nil
}

func isEmpty(ctx context.Context, conn *sql.Conn) bool {
	var objects int
	err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&objects)
	return err == nil && objects == 0
}
