package auth

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/causerie-chat/causerie/internal/chat"
)

const site, audience = "https://site.example", "causerie"

var (
	secret           = []byte(canary + " secret of the site, 32 bytes or more")
	rsaKey, _        = rsa.GenerateKey(rand.Reader, 2048)
	edPublic, edKey  = mustEd()
	_, strangerEd    = mustEd()
	strangerRSA, _   = rsa.GenerateKey(rand.Reader, 2048)
	shortRSA         = &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	hs256, rs, eddsa = jwt.SigningMethodHS256, jwt.SigningMethodRS256, jwt.SigningMethodEdDSA
)

func mustEd() (ed25519.PublicKey, ed25519.PrivateKey) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return public, private
}

func pemOf(t testing.TB, public any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func issuer(t testing.TB, o IssuerOptions) func(*Options) {
	t.Helper()
	if o.Issuer == "" {
		o.Issuer, o.Audience = site, audience
	}
	i, err := NewIssuer(o)
	if err != nil {
		t.Fatal(err)
	}
	return func(options *Options) { options.Issuers = append(options.Issuers, i) }
}

// claimsAt are good claims, with changes; a nil value takes a claim away.
func claimsAt(now time.Time, changes map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": site, "aud": audience, "sub": "42", "name": "Ana Lu",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	for k, v := range changes {
		if v == nil {
			delete(c, k)
		}
	}
	return c
}

func sign(t testing.TB, method jwt.SigningMethod, key any, kid string, c jwt.Claims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	if kid != "" {
		token.Header["kid"] = kid
	}
	s, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestForeign_Claims(t *testing.T) {
	h := newHouse(t, issuer(t, IssuerOptions{Secret: secret}))
	now := h.clock.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, test := range []struct {
		name    string
		changes map[string]any
		ok      bool
	}{
		{"good", nil, true},
		{"several audiences", map[string]any{"aud": []string{"x", audience}}, true},
		{"no time of issue", map[string]any{"iat": nil}, true},
		{"about to expire", map[string]any{"exp": at(time.Second)}, true},
		{"clock of the site ahead", map[string]any{"iat": at(59 * time.Second), "nbf": at(59 * time.Second)}, true},
		{"just expired", map[string]any{"exp": at(0)}, false},
		{"no end", map[string]any{"exp": nil}, false},
		{"not yet", map[string]any{"nbf": at(61 * time.Second)}, false},
		{"issued in the future", map[string]any{"iat": at(61 * time.Second)}, false},
		{"other issuer", map[string]any{"iss": "https://evil.example"}, false},
		{"no issuer", map[string]any{"iss": nil}, false},
		{"other audience", map[string]any{"aud": "other"}, false},
		{"no audience", map[string]any{"aud": nil}, false},
		{"no subject", map[string]any{"sub": nil}, false},
		{"end is text", map[string]any{"exp": "tomorrow"}, false},
		{"too long", map[string]any{"pad": strings.Repeat("x", maxForeignToken)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			i, err := h.Authenticate(t.Context(), sign(t, hs256, secret, "", claimsAt(now, test.changes)))
			if !test.ok {
				wantError(t, err, ErrSignedOut)
				return
			}
			if err != nil || i.Person.Nickname != "Ana Lu" || i.Role != chat.RoleMember || i.Guest || i.Session != "" || i.Expires.IsZero() {
				t.Errorf("got %+v, error %v", i, err)
			}
		})
	}
}

// Every key is good for one algorithm.
func TestForeign_Algorithms(t *testing.T) {
	now := newClock().Now()
	good := claimsAt(now, nil)
	rsaPEM, edPEM := pemOf(t, &rsaKey.PublicKey), pemOf(t, edPublic)
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, good).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	hs := sign(t, hs256, secret, "", good)
	for _, test := range []struct {
		name  string
		key   IssuerOptions
		token string
		ok    bool
	}{
		{"HS256", IssuerOptions{Secret: secret}, hs, true},
		{"RS256", IssuerOptions{PublicKey: rsaPEM}, sign(t, rs, rsaKey, "any", good), true},
		{"EdDSA", IssuerOptions{PublicKey: edPEM}, sign(t, eddsa, edKey, "", good), true},
		{"none", IssuerOptions{Secret: secret}, none, false},
		{"none with an RSA key", IssuerOptions{PublicKey: rsaPEM}, none, false},
		{"public RSA key as secret", IssuerOptions{PublicKey: rsaPEM}, sign(t, hs256, []byte(rsaPEM), "", good), false},
		{"public Ed25519 key as secret", IssuerOptions{PublicKey: edPEM}, sign(t, hs256, []byte(edPublic), "", good), false},
		{"another secret", IssuerOptions{Secret: secret}, sign(t, hs256, secret[1:], "", good), false},
		{"another RSA key", IssuerOptions{PublicKey: rsaPEM}, sign(t, rs, strangerRSA, "", good), false},
		{"another Ed25519 key", IssuerOptions{PublicKey: edPEM}, sign(t, eddsa, strangerEd, "", good), false},
		{"HS512", IssuerOptions{Secret: secret}, sign(t, jwt.SigningMethodHS512, secret, "", good), false},
		{"PS256 with the RSA key", IssuerOptions{PublicKey: rsaPEM}, sign(t, jwt.SigningMethodPS256, rsaKey, "", good), false},
		{"RS512 with the RSA key", IssuerOptions{PublicKey: rsaPEM}, sign(t, jwt.SigningMethodRS512, rsaKey, "", good), false},
		{"no signature", IssuerOptions{Secret: secret}, hs[:strings.LastIndex(hs, ".")+1], false},
		{"signature of other claims", IssuerOptions{Secret: secret},
			swapClaims(hs, `{"iss":"`+site+`","aud":"causerie","sub":"1","exp":9999999999}`), false},
		{"critical header", IssuerOptions{Secret: secret}, hmacToken(`{"alg":"HS256","b64":false,"crit":["b64"]}`), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t, issuer(t, test.key))
			_, err := h.Authenticate(t.Context(), test.token)
			if test.ok {
				wantCode(t, err, "")
			} else {
				wantError(t, err, ErrSignedOut)
			}
		})
	}
}

