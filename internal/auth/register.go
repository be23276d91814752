package auth

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Registration is somebody who wants an account.
type Registration struct {
	Name     string
	Email    string // optional
	Password string
	// Invitation is the code of one, where registration needs it.
	Invitation string
	Device     string
	Address    string // as of Login
}

var (
	errClosed      = forbidden("This server makes no new accounts. Ask the people who run it.")
	errByInvite    = forbidden("This server makes accounts by invitation only. Ask somebody here for one.")
	errNoGuests    = forbidden("This server lets no guests in. Sign in, or ask somebody here for an invitation.")
	errInviteGuest = forbidden("This invitation is for guests. Come in with a nickname, without a password.")
)

// Register makes an account with the role member and opens a session. The
// error is CodeInvalid, CodeTaken for the name, CodeConflict for the e-mail
// address, CodeForbidden where the settings do not allow it, ErrCode for the
// invitation, or CodeRateLimited after 20 per hour and address.
func (a *Accounts) Register(ctx context.Context, r Registration) (Identity, string, error) {
	in, err := a.newcomer(r)
	if err != nil {
		return Identity{}, "", err
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		return Identity{}, "", err
	}
	switch {
	case settings.Registration == RegistrationClosed:
		return Identity{}, "", errClosed
	case settings.Registration == RegistrationInvitation && r.Invitation == "":
		return Identity{}, "", errByInvite
	}
	if in.record.Password, err = a.hasher.hash(ctx, r.Password); err != nil {
		return Identity{}, "", err
	}
	in.record.Role = chat.RoleMember
	in.mayEnter = func(invited *inviteRecord) error {
		if invited != nil && invited.Role == chat.RoleGuest && settings.Registration != RegistrationOpen {
			return errInviteGuest
		}
		return nil
	}
	return a.admit(ctx, in)
}

// Guest lets somebody in with a nickname only. The session is all they have:
// when it ends, nobody can be that guest again. Errors are as those of
// Register.
func (a *Accounts) Guest(ctx context.Context, nickname, invitation, device, address string) (Identity, string, error) {
	n, err := newcomerName(nickname)
	if err != nil {
		return Identity{}, "", err
	}
	if err := a.arrivals.take(address, a.now()); err != nil {
		return Identity{}, "", err
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		return Identity{}, "", err
	}
	if !settings.Guests && invitation == "" {
		return Identity{}, "", errNoGuests
	}
	in := newcomer{name: n, invitation: invitation, device: device, address: address}
	in.record = accountRecord{Role: chat.RoleGuest, Guest: true}
	in.mayEnter = func(*inviteRecord) error { return nil }
	return a.admit(ctx, in)
}

// A newcomer is checked and about to become somebody.
type newcomer struct {
	name       name
	record     accountRecord
	invitation string
	device     string
	address    string
	// mayEnter decides with the invitation, nil for none.
	mayEnter func(*inviteRecord) error
	// also, where it is not nil, belongs to the commit that makes the person.
	also func(chat.PersonID) (chat.Commit, error)
}

// newcomer checks a registration before it costs a hash.
func (a *Accounts) newcomer(r Registration) (newcomer, error) {
	n, err := newcomerName(r.Name)
	if err != nil {
		return newcomer{}, err
	}
	email, err := checkEmail(r.Email)
	if err != nil {
		return newcomer{}, err
	}
	if err := checkPassword(r.Password, n.shown, email); err != nil {
		return newcomer{}, err
	}
	if err := a.arrivals.take(r.Address, a.now()); err != nil {
		return newcomer{}, err
	}
	return newcomer{
		name: n, record: accountRecord{Email: email},
		invitation: r.Invitation, device: r.Device, address: r.Address,
	}, nil
}

// newcomerName checks the name that somebody gives to themselves.
func newcomerName(typed string) (name, error) {
	n, err := newName(typed)
	if err == nil && n.isReserved() {
		return name{}, errReserved
	}
	return n, err
}

var errReserved = &chat.Error{
	Code:    chat.CodeTaken,
	Message: "This name sounds like the people who run the server. Choose another one.",
}

// admit makes the account and opens its first session, in one step.
func (a *Accounts) admit(ctx context.Context, in newcomer) (Identity, string, error) {
	in.record.ID, in.record.Name, in.record.Created = newPersonID(), in.name.shown, millis(a.now())
	o := a.newOpening(in.record.ID, in.device, in.address)
	var used *inviteRecord
	err := a.decide(ctx, func() (chat.Commit, error) {
		var invited chat.Commit
		var err error
		if in.invitation != "" {
			if used, invited, err = a.use(ctx, in.invitation); err != nil {
				return chat.Commit{}, err
			}
		}
		if in.mayEnter != nil {
			if err := in.mayEnter(used); err != nil {
				return chat.Commit{}, err
			}
		}
		in.record.Invited = used != nil && used.Role == chat.RoleMember
		made, err := a.making(ctx, in.name, in.record)
		if err != nil || in.also == nil {
			return and(made, invited, o.commit()), err
		}
		also, err := in.also(in.record.ID)
		return and(made, invited, o.commit(), also), err
	})
	if err != nil {
		return Identity{}, "", err
	}
	i, err := o.identity(in.record)
	if err == nil && used != nil {
		invitation := used.public()
		i.Invitation = &invitation
	}
	return i, o.token, err
}

