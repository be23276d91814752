package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxTokens is how many personal tokens an account has.
const maxTokens = 50

// A Token is a personal one, for programs that act for a person.
type Token struct {
	ID      string
	Name    string
	Scopes  []string
	Created time.Time
	Seen    time.Time // to the hour; zero: never used
	Expires time.Time // zero: never
}

type tokenRecord struct {
	Person  chat.PersonID `json:"person"`
	Name    string        `json:"name"`
	Scopes  []string      `json:"scopes"`
	Created int64         `json:"created"`
	Seen    int64         `json:"seen,omitempty"`
	Expires int64         `json:"expires,omitempty"`
}

// token returns whose personal token the record key is.
func (a *Accounts) token(ctx context.Context, key string) (Identity, error) {
	values, err := a.get(ctx, key)
	if err != nil {
		return Identity{}, err
	}
	if values[0] == "" {
		return Identity{}, ErrSignedOut
	}
	t, err := decode[tokenRecord](key, values[0])
	if err != nil {
		return Identity{}, err
	}
	now := a.now()
	if t.Expires != 0 && t.Expires <= millis(now) {
		return Identity{}, ErrSignedOut
	}
	acc, _, err := a.account(ctx, t.Person)
	if err != nil {
		return Identity{}, signedOut(err)
	}
	i, err := acc.identity()
	if err != nil {
		return Identity{}, err
	}
	if now.Sub(instant(t.Seen)) >= renewAfter {
		t.Seen = millis(now)
		a.renew(ctx, chat.Record{Key: key, Value: values[0]}, encode(t), t.Person)
	}
	i.key, i.Session, i.Scopes = key, idOf(strings.TrimPrefix(key, "token/")), t.Scopes
	i.Expires = instant(t.Expires)
	return i, nil
}

// CreateToken makes a personal token and returns it: it is told this once. The
// name, 1 to 100 code points, is for the person; there is at least one scope;
// life 0 is for ever, and ten years is the most. Guests have none, and only
// administrators have one with ScopeAdmin. The error is CodeForbidden, CodeInvalid, or CodeConflict above 50.
func (a *Accounts) CreateToken(
	ctx context.Context, p chat.PersonID, name string, may []string, life time.Duration,
) (t Token, token string, err error) {
	now := a.now()
	r := tokenRecord{Person: p, Name: label(name), Created: millis(now)}
	for _, scope := range scopes {
		if slices.Contains(may, scope) {
			r.Scopes = append(r.Scopes, scope)
		}
	}
	switch {
	case r.Name == "" || r.Name != name:
		return Token{}, "", invalid("The token's name must be 1 to 100 visible characters, so that you know later what it is for.")
	case len(may) == 0 || slices.ContainsFunc(may, func(s string) bool { return !slices.Contains(scopes, s) }):
		return Token{}, "", invalid(`The token's scopes must be some of "read", "write" and "admin".`)
	case life < 0 || life > maxLife:
		return Token{}, "", invalid("A token lasts at most ten years; 0 means for ever.")
	}
	if life > 0 {
		r.Expires = millis(now.Add(life))
	}
	token = newSecret(tokenPrefix)
	hash := hashOf(token)
	err = a.decide(ctx, func() (chat.Commit, error) {
		acc, raw, err := a.account(ctx, p)
		if err != nil {
			return chat.Commit{}, signedOut(err)
		}
		if acc.Guest {
			return chat.Commit{}, forbidden("Guests have no tokens. Make an account first.")
		}
		if slices.Contains(r.Scopes, ScopeAdmin) && acc.Role.Rank() < chat.RoleAdmin.Rank() {
			// It would lie in wait for the day its holder becomes administrator.
			return chat.Commit{}, forbidden(`Only administrators of this server have tokens with the scope "admin".`)
		}
		held, err := a.records.List(ctx, shelf, chat.Prefix("tokens/"+string(p)+"/", "", maxTokens))
		if err != nil {
			return chat.Commit{}, err
		}
		if len(held) >= maxTokens {
			return chat.Commit{}, errTooManyTokens
		}
		return chat.Commit{
			If: []chat.Record{{Key: acc.key(), Value: raw}},
			Do: []chat.Write{
				chat.Put("token/"+hash, encode(r)),
				chat.Put("tokens/"+string(p)+"/"+idOf(hash), hash),
				chat.Add("logins/"+string(p), 1),
			},
		}, nil
	})
	if err != nil {
		return Token{}, "", err
	}
	return r.public(hash), token, nil
}

var errTooManyTokens = &chat.Error{
	Code:    chat.CodeConflict,
	Message: "There are 50 tokens already. Revoke one that is not needed any more.",
}

func (r tokenRecord) public(hash string) Token {
	return Token{
		ID: idOf(hash), Name: r.Name, Scopes: r.Scopes,
		Created: instant(r.Created), Seen: instant(r.Seen), Expires: instant(r.Expires),
	}
}

// Tokens returns the personal tokens of p, also expired ones, the newest
// first.
func (a *Accounts) Tokens(ctx context.Context, p chat.PersonID) ([]Token, error) {
	lines, err := a.records.List(ctx, shelf, chat.Prefix("tokens/"+string(p)+"/", "", listed))
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(lines))
	for i, line := range lines {
		keys[i] = "token/" + line.Value
	}
	var tokens []Token
	err = a.lookUp(ctx, keys, func(key, value string) error {
		r, err := decode[tokenRecord](key, value)
		tokens = append(tokens, r.public(strings.TrimPrefix(key, "token/")))
		return err
	})
	slices.SortFunc(tokens, func(x, y Token) int { return y.Created.Compare(x.Created) })
	return tokens, err
}

// RevokeToken ends a personal token of p by its id. The error is
// CodeNotFound.
func (a *Accounts) RevokeToken(ctx context.Context, p chat.PersonID, id string) error {
	return a.decide(ctx, func() (chat.Commit, error) {
		c, err := a.endingTokens(ctx, p, func(hash string) bool { return idOf(hash) == id })
		if err == nil && len(c.Do) == 0 {
			err = notFound("There is no such token, or it has ended already.")
		}
		return c, err
	})
}

// endingTokens returns the commit that ends those tokens of p.
func (a *Accounts) endingTokens(ctx context.Context, p chat.PersonID, which func(hash string) bool) (chat.Commit, error) {
	lines, err := a.records.List(ctx, shelf, chat.Prefix("tokens/"+string(p)+"/", "", listed))
	if err != nil {
		return chat.Commit{}, err
	}
	var c chat.Commit
	for _, line := range lines {
		if which(line.Value) {
			c.If = append(c.If, line)
			c.Do = append(c.Do, chat.Remove("token/"+line.Value), chat.Remove(line.Key))
		}
	}
	return c, nil
}