func swapClaims(token, claims string) string {
	parts := strings.Split(token, ".")
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(claims))
	return strings.Join(parts, ".")
}

// hmacToken is signed by hand, with a header of choice.
func hmacToken(header string) string {
	body, _ := json.Marshal(claimsAt(newClock().Now(), nil))
	b64 := base64.RawURLEncoding
	text := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString(body)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + b64.EncodeToString(mac.Sum(nil))
}

func TestNewIssuer_Refuses(t *testing.T) {
	for name, o := range map[string]IssuerOptions{
		"no name":       {Secret: secret},
		"no key":        {Issuer: site},
		"two keys":      {Issuer: site, Secret: secret, KeysURL: "https://site.example/jwks"},
		"short secret":  {Issuer: site, Secret: secret[:31]},
		"no PEM":        {Issuer: site, PublicKey: "x"},
		"short RSA key": {Issuer: site, PublicKey: pemOf(t, shortRSA)},
		"plain HTTP":    {Issuer: site, KeysURL: "http://site.example/jwks"},
		"no URL":        {Issuer: site, KeysURL: "file:///etc/passwd"},
	} {
		if _, err := NewIssuer(o); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One subject is one person, on many nodes at once and for ever; names are
// made unique, and nobody takes over an account by its e-mail address.
func TestForeign_People(t *testing.T) {
	with := issuer(t, IssuerOptions{Secret: secret})
	h := newHouse(t, with)
	local, _, err := h.Register(t.Context(), Registration{Name: "Ana Lu", Email: "ana@example.org", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	token := func(changes map[string]any) string {
		return sign(t, hs256, secret, "", claimsAt(h.clock.Now(), changes))
	}
	a, b := h.node(with), h.node(with)
	first := token(map[string]any{"email": "ana@example.org", "email_verified": true})
	ids := make([]chat.PersonID, 8)
	done := together(t, len(ids), func(n int) error {
		i, err := []*Accounts{a, b}[n%2].Authenticate(t.Context(), first)
		ids[n] = i.Person.ID
		return err
	})
	for _, id := range ids {
		if id != ids[0] || id == local.Person.ID || !isPersonID(id) {
			t.Errorf("%d came in, as %q", done, ids)
			break
		}
	}
	i, err := h.Authenticate(t.Context(), first)
	if err != nil || i.Person.Nickname != "Ana Lu 2" {
		t.Errorf("got %+v, error %v", i, err)
	}
	for sub, test := range map[string]struct {
		changes map[string]any
		want    string
	}{
		"1": {map[string]any{"name": nil, "preferred_username": "bob"}, "bob"},
		"2": {map[string]any{"name": "\u202E\u0430dmin", "preferred_username": "admin", "email": "carl@example.org"}, "carl"},
		"3": {map[string]any{"name": nil}, "Visitor"},
		"4": {map[string]any{"name": strings.Repeat("x", 100)}, strings.Repeat("x", 32)},
	} {
		test.changes["sub"] = sub
		i, err := h.Authenticate(t.Context(), token(test.changes))
		if err != nil || i.Person.Nickname != test.want {
			t.Errorf("%s: got %+v, error %v; want %q", sub, i.Person, err, test.want)
		}
	}
	_, _, err = h.ResetCode(t.Context(), console, i.Person.ID)
	wantCode(t, err, chat.CodeConflict)
}

func TestForeign_Roles(t *testing.T) {
	for _, roles := range []bool{false, true} {
		h := newHouse(t, issuer(t, IssuerOptions{Secret: secret, Roles: roles}))
		for _, step := range []struct {
			claim any
			want  chat.Role
		}{
			{"admin", chat.RoleAdmin}, {"member", chat.RoleMember}, {"owner", chat.RoleMember}, {"king", chat.RoleMember},
			{"guest", chat.RoleGuest}, {nil, chat.RoleMember},
		} {
			want := step.want
			if !roles {
				want = chat.RoleMember
			}
			i, err := h.Authenticate(t.Context(), sign(t, hs256, secret, "", claimsAt(h.clock.Now(), map[string]any{"role": step.claim})))
			if err != nil || i.Role != want {
				t.Errorf("roles %v, claim %v: got %q, error %v; want %q", roles, step.claim, i.Role, err, want)
			}
		}
	}
}

// A kick ends what the other site has signed so far.
func TestForeign_Ends(t *testing.T) {
	h := newHouse(t, issuer(t, IssuerOptions{Secret: secret}))
	token := func(changes map[string]any) string {
		return sign(t, hs256, secret, "", claimsAt(h.clock.Now(), changes))
	}
	old, undated := token(nil), token(map[string]any{"iat": nil})
	i, err := h.Authenticate(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Minute)
	wantCode(t, h.Kick(t.Context(), console, i.Person.ID, ""), "")
	if h.in(old) || h.in(undated) {
		t.Error("an old token goes on")
	}
	_, err = h.Current(t.Context(), i)
	wantError(t, err, ErrSignedOut)
	again, err := h.Authenticate(t.Context(), token(nil))
	if err != nil || again.Person != i.Person {
		t.Errorf("got %+v, error %v", again, err)
	}
	if _, err = h.Current(t.Context(), again); err != nil {
		t.Error(err)
	}
	h.clock.pass(time.Hour)
	_, err = h.Current(t.Context(), again)
	wantError(t, err, ErrSignedOut)
	wantCode(t, h.Disable(t.Context(), console, i.Person.ID, ""), "")
	_, err = h.Authenticate(t.Context(), token(nil))
	wantError(t, err, ErrDisabled)
}

// A keyServer publishes whatever keys it has.
type keyServer struct {
	*httptest.Server
	body    atomic.Pointer[string]
	fetched atomic.Int64
}

func newKeyServer(t *testing.T, keys ...string) *keyServer {
	s := &keyServer{}
	s.publish(keys...)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.fetched.Add(1)
		_, _ = w.Write([]byte(*s.body.Load()))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *keyServer) publish(keys ...string) {
	body := `{"keys":[` + strings.Join(keys, ",") + `]}`
	s.body.Store(&body)
}

func jwkRSA(kid string, k *rsa.PublicKey) string {
	b64 := base64.RawURLEncoding
	return fmt.Sprintf(`{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":"AQAB"}`, kid, b64.EncodeToString(k.N.Bytes()))
}

func jwkEd(kid string, k ed25519.PublicKey) string {
	return fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","kid":%q,"x":%q}`, kid, base64.RawURLEncoding.EncodeToString(k))
}

func TestForeign_KeySet(t *testing.T) {
	c := newClock()
	oct := fmt.Sprintf(`{"kty":"oct","kid":"oct","k":%q}`, base64.RawURLEncoding.EncodeToString(secret))
	s := newKeyServer(t, jwkRSA("r1", &rsaKey.PublicKey), oct, jwkRSA("short", shortRSA), `{"kty":"EC"}`)
	h := newHouse(t, issuer(t, IssuerOptions{Issuer: site, Audience: audience, KeysURL: s.URL, Now: c.Now}))
	h.clock = c
	h.Accounts.now = c.Now
	r := func(kid string) string { return sign(t, rs, rsaKey, kid, claimsAt(c.Now(), nil)) }
	e := func(kid string) string { return sign(t, eddsa, edKey, kid, claimsAt(c.Now(), nil)) }
	if done := together(t, 20, func(int) error { _, err := h.Authenticate(t.Context(), r("r1")); return err }); done != 20 {
		t.Errorf("%d of 20 came in", done)
	}
	if n := s.fetched.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
	if !h.in(r("")) || h.in(e("r1")) || h.in(sign(t, hs256, secret, "oct", claimsAt(c.Now(), nil))) {
		t.Error("the keys let the wrong ones in")
	}
	s.publish(jwkRSA("r1", &rsaKey.PublicKey), jwkEd("e1", edPublic))
	for range 20 {
		if h.in(e("e1")) {
			t.Fatal("a key was fetched within the minute")
		}
	}
	c.pass(keysPause)
	if !h.in(e("e1")) || h.in(e("e2")) || h.in(e("")) {
		t.Error("the new key lets the wrong ones in")
	}
	if n := s.fetched.Load(); n != 2 {
		t.Errorf("the keys were fetched %d times, want twice", n)
	}
	// The site is down: what was fetched goes on.
	s.Close()
	c.pass(keysPause)
	if !h.in(e("e1")) {
		t.Error("the keys went with the site")
	}
}

func TestForeign_KeySetFails(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON": "<html>", "no keys": `{"keys":[]}`, "endless": `{"keys":[` + strings.Repeat(" ", maxKeys) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newKeyServer(t)
			s.body.Store(&body)
			h := newHouse(t, issuer(t, IssuerOptions{Issuer: site, Audience: audience, KeysURL: s.URL}))
			for range 5 {
				_, err := h.Authenticate(t.Context(), sign(t, rs, rsaKey, "r1", claimsAt(h.clock.Now(), nil)))
				wantCode(t, err, chat.CodeUnavailable)
			}
			if n := s.fetched.Load(); n != 1 {
				t.Errorf("the keys were fetched %d times, want once", n)
			}
		})
	}
}

func FuzzForeign(f *testing.F) {
	h := newHouse(f, issuer(f, IssuerOptions{Secret: secret}))
	good := sign(f, hs256, secret, "", claimsAt(h.clock.Now(), nil))
	f.Add(good)
	f.Add(swapClaims(good, `{"iss":{},"aud":[1],"exp":1e400}`))
	f.Add("eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + ".")
	f.Fuzz(func(t *testing.T, token string) {
		_, c, err := h.verify(t.Context(), token)
		if err != nil {
			return
		}
		// Whatever verifies has a signature made with the secret.
		if parts := strings.Split(token, "."); c.Subject != "42" || parts[1] != strings.Split(good, ".")[1] {
			t.Errorf("%q was accepted", token)
		}
	})
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[` + jwkRSA("r1", &rsaKey.PublicKey) + `,` + jwkEd("e1", edPublic) + `]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := parseKeySet(body)
		for id, k := range keys {
			if err != nil || k.algorithm != "RS256" && k.algorithm != "EdDSA" {
				t.Errorf("%q is for %q, error %v", id, k.algorithm, err)
			}
		}
	})
}