// making returns the commit that makes an account.
func (a *Accounts) making(ctx context.Context, n name, r accountRecord) (chat.Commit, error) {
	claimed, err := a.claim(ctx, n, name{}, r.ID)
	if err != nil {
		return chat.Commit{}, err
	}
	email, err := a.claimEmail(ctx, r.Email, "", r.ID)
	if err != nil {
		return chat.Commit{}, err
	}
	return and(chat.Commit{
		If: []chat.Record{{Key: r.key()}},
		Do: []chat.Write{chat.Put(r.key(), encode(r)), chat.Add("count", 1), chat.Max("seen/"+string(r.ID), r.Created)},
	}, claimed, email), nil
}

// Upgrade makes an account of a guest, who keeps id, session, rooms and
// messages. name "" keeps the name too. It is open to whom Register is: where
// that takes an invitation, to guests who came with one for members. Errors
// are as those of Register.
func (a *Accounts) Upgrade(ctx context.Context, id Identity, typed, email, password string) (Identity, error) {
	if typed == "" {
		typed = id.Person.Nickname
	}
	n, err := newcomerName(typed)
	if err != nil {
		return Identity{}, err
	}
	if email, err = checkEmail(email); err != nil {
		return Identity{}, err
	}
	if err := checkPassword(password, n.shown, email); err != nil {
		return Identity{}, err
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		return Identity{}, err
	}
	phc, err := a.hasher.hash(ctx, password)
	if err != nil {
		return Identity{}, err
	}
	acc, err := a.change(ctx, id.Person.ID, func(r *accountRecord) (chat.Commit, error) {
		switch {
		case r.Disabled:
			return chat.Commit{}, ErrDisabled
		case !r.Guest:
			return chat.Commit{}, errNoGuest
		case settings.Registration == RegistrationClosed:
			return chat.Commit{}, errClosed
		case settings.Registration == RegistrationInvitation && !r.Invited:
			return chat.Commit{}, errByInvite
		}
		renamed, err := a.rename(ctx, r, n)
		if err != nil {
			return chat.Commit{}, err
		}
		claimed, err := a.claimEmail(ctx, email, "", r.ID)
		r.Guest, r.Role, r.Email, r.Password = false, chat.RoleMember, email, phc
		return and(renamed, claimed), err
	})
	if err != nil {
		return Identity{}, signedOut(err)
	}
	id.Person, id.Role, id.Guest = acc.person(), acc.Role, false
	return id, nil
}

var errNoGuest = &chat.Error{
	Code:    chat.CodeConflict,
	Message: "This is an account already. Change the password or the profile instead.",
}

// rename gives r the name n.
func (a *Accounts) rename(ctx context.Context, r *accountRecord, n name) (chat.Commit, error) {
	if n.shown == r.Name {
		return chat.Commit{}, nil
	}
	old, err := newName(r.Name)
	if err != nil {
		return chat.Commit{}, err
	}
	c, err := a.claim(ctx, n, old, r.ID)
	r.Name = n.shown
	return c, err
}

// Add makes an account on behalf of an administrator: without limits, for
// reserved names too, and whatever the settings say. An empty password leaves
// it without one until a ResetCode is used. The error is as of Register.
func (a *Accounts) Add(ctx context.Context, by chat.Actor, r Registration, role chat.Role) (Account, error) {
	if by.Role.Rank() < chat.RoleAdmin.Rank() || by.Role != chat.RoleOwner && role.Rank() >= by.Role.Rank() {
		return Account{}, errAdmin
	}
	if !role.Valid() {
		return Account{}, errRole
	}
	n, err := newName(r.Name)
	if err != nil {
		return Account{}, err
	}
	acc := accountRecord{ID: newPersonID(), Name: n.shown, Role: role, Created: millis(a.now())}
	if acc.Email, err = checkEmail(r.Email); err != nil {
		return Account{}, err
	}
	if r.Password != "" {
		if err := checkPassword(r.Password, n.shown, acc.Email); err != nil {
			return Account{}, err
		}
		if acc.Password, err = a.hasher.hash(ctx, r.Password); err != nil {
			return Account{}, err
		}
	}
	err = a.decide(ctx, func() (chat.Commit, error) {
		allowed, err := a.power(ctx, by)
		if err != nil {
			return chat.Commit{}, err
		}
		made, err := a.making(ctx, n, acc)
		if role == chat.RoleOwner {
			made = and(made, crown(acc.ID))
		}
		return and(made, allowed), err
	})
	return acc.public(""), err
}
