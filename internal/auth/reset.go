package auth

import (
	"context"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// ResetLife is how long the code of a password reset is good.
const ResetLife = 24 * time.Hour

type resetRecord struct {
	Person  chat.PersonID `json:"person"`
	Expires int64         `json:"expires"`
}

// ResetCode returns a code that sets a new password for p, once and for 24
// hours. It takes the place of the code before. Administrators make it for
// people who do not stand above them. The error is CodeForbidden, ErrNoPerson,
// or CodeConflict for guests and people of other sites.
func (a *Accounts) ResetCode(ctx context.Context, by chat.Actor, p chat.PersonID) (code string, expires time.Time, err error) {
	code = newSecret(resetPrefix)
	hash := hashOf(code)
	expires = a.now().Add(ResetLife).Truncate(time.Millisecond)
	err = a.decide(ctx, func() (chat.Commit, error) {
		r, c, err := a.over(ctx, by, p)
		if err != nil {
			return chat.Commit{}, err
		}
		if r.Guest || r.Issuer != "" {
			return chat.Commit{}, errNoPassword
		}
		index := "resets/" + string(p)
		old, err := a.get(ctx, index)
		if err != nil {
			return chat.Commit{}, err
		}
		c.If = append(c.If, chat.Record{Key: index, Value: old[0]})
		if old[0] != "" {
			c.Do = append(c.Do, chat.Remove("reset/"+old[0]))
		}
		c.Do = append(c.Do, chat.Put(index, hash), chat.Put("reset/"+hash, encode(resetRecord{p, millis(expires)})))
		return c, nil
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return code, expires, nil
}

// Reset sets a new password and ends all sessions of the person. The error is
// ErrCode or CodeInvalid.
func (a *Accounts) Reset(ctx context.Context, code, password string) error {
	if !isSecret(code, resetPrefix) {
		return ErrCode
	}
	hash := hashOf(code)
	key := "reset/" + hash
	read := func() (resetRecord, string, error) {
		values, err := a.get(ctx, key)
		if err != nil {
			return resetRecord{}, "", err
		}
		if values[0] == "" {
			return resetRecord{}, "", ErrCode
		}
		r, err := decode[resetRecord](key, values[0])
		if err == nil && r.Expires <= millis(a.now()) {
			err = ErrCode
		}
		return r, values[0], err
	}
	reset, _, err := read()
	if err != nil {
		return err
	}
	acc, _, err := a.account(ctx, reset.Person)
	if err != nil {
		return err
	}
	if err := checkPassword(password, acc.Name, acc.Email); err != nil {
		return err
	}
	phc, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = a.change(ctx, reset.Person, func(r *accountRecord) (chat.Commit, error) {
		_, raw, err := read()
		if err != nil {
			return chat.Commit{}, err
		}
		r.Password = phc
		c, err := a.signOut(ctx, r, EndedPassword)
		c.If = append(c.If, chat.Record{Key: key, Value: raw})
		c.Do = append(c.Do, chat.Remove(key), chat.Remove("resets/"+string(r.ID)),
			chat.Remove(triesKey("account", string(r.ID))))
		return c, err
	})
	return err
}
