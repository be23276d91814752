package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestServe_trustedProxies(t *testing.T) {
	const person = "192.0.2.1"
	tests := []struct {
		name    string
		trusted string
		want    string
	}{
		{"of ours", "127.0.0.1", "address=" + person},
		{"of somebody else", "198.51.100.0/24", "address=127.0.0.1:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := serve(t, "--trusted-proxies", test.trusted)
			_, open := r.get(t, handshake, "X-Forwarded-For", person)
			var session struct {
				ID string `json:"sid"`
			}
			if err := json.Unmarshal([]byte(strings.TrimPrefix(open, "0")), &session); err != nil {
				t.Fatalf("%v in %q", err, open)
			}
			connect, err := client.Post(r.url+handshake+"&sid="+session.ID, "text/plain", strings.NewReader("40"))
			if err != nil {
				t.Fatal(err)
			}
			connect.Body.Close()
			if connect.StatusCode != http.StatusOK {
				t.Fatalf("got status %d, want 200", connect.StatusCode)
			}
			r.awaitLog(t, test.want)
		})
	}
}

// awaitLog waits for a line that holds want.
func (r *running) awaitLog(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !strings.Contains(r.log.String(), want) {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("no line of the log holds %q", want)
		}
	}
}
