package chat

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// Limits of what people write about rooms, in Unicode code points.
const (
	MaxRoomName    = 64
	MaxTopic       = 250
	MaxDescription = 2000
	MaxReason      = 500
)

// checkRoomName prepares the name of a room as nicknames are prepared, and
// returns what names are compared by.
func checkRoomName(name string) (shown, key string, err error) {
	if err := checkPlain(name, "name of a room", MaxRoomName, isInvisible); err != nil {
		return "", "", err
	}
	shown, err = precis.Nickname.String(name)
	if err != nil || shown == "" {
		if isBlank(name) {
			return "", "", invalid("The name of a room is empty. Type at least one letter.")
		}
		return "", "", invalid("The name of a room contains characters that are not allowed. Use letters, digits and ordinary signs.")
	}
	if utf8.RuneCountInString(shown) > MaxRoomName {
		return "", "", tooLong("name of a room", MaxRoomName)
	}
	if combining(shown) > 2*8 {
		return "", "", invalid("The name of a room has too many combining marks. Use letters, digits and ordinary signs.")
	}
	key, err = precis.Nickname.CompareKey(shown)
	if err != nil || key == "" {
		return "", "", invalid("The name of a room contains characters that are not allowed. Use letters, digits and ordinary signs.")
	}
	return shown, key, nil
}

// checkTopic trims a topic, which is one line.
func checkTopic(topic string) (string, error) {
	return strings.TrimSpace(topic), checkPlain(topic, "topic", MaxTopic, isTrick)
}

// checkDescription trims a description, which may have many lines.
func checkDescription(text string) (string, error) {
	return strings.TrimSpace(text), checkPlain(text, "description", MaxDescription, isTrickBetweenLines)
}

// checkReason trims a reason, which may have many lines.
func checkReason(reason string) (string, error) {
	return strings.TrimSpace(reason), checkPlain(reason, "reason", MaxReason, isTrickBetweenLines)
}

// checkPlain refuses text that is too long or has runes that are bad.
func checkPlain(text, what string, limit int, bad func(rune) bool) error {
	if !utf8.ValidString(text) {
		return invalid(fmt.Sprintf("The %s is not valid text.", what))
	}
	if utf8.RuneCountInString(text) > limit {
		return tooLong(what, limit)
	}
	if strings.ContainsFunc(text, bad) {
		return invalid(fmt.Sprintf("The %s contains invisible or control characters. Use letters, digits and ordinary signs.", what))
	}
	return nil
}

func tooLong(what string, limit int) *Error {
	return invalid(fmt.Sprintf("The %s is too long. Use at most %d characters.", what, limit))
}

// isTrick reports what is invisible, but for the joiners and selectors that
// emoji and some scripts are written with: prose may have them, names that are
// compared may not.
func isTrick(r rune) bool {
	switch r {
	case 0x200C, 0x200D, 0xFE0E, 0xFE0F:
		return false
	}
	return isInvisible(r)
}

func isTrickBetweenLines(r rune) bool { return r != '\n' && r != '\t' && isTrick(r) }
