package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// The scopes of personal tokens. Each includes the ones before it.
const (
	ScopeRead  = "read"  // see what the person sees
	ScopeWrite = "write" // do what members do
	ScopeAdmin = "admin" // use the powers that the person has
)

var scopes = []string{ScopeRead, ScopeWrite, ScopeAdmin}

// An Identity is somebody who has proved who they are.
type Identity struct {
	Person chat.Person
	Role   chat.Role
	// Guest is set for somebody who has a nickname and nothing to log in with
	// again: this session is all there is.
	Guest bool
	// Session is the id of the session or personal token, or "" with the
	// token of another site.
	Session string
	// Scopes are what a personal token may be used for; nil means everything.
	Scopes []string
	// Expires is when the connection has to end, or zero for never. Sessions
	// that are used go on: see Current.
	Expires time.Time
	// Invitation let this person in, or is nil. Only Register and Guest set it:
	// whoever called them brings the person to the room.
	Invitation *Invitation

	key    string    // of the record behind it, "" with another site's token
	issued time.Time // of another site's token
}

// Actor returns who acts.
func (i Identity) Actor() chat.Actor { return chat.Actor{Person: i.Person, Role: i.Role} }

// Can reports whether acts that need scope may be done.
func (i Identity) Can(scope string) bool {
	if i.Scopes == nil {
		return true
	}
	need := slices.Index(scopes, scope)
	return need >= 0 && slices.ContainsFunc(i.Scopes, func(s string) bool { return slices.Index(scopes, s) >= need })
}

// Authenticate returns whose token it is: a session's, a personal one, or one
// that another site has signed. It costs two reads of the store, and once an
// hour and session a write. The error is ErrSignedOut or ErrDisabled.
func (a *Accounts) Authenticate(ctx context.Context, token string) (Identity, error) {
	switch {
	case isSecret(token, sessionPrefix):
		return a.session(ctx, "session/"+hashOf(token))
	case isSecret(token, tokenPrefix):
		return a.token(ctx, "token/"+hashOf(token))
	case strings.Count(token, ".") == 2:
		return a.foreign(ctx, token)
	}
	return Identity{}, ErrSignedOut
}

// Current returns i as it is now, for connections that stay: the person's name
// and role, and when it has to end. Whoever keeps connections calls it at
// least every few hours for each, so that sessions in use do not expire, and
// for all when changes may have been missed. The error is that of
// Authenticate.
func (a *Accounts) Current(ctx context.Context, i Identity) (Identity, error) {
	switch {
	case strings.HasPrefix(i.key, "session/"):
		return a.session(ctx, i.key)
	case strings.HasPrefix(i.key, "token/"):
		return a.token(ctx, i.key)
	}
	if !a.now().Before(i.Expires) {
		return Identity{}, ErrSignedOut
	}
	acc, _, err := a.account(ctx, i.Person.ID)
	if err != nil {
		return Identity{}, signedOut(err)
	}
	return acc.foreign(i.issued, i.Expires)
}

// signedOut makes the absence of a person the end of a sign-in.
func signedOut(err error) error {
	if chat.CodeOf(err) == chat.CodeNotFound {
		return ErrSignedOut
	}
	return err
}

// identity returns who the account is, without what proved it.
func (r accountRecord) identity() (Identity, error) {
	if r.Disabled {
		return Identity{}, ErrDisabled
	}
	return Identity{Person: r.person(), Role: r.Role, Guest: r.Guest}, nil
}
