package chat

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMentionsIn(t *testing.T) {
	for _, test := range []struct {
		name, text string
		// want is, per spot, the longest name that it could be, or the call.
		want []string
	}{
		{"none", "nobody is meant", nil},
		{"a name", "@ana", []string{"ana"}},
		{"a name with what follows", "hello @Ana Maria", []string{"ana maria"}},
		{"full width", "＠Ana", []string{"ana"}},
		{"an address is none", "write to ana@example.org", nil},
		{"after a digit or an underscore", "1@ana _@ana", nil},
		{"after a sign", "(@ana", []string{"ana"}},
		{"up to the end of the line", "@ana\nmaria", []string{"ana"}},
		{"two", "@ana @bob", []string{"ana @bob", "bob"}},
		{"the room", "@room, @all", []string{CallRoom, CallRoom}},
		{"who is here", "@HERE!", []string{CallHere}},
		{"a word that begins like a call", "@rooms", []string{"rooms"}},
		{"in a span", "see `@ana` there", nil},
		{"after a span", "`x` @ana", []string{"ana"}},
		{"a span that does not end", "` @ana", []string{"ana"}},
		{"a span of two ticks", "``@bob ` ``", nil},
		{"in a fence", "```\n@ana\n```", nil},
		{"in a fence that does not end", "```\n@ana", nil},
		{"after a fence", "```\n@bob\n```\n@ana", []string{"ana"}},
		{"another alphabet", "@Иван привет", []string{"иван привет"}},
		{"without spaces", "@王明你好", []string{"王明你好"}},
		{"nothing", "@ @\n@", []string{"@"}},
		{"a name too long", "@" + strings.Repeat("x", 40), nil},
		{"a name without spaces and too long", "@" + strings.Repeat("王", 40), []string{strings.Repeat("王", MaxNickname)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, s := range mentionsIn(test.text) {
				if s.call != "" {
					got = append(got, s.call)
				} else {
					got = append(got, s.keys[0])
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("\ngot  %q\nwant %q", got, test.want)
			}
		})
	}
}

func FuzzMentionsIn(f *testing.F) {
	for _, text := range []string{
		"@ana", "a@b", "`@ana` @bob", "```\n@x\n``` @room", "＠here", "@\u200dx", "@" + strings.Repeat("é", 40), "@a @b @c\n@d",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || len(text) > 4*DefaultMaxMessage {
			return
		}
		if blank := withoutCode(text); len(blank) != len(text) || !utf8.ValidString(blank) {
			t.Fatalf("without code %q is %q", text, blank)
		}
		signs := strings.Count(text, "@") + strings.Count(text, "＠")
		spots := mentionsIn(text)
		if len(spots) > signs || len(spots) > 4*maxMentions {
			t.Fatalf("%d spots of %d signs", len(spots), signs)
		}
		for _, s := range spots {
			if (s.call == "") == (len(s.keys) == 0) || len(s.keys) > MaxNickname {
				t.Fatalf("%q has the spot %+v", text, s)
			}
			for _, key := range s.keys {
				if again, err := NameKey(key); err != nil || again != key {
					t.Fatalf("%q cannot be anybody's key: %q, %v", key, again, err)
				}
			}
		}
		// In code nobody is meant, whatever it is.
		if !strings.Contains(text, "`") && mentionsIn("`"+text+"`") != nil {
			t.Fatalf("a mention in the code span of %q", text)
		}
	})
}
