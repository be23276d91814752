package contract

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestTable(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	names, routes := make(map[string]bool), make(map[string]bool)
	for _, a := range Table() {
		if !kebab.MatchString(a.Name) || names[a.Name] {
			t.Errorf("%s: names are in kebab case, and there once", a.Name)
		}
		names[a.Name] = true
		if a.Event != "" && a.Event != a.Name || a.Event == "" && a.Method == "" {
			t.Errorf("%s: an act has an event of its name, or a route, or both", a.Name)
		}
		if route := a.Method + " " + a.Path; a.Method != "" {
			if routes[route] {
				t.Errorf("%s: %s is there twice", a.Name, route)
			}
			routes[route] = true
		}
		if !strings.HasSuffix(a.Summary, ".") || a.Note != "" && !strings.HasSuffix(a.Note, ".") {
			t.Errorf("%s: needs full sentences", a.Name)
		}
		if maySentences[a.May] == "" || a.Class == "" {
			t.Errorf("%s: who may do it, and how often?", a.Name)
		}
		if (a.May == MayAnybody) != (a.Scope == ScopeNone) {
			t.Errorf("%s: what needs a login needs a scope", a.Name)
		}
		if a.Power && a.Scope != ScopeAdmin && a.Scope != ScopeWrite {
			t.Errorf("%s: power needs more than looking", a.Name)
		}
		for _, c := range a.Errors {
			if Statuses[c] == 0 {
				t.Errorf("%s: %s has no HTTP status", a.Name, c)
			}
		}
		for _, m := range wildcard.FindAllStringSubmatch(a.Path, -1) {
			if !hasField(a.In, m[1]) {
				t.Errorf("%s: the path has {%s}, the input has not", a.Name, m[1])
			}
		}
	}
}

// Addresses are written into logs, bodies are not.
func TestTable_secretsAreInBodiesOnly(t *testing.T) {
	secrets := []string{"code", "password", "old", "new"}
	seen := 0
	for _, a := range Table() {
		for _, name := range secrets {
			if !hasField(a.In, name) {
				continue
			}
			seen++
			if a.Event != "" && a.Name != "password-change" && a.Name != "upgrade" {
				t.Errorf("%s: secrets go over HTTP only", a.Name)
			}
			if !a.HasBody() || strings.Contains(a.Path, "{"+name+"}") {
				t.Errorf("%s: %s %s shows its field %s to every log on the way", a.Name, a.Method, a.Path, name)
			}
		}
	}
	if seen < 6 {
		t.Errorf("found %d secrets: this test does not see the forms", seen)
	}
}

func hasField(t reflect.Type, name string) bool {
	for _, f := range fieldsOf(t) {
		if f.name == name {
			return true
		}
	}
	return false
}

// Every field says what it is and shows a right value, which is what errors
// show.
func TestForms(t *testing.T) {
	for _, a := range Table() {
		for _, f := range fieldsOf(a.In) {
			if !strings.HasSuffix(f.doc, ".") {
				t.Errorf("%s: %s needs a sentence", a.Name, f.name)
			}
			if f.kind() == "a text" && f.eg == "" && len(f.enum) == 0 {
				t.Errorf("%s: %s needs an example", a.Name, f.name)
			}
		}
		in := reflect.New(a.In)
		if err := a.plan.decode(json.RawMessage(a.plan.example()), in); err != nil {
			t.Errorf("%s: the example %s is refused: %v", a.Name, a.plan.example(), err)
		}
	}
}

func TestDecode(t *testing.T) {
	send, mute := actNamed(t, "message-send"), actNamed(t, "room-mute")
	for _, test := range []struct {
		name string
		act  *Act
		in   string
		want string // of the error, "" for none
	}{
		{"all is well", send, `{"room":"lobby","text":"hello"}`, ""},
		{"more than known", send, `{"room":"lobby","text":"hello","author":"u-x","at":1}`, ""},
		{"an empty text is for the rules", send, `{"room":"lobby","text":""}`, ""},
		{"nothing", send, ``, `The field "room" is missing, like {"room": "lobby"}.`},
		{"null", send, `null`, `The field "room" is missing, like {"room": "lobby"}.`},
		{"no text", send, `{"room":"lobby"}`, `The field "text" is missing, like {"text": "Good morning"}.`},
		{"null text", send, `{"room":"lobby","text":null}`, `The field "text" is missing, like {"text": "Good morning"}.`},
		{"another type", send, `{"room":"lobby","text":5}`, `The field "text" must be a text, like {"text": "Good morning"}.`},
		{"a negative number", send, `{"room":"lobby","text":"x","reply":-1}`, `The field "reply" must be a whole number, like {"reply": 40}.`},
		{"half a number", send, `{"room":"lobby","text":"x","reply":1.5}`, `The field "reply" must be a whole number, like {"reply": 40}.`},
		{"no UUID", send, `{"room":"lobby","text":"x","id":"1"}`, "The id of a message must be a UUID"},
		{"no object", send, `["lobby"]`, `The input must be one JSON object, like {"room": "lobby", "text": "Good morning"}.`},
		{"broken", send, `{"room`, `The input must be one JSON object, like {"room": "lobby", "text": "Good morning"}.`},
		{"too many", mute, `{"room":"r","person":"p","seconds":31536001}`, `The field "seconds" must be a number from 1 to 31536000, like {"seconds": 3600}.`},
		{"none of the values", actNamed(t, "room-create"), `{"kind":"direct","name":"x"}`, `The field "kind" must be one of public, private, announcement, like {"kind": "public"}.`},
		{"none of the values in a list", actNamed(t, "token-create"), `{"name":"x","scopes":["root"]}`, `The field "scopes" must be one of read, write, admin, like {"scopes": ["write"]}.`},
		{"an empty list", actNamed(t, "room-direct"), `{"people":[]}`, `The field "people" must hold 1 to 49 values`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.act.plan.decode(json.RawMessage(test.in), reflect.New(test.act.In))
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			if chat.CodeOf(err) != chat.CodeInvalid || err == nil || !strings.HasPrefix(chat.MessageOf(err), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func actNamed(t *testing.T, name string) *Act {
	t.Helper()
	for _, a := range Table() {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("there is no act %s", name)
	return nil
}
