package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A rosterStep is one step of the roster on its way: the transaction, its
// moment, and the changes it makes.
type rosterStep struct {
	*writer
	now     int64 // Unix milliseconds
	version uint64
	changes []chat.Change
}

const (
	selectVersion = `SELECT value FROM counters WHERE name = 'roster'`
	updateVersion = `UPDATE counters SET value = ? WHERE name = 'roster'`
)

// change runs f as one step. Every step begins by ending the leases that are
// over, so that nobody is held by a node that is gone.
func (s *Store) change(ctx context.Context, f func(*rosterStep) error) error {
	var r *rosterStep
	return s.keep(ctx, func(w *writer) error {
		r = &rosterStep{writer: w, now: s.options.Now().UnixMilli()}
		if err := w.row(selectVersion).Scan(&r.version); err != nil {
			return err
		}
		if err := r.lapse(); err != nil {
			return err
		}
		if err := f(r); err != nil || len(r.changes) == 0 {
			return err
		}
		_, err := w.exec(updateVersion, int64(r.version))
		return err
	}, func() { s.news.changes(r.changes) })
}

func (r *rosterStep) changed(p chat.Person, joined bool) {
	r.version++
	r.changes = append(r.changes, chat.Change{Version: r.version, Person: p, Joined: joined})
}

// left tells of every person that a DELETE … RETURNING id, nickname has taken
// off the roster.
func (r *rosterStep) left(query string, args ...any) error {
	return r.each(func(row scanner) error {
		var id, nickname string
		if err := row.Scan(&id, &nickname); err != nil {
			return err
		}
		r.changed(chat.Person{ID: chat.PersonID(id), Nickname: nickname}, false)
		return nil
	}, query, args...)
}

const selectLapsed = `SELECT node, ends FROM leases WHERE ends <= ? ORDER BY ends`

// lapse ends the leases that are over, the oldest first: whoever was held by
// several of them is absent since the last has ended.
func (r *rosterStep) lapse() error {
	type lapsed struct {
		node string
		ends int64
	}
	var all []lapsed
	err := r.each(func(row scanner) error {
		var l lapsed
		err := row.Scan(&l.node, &l.ends)
		all = append(all, l)
		return err
	}, selectLapsed, r.now)
	if err != nil {
		return err
	}
	for _, l := range all {
		if err := r.end(l.node, l.ends, nil); err != nil {
			return err
		}
	}
	return nil
}

const (
	updateHeldOnlyBy = `UPDATE people SET since = ?2, grace = ?3
		WHERE id IN (SELECT person FROM holds WHERE node = ?1)
		AND NOT EXISTS (SELECT 1 FROM holds WHERE person = id AND node <> ?1)`
	deleteHeldOnlyBy = `DELETE FROM people
		WHERE id IN (SELECT person FROM holds WHERE node = ?1)
		AND NOT EXISTS (SELECT 1 FROM holds WHERE person = id AND node <> ?1)
		RETURNING id, nickname`
	deleteLease = `DELETE FROM leases WHERE node = ?`
)

// end ends the lease of node and every hold through it. Whoever was held by it
// alone is absent since then, with grace in milliseconds or, if nil, whatever
// Expire will say.
func (r *rosterStep) end(node string, since int64, grace any) error {
	if _, err := r.exec(updateHeldOnlyBy, node, since, grace); err != nil {
		return err
	}
	_, err := r.exec(deleteLease, node) // and by the foreign key its holds
	return err
}

const (
	upsertLease = `INSERT INTO leases (node, ends, renewed) VALUES (?, ?, 0)
		ON CONFLICT (node) DO UPDATE SET ends = excluded.ends WHERE excluded.ends > ends`
	selectSecret = `SELECT secret FROM people WHERE id = ?`
	insertPerson = `INSERT INTO people (id, nickname, secret) VALUES (?, ?, ?)`
	insertHold   = `INSERT INTO holds (person, node) VALUES (?, ?) ON CONFLICT DO NOTHING`
	updateHere   = `UPDATE people SET since = NULL, grace = NULL WHERE id = ? AND since IS NOT NULL`
)

