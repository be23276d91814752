package auth

import (
	"context"
	"slices"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// attempts are when the password of one account was tried, at most
// accountTries of them, Unix milliseconds in order. They are kept in the store
// so that all nodes count together.
type attempts []int64

// triesKey is where the attempts at what are counted: an account, a name that
// nobody has, or an account from one known device. It is a hash so that names
// that were tried are not kept.
func triesKey(kind, what string) string { return "tries/" + hashOf(kind + "\x00" + what)[:32] }

// charge counts an attempt before it is made: whoever tries many at once gets
// no more than the limit. Whoever turns out to be right removes the record.
func (a *Accounts) charge(ctx context.Context, key string) error {
	err := a.decide(ctx, func() (chat.Commit, error) {
		values, err := a.get(ctx, key)
		if err != nil {
			return chat.Commit{}, err
		}
		tried, err := a.recent(key, values[0])
		if err != nil {
			return chat.Commit{}, err
		}
		now := a.now()
		if len(tried) >= accountTries {
			return chat.Commit{}, tooMany("Too many wrong passwords.", instant(tried[0]).Add(tryWindow).Sub(now))
		}
		return chat.Commit{
			If: []chat.Record{{Key: key, Value: values[0]}},
			Do: []chat.Write{chat.Put(key, encode(append(tried, millis(now))))},
		}, nil
	})
	if chat.CodeOf(err) == chat.CodeConflict {
		return tooMany("Too many attempts at once.", time.Second)
	}
	return err
}

// recent returns the attempts in raw that still count.
func (a *Accounts) recent(key, raw string) (attempts, error) {
	if raw == "" {
		return nil, nil
	}
	tried, err := decode[attempts](key, raw)
	if err != nil {
		return nil, err
	}
	// Tries further in the future than clocks differ were counted by one that was
	// wrong, and would count for as long as it was wrong by.
	since, until := millis(a.now().Add(-tryWindow)), millis(a.now().Add(tryWindow))
	return slices.DeleteFunc(tried, func(ms int64) bool { return ms <= since || ms > until }), nil
}
