package auth

import (
	"context"
	"unicode/utf8"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxStatus is the longest status, in code points.
const maxStatus = 100

// A ProfileChange changes what is not nil.
type ProfileChange struct {
	Name   *string
	Status *string // at most 100 visible characters; "" for none
	Email  *string // "" for none; guests have none
}

// ChangeProfile changes what a person says about themselves. The error is
// CodeInvalid, CodeTaken for the name, or CodeConflict for the e-mail address.
func (a *Accounts) ChangeProfile(ctx context.Context, p chat.PersonID, change ProfileChange) (chat.Profile, error) {
	var n name
	var email string
	var err error
	if change.Name != nil {
		if n, err = newName(*change.Name); err != nil {
			return chat.Profile{}, err
		}
	}
	if change.Email != nil {
		if email, err = checkEmail(*change.Email); err != nil {
			return chat.Profile{}, err
		}
	}
	if s := change.Status; s != nil && (utf8.RuneCountInString(*s) > maxStatus || printable(*s) != *s) {
		return chat.Profile{}, invalid("The status must be at most 100 visible characters.")
	}
	r, err := a.change(ctx, p, func(r *accountRecord) (chat.Commit, error) {
		var c chat.Commit
		if change.Name != nil {
			if n.isReserved() && n.shown != r.Name && r.Role.Rank() < chat.RoleAdmin.Rank() {
				return c, errReserved
			}
			renamed, err := a.rename(ctx, r, n)
			if err != nil {
				return c, err
			}
			c = and(c, renamed)
		}
		if change.Email != nil && email != r.Email {
			if r.Guest {
				return c, forbidden("Guests have no e-mail address. Make an account first.")
			}
			claimed, err := a.claimEmail(ctx, email, r.Email, r.ID)
			if err != nil {
				return c, err
			}
			r.Email = email
			c = and(c, claimed)
		}
		if change.Status != nil {
			r.Status = *change.Status
		}
		return c, nil
	})
	return r.profile(), err
}
