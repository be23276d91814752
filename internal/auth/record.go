package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const shelf chat.Shelf = "accounts"

// maxRounds bounds how often a decision is taken again because what it was
// based on has changed. Every round that fails is one in which somebody else
// got through.
const maxRounds = 40

// listed is how many records one read of a range asks for.
const listed = 500

func (a *Accounts) get(ctx context.Context, keys ...string) ([]string, error) {
	return a.records.Get(ctx, shelf, keys...)
}

// decide commits what step decides. When something that step has read is not
// so any more, it decides again.
func (a *Accounts) decide(ctx context.Context, step func() (chat.Commit, error)) error {
	for round := range maxRounds {
		c, err := step()
		if err != nil {
			return err
		}
		err = a.records.Commit(ctx, shelf, c)
		if chat.CodeOf(err) != chat.CodeConflict || err == nil {
			return err
		}
		if err := pause(ctx, round); err != nil {
			return err
		}
	}
	return chat.ErrConflict
}

// pause keeps many who want the same record from meeting again at once.
func pause(ctx context.Context, round int) error {
	if round < 2 {
		return nil
	}
	timer := time.NewTimer(rand.N(time.Duration(round) * time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return chat.Unavailable(ctx.Err())
	}
}

// each calls f with every record whose key begins with prefix, in the order of
// keys, until f returns false.
func (a *Accounts) each(ctx context.Context, prefix string, f func(chat.Record) bool) error {
	after := ""
	for {
		page, err := a.records.List(ctx, shelf, chat.Prefix(prefix, after, listed))
		if err != nil {
			return err
		}
		for _, r := range page {
			if !f(r) {
				return nil
			}
			after = r.Key
		}
		if len(page) < listed {
			return nil
		}
	}
}

// encode returns v, which is one of our records and so has a JSON form.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// decode reads a record that is there.
func decode[T any](key, value string) (T, error) {
	var v T
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		kind, _, _ := strings.Cut(key, "/")
		return v, &chat.Error{
			Code:    chat.CodeInternal,
			Message: "The server keeps something here that it cannot read. Tell the people who run it.",
			Cause:   fmt.Errorf("decode a record of kind %q: %w", kind, err),
		}
	}
	return v, nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
