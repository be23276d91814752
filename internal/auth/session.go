package auth

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	// SessionLife is how long a session lasts that nobody uses.
	SessionLife = 90 * 24 * time.Hour
	// renewAfter is how old the trace of a session's use may be: so a session
	// in use costs a write an hour and no more.
	renewAfter = time.Hour
	// maxSessions is how many sessions a person has; one more ends the one that
	// was not used for the longest time. All of them fit into one commit.
	maxSessions = 100
	// maxLabel is the longest name of a device or a token, in code points.
	maxLabel = 100
)

// A Session is one sign-in of a person.
type Session struct {
	ID      string
	Device  string // as the client called itself
	Address string
	Created time.Time
	Seen    time.Time // to the hour
	Expires time.Time
}

type sessionRecord struct {
	Person  chat.PersonID `json:"person"`
	Device  string        `json:"device,omitempty"`
	Address string        `json:"address,omitempty"`
	Created int64         `json:"created"`
	Seen    int64         `json:"seen"`
	Expires int64         `json:"expires"`
}

// session returns whose session the record key is, and keeps it from expiring.
func (a *Accounts) session(ctx context.Context, key string) (Identity, error) {
	values, err := a.get(ctx, key)
	if err != nil {
		return Identity{}, err
	}
	if values[0] == "" {
		return Identity{}, ErrSignedOut
	}
	s, err := decode[sessionRecord](key, values[0])
	if err != nil {
		return Identity{}, err
	}
	now := a.now()
	if s.Expires <= millis(now) {
		return Identity{}, ErrSignedOut
	}
	acc, _, err := a.account(ctx, s.Person)
	if err != nil {
		return Identity{}, signedOut(err)
	}
	i, err := acc.identity()
	if err != nil {
		return Identity{}, err
	}
	if now.Sub(instant(s.Seen)) >= renewAfter {
		s.Seen, s.Expires = millis(now), millis(now.Add(SessionLife))
		a.renew(ctx, chat.Record{Key: key, Value: values[0]}, encode(s), s.Person)
	}
	i.key, i.Session, i.Expires = key, idOf(strings.TrimPrefix(key, "session/")), instant(s.Expires)
	return i, nil
}

// renew writes that a session or token is in use. When it fails the next use
// tries again; the person is let in all the same.
func (a *Accounts) renew(ctx context.Context, old chat.Record, value string, p chat.PersonID) {
	err := a.records.Commit(ctx, shelf, chat.Commit{
		If: []chat.Record{old},
		Do: []chat.Write{chat.Put(old.Key, value), chat.Max("seen/"+string(p), millis(a.now()))},
	})
	if err != nil && chat.CodeOf(err) != chat.CodeConflict {
		a.logger.Warn("session not renewed", "person", string(p), "error", err)
	}
}

// An opening is a session about to be.
type opening struct {
	token  string
	record sessionRecord
}

func (a *Accounts) newOpening(p chat.PersonID, device, address string) opening {
	now := a.now()
	return opening{newSecret(sessionPrefix), sessionRecord{
		Person: p, Device: label(device), Address: cut(printable(address), maxLabel),
		Created: millis(now), Seen: millis(now), Expires: millis(now.Add(SessionLife)),
	}}
}

// commit opens the session. It belongs into a commit that says in which state
// the account has to be.
func (o opening) commit() chat.Commit {
	hash, p := hashOf(o.token), string(o.record.Person)
	return chat.Commit{Do: []chat.Write{
		chat.Put("session/"+hash, encode(o.record)),
		chat.Put("sessions/"+p+"/"+idOf(hash), hash),
		chat.Add("logins/"+p, 1),
		chat.Max("seen/"+p, o.record.Seen),
	}}
}

// identity is that of the session, once it is open.
func (o opening) identity(acc accountRecord) (Identity, error) {
	i, err := acc.identity()
	hash := hashOf(o.token)
	i.key, i.Session, i.Expires = "session/"+hash, idOf(hash), instant(o.record.Expires)
	return i, err
}

// makeRoom returns the commit that ends the sessions of p that have expired,
// and the oldest where p has maxSessions.
func (a *Accounts) makeRoom(ctx context.Context, p chat.PersonID) (chat.Commit, error) {
	held, err := a.sessions(ctx, p)
	if err != nil || len(held) < maxSessions/2 {
		return chat.Commit{}, err
	}
	slices.SortFunc(held, func(x, y heldSession) int { return cmp.Compare(x.Seen, y.Seen) })
	var c chat.Commit
	for n, s := range held {
		if s.Expires <= millis(a.now()) || len(held)-n >= maxSessions {
			c.Do = append(c.Do, s.end()...)
		}
	}
	return c, nil
}

// A heldSession is a session with the places it is kept in.
type heldSession struct {
	index, hash string
	sessionRecord
}

func (s heldSession) end() []chat.Write {
	return []chat.Write{chat.Remove("session/" + s.hash), chat.Remove(s.index)}
}

// sessions returns the sessions of p, also those that have expired.
func (a *Accounts) sessions(ctx context.Context, p chat.PersonID) ([]heldSession, error) {
	lines, err := a.records.List(ctx, shelf, chat.Prefix("sessions/"+string(p)+"/", "", listed))
	if err != nil {
		return nil, err
	}
	held := make([]heldSession, len(lines))
	keys := make([]string, len(lines))
	for n, line := range lines {
		held[n] = heldSession{index: line.Key, hash: line.Value}
		keys[n] = "session/" + line.Value
	}
	n := 0
	err = a.lookUp(ctx, keys, func(key, value string) (err error) {
		for "session/"+held[n].hash != key {
			n++
		}
		held[n].sessionRecord, err = decode[sessionRecord](key, value)
		return err
	})
	return held, err
}

// Sessions returns the sessions of p that have not ended, the one used last
// first.
func (a *Accounts) Sessions(ctx context.Context, p chat.PersonID) ([]Session, error) {
	held, err := a.sessions(ctx, p)
	if err != nil {
		return nil, err
	}
	var open []Session
	for _, s := range held {
		if s.Expires > millis(a.now()) {
			open = append(open, Session{
				ID: idOf(s.hash), Device: s.Device, Address: s.Address,
				Created: instant(s.Created), Seen: instant(s.Seen), Expires: instant(s.Expires),
			})
		}
	}
	slices.SortFunc(open, func(x, y Session) int { return cmp.Or(y.Seen.Compare(x.Seen), y.Created.Compare(x.Created)) })
	return open, nil
}

// label returns what a client calls itself or a token, fit to be shown.
func label(s string) string { return cut(strings.TrimSpace(printable(s)), maxLabel) }

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
}
