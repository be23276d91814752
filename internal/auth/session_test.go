package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestSession_Slides(t *testing.T) {
	h := newHouse(t)
	i, token := h.person("Ana")
	for range 5 {
		h.clock.pass(SessionLife - time.Second)
		if !h.in(token) {
			t.Fatal("a session in use has expired")
		}
	}
	now, err := h.Current(t.Context(), i)
	if err != nil || !now.Expires.Equal(h.clock.Now().Add(SessionLife)) {
		t.Errorf("got %v, error %v", now.Expires, err)
	}
	h.clock.pass(SessionLife)
	if h.in(token) {
		t.Error("a session that nobody used goes on")
	}
	_, err = h.Current(t.Context(), i)
	wantError(t, err, ErrSignedOut)
	if s, err := h.Sessions(t.Context(), i.Person.ID); err != nil || len(s) != 0 {
		t.Errorf("got %v, error %v", s, err)
	}
}

// A session in use costs one write an hour.
func TestSession_IsWrittenHourly(t *testing.T) {
	h := newHouse(t)
	_, token := h.person("Ana")
	records := &counted{Records: h.store}
	a := New(records, Options{Now: h.clock.Now, Logger: testLogger, cost: cheap})
	for _, test := range []struct {
		after time.Duration
		want  [3]int64
	}{{0, [3]int64{2, 0, 0}}, {time.Hour - 1, [3]int64{2, 0, 0}}, {1, [3]int64{2, 0, 1}}, {time.Minute, [3]int64{2, 0, 0}}} {
		h.clock.pass(test.after)
		if _, err := a.Authenticate(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if got := records.take(); got != test.want {
			t.Errorf("gets, lists and commits: got %v, want %v", got, test.want)
		}
	}
}

// refusing is a store that keeps nothing any more.
type refusing struct{ chat.Records }

func (refusing) Commit(context.Context, chat.Shelf, chat.Commit) error {
	return chat.Unavailable(errors.New("disk full"))
}

// A store that only reads lets people in; the trouble is logged, the token is
// not: see TestMain.
func TestSession_StoreRefusesWrites(t *testing.T) {
	h := newHouse(t)
	_, token := h.person("Ana")
	h.clock.pass(2 * time.Hour)
	a := New(refusing{h.store}, Options{Now: h.clock.Now, Logger: testLogger, cost: cheap})
	if _, err := a.Authenticate(t.Context(), token); err != nil {
		t.Error(err)
	}
	if !strings.Contains(logged.String(), "session not renewed") {
		t.Error("nothing was logged")
	}
	_, _, err := a.Login(t.Context(), Login{Name: "Ana", Password: password})
	wantCode(t, err, chat.CodeUnavailable)
}

func TestSession_ListAndRevoke(t *testing.T) {
	h := newHouse(t)
	first, one := h.person("Ana")
	h.clock.pass(time.Minute)
	_, two, err := h.Login(t.Context(), Login{Name: "Ana", Password: password, Device: " Ana's\u202e phone\n", Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	listed, err := h.Sessions(t.Context(), first.Person.ID)
	if err != nil || len(listed) != 2 {
		t.Fatalf("got %+v, error %v", listed, err)
	}
	if got := listed[0]; got.Device != "Ana's phone" || got.Address != "192.0.2.1" || listed[1].ID != first.Session {
		t.Errorf("got %+v", listed)
	}
	_, other := h.person("Bob")
	bob, _ := h.Authenticate(t.Context(), other)
	wantCode(t, h.Revoke(t.Context(), bob.Person.ID, first.Session), chat.CodeNotFound)
	wantCode(t, h.Revoke(t.Context(), first.Person.ID, first.Session), "")
	wantCode(t, h.Revoke(t.Context(), first.Person.ID, first.Session), chat.CodeNotFound)
	wantCode(t, h.Logout(t.Context(), first.Session), "")
	wantCode(t, h.Logout(t.Context(), "%"), "")
	if h.in(one) || !h.in(two) || !h.in(other) {
		t.Error("the wrong session has ended")
	}
	_, three := h.login("Ana")
	wantCode(t, h.RevokeOthers(t.Context(), first.Person.ID, listed[0].ID), "")
	if h.in(three) || !h.in(two) {
		t.Error("the wrong sessions have ended")
	}
	wantCode(t, h.RevokeAll(t.Context(), first.Person.ID), "")
	if h.in(two) || !h.in(other) {
		t.Error("the wrong sessions have ended")
	}
}

func TestSession_AreBounded(t *testing.T) {
	h := newHouse(t)
	i, oldest := h.person("Ana")
	for range maxSessions {
		h.clock.pass(time.Second)
		h.login("Ana")
	}
	listed, err := h.Sessions(t.Context(), i.Person.ID)
	if err != nil || len(listed) != maxSessions || h.in(oldest) {
		t.Errorf("%d sessions, error %v", len(listed), err)
	}
	wantCode(t, h.RevokeAll(t.Context(), i.Person.ID), "")
}

// Must 12, the part of accounts: whatever races with the end of all sessions,
// no session of the old password is left.
func TestChangePassword_Races(t *testing.T) {
	h := newHouse(t)
	i, kept := h.person("Ana")
	node := h.node()
	next := canary + " next"
	tokens := make([]string, 5)
	together(t, 6, func(n int) error {
		if n == 5 {
			return h.ChangePassword(t.Context(), i, password, next)
		}
		_, token, err := node.Login(t.Context(), Login{Name: "Ana", Password: password})
		tokens[n] = token
		return err
	})
	for _, token := range tokens {
		if token != "" && h.in(token) {
			t.Error("a session of the old password goes on")
		}
	}
	if !h.in(kept) {
		t.Error("the session that changed the password has ended")
	}
	h.clock.pass(tryWindow)
	_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: password})
	wantError(t, err, ErrWrong)
	_, _, err = h.Login(t.Context(), Login{Name: "Ana", Password: next})
	wantCode(t, err, "")
}

func TestChangePassword_Refused(t *testing.T) {
	h := newHouse(t)
	i, _ := h.person("Ana")
	wantCode(t, h.ChangePassword(t.Context(), i, password, "short"), chat.CodeInvalid)
	h.clock.pass(tryWindow)
	for range accountTries {
		wantCode(t, h.ChangePassword(t.Context(), i, "wrong "+canary, canary+" next"), chat.CodeForbidden)
	}
	wantCode(t, h.ChangePassword(t.Context(), i, password, canary+" next"), chat.CodeRateLimited)
	g, _ := h.guest("Gus")
	wantCode(t, h.ChangePassword(t.Context(), g, "", canary+" next"), chat.CodeConflict)
}

func TestReset(t *testing.T) {
	h := newHouse(t)
	i, token := h.person("Ana")
	admin := h.with("Olga", chat.RoleAdmin)
	boss := h.with("Boss", chat.RoleOwner)
	_, _, err := h.ResetCode(t.Context(), i.Actor(), admin.Person.ID)
	wantCode(t, err, chat.CodeForbidden)
	_, _, err = h.ResetCode(t.Context(), admin.Actor(), boss.Person.ID)
	wantCode(t, err, chat.CodeForbidden)
	gus, _ := h.guest("Gus")
	_, _, err = h.ResetCode(t.Context(), admin.Actor(), gus.Person.ID)
	wantCode(t, err, chat.CodeConflict)

	replaced, _, err := h.ResetCode(t.Context(), admin.Actor(), i.Person.ID)
	wantCode(t, err, "")
	code, expires, err := h.ResetCode(t.Context(), console, i.Person.ID)
	if err != nil || expires.Sub(h.clock.Now()) != ResetLife {
		t.Fatalf("expires %v, error %v", expires, err)
	}
	wantError(t, h.Reset(t.Context(), replaced, canary+" next"), ErrCode)
	wantCode(t, h.Reset(t.Context(), code, "short"), chat.CodeInvalid)
	if done := together(t, 4, func(int) error { return h.Reset(t.Context(), code, canary+" next") }); done != 1 {
		t.Errorf("the code was good %d times", done)
	}
	if h.in(token) {
		t.Error("a session of the old password goes on")
	}
	_, _, err = h.Login(t.Context(), Login{Name: "Ana", Password: canary + " next"})
	wantCode(t, err, "")

	late, _, err := h.ResetCode(t.Context(), console, i.Person.ID)
	wantCode(t, err, "")
	h.clock.pass(ResetLife)
	wantError(t, h.Reset(t.Context(), late, canary+" late"), ErrCode)
}

func TestToken(t *testing.T) {
	h := newHouse(t)
	i, session := h.person("Ana")
	made, token, err := h.CreateToken(t.Context(), i.Person.ID, "bot", []string{ScopeWrite, ScopeRead, ScopeWrite}, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	who, err := h.Authenticate(t.Context(), token)
	if err != nil || who.Person != i.Person || who.Session != made.ID || !slices.Equal(who.Scopes, []string{ScopeRead, ScopeWrite}) {
		t.Errorf("got %+v, error %v", who, err)
	}
	if !who.Can(ScopeRead) || !who.Can(ScopeWrite) || who.Can(ScopeAdmin) || who.Can("") || !i.Can(ScopeAdmin) {
		t.Error("the scopes let through the wrong things")
	}
	if listed, err := h.Tokens(t.Context(), i.Person.ID); err != nil || len(listed) != 1 || listed[0].Seen.IsZero() {
		t.Errorf("got %+v, error %v", listed, err)
	}
	for _, bad := range []struct {
		name   string
		scopes []string
		life   time.Duration
	}{{"", []string{ScopeRead}, 0}, {"a\nb", []string{ScopeRead}, 0}, {"bot", nil, 0}, {"bot", []string{"root"}, 0}, {"bot", []string{ScopeRead}, -1}} {
		_, _, err := h.CreateToken(t.Context(), i.Person.ID, bad.name, bad.scopes, bad.life)
		wantCode(t, err, chat.CodeInvalid)
	}
	g, _ := h.guest("Gus")
	_, _, err = h.CreateToken(t.Context(), g.Person.ID, "bot", []string{ScopeRead}, 0)
	wantCode(t, err, chat.CodeForbidden)
	wantCode(t, h.RevokeToken(t.Context(), g.Person.ID, made.ID), chat.CodeNotFound)

	_, other, err := h.CreateToken(t.Context(), i.Person.ID, "other", []string{ScopeWrite}, 0)
	wantCode(t, err, "")
	wantCode(t, h.RevokeToken(t.Context(), i.Person.ID, made.ID), "")
	if h.in(token) || !h.in(other) || !h.in(session) {
		t.Error("the wrong token has ended")
	}
	_, short, err := h.CreateToken(t.Context(), i.Person.ID, "short", []string{ScopeRead}, time.Hour)
	wantCode(t, err, "")
	h.clock.pass(time.Hour)
	if h.in(short) {
		t.Error("an expired token goes on")
	}
	wantCode(t, h.Disable(t.Context(), console, i.Person.ID, ""), "")
	wantCode(t, h.Enable(t.Context(), console, i.Person.ID), "")
	if h.in(other) {
		t.Error("a token outlives its account's being disabled")
	}
}

// What somebody may not do today, no token of today does for them on the day
// they may.
func TestToken_AdminIsForAdministrators(t *testing.T) {
	h := newHouse(t)
	i, _ := h.person("Ana")
	owner, _ := h.person("Bea") // every server needs one
	wantCode(t, h.SetRole(t.Context(), console, owner.Person.ID, chat.RoleOwner), "")
	for role, want := range map[chat.Role]chat.Code{
		chat.RoleMember: chat.CodeForbidden, chat.RoleGuest: chat.CodeForbidden, chat.RoleAdmin: "", chat.RoleOwner: "",
	} {
		wantCode(t, h.SetRole(t.Context(), console, i.Person.ID, role), "")
		for _, scopes := range [][]string{{ScopeAdmin}, {ScopeRead, ScopeWrite, ScopeAdmin}} {
			_, _, err := h.CreateToken(t.Context(), i.Person.ID, "bot", scopes, 0)
			wantCode(t, err, want)
		}
		_, _, err := h.CreateToken(t.Context(), i.Person.ID, "bot", []string{ScopeWrite}, 0)
		wantCode(t, err, "")
	}
}

func TestAuthenticate_Garbage(t *testing.T) {
	h := newHouse(t)
	_, token := h.person("Ana")
	for _, bad := range []string{
		"", "x", sessionPrefix, token[:len(token)-1], token + "A", strings.ToUpper(token), "ct_" + token[3:], hashOf(token),
		"a.b.c", "..", strings.Repeat("a.", 1<<16), token + "\x00", " " + token,
	} {
		_, err := h.Authenticate(t.Context(), bad)
		wantError(t, err, ErrSignedOut)
	}
}

// A clock that is wrong and then set right signs nobody out, lets nobody in,
// and keeps nobody out for longer than the limits say.
func TestClock_isSet(t *testing.T) {
	h := newHouse(t)
	h.person("Ana")
	i, token := h.login("Ana")
	h.clock.pass(48 * time.Hour) // two days ahead
	if !h.in(token) {
		t.Fatal("signed out by a clock that was two days ahead")
	}
	_, early := h.login("Ana")
	for range accountTries {
		_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: "wrong " + canary})
		wantError(t, err, ErrWrong)
	}
	_, code, err := h.CreateInvitation(t.Context(), console, NewInvitation{Life: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(-48 * time.Hour)
	for name, token := range map[string]string{"before": token, "meanwhile": early} {
		if !h.in(token) {
			t.Errorf("a session opened %s is over after the clock was set back", name)
		}
	}
	if _, err := h.Current(t.Context(), i); err != nil {
		t.Errorf("a connection that stays: %v", err)
	}
	if _, err := h.Invitation(t.Context(), code); err != nil {
		t.Errorf("an invitation for an hour of tomorrow: %v", err)
	}
	if _, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: password}); err != nil {
		t.Errorf("the right password, after wrong ones of tomorrow: %v", err)
	}
}
