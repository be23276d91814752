package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	maxForeignToken = 8 << 10 // bytes
	// clockSkew is how far ahead of ours a site's clock may be. It prolongs
	// nothing: a token ends when it says.
	clockSkew = time.Minute
)

// claims are what we read of another site's token.
type claims struct {
	jwt.RegisteredClaims
	Name              string `json:"name"`
	PreferredUsername string `json:"preferred_username"`
	Email             string `json:"email"`
	EmailVerified     any    `json:"email_verified"` // some sites write "true"
	Role              string `json:"role"`
}

// foreign returns whose token of another site it is, and makes an account when
// somebody comes for the first time.
func (a *Accounts) foreign(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxForeignToken || len(a.issuers) == 0 {
		return Identity{}, ErrSignedOut
	}
	issuer, c, err := a.verify(ctx, token)
	if chat.CodeOf(err) == chat.CodeUnavailable && err != nil {
		return Identity{}, err
	}
	if err != nil {
		return Identity{}, ErrSignedOut
	}
	acc, err := a.visitor(ctx, issuer, c)
	if err != nil {
		return Identity{}, err
	}
	var issued time.Time
	if c.IssuedAt != nil {
		issued = c.IssuedAt.Time
	}
	return acc.foreign(issued, c.ExpiresAt.Time)
}

// verify checks everything about a token but who it is.
func (a *Accounts) verify(ctx context.Context, token string) (*Issuer, claims, error) {
	var c claims
	var issuer *Issuer
	var unreachable error
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256", "RS256", "EdDSA"}),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(clockSkew), jwt.WithTimeFunc(a.now),
	)
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		issuer = a.issuers[c.Issuer]
		// "crit" names what must be understood, and we understand none of it.
		if _, critical := t.Header["crit"]; critical || issuer == nil {
			return nil, errUntrusted
		}
		id, _ := t.Header["kid"].(string)
		k, err := issuer.keys.key(ctx, id)
		if err != nil {
			unreachable = err
			return nil, err
		}
		if t.Method.Alg() != k.algorithm {
			return nil, errUntrusted
		}
		return k.material, nil
	})
	switch {
	case chat.CodeOf(unreachable) == chat.CodeUnavailable && unreachable != nil:
		return nil, c, unreachable
	case err != nil:
		return nil, c, err
	case !a.now().Before(c.ExpiresAt.Time):
		return nil, c, jwt.ErrTokenExpired
	case c.Subject == "" || issuer.audience != "" && !slices.Contains(c.Audience, issuer.audience):
		return nil, c, errors.New("auth: a token for somebody or something else")
	}
	return issuer, c, nil
}

// foreignID is the same for the same subject of the same site, for ever.
func foreignID(issuer, subject string) chat.PersonID {
	sum := sha256.Sum256([]byte(issuer + "\x00" + subject))
	return personID(sum[:])
}

// foreign returns who the account is with a token of that time.
func (r accountRecord) foreign(issued, expires time.Time) (Identity, error) {
	if issued.Before(r.since()) {
		return Identity{}, ErrSignedOut
	}
	i, err := r.identity()
	i.Expires, i.issued = expires, issued
	return i, err
}

// visitor returns the account of a token's subject. The role follows the token
// where the site gives roles; the name is the person's own from the first time
// on.
func (a *Accounts) visitor(ctx context.Context, issuer *Issuer, c claims) (accountRecord, error) {
	role := issuer.role(c)
	id := foreignID(issuer.name, c.Subject)
	found, _, err := a.account(ctx, id)
	switch {
	case chat.CodeOf(err) == chat.CodeNotFound && err != nil:
		return a.welcome(ctx, issuer, id, c)
	case err != nil || !issuer.roles || found.Role == role || found.Role == chat.RoleOwner:
		return found, err
	}
	return a.change(ctx, id, func(r *accountRecord) (chat.Commit, error) {
		r.Role = role
		return chat.Commit{}, nil
	})
}

func (i *Issuer) role(c claims) chat.Role {
	role := chat.Role(c.Role)
	if i.roles && role.Valid() && role != chat.RoleOwner {
		return role
	}
	return chat.RoleMember
}

// welcome makes an account for somebody of another site.
func (a *Accounts) welcome(ctx context.Context, issuer *Issuer, id chat.PersonID, c claims) (accountRecord, error) {
	r := accountRecord{ID: id, Role: issuer.role(c), Issuer: issuer.name, Created: millis(a.now())}
	if c.EmailVerified == true || c.EmailVerified == "true" {
		if email, err := checkEmail(c.Email); err == nil {
			r.Email = email
		}
	}
	names := wishes(c)
	err := a.decide(ctx, func() (chat.Commit, error) {
		there, _, err := a.account(ctx, id)
		if err == nil {
			r = there // the same person, through another node at the same moment
			return chat.Commit{}, nil
		}
		if chat.CodeOf(err) != chat.CodeNotFound {
			return chat.Commit{}, err
		}
		for _, n := range names {
			r.Name = n.shown
			made, err := a.making(ctx, n, r)
			if errors.Is(err, errEmailTaken) {
				r.Email = "" // whose it is there says nothing about whose it is here
				made, err = a.making(ctx, n, r)
			}
			if chat.CodeOf(err) != chat.CodeTaken || err == nil {
				return made, err
			}
		}
		return chat.Commit{}, chat.ErrTaken
	})
	return r, err
}

// wishes are names for somebody of another site, the best first. The last ones
// are free as good as surely.
func wishes(c claims) []name {
	local, _, _ := strings.Cut(c.Email, "@")
	names := usable(c.Name, c.PreferredUsername)
	if len(names) == 0 {
		names = usable(local)
	}
	if len(names) == 0 {
		names = usable("Visitor")
	}
	base := cut(names[0].shown, 27)
	for _, number := range []string{"2", "3", "4", suffix(), suffix(), suffix(), suffix()} {
		names = append(names, usable(base+" "+number)...)
	}
	return names
}

// usable returns those of texts that can be names.
func usable(texts ...string) []name {
	var names []name
	for _, text := range texts {
		text = cut(strings.TrimSpace(strings.ReplaceAll(printable(text), "@", " ")), chat.MaxNickname)
		if n, err := newcomerName(text); err == nil {
			names = append(names, n)
		}
	}
	return names
}
