package httpapi

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

// A site is the whole site over a store, with an owner.
type site struct {
	t     *testing.T
	h     http.Handler
	house *contract.House
	owner string // token
}

func openSite(t *testing.T, sendRate float64, change func(*Routes)) *site {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	service := chat.New(store, chat.Options{})
	directory := auth.New(store, auth.Options{})
	rooms := chat.NewRooms(service, directory)
	messages := chat.NewMessages(service, rooms, directory)
	t.Cleanup(func() {
		messages.Flush(t.Context())
		service.Close(t.Context())
		store.Close()
	})
	house := &contract.House{
		Service: service, Rooms: rooms, Messages: messages, Desks: chat.NewDesks(service, rooms, messages),
		Order: chat.NewOrder(service, rooms), States: chat.NewStates(service), Accounts: directory,
		Version: "test", Build: "test", PublicURL: "http://example.com",
		Limits: contract.LimitsOf(chat.DefaultMaxMessage, sendRate, int(rate.BurstSeconds*sendRate)),
		Logger: slog.New(slog.DiscardHandler),
	}
	code, _, err := directory.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	registration := auth.RegistrationOpen
	_, token, err := directory.Setup(t.Context(), code, auth.Registration{Name: "Owner", Password: "correct horse"},
		auth.SettingsChange{Registration: &registration})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, house: house, owner: token}
	s.h = newSite(func(r *Routes) {
		r.API = &API{House: house, Rates: rate.NewKeeper(nil), Logger: slog.New(slog.DiscardHandler)}
		if change != nil {
			change(r)
		}
		r.API.Cookies, r.API.Proxies = r.Cookies, r.Proxies
	})
	return s
}

// ask sends a request; body "" is none.
func (s *site) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, in)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w
}

func (s *site) bearer() []string { return []string{"Authorization", "Bearer " + s.owner} }

// refused checks that w is a problem and returns it.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, code chat.Code) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("status %d, no problem but %s", w.Code, w.Body)
	}
	if w.Code != status || p.Status != status || p.Code != code || p.Detail == "" || p.Title != http.StatusText(status) ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s %+v, want %d %s", w.Code, w.Header().Get("Content-Type"), p, status, code)
	}
	return p
}

