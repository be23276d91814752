package chat

import "testing"

func TestIsEmoji(t *testing.T) {
	for _, test := range []struct {
		name, s string
		want    bool
	}{
		{"a thumb", "👍", true},
		{"with the colour of a skin", "👍🏽", true},
		{"a heart with its selector", "❤️", true},
		{"a heart without", "❤", true},
		{"joined", "👩‍🚀", true},
		{"joined with colours", "👩🏽‍🚀", true},
		{"a family", "👨‍👩‍👧‍👦", true},
		{"a heart in flames", "❤️‍🔥", true},
		{"a pirate", "🏴‍☠️", true},
		{"a flag", "🇨🇳", true},
		{"a flag of tags", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", true},
		{"a keycap", "1️⃣", true},
		{"a mark", "‼️", true},
		{"a letter that is a sign", "ℹ️", true},
		{"newer than the tables", "🪾", true},
		{"a name", ":party_parrot:", true},

		{"nothing", "", false},
		{"a letter", "x", false},
		{"a digit", "1", false},
		{"a word", "agreed", false},
		{"a sign of Chinese", "好", false},
		{"two thumbs", "👍👍", false},
		{"two flags", "🇨🇳🇫🇷", false},
		{"an emoji and a letter", "👍x", false},
		{"an emoji and a keycap", "👍1️⃣", false},
		{"a joiner without a second", "👍‍", false},
		{"a joiner alone", "‍", false},
		{"a selector alone", "️", false},
		{"no name", "::", false},
		{"a name of other letters", ":Party:", false},
		{"bytes that are no text", "\xff", false},
	} {
		if got := isEmoji(test.s); got != test.want {
			t.Errorf("%s, %+q: got %v, want %v", test.name, test.s, got, test.want)
		}
	}
}
