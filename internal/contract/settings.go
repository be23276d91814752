package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/auth"
)

// Settings are what administrators decide for the house.
type Settings struct {
	Name              string `json:"name" doc:"What the house is called." eg:"The Example House"`
	Registration      string `json:"registration" doc:"Who may make an account." enum:"open,invitation,closed" eg:"invitation"`
	Guests            bool   `json:"guests" doc:"Whether people may come with just a nickname."`
	MemberInvitations bool   `json:"memberInvitations" doc:"Whether members may invite others to the house."`
}

// OneSettings is the answer of acts on the settings.
type OneSettings struct {
	Settings Settings `json:"settings" doc:"The settings as they are now."`
}

func settingsOf(s auth.Settings, err error) (OneSettings, error) {
	return OneSettings{Settings{
		Name: s.Name, Registration: s.Registration, Guests: s.Guests, MemberInvitations: s.MemberInvitations,
	}}, err
}

// readSettings is the act settings.
type readSettings struct{}

func (readSettings) do(ctx context.Context, r *request) (OneSettings, error) {
	return settingsOf(r.Accounts.Settings(ctx))
}

// changeSettings is the act settings-change.
type changeSettings struct {
	Name              *string `json:"name,omitempty" doc:"What the house is called." eg:"The Example House"`
	Registration      *string `json:"registration,omitempty" doc:"Who may make an account." enum:"open,invitation,closed" eg:"invitation"`
	Guests            *bool   `json:"guests,omitempty" doc:"Whether people may come with just a nickname."`
	MemberInvitations *bool   `json:"memberInvitations,omitempty" doc:"Whether members may invite others to the house."`
}

func (in changeSettings) change() auth.SettingsChange {
	return auth.SettingsChange{
		Name: in.Name, Registration: in.Registration, Guests: in.Guests, MemberInvitations: in.MemberInvitations,
	}
}

func (in changeSettings) do(ctx context.Context, r *request) (OneSettings, error) {
	return settingsOf(r.Accounts.ChangeSettings(ctx, r.actor, in.change()))
}
