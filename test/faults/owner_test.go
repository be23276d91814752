package faults

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/test/node"
)

var setupCode = regexp.MustCompile(`/setup#(\S+)`)

// ownerOf makes somebody the owner of a new server and returns a token.
func ownerOf(t *testing.T, n *node.Node) string {
	t.Helper()
	var code []string
	deadline := time.After(patience)
	for code = setupCode.FindStringSubmatch(n.Logs()); code == nil; code = setupCode.FindStringSubmatch(n.Logs()) {
		select {
		case <-deadline:
			t.Fatalf("no link:\n%s", n.Logs())
		case <-time.After(retryAfter):
		}
	}
	body, err := json.Marshal(map[string]any{"code": code[1], "name": "Ada", "password": "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(n.URL+"/api/v1/setup", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var opened struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&opened); err != nil || opened.Token == "" {
		t.Fatalf("setting up: %s, %v", resp.Status, err)
	}
	return opened.Token
}
