package auth

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestLogin(t *testing.T) {
	h := newHouse(t)
	if _, _, err := h.Register(t.Context(), Registration{Name: "Ana Lu", Email: "Ana@Example.org", Password: password}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, as, password string
		want               error
	}{
		{"by name", "Ana Lu", password, nil},
		{"by name in another form", "  ana   LU ", password, nil},
		{"by e-mail", "ana@example.ORG", password, nil},
		{"wrong password", "Ana Lu", password + " ", ErrWrong},
		{"password in another case", "Ana Lu", strings.ToUpper(password), ErrWrong},
		{"empty password", "Ana Lu", "", ErrWrong},
		{"endless password", "Ana Lu", strings.Repeat("x", 1<<20), ErrWrong},
		{"nobody", "Bob", password, ErrWrong},
		{"no address", "bob@example.org", password, ErrWrong},
		{"no name", "", password, ErrWrong},
		{"broken name", "a\xff\x00/../b", password, ErrWrong},
		{"endless name", strings.Repeat("é", 1<<16), password, ErrWrong},
		{"endless address", strings.Repeat("é", 1<<16) + "@", password, ErrWrong},
	} {
		t.Run(test.name, func(t *testing.T) {
			i, token, err := h.Login(t.Context(), Login{Name: test.as, Password: test.password})
			if test.want != nil {
				wantError(t, err, test.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if i.Person.Nickname != "Ana Lu" || i.Role != chat.RoleMember || i.Guest || !h.in(token) {
				t.Errorf("got %+v", i)
			}
		})
	}
}

// Must 10: what somebody has planted is worth nothing after the login.
func TestLogin_ReplacesTheSession(t *testing.T) {
	h := newHouse(t)
	_, old := h.person("Ana")
	_, of := h.person("Eve")
	chosen := sessionPrefix + strings.Repeat("A", 43)
	for _, known := range []string{old, of, chosen} {
		_, token, err := h.Login(t.Context(), Login{Name: "Ana", Password: password, Known: known})
		if err != nil {
			t.Fatal(err)
		}
		if token == known || h.in(known) || !h.in(token) {
			t.Errorf("the session %.6s… lives on", known)
		}
	}
	_, kept := h.person("Bob")
	_, _, err := h.Login(t.Context(), Login{Name: "Bob", Password: "wrong " + password, Known: kept})
	wantError(t, err, ErrWrong)
	if !h.in(kept) {
		t.Error("a wrong password ended a session")
	}
}

// Must 11 and 24: a thief of the database has nothing to sign in with.
func TestStore_HoldsNoSecrets(t *testing.T) {
	dir := t.TempDir()
	h := newHouseOver(t, openStore(t, dir))
	code, _, err := h.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner, session, err := h.Setup(t.Context(), code, Registration{Name: "Ana", Password: password}, SettingsChange{})
	if err != nil {
		t.Fatal(err)
	}
	bob, other := h.person("Bob")
	_, personal, err := h.CreateToken(t.Context(), owner.Person.ID, "bot", []string{ScopeRead}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, invitation, err := h.CreateInvitation(t.Context(), owner.Actor(), NewInvitation{})
	if err != nil {
		t.Fatal(err)
	}
	reset, _, err := h.ResetCode(t.Context(), owner.Actor(), bob.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Logout(t.Context(), bob.Session); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(all.String(), "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatal("this test does not see the database")
	}
	for what, secret := range map[string]string{
		"password": canary, "session": session, "ended session": other, "token": personal,
		"invitation": invitation, "reset": reset, "set-up code": code,
	} {
		if strings.Contains(all.String(), secret) || strings.Contains(all.String(), secret[3:]) {
			t.Errorf("the %s is in the database", what)
		}
	}
}

// Must 13: the standard cost is what OWASP asks, passwords are not cut, and a
// flood of logins takes bounded memory.
func TestHasher(t *testing.T) {
	h := newHasher(standardCost)
	phc, err := h.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("got %q", phc)
	}
	long := strings.Repeat("👩‍👩‍👧 é", 40)[:MaxPassword]
	for _, test := range []struct {
		name, set, typed string
		want             bool
	}{
		{"the same", password, password, true},
		{"longest", long, long, true},
		{"longest but the last byte", long, long[:MaxPassword-1], false},
		{"emoji", "🦊🦊🦊🦊", "🦊🦊🦊🦊", true},
		{"another form of é", "caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301", false},
		{"NUL is a byte like others", "abc\x00defgh", "abc\x00xxxxx", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHasher(cheap)
			phc, err := h.hash(t.Context(), test.set)
			if err != nil {
				t.Fatal(err)
			}
			got, stale, err := h.verify(t.Context(), phc, test.typed)
			if err != nil || got != test.want || stale {
				t.Errorf("got %v, stale %v, error %v; want %v", got, stale, err, test.want)
			}
		})
	}
}

// A login waits while all slots are taken, and not longer than its caller.
func TestHasher_IsBounded(t *testing.T) {
	h := newHasher(cheap)
	if most := 2 * runtime.GOMAXPROCS(0); cap(h.slots) != most {
		t.Errorf("got %d slots, want %d", cap(h.slots), most)
	}
	phc, err := h.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.hash(ctx, password)
	wantCode(t, err, chat.CodeUnavailable)
	_, _, err = h.verify(ctx, phc, password)
	wantCode(t, err, chat.CodeUnavailable)
	for range cap(h.slots) {
		h.leave()
	}
	done := together(t, 200, func(int) error {
		ok, _, err := h.verify(t.Context(), phc, password)
		if err == nil && !ok {
			err = ErrWrong
		}
		return err
	})
	if done != 200 || len(h.slots) != 0 {
		t.Errorf("%d of 200 were verified, %d slots are still taken", done, len(h.slots))
	}
}

func TestHasher_TakesItsTimeForNobody(t *testing.T) {
	h := newHasher(standardCost)
	c, salt, hash, err := parsePHC(h.dummy)
	if err != nil || c != standardCost || len(salt) != saltBytes || len(hash) != hashBytes {
		t.Errorf("the dummy costs %+v, error %v", c, err)
	}
	for _, typed := range []string{password, ""} {
		if ok, _, err := h.verify(t.Context(), "", typed); ok || err != nil {
			t.Errorf("nobody's password is %q, error %v", typed, err)
		}
	}
}

func TestHasher_RefusesWhatItDidNotWrite(t *testing.T) {
	good := newHasher(cheap).dummy
	for _, phc := range []string{
		"x", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA", strings.Replace(good, "v=19", "v=18", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "m=8", "m=99999999", 1), strings.Replace(good, "p=1", "p=0", 1), good[:len(good)-30], good + "!", good + "$",
	} {
		if _, _, _, err := parsePHC(phc); err == nil {
			t.Errorf("%q was read", phc)
		}
	}
}

// Must 13: another cost is used from the next login on.
func TestLogin_HashesAgain(t *testing.T) {
	h := newHouse(t)
	i, _ := h.person("Ana")
	dearer := cost{memory: 16, passes: 2, threads: 1}
	next := h.node(func(o *Options) { o.cost = dearer })
	for range 2 {
		if _, _, err := next.Login(t.Context(), Login{Name: "Ana", Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	r, _, err := h.account(t.Context(), i.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Password, "$m=16,t=2,p=1$") {
		t.Errorf("got %q", r.Password)
	}
	h.login("Ana")
}

// Must 15: the answers are the same, to the last try.
func TestLogin_DoesNotTellWhoExists(t *testing.T) {
	h := newHouse(t)
	if _, _, err := h.Register(t.Context(), Registration{Name: "Ana", Email: "ana@example.org", Password: password}); err != nil {
		t.Fatal(err)
	}
	h.guest("Gus")
	var want []string
	for _, name := range []string{"Ana", "Nobody", "ana@example.org", "nobody@example.org", "Gus", ""} {
		var got []string
		for range accountTries + 2 {
			_, _, err := h.Login(t.Context(), Login{Name: name, Password: "wrong " + canary})
			got = append(got, fmt.Sprint(chat.CodeOf(err), chat.MessageOf(err), retryAfter(err)))
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %s\nwant %s", name, got, want)
		}
		h.clock.pass(tryWindow)
	}
}

// Must 15: a name that nobody has costs the store as much. That it costs a hash
// as well is TestHasher_TakesItsTimeForNobody.
func TestLogin_CostsTheSameForNobody(t *testing.T) {
	h := newHouse(t)
	h.person("Ana")
	records := &counted{Records: h.store}
	a := New(records, Options{Now: h.clock.Now, Logger: testLogger, cost: cheap})
	var known, unknown [3]int64
	// The least of some: a sweep adds to one in eight.
	for try := range 12 {
		if try%4 == 0 {
			h.clock.pass(tryWindow + time.Second)
		}
		for name, least := range map[string]*[3]int64{"Ana": &known, "Nobody": &unknown} {
			records.take()
			if _, _, err := a.Login(t.Context(), Login{Name: name, Password: "wrong " + canary}); chat.CodeOf(err) != chat.CodeUnauthorized {
				t.Fatal(err)
			}
			if cost := records.take(); *least == ([3]int64{}) || cost[1] < least[1] {
				*least = cost
			}
		}
	}
	if known != unknown {
		t.Errorf("gets, lists and commits: %v for somebody, %v for nobody", known, unknown)
	}
}

// Must 14: per account, whatever the address, over all nodes; and per address,
// whatever the account.
func TestLogin_IsLimited(t *testing.T) {
	h := newHouse(t)
	h.person("Ana")
	nodes := []*Accounts{h.node(), h.node(), h.node()}
	wrong := func(a *Accounts, name, address string) error {
		_, _, err := a.Login(t.Context(), Login{Name: name, Password: "wrong " + canary, Address: address})
		return err
	}
	tried := 0
	for i := range 50 {
		err := wrong(nodes[i%3], "Ana", fmt.Sprintf("192.0.2.%d", i))
		if chat.CodeOf(err) == chat.CodeUnauthorized {
			tried++
			continue
		}
		wantCode(t, err, chat.CodeRateLimited)
		if wait := retryAfter(err); wait <= 0 || wait > tryWindow {
			t.Fatalf("got a wait of %v", wait)
		}
	}
	if tried != accountTries {
		t.Errorf("%d passwords were tried, want %d", tried, accountTries)
	}
	_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: password})
	wantCode(t, err, chat.CodeRateLimited)
	h.clock.pass(tryWindow)
	h.login("Ana")

	tried = 0
	for i := range 500 {
		if chat.CodeOf(wrong(nodes[0], fmt.Sprintf("person %d", i), "2001:db8::"+fmt.Sprint(i%9))) == chat.CodeUnauthorized {
			tried++
		}
	}
	if tried != addressTries {
		t.Errorf("%d accounts were tried from one network, want %d", tried, addressTries)
	}
	wantCode(t, wrong(nodes[0], "Ana", "2001:db8:0:1::1"), chat.CodeUnauthorized)
}

// Many tries at once are no more tries.
func TestLogin_IsLimitedAtOnce(t *testing.T) {
	h := newHouse(t)
	h.person("Ana")
	a, b := h.node(), h.node()
	var wrong atomic.Int64
	together(t, 60, func(i int) error {
		node := a
		if i%2 == 0 {
			node = b
		}
		_, _, err := node.Login(t.Context(), Login{Name: "Ana", Password: "wrong " + canary})
		if chat.CodeOf(err) == chat.CodeUnauthorized {
			wrong.Add(1)
		}
		return err
	})
	if n := wrong.Load(); n > accountTries {
		t.Errorf("%d passwords were tried, want at most %d", n, accountTries)
	}
}

// Must 14: the owner of an account gets in from a device that has been there.
func TestLogin_KnownDevice(t *testing.T) {
	h := newHouse(t)
	_, live := h.person("Ana")
	i, out := h.login("Ana")
	if err := h.Logout(t.Context(), i.Session); err != nil {
		t.Fatal(err)
	}
	_, foreign := h.person("Eve")
	for range accountTries {
		_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: "wrong " + canary})
		wantError(t, err, ErrWrong)
	}
	try := func(known, with string) error {
		_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: with, Known: known})
		return err
	}
	wantCode(t, try("", password), chat.CodeRateLimited)
	wantCode(t, try(foreign, password), chat.CodeRateLimited)
	wantCode(t, try(out, password), "")
	wantCode(t, try(live, password), "")
	// A stolen device does not try for ever either.
	for range accountTries {
		wantError(t, try(out, "wrong "+canary), ErrWrong)
	}
	wantCode(t, try(out, password), chat.CodeRateLimited)
	// 90 days later the device is a stranger.
	h.clock.pass(SessionLife)
	for range accountTries {
		wantError(t, try("", "wrong "+canary), ErrWrong)
	}
	wantCode(t, try(out, password), chat.CodeRateLimited)
}

func TestAddressLimit(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	l := newAddressLimit(3, time.Hour)
	for i := range 1000 {
		wantCode(t, l.take(fmt.Sprint("host ", i), now), "")
		wantCode(t, l.take("", now), "")
	}
	for range 3 {
		wantCode(t, l.take("192.0.2.1", now), "")
	}
	wantCode(t, l.take("::ffff:192.0.2.1", now), chat.CodeRateLimited)
	l.giveBack("192.0.2.1", now)
	wantCode(t, l.take("192.0.2.1", now), "")
	err := l.take("192.0.2.1", now)
	if got := retryAfter(err); got != 20*time.Minute {
		t.Errorf("got a wait of %v, want 20m", got)
	}
	wantCode(t, l.take("192.0.2.1", now.Add(20*time.Minute)), "")
}
