package httpapi

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// triesPerRoute is how often each route is tried with made-up input.
const triesPerRoute = 40

// Whatever somebody sends who goes by the description, or nearly so: no route
// answers with a mistake of ours, and every answer is one that is described, in
// its form.
func TestOpenAPI_everyRouteAnswersAsDescribed(t *testing.T) {
	s := openSite(t, 0, nil)
	d := describe(t)
	tokens := s.furnish()
	known := s.known()
	routes := 0
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			routes++
			op := d.Paths[path][method]
			t.Run(op.OperationID, func(t *testing.T) {
				seed := fnv.New64()
				seed.Write([]byte(op.OperationID))
				m := &maker{rand.New(rand.NewPCG(seed.Sum64(), 1)), d, known}
				for i := range triesPerRoute {
					if ends[op.OperationID] {
						tokens[0] = s.login()
					}
					s.try(t, m, op, method, path, tokens[i%len(tokens)])
				}
			})
		}
	}
	if routes < 70 {
		t.Errorf("found %d routes: this test does not see them", routes)
	}
}

// ends are the acts after which the login may be over.
var ends = map[string]bool{"logout": true, "session-revoke": true, "sessions-revoke-others": true, "password-change": true, "person-kick": true}

// furnish puts something into the house and returns the logins of the owner, of
// a guest and of nobody.
func (s *site) furnish() []string {
	s.t.Helper()
	_, guest, err := s.house.Accounts.Guest(s.t.Context(), "Grace", "", "test", "")
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range 5 {
		if w := s.ask("POST", "/api/v1/rooms/lobby/messages", fmt.Sprintf(`{"text":"number %d"}`, i), s.bearer()...); w.Code != 200 {
			s.t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	return []string{s.owner, guest, ""}
}

func (s *site) login() string {
	s.t.Helper()
	_, token, err := s.house.Accounts.Login(s.t.Context(), auth.Login{Name: "Owner", Password: "correct horse"})
	if err != nil {
		return s.owner // the password is another one by now, and the login is still good
	}
	return token
}

// known are what is there, by the name of a field.
func (s *site) known() map[string][]any {
	s.t.Helper()
	people, _, _, err := s.house.Accounts.List(s.t.Context(), "", "", 10)
	if err != nil {
		s.t.Fatal(err)
	}
	known := map[string][]any{"seq": {1, 2, 3, 4, 5, 6}, "room": {chat.Lobby}, "emoji": {"👍", "🦊"}, "limit": {1, 2, 200}}
	for _, p := range people {
		if p.Nickname == "Grace" { // the owner stays as they are
			known["person"], known["people"], known["ids"] = []any{p.ID}, []any{[]any{p.ID}}, []any{[]any{p.ID}}
		}
	}
	return known
}

// try sends one made-up request.
func (s *site) try(t *testing.T, m *maker, op operation, method, path, token string) {
	t.Helper()
	query := url.Values{}
	target := path
	for _, p := range op.Parameters {
		text := inAddress(m.value(p.Name, p.Schema))
		switch {
		case p.In == "path":
			if text == "" || text == "." || text == ".." {
				text = "x" // no path has these
			}
			target = strings.ReplaceAll(target, "{"+p.Name+"}", url.PathEscape(text))
		case p.Required && m.IntN(10) > 0 || m.IntN(2) == 0:
			query.Add(p.Name, text)
		}
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	body := ""
	if content, ok := op.RequestBody.Content["application/json"]; ok {
		b, err := json.Marshal(m.object(content.Schema))
		if err != nil {
			t.Fatal(err)
		}
		body = string(b)
	}
	var headers []string
	if token != "" {
		headers = []string{"Authorization", "Bearer " + token}
	}
	w := s.ask(strings.ToUpper(method), apiRoot+target, body, headers...)
	told := fmt.Sprintf("%s %.200s %.300s: %d %.500s", method, target, body, w.Code, w.Body)
	if w.Code >= 500 {
		t.Fatalf("a mistake of ours: %s", told)
	}
	answer, ok := op.Responses[strconv.Itoa(w.Code)]
	if !ok {
		t.Fatalf("the description has no such answer: %s", told)
	}
	content, ok := m.d.response(answer).Content[w.Header().Get("Content-Type")]
	var v any
	if !ok || json.Unmarshal(w.Body.Bytes(), &v) != nil {
		t.Fatalf("the description has no %q: %s", w.Header().Get("Content-Type"), told)
	}
	if wrong := m.d.wrong(content.Schema, v, "$"); wrong != "" {
		t.Fatalf("%s: %s", wrong, told)
	}
}

func inAddress(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // of what a maker made
	return string(b)
}

// What no act decides is described as well.
func TestOpenAPI_describesWhatTheDoorSays(t *testing.T) {
	d := describe(t)
	for _, a := range contract.Table() {
		if a.Method == "" {
			continue
		}
		op := d.Paths[a.Path][strings.ToLower(a.Method)]
		want := []string{"200", "429", "500", "503"}
		if a.May != contract.MayAnybody {
			want = append(want, "401")
		}
		if a.HasBody() {
			want = append(want, "400", "413", "415")
		}
		for _, status := range want {
			if _, ok := op.Responses[status]; !ok {
				t.Errorf("%s: %s is not described", a.Name, status)
			}
		}
		for _, status := range []string{"200", "429"} {
			if len(d.response(op.Responses[status]).Headers) == 0 {
				t.Errorf("%s: the headers of %s are not described", a.Name, status)
			}
		}
	}
}
