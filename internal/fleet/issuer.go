package fleet

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

// An Issuer signs tokens that a server trusts which was started with the same
// --jwt-issuer and --jwt-secret. So any number of people can come from one
// address, without passwords.
type Issuer struct {
	Name   string
	Secret string // at least 32 bytes
	// Life is how long a token is good. Defaults to a day, longer than any run.
	Life time.Duration
}

// Token returns a token for somebody, who is the same person with each.
func (i Issuer) Token(name string) string {
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": i.Name, "sub": name, "name": name, "iat": now.Unix(), "exp": now.Add(cmp.Or(i.Life, 24*time.Hour)).Unix(),
	})
	if err != nil {
		panic(err) // strings and numbers
	}
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(i.Secret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
