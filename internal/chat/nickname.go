package chat

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// MaxNickname is the longest nickname, in Unicode code points.
const MaxNickname = 32

// guestPrefix begins the id of every guest, so that no nickname can spell the
// id of somebody who is known otherwise.
const guestPrefix = "~"

// NewPerson checks a nickname as somebody typed it and returns the guest who
// would carry it. The nickname is prepared by the PRECIS profile Nickname
// (RFC 8266): spaces are trimmed and collapsed, compatibility forms are
// composed. The ID is made of the profile's comparison key, so nicknames that
// differ only in case, width or spacing are one person's. The error is an *Error
// with CodeInvalid and says what is wrong.
func NewPerson(nickname string) (Person, error) {
	if !utf8.ValidString(nickname) {
		return Person{}, invalid("The name is not valid text.")
	}
	// Refused before any transformation: a megabyte of combining marks must
	// cost no more than counting it.
	if len(nickname) > 16*MaxNickname {
		return Person{}, errNicknameLong
	}
	for _, r := range nickname {
		if isInvisible(r) {
			return Person{}, invalid("The name contains invisible or control characters. Use letters, digits and ordinary signs.")
		}
	}
	shown, err := precis.Nickname.String(nickname)
	if err != nil || shown == "" {
		if isBlank(nickname) {
			return Person{}, invalid("The name is empty. Type at least one letter.")
		}
		return Person{}, invalid("The name contains characters that are not allowed. Use letters, digits and ordinary signs.")
	}
	if utf8.RuneCountInString(shown) > MaxNickname {
		return Person{}, errNicknameLong
	}
	if combining(shown) > 8 {
		return Person{}, invalid("The name has too many combining marks. Use letters, digits and ordinary signs.")
	}
	key, err := precis.Nickname.CompareKey(shown)
	if err != nil || key == "" {
		return Person{}, invalid("The name contains characters that are not allowed. Use letters, digits and ordinary signs.")
	}
	return Person{ID: guestPrefix + PersonID(key), Nickname: shown}, nil
}

var errNicknameLong = invalid("The name is too long. Use at most " + strconv.Itoa(MaxNickname) + " characters.")

func invalid(message string) *Error { return &Error{Code: CodeInvalid, Message: message} }

func isBlank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// isInvisible reports code points that a reader cannot see and that can make
// one nickname look like another: controls, bidirectional controls,
// zero-width characters, variation selectors, fillers, tags, unassigned ones.
func isInvisible(r rune) bool {
	switch r {
	case 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, utf8.RuneError:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}

func combining(s string) int {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.M, r) {
			n++
		}
	}
	return n
}
