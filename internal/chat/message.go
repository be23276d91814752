package chat

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DefaultMaxMessage is the longest message, in Unicode code points, unless
// Options.MaxMessage says otherwise.
const DefaultMaxMessage = 4000

// checkText returns the *Error for a message that may not be sent.
func checkText(text string, limit int) error {
	if !utf8.ValidString(text) {
		return invalid("The message is not valid text.")
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return invalid(fmt.Sprintf("The message is too long: it has %d characters, the limit is %d. Nothing was sent.", n, limit))
	}
	if strings.TrimSpace(text) == "" {
		return invalid("The message is empty. Nothing was sent.")
	}
	return nil
}