// Arrive is chat.Presence's.
func (s *Store) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) []error {
	if len(arrivals) == 0 {
		return nil
	}
	var errs []error
	err := s.change(ctx, func(r *rosterStep) error {
		errs = make([]error, len(arrivals))
		for i, a := range arrivals {
			if _, err := r.exec(upsertLease, string(a.Node), r.now+milliseconds(ttl)); err != nil {
				return err
			}
			taken, err := r.arrive(a)
			if err != nil {
				return err
			}
			if taken {
				errs[i] = chat.ErrTaken
			}
		}
		return nil
	})
	if err != nil {
		return slices.Repeat([]error{err}, len(arrivals))
	}
	return errs
}

func (r *rosterStep) arrive(a chat.Arrival) (taken bool, err error) {
	id := string(a.Person.ID)
	var secret []byte
	switch err := r.row(selectSecret, id).Scan(&secret); {
	case errors.Is(err, sql.ErrNoRows):
		if _, err := r.exec(insertPerson, id, a.Person.Nickname, a.Secret[:]); err != nil {
			return false, err
		}
		r.changed(a.Person, true)
	case err != nil:
		return false, err
	case !bytes.Equal(secret, a.Secret[:]):
		return true, nil
	}
	if _, err := r.exec(insertHold, id, string(a.Node)); err != nil {
		return false, err
	}
	_, err = r.exec(updateHere, id)
	return false, err
}

const (
	deleteHold   = `DELETE FROM holds WHERE person = ? AND node = ?`
	updateUnheld = `UPDATE people SET since = ?2, grace = ?3
		WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM holds WHERE person = ?1)`
	deleteUnheld = `DELETE FROM people
		WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM holds WHERE person = ?1) RETURNING id, nickname`
)

// Depart is chat.Presence's.
func (s *Store) Depart(ctx context.Context, id chat.PersonID, node chat.NodeID, grace time.Duration) error {
	return s.change(ctx, func(r *rosterStep) error {
		held, err := r.exec(deleteHold, string(id), string(node))
		if err != nil || held == 0 {
			return err
		}
		if grace <= 0 {
			return r.left(deleteUnheld, string(id))
		}
		_, err = r.exec(updateUnheld, string(id), r.now, milliseconds(grace))
		return err
	})
}

const (
	selectRenewed = `SELECT renewed FROM leases WHERE node = ?`
	updateRenewed = `UPDATE leases SET renewed = 1 WHERE node = ?`
)

// Renew is chat.Presence's.
func (s *Store) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (held bool, err error) {
	var renewed bool
	err = s.change(ctx, func(r *rosterStep) error {
		renewed = false
		if err := r.row(selectRenewed, string(node)).Scan(&renewed); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if _, err := r.exec(upsertLease, string(node), r.now+milliseconds(ttl)); err != nil {
			return err
		}
		_, err := r.exec(updateRenewed, string(node))
		return err
	})
	return err == nil && renewed, err
}

// Release is chat.Presence's.
func (s *Store) Release(ctx context.Context, node chat.NodeID, grace time.Duration) error {
	return s.change(ctx, func(r *rosterStep) error {
		if grace <= 0 {
			if err := r.left(deleteHeldOnlyBy, string(node)); err != nil {
				return err
			}
		}
		return r.end(string(node), r.now, milliseconds(grace))
	})
}

const deleteOverdue = `DELETE FROM people
	WHERE since IS NOT NULL AND since + coalesce(grace, ?2) <= ?1 RETURNING id, nickname`

// Expire is chat.Presence's.
func (s *Store) Expire(ctx context.Context, grace time.Duration) error {
	return s.change(ctx, func(r *rosterStep) error {
		return r.left(deleteOverdue, r.now, milliseconds(grace))
	})
}

// milliseconds is d rounded up, so that a lease or grace is never shorter than
// what was asked for.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

const selectPeople = `SELECT id, nickname FROM people`

// Roster is chat.Presence's.
func (r *Reader) Roster(ctx context.Context) (roster chat.Roster, err error) {
	err = r.reading(ctx, func(ctx context.Context) error {
		tx, err := r.read.BeginTx(ctx, nil) // version and people of one moment
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := tx.StmtContext(ctx, r.reads.version).QueryRowContext(ctx).Scan(&roster.Version); err != nil {
			return err
		}
		rows, err := tx.StmtContext(ctx, r.reads.people).QueryContext(ctx)
		if err != nil {
			return err
		}
		return scanAll(rows, func(row scanner) error {
			var id, nickname string
			err := row.Scan(&id, &nickname)
			roster.People = append(roster.People, chat.Person{ID: chat.PersonID(id), Nickname: nickname})
			return err
		})
	})
	if err != nil {
		return chat.Roster{}, err
	}
	return roster, nil
}
