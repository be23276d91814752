package doors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const siteSecret = "0123456789abcdef0123456789abcdef"

// siteToken is what another site signs for one of its users.
func siteToken(subject string, expires time.Time) string {
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := part(map[string]string{"alg": "HS256", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": "site", "sub": subject, "name": subject, "role": "admin", "iat": time.Now().Unix(), "exp": expires.Unix(),
	})
	mac := hmac.New(sha256.New, []byte(siteSecret))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

type cursor struct {
	Seq uint64 `json:"seq"`
	FP  string `json:"fp"`
}

type welcomed struct {
	Me      struct{ ID string }
	Resumed map[string]struct {
		Entries []struct{ Text string }
		Reset   bool
	}
}

// Somebody of another site is let in for as long as that site says, and then
// comes back with a new token to where they were.
func TestExpiry_ATokenOfAnotherSite(t *testing.T) {
	h := open(t, "--jwt-issuer", "site", "--jwt-secret", siteSecret)
	expires := time.Now().Add(3 * time.Second).Truncate(time.Second)
	token := siteToken("Ana", expires)
	var first, again welcomed
	c := h.arrive(token, &first)
	h.done("GET", "/me", token, nil)
	kept, err := h.act(c, "message-send", map[string]any{"room": "lobby", "text": "before"})
	if err != nil || !kept.OK {
		t.Fatalf("%s, %v", kept.raw, err)
	}
	var at cursor
	if err := json.Unmarshal(kept.raw, &at); err != nil {
		t.Fatal(err)
	}

	if got, want := string(h.next(c, "signed-out")), `{"reason":"expired"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	<-c.Done()
	if late := time.Since(expires); late < 0 || late > 3*time.Second {
		t.Errorf("the connection ended %v after the token", late)
	}
	if a := h.ask("GET", "/me", token, nil); a.status != 401 || a.text("code") != "unauthorized" {
		t.Errorf("over HTTP: %d %s", a.status, a.body)
	}
	if _, err := h.dial(map[string]any{"token": token}); refusedWith(err) != "unauthorized" {
		t.Errorf("connecting with it again: %v", err)
	}

	h.done("POST", "/rooms/lobby/messages", h.owner, map[string]any{"text": "meanwhile"})
	back, err := h.dial(map[string]any{
		"token": siteToken("Ana", time.Now().Add(time.Hour)), "resume": map[string]cursor{"lobby": at},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(h.next(back, "welcome"), &again); err != nil {
		t.Fatal(err)
	}
	missed := again.Resumed["lobby"]
	if again.Me.ID != first.Me.ID || missed.Reset || len(missed.Entries) != 1 || missed.Entries[0].Text != "meanwhile" {
		t.Errorf("with a new token %s came back as %s and was told %+v", first.Me.ID, again.Me.ID, missed)
	}
}

// What is no token of the site lets nobody in, through either door.
func TestExpiry_TokensThatAreNotTheSites(t *testing.T) {
	h := open(t, "--jwt-issuer", "site", "--jwt-secret", siteSecret)
	good := siteToken("Ana", time.Now().Add(time.Hour))
	head, rest, _ := strings.Cut(good, ".")
	claims, _, _ := strings.Cut(rest, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for name, token := range map[string]string{
		"expired a second ago": siteToken("Ana", time.Now().Add(-time.Second)),
		"without a signature":  head + "." + claims + ".",
		"signed by nobody":     none + "." + claims + ".",
		"with another claim":   head + "." + claims + "x." + strings.Split(good, ".")[2],
		"very long":            good + strings.Repeat("x", 9<<10),
	} {
		t.Run(name, func(t *testing.T) {
			if a := h.ask("GET", "/me", token, nil); a.status != 401 || a.text("code") != "unauthorized" {
				t.Errorf("over HTTP: %d %s", a.status, a.body)
			}
			c, err := h.dial(map[string]any{"token": token})
			if got := refusedWith(err); got != "unauthorized" {
				t.Errorf("connecting: %s, %v", got, fmt.Sprint(c, err))
			}
		})
	}
}
