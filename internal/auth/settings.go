package auth

import (
	"context"
	"unicode/utf8"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Who may make an account.
const (
	RegistrationOpen       = "open"
	RegistrationInvitation = "invitation"
	RegistrationClosed     = "closed"
)

// Settings are what administrators decide while the server runs.
type Settings struct {
	// Name is the server's, at most 64 code points.
	Name string `json:"name"`
	// Registration is one of the above. Invitations of closed servers let
	// guests in.
	Registration string `json:"registration"`
	// Guests lets people in with a nickname only. Without, guests need an
	// invitation.
	Guests bool `json:"guests"`
	// MemberInvitations lets members invite; administrators always may.
	MemberInvitations bool `json:"memberInvitations"`
}

// DefaultSettings are those of a new server.
var DefaultSettings = Settings{
	Name:              "Causerie",
	Registration:      RegistrationInvitation,
	Guests:            true,
	MemberInvitations: true,
}

// A SettingsChange changes what is not nil.
type SettingsChange struct {
	Name              *string
	Registration      *string
	Guests            *bool
	MemberInvitations *bool
}

const maxServerName = 64

// apply returns s with the change.
func (c SettingsChange) apply(s Settings) (Settings, error) {
	if c.Name != nil {
		s.Name = label(*c.Name)
		if n := utf8.RuneCountInString(s.Name); n == 0 || n > maxServerName || s.Name != *c.Name {
			return s, invalid("The server's name must be 1 to 64 visible characters.")
		}
	}
	if c.Registration != nil {
		s.Registration = *c.Registration
		switch s.Registration {
		case RegistrationOpen, RegistrationInvitation, RegistrationClosed:
		default:
			return s, invalid(`Registration must be "open", "invitation" or "closed".`)
		}
	}
	if c.Guests != nil {
		s.Guests = *c.Guests
	}
	if c.MemberInvitations != nil {
		s.MemberInvitations = *c.MemberInvitations
	}
	return s, nil
}

// Settings returns the settings. It reads the store.
func (a *Accounts) Settings(ctx context.Context) (Settings, error) {
	s, _, err := a.settings(ctx)
	return s, err
}

func (a *Accounts) settings(ctx context.Context) (s Settings, raw string, err error) {
	values, err := a.get(ctx, "settings")
	if err != nil || values[0] == "" {
		return a.defaults, "", err
	}
	s, err = decode[Settings]("settings", values[0])
	return s, values[0], err
}

// ChangeSettings is for administrators. The error is CodeForbidden or
// CodeInvalid.
func (a *Accounts) ChangeSettings(ctx context.Context, by chat.Actor, change SettingsChange) (Settings, error) {
	var s Settings
	err := a.decide(ctx, func() (chat.Commit, error) {
		allowed, err := a.power(ctx, by)
		if err != nil {
			return chat.Commit{}, err
		}
		var raw string
		if s, raw, err = a.settings(ctx); err != nil {
			return chat.Commit{}, err
		}
		if s, err = change.apply(s); err != nil {
			return chat.Commit{}, err
		}
		return and(chat.Commit{
			If: []chat.Record{{Key: "settings", Value: raw}},
			Do: []chat.Write{chat.Put("settings", encode(s))},
		}, allowed), nil
	})
	return s, err
}
