package auth

import (
	"context"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Reasons of Ended.
const (
	EndedRevoked  = "revoked"  // signed out, by the person or by an administrator
	EndedBanned   = "banned"   // the account was disabled
	EndedPassword = "password" // the password has changed
)

// Ended is who has lost the right to be connected.
type Ended struct {
	// Sessions are ids as in Identity.Session.
	Sessions []string
	// People have lost all their connections.
	People []chat.PersonID
	// Reason is one of the above.
	Reason string
	// Everyone is set when changes may have been missed: the other fields are
	// empty, and Current tells about each connection.
	Everyone bool
}

// A knownRecord is a device that has logged out by itself: whoever has its
// token may try the password of this one account while a flood of others'
// tries has closed it.
type knownRecord struct {
	Person  chat.PersonID `json:"person"`
	Expires int64         `json:"expires"`
}

// Logout ends a session by its id. Its token remains the proof, good for
// SessionLife, that its device has been here: see Login.Known. A session that
// has ended is no error.
func (a *Accounts) Logout(ctx context.Context, session string) error {
	if !isID(session) {
		return nil
	}
	return a.decide(ctx, func() (chat.Commit, error) {
		found, err := a.records.List(ctx, shelf, chat.Prefix("session/"+session, "", 1))
		if err != nil || len(found) == 0 {
			return chat.Commit{}, err
		}
		s, err := decode[sessionRecord](found[0].Key, found[0].Value)
		if err != nil {
			return chat.Commit{}, err
		}
		hash := strings.TrimPrefix(found[0].Key, "session/")
		known := knownRecord{s.Person, millis(a.now().Add(SessionLife))}
		return chat.Commit{If: found, Do: []chat.Write{
			chat.Remove(found[0].Key),
			chat.Remove("sessions/" + string(s.Person) + "/" + session),
			chat.Put("known/"+hash, encode(known)),
		}}, nil
	})
}

// Revoke ends one session of p. The error is chat.CodeNotFound.
func (a *Accounts) Revoke(ctx context.Context, p chat.PersonID, session string) error {
	ended := 0
	err := a.endSessions(ctx, p, func(s heldSession) bool {
		if idOf(s.hash) != session {
			return false
		}
		ended++
		return true
	})
	if err == nil && ended == 0 {
		return notFound("This session has ended already.")
	}
	return err
}

// RevokeOthers ends all sessions of p but keep.
func (a *Accounts) RevokeOthers(ctx context.Context, p chat.PersonID, keep string) error {
	return a.endSessions(ctx, p, func(s heldSession) bool { return idOf(s.hash) != keep })
}

func (a *Accounts) endSessions(ctx context.Context, p chat.PersonID, which func(heldSession) bool) error {
	return a.decide(ctx, func() (chat.Commit, error) { return a.ending(ctx, p, which) })
}

// ending returns the commit that ends those sessions of p, and fails when
// another one was opened in between.
func (a *Accounts) ending(ctx context.Context, p chat.PersonID, which func(heldSession) bool) (chat.Commit, error) {
	fence := "logins/" + string(p)
	opened, err := a.get(ctx, fence)
	if err != nil {
		return chat.Commit{}, err
	}
	held, err := a.sessions(ctx, p)
	if err != nil {
		return chat.Commit{}, err
	}
	c := chat.Commit{If: []chat.Record{{Key: fence, Value: opened[0]}}}
	for _, s := range held {
		if which(s) {
			c.Do = append(c.Do, s.end()...)
		}
	}
	return c, nil
}

func all(heldSession) bool { return true }

// RevokeAll signs p out everywhere: all sessions, and the tokens that other
// sites have signed so far. Personal tokens stay.
func (a *Accounts) RevokeAll(ctx context.Context, p chat.PersonID) error {
	_, err := a.change(ctx, p, func(r *accountRecord) (chat.Commit, error) { return a.signOut(ctx, r, EndedRevoked) })
	return err
}

// signOut ends everything but personal tokens.
func (a *Accounts) signOut(ctx context.Context, r *accountRecord, reason string) (chat.Commit, error) {
	r.Ended, r.NotBefore = reason, millis(a.now())
	return a.ending(ctx, r.ID, all)
}

// tell makes of changed records what Watch promises.
func tell(records []chat.Record, f func(Ended, []chat.PersonID)) {
	if records == nil {
		f(Ended{Everyone: true}, nil)
		return
	}
	var changed []chat.PersonID
	var lines [][]string
	ended := make(map[string]*Ended) // by reason
	reasons := make(map[string]string)
	at := func(reason string) *Ended {
		if ended[reason] == nil {
			ended[reason] = &Ended{Reason: reason}
		}
		return ended[reason]
	}
	for _, r := range records {
		parts := strings.Split(r.Key, "/")
		switch {
		case parts[0] == "account" && len(parts) == 2:
			acc, err := decode[accountRecord](r.Key, r.Value)
			if err != nil || acc.Ended == "" {
				changed = append(changed, chat.PersonID(parts[1]))
				continue
			}
			reasons[parts[1]] = acc.Ended
			if acc.Ended != EndedPassword {
				at(acc.Ended).People = append(at(acc.Ended).People, acc.ID)
			}
			changed = append(changed, acc.ID)
		case (parts[0] == "sessions" || parts[0] == "tokens") && len(parts) == 3 && r.Value == "":
			lines = append(lines, parts)
		}
	}
	for _, line := range lines {
		reason := reasons[line[1]]
		if reason == "" {
			reason = EndedRevoked
		}
		at(reason).Sessions = append(at(reason).Sessions, line[2])
	}
	for _, e := range ended {
		f(*e, changed)
		changed = nil
	}
	if len(changed) > 0 {
		f(Ended{}, changed)
	}
}

// since is the moment that tokens of other sites must not be older than.
func (r accountRecord) since() time.Time { return instant(r.NotBefore) }
