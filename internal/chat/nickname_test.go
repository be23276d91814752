package chat

import (
	"errors"
	"strings"
	"testing"
)

func TestNewPerson(t *testing.T) {
	for _, test := range []struct {
		name, in, nickname, id string
	}{
		{"plain", "Ana", "Ana", "ana"},
		{"case is folded", "JOSÉ", "JOSÉ", "josé"},
		{"spaces are trimmed and collapsed", "  Ana   Lu ", "Ana Lu", "ana lu"},
		{"width is folded", "ＡＮＡ", "ANA", "ana"},
		{"composed like decomposed", "Jose\u0301", "Jos\u00e9", "jos\u00e9"},
		{"Chinese", "小明", "小明", "小明"},
		{"emoji", "fox 🦊", "fox 🦊", "fox 🦊"},
		{"32 characters", strings.Repeat("é", 32), strings.Repeat("é", 32), strings.Repeat("é", 32)},
		{"looks like a key", "a}b{c", "a}b{c", "a}b{c"},
		{"looks like a property", "__proto__", "__proto__", "__proto__"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewPerson(test.in)
			if err != nil {
				t.Fatalf("NewPerson(%q): %v", test.in, err)
			}
			if want := (Person{ID: PersonID("~" + test.id), Nickname: test.nickname}); got != want {
				t.Errorf("\ngot  %+q\nwant %+q", got, want)
			}
		})
	}
}

func TestNewPerson_Refused(t *testing.T) {
	for _, test := range []struct{ name, in, says string }{
		{"empty", "", "empty"},
		{"blank", " \t ", "invisible or control"},
		{"spaces", "   ", "empty"},
		{"33 characters", strings.Repeat("x", 33), "too long"},
		{"a megabyte", strings.Repeat("e\u0301", 1<<19), "too long"},
		{"marks", "a" + strings.Repeat("\u0301", 20), "combining"},
		{"control", "a\x00b", "control"},
		{"newline", "a\nb", "control"},
		{"right-to-left override", "\u202Enimda", "invisible"},
		{"isolate", "a\u2066b", "invisible"},
		{"zero width space", "admin\u200b", "invisible"},
		{"zero width joiner", "a\u200db", "invisible"},
		{"soft hyphen", "ad\u00admin", "invisible"},
		{"Hangul filler", "\u3164", "invisible"},
		{"braille blank", "\u2800", "invisible"},
		{"byte order mark", "\ufeffana", "invisible"},
		{"tag", "a\U000E0041", "invisible"},
		{"private use", "a\ue000", "invisible"},
		{"broken UTF-8", "a\xffb", "not valid text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewPerson(test.in)
			if !errors.Is(err, &Error{Code: CodeInvalid}) {
				t.Fatalf("\ngot  %+q, error %v\nwant an error with code %q", got, err, CodeInvalid)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("\ngot  %q\nwant it to say %q", err, test.says)
			}
		})
	}
}

func FuzzNewPerson(f *testing.F) {
	f.Add("Ana")
	f.Add("\u202Eb")
	f.Fuzz(func(t *testing.T, in string) {
		p, err := NewPerson(in)
		if err != nil {
			return
		}
		again, err := NewPerson(p.Nickname)
		if err != nil || again != p {
			t.Errorf("NewPerson(%+q) = %+q, and of that: %+q, %v", in, p, again, err)
		}
	})
}
