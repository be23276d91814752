package auth

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEmail is the longest address, in bytes: what SMTP can carry.
const maxEmail = 254

var errEmail = invalid("This is not an e-mail address. It looks like ana@example.org.")

// checkEmail returns the address as it is kept. It knows only whether mail
// could be sent there, not whether anybody reads it. "" is no address and
// fine.
func checkEmail(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", nil
	}
	if len(typed) > maxEmail || !utf8.ValidString(typed) || strings.ContainsFunc(typed, unprintable) {
		return "", errEmail
	}
	// Only the plain form: no display name, no comment, no quoted local part.
	address, err := mail.ParseAddress(typed)
	if err != nil || address.Name != "" || address.Address != typed || strings.ContainsAny(typed, `"[]()<>,`) {
		return "", errEmail
	}
	_, domain, _ := strings.Cut(typed, "@")
	if !strings.Contains(strings.Trim(domain, "."), ".") {
		return "", errEmail
	}
	return typed, nil
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

// foldEmail is equal for addresses that are one mailbox everywhere in
// practice, though the letter of RFC 5321 says otherwise.
func foldEmail(email string) string { return strings.ToLower(email) }
