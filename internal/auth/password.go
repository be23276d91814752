package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Passwords are 8 to 512 bytes, any bytes, and are taken as they were typed:
// not trimmed, cut, folded or normalised.
const (
	MinPassword = 8
	MaxPassword = 512
)

// A cost is what one hash takes. Hashes say theirs, so that it can change:
// the next login hashes again.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// standardCost is what OWASP asks of argon2id at the least. It is about 20 ms
// of one core.
var standardCost = cost{memory: 19 << 10, passes: 2, threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// A hasher hashes passwords, few at a time: each takes cost.memory, and a
// flood of logins must not take all there is.
type hasher struct {
	cost  cost
	slots chan struct{}
	// dummy is verified for names that nobody has, so that they take as long
	// as the others.
	dummy string
}

func newHasher(c cost) *hasher {
	h := &hasher{cost: c, slots: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
	h.dummy = h.format(make([]byte, saltBytes), make([]byte, hashBytes))
	return h
}

// enter waits for a slot.
func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &chat.Error{
			Code:    chat.CodeUnavailable,
			Message: "Too many people are signing in at the moment. Try again in a few seconds.",
			Cause:   ctx.Err(),
		}
	}
}

func (h *hasher) leave() { <-h.slots }

// hash returns the PHC string of password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt)
	return h.format(salt, argon2.IDKey([]byte(password), salt, h.cost.passes, h.cost.memory, h.cost.threads, hashBytes)), nil
}

func (h *hasher) format(salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.memory, h.cost.passes, h.cost.threads, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

// verify reports whether password is the one behind phc, and whether it should
// be hashed again with today's cost. An empty phc is nobody's and takes as
// long as another.
func (h *hasher) verify(ctx context.Context, phc, password string) (ok, stale bool, err error) {
	nobody := phc == ""
	if nobody {
		phc = h.dummy
	}
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && !nobody, c != h.cost, nil
}

// parsePHC reads what format wrote, with this or another cost.
func parsePHC(phc string) (c cost, salt, hash []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return cost{}, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return cost{}, nil, nil, errPHC
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(hash) < 16 || c.passes == 0 || c.threads == 0 || c.memory > 1<<20 {
		return cost{}, nil, nil, errPHC
	}
	return c, salt, hash, nil
}

var errPHC = &chat.Error{
	Code:    chat.CodeInternal,
	Message: "The server cannot read how this account's password is kept. Ask an administrator for a reset.",
}

// checkPassword says what is wrong with a new password.
func checkPassword(password, name, email string) error {
	switch {
	case len(password) < MinPassword:
		return invalid("The password is too short. Use at least " + strconv.Itoa(MinPassword) + " characters.")
	case len(password) > MaxPassword:
		return invalid("The password is too long. Use at most " + strconv.Itoa(MaxPassword) + " bytes.")
	}
	lower := strings.ToLower(password)
	if _, ok := common[lower]; ok || strings.Count(lower, lower[:1]) == len(lower) {
		return invalid("This password is one of the first that anyone would try. Choose another one.")
	}
	if lower == strings.ToLower(name) || email != "" && lower == strings.ToLower(email) {
		return invalid("The password is your name. Choose another one.")
	}
	return nil
}

// common are passwords of at least MinPassword bytes that everybody tries
// first, in lower case.
var common = func() map[string]struct{} {
	set := make(map[string]struct{})
	for word := range strings.FieldsSeq(`
		12345678 123456789 1234567890 0123456789 9876543210 987654321 87654321 12341234 11223344 123123123
		123321123 147258369 741852963 123654789 789456123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx
		qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 qwertzui azertyui azertyuiop asdfghjk
		asdfghjkl zxcvbnm1 zxcvbnm123 asdf1234 asdfasdf qweasdzxc qweqweqwe q1w2e3r4 q1w2e3r4t5 1234qwer
		abcd1234 abc12345 abcdefgh abcdefg1 aa123456 a1b2c3d4 a1234567 a12345678 password password1
		password12 password123 password1234 password! passw0rd p@ssw0rd p@ssword pa55word passwort passwort1
		motdepasse contraseña contrasena kennwort mypassword letmein1 letmein123 welcome1 welcome123 willkommen
		changeme changeme1 changeme123 changeit iloveyou iloveyou1 ichliebedich sunshine sunshine1 princess
		princess1 football football1 baseball baseball1 basketball superman superman1 spiderman batman123
		starwars starwars1 pokemon1 michelle jennifer jessica1 michael1 jonathan alexander elizabeth
		trustno1 whatever computer internet samsung1 killer123 dragon123 monkey123 master123 shadow123
		admin123 admin1234 administrator adminadmin root1234 rootroot test1234 testtest testing123 guest123
		secret123 default1 causerie causerie1 causerie123 chatchat hello123 helloworld 00000000 11111111
		88888888 99999999 11112222 12121212 69696969 1234abcd 123456ab 123456aa 123456abc 12345qwert`) {
		set[word] = struct{}{}
	}
	return set
}()
