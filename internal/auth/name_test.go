package auth

import (
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Must 22.
func TestNewName(t *testing.T) {
	for _, test := range []struct {
		name, in string
		ok       bool
	}{
		{"plain", "Ana Lu", true},
		{"accents", "José Müller-Øster", true},
		{"all Cyrillic", "Анна", true},
		{"all Greek", "Ελένη", true},
		{"Japanese in three scripts", "山田タロウさん", true},
		{"Chinese and Latin", "小明 Li", true},
		{"Korean and Latin", "김민준 Kim", true},
		{"Arabic", "ليلى", true},
		{"digits and emoji", "fox 🦊 7", true},
		{"Cyrillic a in Latin", "\u0430dmin", false},
		{"Greek o in Latin", "b\u03bfb", false},
		{"Cyrillic and Greek", "\u0430\u03b2", false},
		{"Hebrew and Latin", "אbc", false},
		{"Han and Cyrillic", "明а", false},
		{"zero width space", "admin\u200b", false},
		{"right-to-left override", "\u202Enimda", false},
		{"Hangul filler", "\u3164", false},
		{"300 marks", "a" + strings.Repeat("\u0301", 300), false},
		{"a megabyte", strings.Repeat("👩‍👧", 1<<17), false},
		{"lone surrogate", "a\xed\xa0\x80", false},
		{"NUL", "a\x00", false},
		{"e-mail address", "ana@example.org", false},
		{"calls a room", "Here", false},
		{"calls everybody", "everyone", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			n, err := newName(test.in)
			if (err == nil) != test.ok {
				t.Fatalf("newName(%+q) = %+v, %v", test.in, n, err)
			}
			if err != nil {
				wantCode(t, err, chat.CodeInvalid)
			}
		})
	}
}

func TestSkeleton(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		alike      bool
	}{
		{"all Cyrillic like Latin", "\u0441\u043e\u0441\u043e", "coco", true},
		{"all Greek like Latin", "\u039f\u039d\u0395", "ONE", true},
		{"capital I and l", "AIi", "Ali", true},
		{"1 and l", "Pau1", "Paul", true},
		{"0 and O", "B0B", "BOB", true},
		{"rn and m", "Arny", "Amy", true},
		{"vv and w", "vvim", "wim", true},
		{"composed and not", "\u0451", "\u0435\u0308", true},
		{"e with dots of two scripts", "\u0451", "\u00eb", true},
		{"Ian and Lan", "Ian", "Lan", false},
		{"accents count", "José", "Jose", false},
		{"other names", "Ana", "Bob", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if a, b := skeleton(test.a), skeleton(test.b); (a == b) != test.alike {
				t.Errorf("%q looks like %q, %q like %q", test.a, a, test.b, b)
			}
		})
	}
}

func TestName_IsReserved(t *testing.T) {
	for name, want := range map[string]bool{
		"admin": true, "ADMlN": true, "Adm1n": true, "a.d-m_i n": true, "R00t": true, "Moderat0r": true, "аԁміn": false,
		"Adminka": false, "Ana": false,
	} {
		n, err := newName(name)
		if err != nil {
			continue // mixed scripts are refused before
		}
		if got := n.isReserved(); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

func TestLookalikes(t *testing.T) {
	for from, to := range lookalikes {
		if again, ok := lookalikes[to]; ok && again != to {
			t.Errorf("%c becomes %c becomes %c: a skeleton must be its own skeleton", from, to, again)
		}
	}
}

func FuzzNewName(f *testing.F) {
	for _, seed := range []string{"Ana", "\u0430dmin", "rrn vvv", "İI1", "山田", "\u202Eb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		n, err := newName(in)
		if err != nil {
			return
		}
		for _, key := range n.keys() {
			if len(key) > chat.MaxRecordKey {
				t.Errorf("a key of %d bytes", len(key))
			}
		}
		if mixesScripts(n.shown) {
			t.Errorf("%+q mixes scripts", n.shown)
		}
		again, err := newName(n.shown)
		if err != nil || again != n {
			t.Errorf("newName(%+q) = %+v, and of that: %+v, %v", in, n, again, err)
		}
	})
}

func TestCheckEmail(t *testing.T) {
	for in, ok := range map[string]bool{
		"": true, "ana@example.org": true, "ana.lu+chat@sub.example.org": true, "анна@пример.рф": true,
		"ana": false, "ana@": false, "@example.org": false, "ana@example": false, "Ana <ana@example.org>": false,
		"ana@example.org, bob@example.org": false, "a\nb@example.org": false, "\"a b\"@example.org": false,
		strings.Repeat("a", 250) + "@example.org": false, "ana@exam\u202eple.org": false, "ana@@example.org": false,
	} {
		if _, err := checkEmail(in); (err == nil) != ok {
			t.Errorf("checkEmail(%+q): %v", in, err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for in, ok := range map[string]bool{
		"hunter2!x": true, "🦊🦊": true, "        x": true, strings.Repeat("ab", 256): true,
		"short": false, "password": false, "PassWord1": false, "qwertyuiop": false, "aaaaaaaaaaaa": false, "        ": false,
		"Ana Lu Bo": false, "ana@example.org": false, strings.Repeat("ab", 256) + "c": false,
	} {
		if err := checkPassword(in, "Ana Lu Bo", "Ana@example.org"); (err == nil) != ok {
			t.Errorf("checkPassword(%q): %v", in, err)
		}
	}
}
