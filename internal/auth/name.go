package auth

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxClaim bounds the keys made of a name, in bytes.
const maxClaim = 480

// A name is a checked nickname and what it takes up.
type name struct {
	shown string
	// key is equal for names that differ in case, width and spacing only.
	key string
	// look is equal for names that look alike in most typefaces.
	look string
}

// newName checks a name by the rules of chat.NewPerson, and by those of
// accounts: it must not pass for somebody else's name, for an e-mail address
// or for what calls everybody.
func newName(typed string) (name, error) {
	p, err := chat.NewPerson(typed)
	if err != nil {
		return name{}, err
	}
	n := name{shown: p.Nickname, look: skeleton(p.Nickname)}
	if n.key, err = chat.NameKey(n.shown); err != nil {
		return name{}, err
	}
	switch {
	case len(n.key) > maxClaim || len(n.look) > maxClaim:
		return name{}, invalid("The name is too long. Use fewer or simpler characters.")
	case strings.ContainsRune(n.shown, '@'):
		return name{}, invalid("The name contains an @. Use letters, digits and other signs.")
	case mixesScripts(n.shown):
		return name{}, invalid("The name mixes letters of different alphabets. Use letters of one.")
	case calls[n.key]:
		return name{}, invalid("This name calls everybody in a room. Choose another one.")
	}
	return n, nil
}

// calls are the names behind an @ that are about everybody.
var calls = map[string]bool{"room": true, "here": true, "all": true, "everyone": true, "channel": true}

// reserved are names that people obey; only who runs the server gives them.
var reserved = map[string]bool{
	"admin": true, "administrator": true, "moderator": true, "owner": true, "root": true, "system": true,
	"support": true, "security": true, "staff": true, "causerie": true, "server": true,
}

// isReserved sees through everything that looks like a reserved name in any
// mixture of cases.
func (n name) isReserved() bool {
	plain := strings.NewReplacer("i", "l", "|", "l", "1", "l", "0", "o", "-", "", "_", "", ".", "", " ", "")
	folded := plain.Replace(strings.ToLower(n.look))
	for word := range reserved {
		if plain.Replace(word) == folded {
			return true
		}
	}
	return false
}

// fold is for comparing what is typed into a search with keys of names.
func fold(typed string) string {
	if key, err := chat.NameKey(typed); err == nil {
		return key
	}
	return strings.ToLower(strings.TrimSpace(typed))
}

// oneLanguage are scripts that one language writes in one word: the profile
// "highly restrictive" of UTS 39.
var oneLanguage = [][]string{
	{"Latin", "Han", "Hiragana", "Katakana"},
	{"Latin", "Han", "Bopomofo"},
	{"Latin", "Han", "Hangul"},
}

func mixesScripts(s string) bool {
	seen := make(map[string]bool)
	for _, r := range s {
		if script := scriptOf(r); script != "" {
			seen[script] = true
		}
	}
	if len(seen) < 2 {
		return false
	}
	for _, language := range oneLanguage {
		rest := len(seen)
		for _, script := range language {
			if seen[script] {
				rest--
			}
		}
		if rest == 0 {
			return false
		}
	}
	return true
}

// scriptOf returns the script of a letter, and "" for what all scripts share.
func scriptOf(r rune) string {
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for _, script := range []string{"Latin", "Cyrillic", "Greek", "Han"} {
		if unicode.Is(unicode.Scripts[script], r) {
			return script
		}
	}
	for script, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return script
		}
	}
	return "unknown"
}

// skeleton returns a text that is equal for names that look alike: those of
// Cyrillic, Greek and Armenian letters that are drawn like Latin ones, 1, I,
// l and |, 0 and O, rn and m, vv and w. It covers whole names in one script,
// as mixed ones are refused; it does not cover Cherokee, Lisu and the like,
// nor what only some typefaces confuse.
func skeleton(shown string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(shown) {
		if latin, ok := lookalikes[r]; ok {
			r = latin
		}
		b.WriteRune(r)
	}
	return doubles.Replace(b.String())
}

var doubles = strings.NewReplacer("rn", "m", "vv", "w")

// lookalikes maps each letter to the Latin one that it is drawn like.
var lookalikes = func() map[rune]rune {
	m := make(map[rune]rune)
	for _, line := range []struct{ from, to string }{
		{"1I|ǀƖıɩ0", "llllliiO"},
		{"ɑɡʏᴄᴏᴜᴠᴡᴢſ", "agycouvwzf"},
		// Cyrillic
		{"асԁеһіӏјорԛѕԝхуҮү", "acdehiljopqswxyYy"},
		{"АВСЕНІӀЈКМОРЅТХУԜԚЗ", "ABCEHllJKMOPSTXYWQ3"},
		// Greek
		{"αικνορυϲϳγχ", "aikvopucjyx"},
		{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHlKMNOPTYXC"},
		// Armenian
		{"ցհոօզսՕՍՏ", "ghnoquOUS"},
	} {
		to := []rune(line.to)
		for i, r := range []rune(line.from) {
			m[r] = to[i]
		}
	}
	return m
}()
