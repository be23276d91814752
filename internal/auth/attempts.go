package auth

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
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
	since := millis(a.now().Add(-tryWindow))
	return slices.DeleteFunc(tried, func(ms int64) bool { return ms <= since }), nil
}

// sweepEvery is how many logins share one sweep.
const sweepEvery = 8

// sweep now and then looks at a few records that nobody may ever ask for
// again, and takes those away whose time is over. Failing is no harm.
func (a *Accounts) sweep(ctx context.Context) {
	if rand.N(sweepEvery) != 0 {
		return
	}
	from := make([]byte, 4)
	for i := range from {
		from[i] = byte(rand.N(256))
	}
	for _, prefix := range []string{"tries/", "known/", "reset/"} {
		a.sweepSome(ctx, prefix, prefix+hex.EncodeToString(from))
	}
}

// sweepSome sweeps a few records after a key, or before it where there are
// none.
func (a *Accounts) sweepSome(ctx context.Context, prefix, from string) {
	const some = 2 * sweepEvery
	records, err := a.records.List(ctx, shelf, chat.Prefix(prefix, from, some))
	if err == nil && len(records) == 0 {
		records, err = a.records.List(ctx, shelf, chat.Prefix(prefix, "", some))
	}
	if err != nil {
		return
	}
	var c chat.Commit
	for _, r := range records {
		if a.isOver(r) {
			c.If = append(c.If, r)
			c.Do = append(c.Do, chat.Remove(r.Key))
		}
	}
	if len(c.Do) > 0 {
		_ = a.records.Commit(ctx, shelf, c)
	}
}

// isOver reports whether a record means nothing any more.
func (a *Accounts) isOver(r chat.Record) bool {
	if strings.HasPrefix(r.Key, "tries/") {
		tried, err := a.recent(r.Key, r.Value)
		return err == nil && len(tried) == 0
	}
	timed, err := decode[struct {
		Expires int64 `json:"expires"`
	}](r.Key, r.Value)
	return err == nil && timed.Expires != 0 && timed.Expires <= millis(a.now())
}
