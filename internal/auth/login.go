package auth

import (
	"context"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Login is somebody with a password.
type Login struct {
	// Name is a name or an e-mail address.
	Name     string
	Password string
	// Device is what the client calls itself, to be shown in the list of
	// sessions.
	Device string
	// Address is the IP address it comes from. "" has no limit.
	Address string
	// Known is the token of a session that the device has or had: the login
	// takes its place, and a flood of others' wrong passwords does not keep the
	// device out of its own account.
	Known string
}

// Login opens a session and returns its token. The error is ErrWrong, for
// names that nobody has and after as much time too; ErrDisabled for the right
// password of a disabled account; and CodeRateLimited after 5 wrong passwords
// for one account or 20 from one address in 15 minutes.
func (a *Accounts) Login(ctx context.Context, l Login) (Identity, string, error) {
	if len(l.Password) > MaxPassword {
		return Identity{}, "", ErrWrong
	}
	try, err := a.newTry(ctx, l)
	if err != nil {
		return Identity{}, "", err
	}
	if !try.known {
		if err := a.logins.take(l.Address, a.now()); err != nil {
			return Identity{}, "", err
		}
	}
	if err := a.charge(ctx, try.key); err != nil {
		return Identity{}, "", err
	}
	ok, stale, err := a.hasher.verify(ctx, try.account.Password, l.Password)
	if err != nil {
		return Identity{}, "", err
	}
	if !ok {
		return Identity{}, "", ErrWrong
	}
	if !try.known {
		a.logins.giveBack(l.Address, a.now())
	}
	if try.account.Disabled {
		return Identity{}, "", ErrDisabled
	}
	phc := try.account.Password
	if stale {
		if phc, err = a.hasher.hash(ctx, l.Password); err != nil {
			return Identity{}, "", err
		}
	}
	return a.enter(ctx, l, try, phc)
}

// A try is what a login is about.
type try struct {
	account accountRecord // the zero record for nobody
	key     string        // where the attempt is counted
	known   bool          // from a device that has been in this account
}

// newTry finds the account of a login with as many reads whether there is one
// or not.
func (a *Accounts) newTry(ctx context.Context, l Login) (try, error) {
	known := hashOf(l.Known)
	typed := strings.TrimSpace(l.Name)
	claim := "name/" + cut(fold(typed), maxClaim/4)
	if strings.Contains(typed, "@") {
		claim = "email/" + cut(foldEmail(typed), maxClaim/4)
	}
	values, err := a.get(ctx, strings.ToValidUTF8(claim, "?"), "session/"+known, "known/"+known)
	if err != nil {
		return try{}, err
	}
	id := chat.PersonID(values[0])
	t := try{key: triesKey("name", claim)}
	accountKey := "account/nobody"
	if id != "" {
		t.key, accountKey = triesKey("account", string(id)), "account/"+string(id)
	}
	for i, kind := range []string{1: "session/", 2: "known/"} {
		if kind == "" || values[i] == "" || id == "" {
			continue
		}
		device, err := decode[knownRecord](kind+known, values[i])
		if err != nil {
			return try{}, err
		}
		if device.Person == id && device.Expires > millis(a.now()) {
			t.key, t.known = triesKey("device", string(id)+known), true
		}
	}
	values, err = a.get(ctx, accountKey)
	if err != nil || values[0] == "" {
		return t, err
	}
	t.account, err = decode[accountRecord](accountKey, values[0])
	return t, err
}

// enter opens the session of somebody whose password was right.
func (a *Accounts) enter(ctx context.Context, l Login, t try, phc string) (Identity, string, error) {
	o := a.newOpening(t.account.ID, l.Device, l.Address)
	var entered accountRecord
	err := a.decide(ctx, func() (chat.Commit, error) {
		acc, raw, err := a.account(ctx, t.account.ID)
		switch {
		case err != nil:
			return chat.Commit{}, signedOut(err)
		case acc.Disabled:
			return chat.Commit{}, ErrDisabled
		case acc.Password != t.account.Password:
			return chat.Commit{}, ErrWrong
		}
		c := chat.Commit{If: []chat.Record{{Key: acc.key(), Value: raw}}, Do: []chat.Write{chat.Remove(t.key)}}
		if acc.Password != phc {
			acc.Password, acc.Ended = phc, ""
			c.Do = append(c.Do, chat.Put(acc.key(), encode(acc)))
		}
		entered = acc
		room, err := a.makeRoom(ctx, acc.ID)
		if err != nil {
			return chat.Commit{}, err
		}
		replaced, err := a.replacing(ctx, l.Known)
		return and(c, room, replaced, o.commit()), err
	})
	if err != nil {
		return Identity{}, "", err
	}
	i, err := o.identity(entered)
	return i, o.token, err
}

// replacing returns the commit that ends the session a device had before, so
// that what somebody has planted or kept is worth nothing.
func (a *Accounts) replacing(ctx context.Context, token string) (chat.Commit, error) {
	if !isSecret(token, sessionPrefix) {
		return chat.Commit{}, nil
	}
	hash := hashOf(token)
	key := "session/" + hash
	values, err := a.get(ctx, key)
	if err != nil || values[0] == "" {
		return chat.Commit{}, err
	}
	s, err := decode[sessionRecord](key, values[0])
	old := heldSession{"sessions/" + string(s.Person) + "/" + idOf(hash), hash, s}
	return chat.Commit{If: []chat.Record{{Key: key, Value: values[0]}}, Do: old.end()}, err
}

// ChangePassword sets a new password and ends all other sessions of the
// person, also those that another site's token has opened. Personal tokens
// stay. The error is CodeForbidden for a wrong old password, CodeInvalid for a
// new one that will not do, and CodeRateLimited as of Login.
func (a *Accounts) ChangePassword(ctx context.Context, id Identity, old, new string) error {
	acc, _, err := a.account(ctx, id.Person.ID)
	if err != nil {
		return signedOut(err)
	}
	if acc.Password == "" {
		return errNoPassword
	}
	key := triesKey("change", string(acc.ID))
	if err := a.charge(ctx, key); err != nil {
		return err
	}
	ok := len(old) <= MaxPassword
	if ok {
		if ok, _, err = a.hasher.verify(ctx, acc.Password, old); err != nil {
			return err
		}
	}
	if !ok {
		return forbidden("The old password is wrong. Type the one that you sign in with today.")
	}
	if err := checkPassword(new, acc.Name, acc.Email); err != nil {
		return err
	}
	phc, err := a.hasher.hash(ctx, new)
	if err != nil {
		return err
	}
	_, err = a.change(ctx, acc.ID, func(r *accountRecord) (chat.Commit, error) {
		if r.Password != acc.Password {
			return chat.Commit{}, errChanged
		}
		r.Password, r.Ended, r.NotBefore = phc, EndedPassword, millis(a.now())
		c, err := a.ending(ctx, r.ID, func(s heldSession) bool { return idOf(s.hash) != id.Session })
		c.Do = append(c.Do, chat.Remove(key))
		return c, err
	})
	return err
}

var (
	errNoPassword = &chat.Error{
		Code:    chat.CodeConflict,
		Message: "There is no password to change. A guest makes an account first; others sign in through their own site.",
	}
	errChanged = &chat.Error{
		Code:    chat.CodeConflict,
		Message: "The password has just been changed elsewhere. Sign in again.",
	}
)
