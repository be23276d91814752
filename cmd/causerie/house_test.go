package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/contract"
	socketclient "github.com/causerie-chat/causerie/test/client"
)

var setupLink = regexp.MustCompile(`http://localhost:\d+/setup#(\S+)`)

// post sends JSON as a page of this site does.
func (r *running) post(t *testing.T, path string, in any) (*http.Response, []byte) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", r.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", r.url)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, out
}

// setUp makes Ada the owner and returns her cookie and a token of hers.
func (r *running) setUp(t *testing.T) (cookie, token string) {
	t.Helper()
	link := setupLink.FindStringSubmatch(r.log.String())
	if link == nil {
		t.Fatalf("no link:\n%s", r.log)
	}
	resp, body := r.post(t, "/api/v1/setup", map[string]any{"code": link[1], "name": "Ada", "password": "correct horse", "cookie": true})
	if resp.StatusCode != 200 || len(resp.Cookies()) != 1 {
		t.Fatalf("setting up: %s %s", resp.Status, body)
	}
	c := resp.Cookies()[0]
	resp, body = r.post(t, "/api/v1/sessions", map[string]any{"name": "Ada", "password": "correct horse"})
	var opened struct{ Token string }
	if err := json.Unmarshal(body, &opened); err != nil || opened.Token == "" {
		t.Fatalf("logging in: %s %s", resp.Status, body)
	}
	return c.Name + "=" + c.Value, opened.Token
}

// dialChat connects to /chat with headers and auth.
func (r *running) dialChat(t *testing.T, auth any, headers ...string) (*socketclient.Client, error) {
	h := make(http.Header)
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	c, err := socketclient.Dial(t.Context(), r.url, socketclient.Options{Namespace: "/chat", Auth: auth, Header: h})
	if err == nil {
		t.Cleanup(c.Close)
	}
	return c, err
}

func TestServe_setUp(t *testing.T) {
	data := t.TempDir()
	r := serve(t, "--data", data)
	cookie, token := r.setUp(t)
	if n := strings.Count(r.log.String(), "/setup#"); n != 1 {
		t.Errorf("the link was printed %d times", n)
	}
	link := setupLink.FindStringSubmatch(r.log.String())
	if resp, body := r.post(t, "/api/v1/setup", map[string]any{"code": link[1], "name": "Eve", "password": "correct horse"}); resp.StatusCode < 400 {
		t.Errorf("the link worked twice: %s %s", resp.Status, body)
	}
	for _, test := range []struct {
		name    string
		auth    any
		headers []string
	}{
		{"cookie", nil, []string{"Cookie", cookie, "Origin", r.url}},
		{"token", map[string]string{"token": token}, nil},
	} {
		c, err := r.dialChat(t, test.auth, test.headers...)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		e, err := c.Next(t.Context(), "welcome")
		if err != nil {
			t.Fatal(err)
		}
		var w contract.Welcome
		if err := json.Unmarshal(e.Args[0], &w); err != nil || w.Me.Name != "Ada" || w.Me.Role != "owner" || w.Token != "" {
			t.Errorf("%s: welcomed as %+v, %v", test.name, w.Me, err)
		}
	}
	r.stop()
	r.wait(t)
	if again := serve(t, "--data", data); strings.Contains(again.log.String(), "/setup#") {
		t.Error("a server with an owner prints a link")
	}
}

// Cross-site WebSocket hijacking: whatever another site's page can make a
// browser send, the cookie does not count for it.
func TestServe_cookieOfAnotherSitesPage(t *testing.T) {
	r := serve(t)
	cookie, _ := r.setUp(t)
	host := strings.TrimPrefix(r.url, "http://")
	for _, origin := range []string{"https://evil.example", "null", "http://" + host + ".evil.example", "http://evil.example/" + host} {
		for name, ask := range map[string]func() (int, string){
			"polling": func() (int, string) {
				return r.get(t, "/socket.io/?EIO=4&transport=polling", "Cookie", cookie, "Origin", origin)
			},
			"websocket": func() (int, string) {
				return r.get(t, "/socket.io/?EIO=4&transport=websocket", "Cookie", cookie, "Origin", origin, "Connection", "Upgrade",
					"Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			},
		} {
			if status, body := ask(); status != http.StatusForbidden {
				t.Errorf("%s from %s: %d %s", name, origin, status, body)
			}
		}
	}
	if _, err := r.dialChat(t, nil, "Cookie", cookie); err == nil || !strings.Contains(err.Error(), "unauthorized") {
		t.Errorf("a cookie without an origin: %v", err)
	}
	if _, err := r.dialChat(t, nil, "X-Causerie-Session", strings.SplitN(cookie, "=", 2)[1]); err == nil || !strings.Contains(err.Error(), "unauthorized") {
		t.Errorf("a forged header: %v", err)
	}
}

func TestServe_namesAreSharedByBothNamespaces(t *testing.T) {
	r := serve(t)
	r.setUp(t)
	eve, err := socketclient.Dial(t.Context(), r.url, socketclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eve.Close()
	for _, test := range []struct{ nickname, want string }{{"ADA", `"nickname-taken"`}, {"Eve", `{"nickname":"Eve"}`}} {
		answer, err := eve.Emit(t.Context(), "set-nickname", test.nickname)
		if err != nil || len(answer) == 0 || string(answer[len(answer)-1]) != test.want {
			t.Errorf("set-nickname %s: %s, %v, want %s", test.nickname, answer, err, test.want)
		}
	}
	bob, err := r.dialChat(t, map[string]string{"guest": "Bob"})
	if err != nil {
		t.Fatal(err)
	}
	for { // until Eve is known to be here
		e, err := bob.Next(t.Context(), "welcome", "presence")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprintf("%s", e.Args), `"~eve"`) {
			break
		}
	}
	if _, err := r.dialChat(t, map[string]string{"guest": "eve"}); err == nil || !strings.Contains(err.Error(), "nickname-taken") {
		t.Errorf("the nickname of a guest of /: %v", err)
	}
}
