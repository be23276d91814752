package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Prefixes say what a secret is for to whoever finds one, and to scanners of
// repositories and logs.
const (
	sessionPrefix = "cs_"
	tokenPrefix   = "ct_"
	invitePrefix  = "ci_"
	resetPrefix   = "cr_"
	setupPrefix   = "cu_"
)

const (
	secretBytes = 32
	// idLength is how much of a hash names a session, a token or an
	// invitation: 96 bits.
	idLength = 24
)

// newSecret returns prefix and 256 random bits that are safe in URLs.
func newSecret(prefix string) string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // crypto/rand never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashOf returns what is kept of a secret. Secrets have 256 random bits, so a
// fast hash is as good as a slow one.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// isSecret reports whether s has the form of newSecret(prefix), so that
// everything else costs no read.
func isSecret(s, prefix string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return false
	}
	_, err := base64.RawURLEncoding.DecodeString(rest)
	return err == nil
}

func idOf(hash string) string { return hash[:idLength] }

// isID reports whether s can be the id of a session, token or invitation.
func isID(s string) bool {
	_, err := hex.DecodeString(s)
	return len(s) == idLength && err == nil && s == strings.ToLower(s)
}

// personBytes makes 20 characters.
const personBytes = 13

var personText = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// newPersonID returns an id that nobody has.
func newPersonID() chat.PersonID {
	b := make([]byte, personBytes)
	_, _ = rand.Read(b)
	return personID(b)
}

// personID returns the id that 13 bytes spell.
func personID(b []byte) chat.PersonID {
	return chat.PersonID("u-" + personText.EncodeToString(b[:personBytes])[:20])
}

// isPersonID reports whether id has the form of newPersonID.
func isPersonID(id chat.PersonID) bool {
	rest, ok := strings.CutPrefix(string(id), "u-")
	if !ok || len(rest) != 20 {
		return false
	}
	for _, c := range []byte(rest) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
