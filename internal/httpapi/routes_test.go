package httpapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// newSite returns the site of a healthy server whose page and Socket.IO
// endpoint say who they are.
func newSite(change func(*Routes)) http.Handler {
	ready := NewReadiness(nil, slog.New(slog.DiscardHandler))
	ready.err = nil
	r := Routes{
		SocketIO:  says("socket.io"),
		Admission: &Admission{Open: func() int { return 0 }},
		Page:      says("page"),
		Ready:     ready,
		Metrics:   says("metrics"),
		PageBuilt: true,
		Logger:    slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&r)
	}
	return r.Handler()
}

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
}

func get(t *testing.T, h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	red := func(r *Routes) { r.Ready.err = errors.New("Redis at db:6379 does not answer") }
	draining := func(r *Routes) { r.Ready.Drain(); r.Admission.Close() }
	full := func(r *Routes) { r.Admission.Limit, r.Admission.Open = 2, func() int { return 2 } }
	tests := []struct {
		name   string
		change func(*Routes)
		method string
		target string
		status int
		body   string
	}{
		{"alive", nil, "GET", "/healthz", 200, `{"ok":true,"ui":true}`},
		{"alive without a page", func(r *Routes) { r.PageBuilt = false }, "GET", "/healthz", 200, `{"ok":true,"ui":false}`},
		{"alive without a store", red, "GET", "/healthz", 200, `{"ok":true,"ui":true}`},
		{"alive, asked for the header", nil, "HEAD", "/healthz", 200, ``},
		{"ready", nil, "GET", "/readyz", 200, `{"ready":true}`},
		{"not ready says why", red, "GET", "/readyz", 503, `{"ready":false,"reason":"Redis at db:6379 does not answer"}`},
		{"not ready while stopping", draining, "GET", "/readyz", 503, `{"ready":false,"reason":"stopping"}`},
		{"metrics", nil, "GET", "/metrics", 200, "metrics"},
		{"metrics elsewhere", func(r *Routes) { r.Metrics = nil }, "GET", "/metrics", 200, "page"},
		{"page", nil, "GET", "/", 200, "page"},
		{"page at any path", nil, "GET", "/rooms/lobby", 200, "page"},
		{"socket.io", nil, "GET", "/socket.io/?EIO=4&transport=polling", 200, "socket.io"},
		{"socket.io without the slash", nil, "GET", "/socket.io?EIO=4&transport=polling", 200, "socket.io"},
		{"the stock client", nil, "GET", "/socket.io/socket.io.min.js", 200, "page"},
		{"the stock client while stopping", draining, "GET", "/socket.io/socket.io.js", 200, "page"},
		{"handshake of one too many", full, "GET", "/socket.io/?EIO=4&transport=polling", 503, "This server has as many connections as it takes. Try again later.\n"},
		{"session of a full server", full, "POST", "/socket.io/?EIO=4&transport=polling&sid=x", 200, "socket.io"},
		{"handshake while stopping", draining, "GET", "/socket.io/?EIO=4&transport=websocket", 503, "This server is stopping. Connect again.\n"},
		{"session while stopping", draining, "GET", "/socket.io/?EIO=4&transport=polling&sid=x", 200, "socket.io"},
		{"preflight while stopping", draining, "OPTIONS", "/socket.io/?EIO=4", 200, "socket.io"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := get(t, newSite(test.change), test.method, test.target)
			body := strings.TrimSuffix(w.Body.String(), "\n")
			if test.method == "HEAD" {
				body = "" // net/http cuts it, a recorder does not
			}
			if want := strings.TrimSuffix(test.body, "\n"); w.Code != test.status || body != want {
				t.Errorf("got  %d %s\nwant %d %s", w.Code, body, test.status, want)
			}
			if test.status == 503 && strings.HasPrefix(test.target, "/socket.io") && w.Header().Get("Retry-After") == "" {
				t.Error("a refused handshake does not say when to come back")
			}
		})
	}
}

func TestRoutes_everyAnswerIsSecured(t *testing.T) {
	for _, target := range []string{"/", "/healthz", "/readyz", "/metrics", "/socket.io/"} {
		h := get(t, newSite(nil), "GET", target).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", target, name, got, want)
			}
		}
	}
}

func TestRoutes_refusesStateFromOtherSites(t *testing.T) {
	tests := []struct {
		name    string
		method  string
		headers []string
		status  int
	}{
		{"a form of our own page", "POST", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"a program without a browser", "POST", nil, 200},
		{"a form of another site", "POST", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form of another host of the site", "POST", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"an old browser on another site", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"a link from another site", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := get(t, newSite(nil), test.method, "/api", test.headers...).Code; got != test.status {
				t.Errorf("got %d, want %d", got, test.status)
			}
		})
	}
}

func TestRoutes_logsWithoutQuery(t *testing.T) {
	var log strings.Builder
	site := newSite(func(r *Routes) {
		r.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		r.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	})
	get(t, site, "GET", "/rooms?token=canary")
	get(t, site, "GET", "/socket.io/?EIO=4&sid=canary")
	if got := log.String(); !strings.Contains(got, "method=GET path=/rooms status=418") {
		t.Errorf("got %q, want method, path and status", got)
	}
	if strings.Contains(log.String(), "canary") {
		t.Errorf("the query string is in the log: %s", log.String())
	}
}
