package contract

import "context"

// readSessions is the act sessions.
type readSessions struct{}

// Sessions is everywhere one is logged in.
type Sessions struct {
	Sessions []Session `json:"sessions" doc:"The logins."`
}

// A Session is one login.
type Session struct {
	ID      string `json:"id" doc:"For revoking it; no secret." eg:"s4k9v2"`
	Device  string `json:"device" doc:"What the client called itself." eg:"Ada's laptop"`
	Address string `json:"address" doc:"Where it came from." eg:"192.0.2.7"`
	Created Millis `json:"created" doc:"When it began." eg:"1763900012345"`
	Seen    Millis `json:"seen" doc:"When it was last used, to the hour." eg:"1763900012345"`
	Current bool   `json:"current" doc:"It is the one that asks."`
	Expires Millis `json:"expires" doc:"When it ends unless it is used before." eg:"1771676012345"`
}

func (readSessions) do(ctx context.Context, r *request) (Sessions, error) {
	sessions, err := r.Accounts.Sessions(ctx, r.actor.ID)
	told := Sessions{Sessions: make([]Session, 0, len(sessions))}
	for _, s := range sessions {
		told.Sessions = append(told.Sessions, Session{
			ID: s.ID, Device: s.Device, Address: s.Address, Created: MillisOf(s.Created), Seen: MillisOf(s.Seen),
			Current: s.ID == r.Identity.Session, Expires: MillisOf(s.Expires),
		})
	}
	return told, err
}

// revokeSession is the act session-revoke.
type revokeSession struct {
	Session string `json:"session" doc:"Id of the session." eg:"s4k9v2"`
}

func (in revokeSession) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Revoke(ctx, r.actor.ID, in.Session)
}

// revokeOthers is the act sessions-revoke-others.
type revokeOthers struct{}

func (revokeOthers) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.RevokeOthers(ctx, r.actor.ID, r.Identity.Session)
}
