package contract

import (
	"context"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
)

// createToken is the act token-create.
type createToken struct {
	Name   string   `json:"name" doc:"What it is for." eg:"Weather bot"`
	Scopes []string `json:"scopes" doc:"What it is good for; each includes the ones before it." enum:"read,write,admin" min:"1" max:"3" eg:"write"`
	Days   int      `json:"days,omitempty" doc:"When it expires; without it never." min:"0" max:"3650" eg:"90"`
}

// NewToken is told once.
type NewToken struct {
	ID    string `json:"id" doc:"For revoking it; no secret." eg:"t7m2x9"`
	Token string `json:"token" doc:"The token. It is not told again." eg:"ct_Zk4vW8sT1n"`
}

func (in createToken) do(ctx context.Context, r *request) (NewToken, error) {
	made, token, err := r.Accounts.CreateToken(ctx, r.actor.ID, in.Name, in.Scopes, time.Duration(in.Days)*24*time.Hour)
	return NewToken{ID: made.ID, Token: token}, err
}

// readTokens is the act tokens.
type readTokens struct{}

// Tokens is every personal token one has.
type Tokens struct {
	Tokens []Token `json:"tokens" doc:"The tokens."`
}

// A Token is a login for a program, without its secret.
type Token struct {
	ID      string   `json:"id" doc:"For revoking it; no secret." eg:"t7m2x9"`
	Name    string   `json:"name" doc:"What it is for." eg:"Weather bot"`
	Scopes  []string `json:"scopes" doc:"What it is good for." enum:"read,write,admin" eg:"write"`
	Created Millis   `json:"created" doc:"When it was made." eg:"1763900012345"`
	Seen    Millis   `json:"seen,omitempty" doc:"When it was last used, to the hour." eg:"1763900012345"`
	Expires Millis   `json:"expires,omitempty" doc:"When it ends." eg:"1771676012345"`
}

func (readTokens) do(ctx context.Context, r *request) (Tokens, error) {
	tokens, err := r.Accounts.Tokens(ctx, r.actor.ID)
	told := Tokens{Tokens: make([]Token, 0, len(tokens))}
	for _, t := range tokens {
		told.Tokens = append(told.Tokens, tokenOf(t))
	}
	return told, err
}

func tokenOf(t auth.Token) Token {
	return Token{
		ID: t.ID, Name: t.Name, Scopes: t.Scopes, Created: MillisOf(t.Created), Seen: MillisOf(t.Seen), Expires: MillisOf(t.Expires),
	}
}

// revokeToken is the act token-revoke.
type revokeToken struct {
	Token string `json:"token" doc:"Id of the token, not the token." eg:"t7m2x9"`
}

func (in revokeToken) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.RevokeToken(ctx, r.actor.ID, in.Token)
}
