package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	selectRecord = `SELECT value FROM records WHERE shelf = ? AND key = ?`
	upsertRecord = `INSERT INTO records (shelf, key, value) VALUES (?, ?, ?)
		ON CONFLICT (shelf, key) DO UPDATE SET value = excluded.value`
	deleteRecord = `DELETE FROM records WHERE shelf = ? AND key = ?`
)

// A shelfStep is a shelf inside one step. Nobody else writes until the step
// has ended, so what it has read once it knows.
type shelfStep struct {
	*writer
	shelf  chat.Shelf
	values map[string]string // by key
}

func (s *shelfStep) get(key string) (string, error) {
	if value, ok := s.values[key]; ok {
		return value, nil
	}
	var value string
	if err := s.row(selectRecord, string(s.shelf), key).Scan(&value); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	s.learn(key, value)
	return value, nil
}

func (s *shelfStep) learn(key, value string) {
	if s.values == nil {
		s.values = make(map[string]string)
	}
	s.values[key] = value
}

// plan returns the records that c changes, as they will be, and writes
// nothing: a step of others that is in the same transaction must not have to
// be undone with this one. Where c cannot be done the error is a refusal.
func (s *shelfStep) plan(c chat.Commit) (changes []chat.Record, err error) {
	if len(c.If)+len(c.Do) == 0 {
		return nil, nil
	}
	if err := checkShelf(s.shelf); err != nil {
		return nil, err
	}
	if err := checkCommit(c); err != nil {
		return nil, err
	}
	for _, want := range c.If {
		switch value, err := s.get(want.Key); {
		case err != nil:
			return nil, err
		case value != want.Value:
			return nil, chat.ErrConflict
		}
	}
	places := make(map[string]int, len(c.Do)) // of keys in changes
	for _, write := range c.Do {
		place, again := places[write.Key]
		if !again {
			value, err := s.get(write.Key)
			if err != nil {
				return nil, err
			}
			place = len(changes)
			places[write.Key] = place
			changes = append(changes, chat.Record{Key: write.Key, Value: value})
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
		var err error
		if r.Value == "" {
			_, err = s.exec(deleteRecord, string(s.shelf), r.Key)
		} else {
			_, err = s.exec(upsertRecord, string(s.shelf), r.Key, r.Value)
		}
		if err != nil {
			return err
		}
		s.learn(r.Key, r.Value)
	}
	return nil
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
	case n < -largestNumber || n > largestNumber:
		return "", invalid("A number of a record must be within ±2^53.")
	}
	return strconv.FormatInt(n, 10), nil
}

// largestNumber is the greatest N and sum: the numbers that every store, also
// one that calculates in floating point, can keep exactly.
const largestNumber = 1 << 53

// number reads the value of a record that is counted with.
func number(value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != value || n < -largestNumber || n > largestNumber {
		return 0, invalid("A record that is not a number within ±2^53 cannot be counted with.")
	}
	return n, nil
}

var shelves = regexp.MustCompile(`^[a-z]{1,64}(:[0-9a-z-]{1,64})?$`)

func checkShelf(shelf chat.Shelf) error {
	if !shelves.MatchString(string(shelf)) {
		return invalid("There can be no shelf of this name: it must be a-z, and may go on with a colon and an id.")
	}
	return nil
}

func checkKey(key string) error {
	if len(key) < 1 || len(key) > chat.MaxRecordKey {
		return invalid("The key of a record must have 1 to %d bytes.", chat.MaxRecordKey)
	}
	return nil
}

func checkRecord(key, value string) error {
	if len(value) > chat.MaxRecordValue {
		return invalid("The value of a record must have at most %d bytes.", chat.MaxRecordValue)
	}
	return checkKey(key)
}

func checkCommit(c chat.Commit) error {
	if len(c.If) > chat.MaxWrites || len(c.Do) > chat.MaxWrites {
		return invalid("One commit must have at most %d conditions and %d writes.", chat.MaxWrites, chat.MaxWrites)
	}
	for _, r := range c.If {
		if err := checkRecord(r.Key, r.Value); err != nil {
			return err
		}
	}
	for _, w := range c.Do {
		if err := checkRecord(w.Key, w.Value); err != nil {
			return err
		}
		if w.Op > chat.OpMax || w.N < -largestNumber || w.N > largestNumber {
			return invalid("A write must be a Put, an Add or a Max, with a number within ±2^53.")
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return &chat.Error{Code: chat.CodeInvalid, Message: fmt.Sprintf(format, args...)}
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
