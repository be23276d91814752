package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// IssuerOptions say how to recognise the tokens of another site, so that its
// people come in with that site's login. Exactly one of Secret, PublicKey and
// KeysURL is set.
type IssuerOptions struct {
	// Issuer is the claim "iss".
	Issuer string
	// Audience is in the claim "aud". Empty accepts every audience: that is for
	// a site that signs tokens for nobody else.
	Audience string
	// Secret is shared with the site, which signs with HS256: at least 32
	// bytes.
	Secret []byte
	// PublicKey is the site's key in PEM (PKIX): RSA of at least 2048 bits for
	// RS256, Ed25519 for EdDSA.
	PublicKey string
	// KeysURL is where the site publishes such keys as a JSON Web Key Set.
	KeysURL string
	// Roles lets the claim "role" say who is "admin", "member" or "guest"
	// here. Without it everyone is a member until somebody here says
	// otherwise. No site makes owners.
	Roles bool
	// Client fetches KeysURL. Nil means one that follows no redirects.
	Client *http.Client
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// An Issuer is another site whose signed tokens are good here.
type Issuer struct {
	name, audience string
	roles          bool
	keys           keys
}

// Each kind of key is good for one algorithm, whatever the token says: a
// public key never becomes the secret of a MAC, and "none" is nobody's.
type key struct {
	algorithm string
	material  any
}

// keys returns the key with the id that a token names, "" for none.
type keys interface {
	key(ctx context.Context, id string) (key, error)
}

// errUntrusted is why a token of another site is no good, for the log.
var errUntrusted = errors.New("auth: no such key")

// NewIssuer checks the options.
func NewIssuer(o IssuerOptions) (*Issuer, error) {
	if o.Issuer == "" {
		return nil, errors.New("auth: an issuer of tokens needs its name, the claim iss")
	}
	i := &Issuer{name: o.Issuer, audience: o.Audience, roles: o.Roles}
	given := 0
	var err error
	if len(o.Secret) > 0 {
		given++
		if len(o.Secret) < 32 {
			err = errors.New("the secret has fewer than 32 bytes")
		}
		i.keys = oneKey{jwt.SigningMethodHS256.Alg(), o.Secret}
	}
	if o.PublicKey != "" {
		given++
		i.keys, err = parsePublicKey(o.PublicKey)
	}
	if o.KeysURL != "" {
		given++
		i.keys, err = newKeySet(o)
	}
	if err == nil && given != 1 {
		err = errors.New("give one of a secret, a public key and a URL of keys")
	}
	if err != nil {
		return nil, fmt.Errorf("auth: issuer %s: %w", o.Issuer, err)
	}
	return i, nil
}

// oneKey is a key without an id.
type oneKey key

func (k oneKey) key(context.Context, string) (key, error) { return key(k), nil }

func parsePublicKey(text string) (oneKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return oneKey{}, errors.New("the public key is not PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return oneKey{}, fmt.Errorf("read the public key: %w", err)
	}
	k, err := newKey(parsed)
	return oneKey(k), err
}

// minRSA is the shortest RSA key, in bits.
const minRSA = 2048

// newKey returns the key with the one algorithm that it is good for.
func newKey(public any) (key, error) {
	switch public := public.(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < minRSA {
			return key{}, errors.New("the RSA key has fewer than 2048 bits")
		}
		return key{jwt.SigningMethodRS256.Alg(), public}, nil
	case ed25519.PublicKey:
		return key{jwt.SigningMethodEdDSA.Alg(), public}, nil
	}
	return key{}, errors.New("the key is neither RSA nor Ed25519")
}
