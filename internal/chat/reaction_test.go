package chat

import "testing"

func TestIsEmoji(t *testing.T) {
	for _, test := range []struct {
		name, s string
		want    bool
	}{
		{"a thumb", "👍", true},
		{"with the colour of a skin", "👍🏽", true},
		{"a heart with its selector", "❤\ufe0f", true},
		{"a heart without", "❤", true},
		{"joined", "👩\u200d🚀", true},
		{"joined with colours", "👩🏽\u200d🚀", true},
		{"a family", "👨\u200d👩\u200d👧\u200d👦", true},
		{"a heart in flames", "❤\ufe0f\u200d🔥", true},
		{"a pirate", "🏴\u200d☠\ufe0f", true},
		{"a flag", "🇨🇳", true},
		{"a flag of tags", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", true},
		{"a keycap", "1\ufe0f⃣", true},
		{"a mark", "‼\ufe0f", true},
		{"a letter that is a sign", "ℹ\ufe0f", true},
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
		{"an emoji and a keycap", "👍1\ufe0f⃣", false},
		{"a joiner without a second", "👍\u200d", false},
		{"a joiner alone", "\u200d", false},
		{"a selector alone", "\ufe0f", false},
		{"no name", "::", false},
		{"a name of other letters", ":Party:", false},
		{"bytes that are no text", "\xff", false},
	} {
		if got := isEmoji(test.s); got != test.want {
			t.Errorf("%s, %+q: got %v, want %v", test.name, test.s, got, test.want)
		}
	}
}