func TestAPI_sendsAndReads(t *testing.T) {
	s := openSite(t, 0, nil)
	const id = "01890a5d-ac96-774b-bcce-b302099a8057"
	var kept [2]contract.Kept
	for i := range kept {
		w := s.ask("POST", "/api/v1/rooms/lobby/messages", `{"text":"hi <b>","room":"elsewhere","id":"`+id+`","seq":9,"author":"x"}`, s.bearer()...)
		if err := json.Unmarshal(w.Body.Bytes(), &kept[i]); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Error("the answer may be stored")
		}
	}
	if kept[0] != kept[1] || kept[0].Seq != 1 || kept[0].ID != id {
		t.Errorf("the same id twice: %+v", kept)
	}
	w := s.ask("GET", "/api/v1/rooms/lobby/messages?limit=1&before=5&unknown=x", "", s.bearer()...)
	var page contract.Page
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 || len(page.Items) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got := page.Items[0]; got.Seq != 1 || got.Text == nil || *got.Text != "hi <b>" || got.Author.Name != "Owner" {
		t.Errorf("got %+v", got)
	}
	w = s.ask("POST", "/api/v1/rooms/lobby/messages", `{"text":"more"}`, s.bearer()...)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = s.ask("GET", "/api/v1/rooms/lobby/messages?limit=1&after=0", "", s.bearer()...)
	if !strings.Contains(w.Body.String(), `[{"room":"lobby","seq":1,`) || !strings.Contains(w.Body.String(), `"after":1`) {
		t.Errorf("from the beginning: %d %s", w.Code, w.Body)
	}
	w = s.ask("PUT", "/api/v1/rooms/lobby/messages/1/reactions/%F0%9F%91%8D", "", s.bearer()...)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"seq":3`) {
		t.Errorf("reacting: %d %s", w.Code, w.Body)
	}
	if w = s.ask("DELETE", "/api/v1/rooms/lobby/messages/1", "", s.bearer()...); w.Code != 200 {
		t.Errorf("deleting: %d %s", w.Code, w.Body)
	}
}

func TestAPI_refuses(t *testing.T) {
	s := openSite(t, 0, nil)
	const messages = "/api/v1/rooms/lobby/messages"
	for _, test := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
		code                       chat.Code
	}{
		{"nothing there", "GET", "/api/v1/nowhere", "", s.bearer(), 404, "not-found"},
		{"another version", "GET", "/api/v2/me", "", s.bearer(), 404, "not-found"},
		{"below an act", "GET", "/api/v1/me/x/y", "", s.bearer(), 404, "not-found"},
		{"an empty part", "GET", "/api/v1/rooms//messages", "", s.bearer(), 404, "not-found"},
		{"an empty part, of what changes", "POST", "/api/v1/rooms//messages", `{"text":"hi"}`, s.bearer(), 404, "not-found"},
		{"a dotted part", "GET", "/api/v1/rooms/../me", "", s.bearer(), 404, "not-found"},
		{"a part that hides dots", "GET", "/api/v1/people/%2E%2E", "", s.bearer(), 404, "not-found"},
		{"no version", "GET", "/api", "", s.bearer(), 404, "not-found"},
		{"a wrong method", "PUT", "/api/v1/me", "", s.bearer(), 405, "invalid"},
		{"nobody", "GET", "/api/v1/me", "", nil, 401, "unauthorized"},
		{"a bad token", "GET", "/api/v1/me", "", []string{"Authorization", "Bearer x"}, 401, "unauthorized"},
		{"a bad token where none is needed", "GET", "/api/v1/server", "", []string{"Authorization", "Bearer x"}, 401, "unauthorized"},
		{"another scheme", "GET", "/api/v1/me", "", []string{"Authorization", "Basic eDp5"}, 401, "unauthorized"},
		{"no such room", "GET", "/api/v1/rooms/nowhere", "", s.bearer(), 404, "not-found"},
		{"a number that is none", "GET", messages + "?before=abc", "", s.bearer(), 400, "invalid"},
		{"a negative number", "GET", messages + "?before=-1", "", s.bearer(), 400, "invalid"},
		{"no JSON", "POST", messages, "text=hi", append(s.bearer(), "Content-Type", "application/x-www-form-urlencoded"), 415, "invalid"},
		{"plain text", "POST", messages, `{"text":"hi"}`, append(s.bearer(), "Content-Type", "text/plain"), 415, "invalid"},
		{"a list", "POST", messages, `["hi"]`, s.bearer(), 400, "invalid"},
		{"half an object", "POST", messages, `{"text":`, s.bearer(), 400, "invalid"},
		{"no UTF-8", "POST", messages, "{\"text\":\"a\xff\"}", s.bearer(), 400, "invalid"},
		{"half a character in UTF-8", "POST", messages, "{\"text\":\"\xed\xa0\x80\"}", s.bearer(), 400, "invalid"},
		{"another spelling of a field", "POST", messages, `{"Text":"hi"}`, s.bearer(), 400, "invalid"},
		{"a query that is not well encoded", "GET", messages + "?limit=%zz", "", s.bearer(), 400, "invalid"},
		{"a query with semicolons", "GET", messages + "?limit=5;before=3", "", s.bearer(), 400, "invalid"},
		{"a field of another type", "POST", messages, `{"text":7}`, s.bearer(), 400, "invalid"},
		{"too large", "POST", messages, `{"text":"` + strings.Repeat("x", maxBody) + `"}`, s.bearer(), 413, "invalid"},
		{"a password in the address", "POST", "/api/v1/sessions?password=correct+horse", `{"name":"Owner"}`, nil, 400, "invalid"},
		{"a text in the address", "POST", messages + "?text=hi", "", s.bearer(), 400, "invalid"},
		{"a code in the address", "GET", "/api/v1/invitations/ci_3Fh8sK1v", "", nil, 405, "invalid"},
		{"a wrong password", "POST", "/api/v1/sessions", `{"name":"Owner","password":"wrong horse"}`, nil, 401, "unauthorized"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := s.ask(test.method, test.target, test.body, test.headers...)
			refused(t, w, test.status, test.code)
			if got := w.Header().Get("WWW-Authenticate") != ""; got != (test.status == 401) {
				t.Errorf("WWW-Authenticate is there: %v", got)
			}
		})
	}
	if heads, err := s.house.Service.Heads(t.Context(), []chat.RoomID{chat.Lobby}); err != nil || heads[0].Seq != 0 {
		t.Errorf("something was kept: %v, %v", heads, err)
	}
}

// encoding/json takes Text for text, and the long ſ for an s, after which seq
// would be another message than that of the address.
func TestAPI_pathHasTheLastWord(t *testing.T) {
	s := openSite(t, 0, nil)
	const messages = "/api/v1/rooms/lobby/messages"
	for _, text := range []string{"one", "two"} {
		if w := s.ask("POST", messages, `{"text":"`+text+`"}`, s.bearer()...); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	for _, name := range []string{"seq", "Seq", "ſeq"} {
		w := s.ask("PATCH", messages+"/1", `{"text":"edited by `+name+`","`+name+`":2}`, s.bearer()...)
		if w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w = s.ask("GET", messages+"/1", "", s.bearer()...); !strings.Contains(w.Body.String(), "edited by "+name) {
			t.Errorf("%s: the message of the address is %s", name, w.Body)
		}
	}
	if w := s.ask("GET", messages+"/2", "", s.bearer()...); !strings.Contains(w.Body.String(), `"two"`) {
		t.Errorf("the other message is %s", w.Body)
	}
}

func TestAPI_methods(t *testing.T) {
	s := openSite(t, 0, nil)
	if w := s.ask("PUT", "/api/v1/me", "", s.bearer()...); w.Header().Get("Allow") == "" {
		t.Error("405 without Allow")
	}
	w := s.ask("OPTIONS", "/api/v1/me", "")
	if w.Code != 204 || !strings.Contains(w.Header().Get("Allow"), "GET") || !strings.Contains(w.Header().Get("Allow"), "OPTIONS") {
		t.Errorf("OPTIONS: %d %v", w.Code, w.Header())
	}
	if w = s.ask("HEAD", "/api/v1/me", "", s.bearer()...); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
	w = s.ask("GET", "/api/v1/openapi.json", "")
	var description struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &description); err != nil || description.OpenAPI == "" {
		t.Fatalf("openapi.json: %v, %d %.200s", err, w.Code, w.Body)
	}
	for _, act := range contract.Table() {
		if act.Method == "" {
			continue
		}
		// Served, so anything but 404 from the router and 405.
		target := apiRoot + strings.NewReplacer("{", "", "}", "").Replace(act.Path)
		if w := s.ask(act.Method, target, ""); w.Code == 405 || strings.Contains(w.Body.String(), "openapi.json") {
			t.Errorf("%s %s is not served: %d %s", act.Method, act.Path, w.Code, w.Body)
		}
	}
}

func TestAPI_cookies(t *testing.T) {
	const login = `{"name":"Owner","password":"correct horse","cookie":true}`
	for _, test := range []struct {
		name, target, cookie string
		secure               bool
	}{
		{"over HTTP", "http://example.com", cookieName, false},
		{"over HTTPS", "https://example.com", secureCookieName, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openSite(t, 0, nil)
			w := s.ask("POST", test.target+"/api/v1/sessions", login, "Origin", test.target)
			cookies := w.Result().Cookies()
			if w.Code != 200 || len(cookies) != 1 || strings.Contains(w.Body.String(), "token") {
				t.Fatalf("%d %s %v", w.Code, w.Body, cookies)
			}
			c := cookies[0]
			if c.Name != test.cookie || c.Secure != test.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Expires.IsZero() {
				t.Errorf("the cookie is %v", c)
			}
			cookie := []string{"Cookie", "other=1; " + c.Name + "=" + c.Value}
			for _, page := range []struct {
				name    string
				headers []string
				status  int
			}{
				{"this site's", []string{"Origin", test.target}, 200},
				{"this site's, by a modern browser", []string{"Sec-Fetch-Site", "same-origin"}, 200},
				{"this site's, by an old browser", []string{"Referer", test.target + "/rooms"}, 200},
				{"nobody's", nil, 401},
				{"another site's", []string{"Sec-Fetch-Site", "cross-site"}, 401},
				{"a neighbour's", []string{"Sec-Fetch-Site", "same-site"}, 401},
				{"another site's, by an old browser", []string{"Referer", "https://evil.example/"}, 401},
				{"another origin's", []string{"Origin", "https://evil.example"}, 401},
				{"an origin's that looks like it", []string{"Origin", test.target + ".evil.example"}, 401},
				{"no origin's", []string{"Origin", "null"}, 401},
			} {
				t.Run(page.name+" page", func(t *testing.T) {
					if w := s.ask("GET", test.target+"/api/v1/me", "", append(page.headers, cookie...)...); w.Code != page.status {
						t.Errorf("got %d %s, want %d", w.Code, w.Body, page.status)
					}
				})
			}
			w = s.ask("PATCH", test.target+"/api/v1/me", `{"status":"x"}`, append(cookie, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")...)
			refused(t, w, 403, chat.CodeForbidden)
			w = s.ask("PATCH", test.target+"/api/v1/me", `{"status":"x"}`, append(cookie, "Sec-Fetch-Site", "cross-site")...)
			refused(t, w, 403, chat.CodeForbidden)
			if w = s.ask("DELETE", test.target+"/api/v1/sessions/current", "", append(cookie, "Origin", test.target)...); w.Code != 200 {
				t.Errorf("logging out: %d %s", w.Code, w.Body)
			}
			w = s.ask("GET", test.target+"/api/v1/me", "", append(cookie, "Origin", test.target)...)
			refused(t, w, 401, chat.CodeUnauthorized)
			// The dead cookie is not in the way of the next login.
			if w = s.ask("POST", test.target+"/api/v1/sessions", login, append(cookie, "Origin", test.target)...); w.Code != 200 || len(w.Result().Cookies()) != 1 {
				t.Errorf("logging in again: %d %s", w.Code, w.Body)
			} else if w.Result().Cookies()[0].Value == c.Value {
				t.Error("the new session has the token of the old one")
			}
		})
	}
	t.Run("for another site's page", func(t *testing.T) {
		s := openSite(t, 0, func(r *Routes) { r.Origins.List = []string{"https://friend.example"} })
		w := s.ask("POST", "/api/v1/sessions", login, "Origin", "https://friend.example", "Sec-Fetch-Site", "cross-site")
		if w.Code != 200 || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), `"token"`) {
			t.Errorf("%d %s %v", w.Code, w.Body, w.Result().Cookies())
		}
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "https://friend.example" {
			t.Errorf("it may be read by %q", got)
		}
		w = s.ask("OPTIONS", "/api/v1/sessions", "", "Origin", "https://friend.example", "Access-Control-Request-Method", "POST")
		if w.Code != 204 || w.Header().Get("Access-Control-Allow-Headers") != "Authorization, Content-Type" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("the preflight: %d %v", w.Code, w.Header())
		}
		w = s.ask("OPTIONS", "/api/v1/sessions", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
		if w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Error("every site may read the answers")
		}
	})
}

func TestAPI_limits(t *testing.T) {
	s := openSite(t, 0.3, nil) // three messages at once
	for i := range 3 {
		w := s.ask("POST", "/api/v1/rooms/lobby/messages", fmt.Sprintf(`{"text":"%d"}`, i), s.bearer()...)
		h := w.Header()
		if w.Code != 200 || h.Get("RateLimit-Limit") != "3" || h.Get("RateLimit-Remaining") != fmt.Sprint(2-i) || h.Get("RateLimit-Reset") == "" {
			t.Errorf("message %d: %d %v %s", i, w.Code, h, w.Body)
		}
	}
	w := s.ask("POST", "/api/v1/rooms/lobby/messages", `{"text":"too much"}`, s.bearer()...)
	if p := refused(t, w, 429, chat.CodeRateLimited); w.Header().Get("Retry-After") != fmt.Sprint(p.RetryAfter) || p.RetryAfter < 1 || p.RetryAfter > 4 {
		t.Errorf("Retry-After %q, %+v", w.Header().Get("Retry-After"), p)
	}
	if w := s.ask("GET", "/api/v1/me", "", s.bearer()...); w.Code != 200 {
		t.Errorf("another kind of act: %d %s", w.Code, w.Body)
	}
}

func TestCookies_guard(t *testing.T) {
	for _, test := range []struct {
		name    string
		cookies Cookies
		target  string
		headers []string
		status  int
		session string
	}{
		{"a page of this site", Cookies{}, "http://example.com/", []string{"Origin", "http://example.com", "Cookie", "a=b; causerie=s"}, 200, "s"},
		{"polling of this site", Cookies{}, "http://example.com/", []string{"Sec-Fetch-Site", "same-origin", "Cookie", "causerie=s"}, 200, "s"},
		{"no page", Cookies{}, "http://example.com/", []string{"Cookie", "causerie=s"}, 200, ""},
		{"another site", Cookies{}, "http://example.com/", []string{"Origin", "https://evil.example", "Cookie", "causerie=s"}, 200, ""},
		{"no origin", Cookies{}, "http://example.com/", []string{"Origin", "null", "Cookie", "causerie=s"}, 200, ""},
		{"another port", Cookies{}, "http://example.com/", []string{"Origin", "http://example.com:81", "Cookie", "causerie=s"}, 200, ""},
		{"a forged header", Cookies{}, "http://example.com/", []string{SessionHeader, "s"}, 200, ""},
		{"HTTPS", Cookies{}, "https://example.com/", []string{"Origin", "https://example.com", "Cookie", "__Host-causerie=s"}, 200, "s"},
		{"the wrong cookie over HTTPS", Cookies{}, "https://example.com/", []string{"Origin", "https://example.com", "Cookie", "causerie=s"}, 200, ""},
		{"a page that came over HTTP", Cookies{}, "https://example.com/", []string{"Origin", "http://example.com", "Cookie", "__Host-causerie=s"}, 403, ""},
		{"behind a proxy", Cookies{Origin: "https://chat.example"}, "http://10.0.0.1/", []string{"Origin", "https://chat.example", "Cookie", "__Host-causerie=s"}, 200, "s"},
		{"behind a proxy that was not named", Cookies{}, "http://chat.example/", []string{"Origin", "https://chat.example", "Cookie", "causerie=s"}, 200, "s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var session string
			h := test.cookies.guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { session = r.Header.Get(SessionHeader) }))
			w := get(t, h, "GET", test.target, test.headers...)
			if w.Code != test.status || session != test.session {
				t.Errorf("got %d and the session %q, want %d and %q", w.Code, session, test.status, test.session)
			}
		})
	}
}
