package auth

import (
	"context"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Acts of power are done by an actor. One with the role owner and no id is
// whoever runs the program at its console. All others are looked up again, and
// the act is done only if they still are what they were found to be: of two
// owners who disable each other at once, one stays.

var (
	errRole  = invalid(`The role must be "owner", "admin", "member" or "guest".`)
	errAbove = forbidden("This person stands above you on this server.")
	errSelf  = forbidden("You cannot do this to yourself. Ask another administrator.")
	errLast  = &chat.Error{
		Code:    chat.CodeConflict,
		Message: "A server needs an owner. Make somebody else one first.",
	}
	errGuestRole = &chat.Error{
		Code:    chat.CodeConflict,
		Message: "A guest has no password and stays a guest. They make an account first.",
	}
)

// power returns the condition that by is an administrator, or errAdmin.
func (a *Accounts) power(ctx context.Context, by chat.Actor) (chat.Commit, error) {
	_, c, err := a.actor(ctx, by)
	return c, err
}

// actor returns the role that by has now, of an administrator at least, and
// the condition that it stays so.
func (a *Accounts) actor(ctx context.Context, by chat.Actor) (chat.Role, chat.Commit, error) {
	if by.ID == "" && by.Role == chat.RoleOwner {
		return by.Role, chat.Commit{}, nil
	}
	r, raw, err := a.account(ctx, by.ID)
	if chat.CodeOf(err) == chat.CodeNotFound && err != nil {
		return "", chat.Commit{}, errAdmin
	}
	if err != nil {
		return "", chat.Commit{}, err
	}
	if r.Disabled || min(r.Role.Rank(), by.Role.Rank()) < chat.RoleAdmin.Rank() {
		return "", chat.Commit{}, errAdmin
	}
	return r.Role, chat.Commit{If: []chat.Record{{Key: r.key(), Value: raw}}}, nil
}

// over returns the account of p and the conditions under which by may act on
// it.
func (a *Accounts) over(ctx context.Context, by chat.Actor, p chat.PersonID) (accountRecord, chat.Commit, error) {
	role, c, err := a.actor(ctx, by)
	if err != nil {
		return accountRecord{}, c, err
	}
	r, raw, err := a.account(ctx, p)
	if err != nil {
		return r, c, err
	}
	if r.Role.Rank() > role.Rank() {
		return r, c, errAbove
	}
	c.If = append(c.If, chat.Record{Key: r.key(), Value: raw})
	return r, c, nil
}

// overOther is over for what nobody does to themselves.
func (a *Accounts) overOther(ctx context.Context, by chat.Actor, p chat.PersonID) (accountRecord, chat.Commit, error) {
	if by.ID == p {
		return accountRecord{}, chat.Commit{}, errSelf
	}
	return a.over(ctx, by, p)
}

// SetRole changes what somebody is. Owners give every role; administrators
// make members of guests with a password, and the other way round. The error
// is CodeForbidden, CodeInvalid, ErrNoPerson, or CodeConflict for guests
// without a password and the last owner.
func (a *Accounts) SetRole(ctx context.Context, by chat.Actor, p chat.PersonID, role chat.Role) error {
	if !role.Valid() {
		return errRole
	}
	return a.decide(ctx, func() (chat.Commit, error) {
		own, _, err := a.actor(ctx, by)
		if err != nil {
			return chat.Commit{}, err
		}
		r, c, err := a.over(ctx, by, p)
		switch {
		case err != nil:
			return chat.Commit{}, err
		case own != chat.RoleOwner && max(r.Role.Rank(), role.Rank()) >= chat.RoleAdmin.Rank():
			return chat.Commit{}, forbidden("Only owners of this server may do this.")
		case r.Guest && role != chat.RoleGuest:
			return chat.Commit{}, errGuestRole
		case r.Role == role:
			return chat.Commit{}, nil
		}
		if r.Role == chat.RoleOwner {
			other, err := a.otherOwner(ctx, p)
			if err != nil {
				return chat.Commit{}, err
			}
			c = and(c, other)
			c.Do = append(c.Do, chat.Remove("owners/"+string(p)))
		}
		if role == chat.RoleOwner {
			c = and(c, crown(p))
		}
		r.Role, r.Ended = role, ""
		c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
		return c, nil
	})
}

// otherOwner returns the condition that there is an owner beside p who is not
// disabled, or errLast.
func (a *Accounts) otherOwner(ctx context.Context, p chat.PersonID) (chat.Commit, error) {
	found, err := a.records.List(ctx, shelf, chat.Prefix("owners/", "", listed))
	if err != nil {
		return chat.Commit{}, err
	}
	for _, line := range found {
		id := chat.PersonID(strings.TrimPrefix(line.Key, "owners/"))
		if id == p {
			continue
		}
		r, raw, err := a.account(ctx, id)
		if err != nil {
			return chat.Commit{}, err
		}
		if !r.Disabled {
			return chat.Commit{If: []chat.Record{line, {Key: r.key(), Value: raw}}}, nil
		}
	}
	return chat.Commit{}, errLast
}

// maxReason is the longest reason, in code points.
const maxReason = 500

// Disable keeps somebody out: all sessions and tokens end, on every node
// within a second, and no login opens another one. Administrators do it to
// others who do not stand above them. The error is CodeForbidden or
// ErrNoPerson.
func (a *Accounts) Disable(ctx context.Context, by chat.Actor, p chat.PersonID, reason string) error {
	return a.decide(ctx, func() (chat.Commit, error) {
		r, c, err := a.overOther(ctx, by, p)
		if err != nil {
			return chat.Commit{}, err
		}
		r.Disabled, r.Reason = true, cut(printable(reason), maxReason)
		ended, err := a.signOut(ctx, &r, EndedBanned)
		if err != nil {
			return chat.Commit{}, err
		}
		tokens, err := a.endingTokens(ctx, p, func(string) bool { return true })
		c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
		return and(c, ended, tokens), err
	})
}

// Enable lets somebody in again, who has to log in. Errors are as those of
// Disable.
func (a *Accounts) Enable(ctx context.Context, by chat.Actor, p chat.PersonID) error {
	return a.decide(ctx, func() (chat.Commit, error) {
		r, c, err := a.overOther(ctx, by, p)
		if err != nil || !r.Disabled {
			return chat.Commit{}, err
		}
		r.Disabled, r.Reason, r.Ended = false, "", ""
		c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
		return c, nil
	})
}

// Kick signs somebody out everywhere. An account may log in again; a guest is
// gone; connections with a personal token are closed and may come back. Errors
// are as those of Disable.
func (a *Accounts) Kick(ctx context.Context, by chat.Actor, p chat.PersonID, reason string) error {
	return a.decide(ctx, func() (chat.Commit, error) {
		r, c, err := a.overOther(ctx, by, p)
		if err != nil {
			return chat.Commit{}, err
		}
		r.Reason = cut(printable(reason), maxReason)
		ended, err := a.signOut(ctx, &r, EndedRevoked)
		c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
		return and(c, ended), err
	})
}
