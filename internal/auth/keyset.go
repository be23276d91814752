package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	keysTimeout = 5 * time.Second
	maxKeys     = 256 << 10 // bytes
	// keysPause is between two fetches, however many tokens name unknown keys.
	keysPause = time.Minute
	// keysRetry is between two fetches while there are no keys at all.
	keysRetry = 5 * time.Second
	// keysAge is when keys are fetched again though nobody has missed one, so
	// that the site can withdraw one.
	keysAge = time.Hour
)

// A keySet is the keys that another site publishes. It is fetched when a token
// needs it, by one caller at a time.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu       sync.Mutex
	keys     map[string]key // guarded by mu
	fetched  time.Time      // last success, guarded by mu
	tried    time.Time      // last fetch, guarded by mu
	failure  error          // of the last fetch, guarded by mu
	fetching chan struct{}  // closed when it is over, nil for none; guarded by mu
}

func newKeySet(o IssuerOptions) (*keySet, error) {
	u, err := url.Parse(o.KeysURL)
	if err != nil {
		return nil, fmt.Errorf("read the URL of keys: %w", err)
	}
	if u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, errors.New("the URL of keys must begin with https://")
	}
	s := &keySet{url: o.KeysURL, client: o.Client, now: o.Now}
	if s.client == nil {
		s.client = &http.Client{
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return errors.New("the URL of keys redirects elsewhere")
			},
		}
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// key implements keys.
func (s *keySet) key(ctx context.Context, id string) (key, error) {
	for {
		s.mu.Lock()
		k, found := s.find(id)
		if found && s.now().Sub(s.fetched) < keysAge || !s.due() && s.fetching == nil {
			err := s.failure
			s.mu.Unlock()
			switch {
			case found:
				return k, nil
			case err != nil:
				return key{}, chat.Unavailable(err)
			}
			return key{}, errUntrusted
		}
		if s.fetching == nil {
			s.fetching, s.tried = make(chan struct{}), s.now()
			go s.refresh(context.WithoutCancel(ctx), s.fetching)
		}
		over := s.fetching
		s.mu.Unlock()
		if found {
			return k, nil // old, but nothing says that it was withdrawn
		}
		select {
		case <-over:
		case <-ctx.Done():
			return key{}, chat.Unavailable(ctx.Err())
		}
	}
}

// find returns the key with that id, and without an id the only one there is.
// s.mu is held.
func (s *keySet) find(id string) (key, bool) {
	if id == "" && len(s.keys) == 1 {
		for _, k := range s.keys {
			return k, true
		}
	}
	k, ok := s.keys[id]
	return k, ok
}

// due reports whether the keys may be fetched again. s.mu is held.
func (s *keySet) due() bool {
	pause := keysPause
	if s.fetched.IsZero() {
		pause = keysRetry
	}
	return s.tried.IsZero() || s.now().Sub(s.tried) >= pause
}

// refresh fetches the keys, and keeps the old ones when that fails.
func (s *keySet) refresh(ctx context.Context, over chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	fresh, err := s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure = err; err == nil {
		s.keys, s.fetched = fresh, s.now()
	}
	s.fetching = nil
	close(over)
}

func (s *keySet) fetch(ctx context.Context) (map[string]key, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch the keys of another site: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the keys of another site: %s", res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxKeys+1))
	if err != nil {
		return nil, fmt.Errorf("fetch the keys of another site: %w", err)
	}
	if len(body) > maxKeys {
		return nil, errors.New("fetch the keys of another site: more than 256 KB")
	}
	return parseKeySet(body)
}

// jwk is a JSON Web Key, as far as we use it.
type jwk struct {
	Kty, Kid, Use, Alg, Crv, N, E, X string
}

// parseKeySet returns the keys that tokens can be signed with. Others in the
// set, secret ones above all, are left alone.
func parseKeySet(body []byte) (map[string]key, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read the keys of another site: %w", err)
	}
	found := make(map[string]key)
	for _, j := range set.Keys {
		if j.Use != "" && j.Use != "sig" {
			continue
		}
		k, err := j.key()
		if err != nil || j.Alg != "" && j.Alg != k.algorithm && !(j.Alg == "Ed25519" && k.algorithm == "EdDSA") {
			continue
		}
		found[j.Kid] = k
	}
	if len(found) == 0 {
		return nil, errors.New("read the keys of another site: none is for RS256 or EdDSA")
	}
	return found, nil
}

func (j jwk) key() (key, error) {
	b64 := base64.RawURLEncoding
	switch {
	case j.Kty == "RSA":
		n, nErr := b64.DecodeString(j.N)
		e, eErr := b64.DecodeString(j.E)
		exponent := new(big.Int).SetBytes(e)
		if nErr != nil || eErr != nil || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
			return key{}, errUntrusted
		}
		return newKey(&rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())})
	case j.Kty == "OKP" && j.Crv == "Ed25519":
		x, err := b64.DecodeString(j.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return key{}, errUntrusted
		}
		return newKey(ed25519.PublicKey(x))
	}
	return key{}, errUntrusted
}
