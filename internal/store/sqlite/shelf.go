package sqlite

import (
	"database/sql"
	"errors"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A shelfStep is a shelf inside one step. Nobody else writes until the step
// has ended, so what it has read once it knows.
type shelfStep struct {
	*writer
	shelf chat.Shelf
	known map[string]slot // by key
}

// A slot is where a value is kept. A record that is not there has none.
type slot struct {
	place int64
	value string
}

const selectSlot = `SELECT slot, value FROM records JOIN slots ON place = slot WHERE shelf = ? AND key = ?`

func (s *shelfStep) get(key string) (slot, error) {
	if known, ok := s.known[key]; ok {
		return known, nil
	}
	var found slot
	err := s.row(selectSlot, string(s.shelf), key).Scan(&found.place, &found.value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return slot{}, err
	}
	s.learn(key, found)
	return found, nil
}

func (s *shelfStep) learn(key string, now slot) {
	if s.known == nil {
		s.known = make(map[string]slot)
	}
	s.known[key] = now
}

// plan returns the records that c, which has been checked, changes, as they
// will be, and writes nothing: a step of others that is in the same transaction must not have to
// be undone with this one. Where c cannot be done the error is a refusal.
func (s *shelfStep) plan(c chat.Commit) (changes []chat.Record, err error) {
	for _, want := range c.If {
		switch now, err := s.get(want.Key); {
		case err != nil:
			return nil, err
		case now.value != want.Value:
			return nil, chat.ErrConflict
		}
	}
	places := make(map[string]int, len(c.Do)) // of keys in changes
	for _, write := range c.Do {
		place, again := places[write.Key]
		if !again {
			now, err := s.get(write.Key)
			if err != nil {
				return nil, err
			}
			place = len(changes)
			places[write.Key] = place
			changes = append(changes, chat.Record{Key: write.Key, Value: now.value})
		}
		if changes[place].Value, err = apply(write, changes[place].Value); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// write makes the records of the shelf what a plan says.
func (s *shelfStep) write(changes []chat.Record) error {
	for _, r := range changes {
		before, err := s.get(r.Key)
		if err != nil {
			return err
		}
		after, err := s.replace(before, r)
		if err != nil {
			return err
		}
		s.learn(r.Key, after)
	}
	return nil
}

const (
	updateSlot   = `UPDATE slots SET value = ? WHERE place = ?`
	upsertRecord = `INSERT INTO records (shelf, key, slot) VALUES (?, ?, ?)
		ON CONFLICT (shelf, key) DO UPDATE SET slot = excluded.slot`
	deleteRecord = `DELETE FROM records WHERE shelf = ? AND key = ?`
)

// replace makes a record that is in the slot before what r says.
func (s *shelfStep) replace(before slot, r chat.Record) (after slot, err error) {
	switch {
	case r.Value == before.value:
		return before, nil
	case len(r.Value) == len(before.value):
		_, err = s.exec(updateSlot, r.Value, before.place)
		s.erased = true
		return slot{before.place, r.Value}, err
	}
	if err := s.free(before); err != nil {
		return slot{}, err
	}
	if r.Value == "" {
		_, err = s.exec(deleteRecord, string(s.shelf), r.Key)
		return slot{}, err
	}
	if after, err = s.take(r.Value); err != nil {
		return slot{}, err
	}
	_, err = s.exec(upsertRecord, string(s.shelf), r.Key, after.place)
	return after, err
}

const updateFree = `UPDATE slots SET free = 1,
	value = substr(hex(zeroblob(octet_length(value))), 1, octet_length(value)) WHERE place = ?`

// free overwrites a slot and lets it go.
func (s *shelfStep) free(before slot) error {
	if before.value == "" {
		return nil
	}
	s.erased = true
	_, err := s.exec(updateFree, before.place)
	return err
}

const (
	updateTaken = `UPDATE slots SET free = 0, value = ?1 WHERE place =
		(SELECT place FROM slots WHERE free = 1 AND octet_length(value) = octet_length(?1) LIMIT 1) RETURNING place`
	insertSlot = `INSERT INTO slots (value) VALUES (?) RETURNING place`
)

// take keeps value in a slot that is free or, where none has its length, new.
func (s *shelfStep) take(value string) (taken slot, err error) {
	taken.value = value
	err = s.row(updateTaken, value).Scan(&taken.place)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.row(insertSlot, value).Scan(&taken.place)
	}
	return taken, err
}

// apply is the value that write makes of value.
func apply(write chat.Write, value string) (string, error) {
	if write.Op == chat.OpPut {
		return write.Value, nil
	}
	n, err := number(value)
	if err != nil {
		return "", err
	}
	if write.Op == chat.OpMax {
		if value == "" || write.N > n {
			value = strconv.FormatInt(write.N, 10)
		}
		return value, nil
	}
	switch n += write.N; {
	case n == 0:
		return "", nil
	case n < -chat.MaxNumber || n > chat.MaxNumber:
		return "", chat.ErrNumber
	}
	return strconv.FormatInt(n, 10), nil
}

// number reads the value of a record that is counted with.
func number(value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != value || n < -chat.MaxNumber || n > chat.MaxNumber {
		return 0, chat.ErrNumber
	}
	return n, nil
}

// refusal is err where it is the outcome of one call and no failure of the
// transaction that the call shares.
func refusal(err error) error {
	var refused *chat.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}
