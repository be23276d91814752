package doors

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/causerie-chat/causerie/test/client"
)

// secretsIn are everything that lets somebody in.
var secretsIn = regexp.MustCompile(`\bc[stir]_[A-Za-z0-9_-]{20,}`)

// Whoever looks for a mistake turns the log up and shows it around.
func TestLog_holdsNoSecretAtDebugLevel(t *testing.T) {
	h := open(t, "--log-level", "debug", "--drain", "500ms")
	secrets := map[string]bool{password: true, "canary-text": true, "canary-classic-secret": true, h.owner: true}
	keep := func(a answer, field string) string {
		t.Helper()
		s := a.text(field)
		if s == "" {
			t.Fatalf("no %s in %s", field, a.body)
		}
		secrets[s] = true
		return s
	}
	ana := keep(h.done("POST", "/accounts", "", map[string]any{"name": "Ana", "email": "canary@example.org", "password": password}), "token")
	keep(h.done("POST", "/guests", "", map[string]any{"nickname": "Grace"}), "token")
	keep(h.done("POST", "/sessions", "", map[string]any{"name": "Ana", "password": password}), "token")
	h.ask("POST", "/sessions", "", map[string]any{"name": "Ana", "password": "canary-wrong-password"})
	h.ask("POST", "/sessions?password=canary-in-the-address", "", map[string]any{"name": "Ana"})
	h.ask("GET", "/me?token=canary-in-the-address", "canary-bad-token", nil)
	keep(h.done("POST", "/tokens", ana, map[string]any{"name": "bot", "scopes": []string{"write"}}), "token")
	h.done("POST", "/rooms/lobby/messages", ana, map[string]any{"text": "canary-text"})

	invitation := h.done("POST", "/invitations", h.owner, map[string]any{"uses": 2})
	code := secretsIn.FindString(string(invitation.body["invitation"]))
	secrets[code] = true
	h.done("POST", "/invitations/lookup", "", map[string]any{"code": code})
	keep(h.done("POST", "/guests", "", map[string]any{"nickname": "Bob", "invitation": code}), "token")

	var welcome struct{ Me struct{ ID string } }
	c := h.arrive(ana, &welcome)
	code = keep(h.done("POST", "/people/"+welcome.Me.ID+"/reset", h.owner, nil), "code")
	for _, in := range []map[string]any{{"old": "canary-wrong-password", "new": password + "!"}, {"old": password, "new": 7}} {
		if a, err := h.act(c, "password-change", in); err != nil || a.OK {
			t.Fatalf("changing the password: %s, %v", a.raw, err)
		}
	}
	if _, err := h.act(c, "canary-event", map[string]any{"text": "canary-text"}); err != nil {
		t.Fatal(err)
	}
	h.done("POST", "/resets", "", map[string]any{"code": code, "password": password})
	h.next(c, "signed-out")
	<-c.Done()
	if _, err := h.dial(map[string]any{"token": ana}); refusedWith(err) != "unauthorized" {
		t.Errorf("the login after the reset: %v", err)
	}
	h.poll(url.Values{"token": {"canary-in-the-address"}})
	old, err := client.Dial(t.Context(), h.URL, client.Options{Auth: map[string]string{"secret": "canary-classic-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Emit(t.Context(), "set-nickname", "Canary-nickname"); err != nil {
		t.Fatal(err)
	}
	old.Close()
	h.Signal(syscall.SIGTERM)
	if _, err := h.Wait(patience); err != nil {
		t.Fatal(err)
	}

	log := h.Logs()
	if !strings.Contains(log, "path=/api/v1/invitations/lookup status=200") || !strings.Contains(log, "level=DEBUG") {
		t.Fatal("the log tells nothing of the visit: this test does not see it")
	}
	for secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if found := secretsIn.FindString(log); found != "" {
		t.Errorf("the log holds %q", found)
	}
	if at := strings.Index(strings.ToLower(log), "canary"); at >= 0 {
		t.Errorf("the log holds what is nobody's business: …%.80s", log[max(0, at-60):])
	}
}

// poll begins a connection over HTTP long polling.
func (h *house) poll(query url.Values) {
	h.t.Helper()
	query.Set("EIO", "4")
	query.Set("transport", "polling")
	resp, err := http.Get(h.URL + "/socket.io/?" + query.Encode())
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		h.t.Fatalf("polling: %s", resp.Status)
	}
}
