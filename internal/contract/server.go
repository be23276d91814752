package contract

import "context"

// A Server says which house this is, to whoever asks.
type Server struct {
	Name         string `json:"name" doc:"What the house is called." eg:"The Example House"`
	Version      string `json:"version" doc:"The version of the program." eg:"1.0.0"`
	Setup        bool   `json:"setup" doc:"Nobody owns the house yet: it waits to be set up."`
	Registration string `json:"registration" doc:"Who may make an account." enum:"open,invitation,closed" eg:"invitation"`
	Guests       bool   `json:"guests" doc:"Whether one may come with just a nickname."`
	Limits       Limits `json:"limits" doc:"What the server refuses beyond."`
	Me           *Me    `json:"me,omitempty" doc:"Who one is, for somebody who is logged in."`
}

// readServer is the act server.
type readServer struct{}

func (readServer) do(ctx context.Context, r *request) (Server, error) {
	settings, err := r.Accounts.Settings(ctx)
	if err != nil {
		return Server{}, err
	}
	_, needed, err := r.Accounts.SetupCode(ctx)
	if err != nil {
		return Server{}, err
	}
	told := Server{
		Name: settings.Name, Version: r.Version, Setup: needed, Registration: settings.Registration,
		Guests: settings.Guests, Limits: r.Limits,
	}
	if r.Identity != nil {
		me, err := r.MeOf(ctx, *r.Identity)
		if err != nil {
			return Server{}, err
		}
		told.Me = &me
	}
	return told, nil
}
