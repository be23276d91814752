package auth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestRegister_TakenNames(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Names = func(key string) bool { return key == "classic" } })
	if _, _, err := h.Register(t.Context(), Registration{Name: "Paul", Email: "paul@example.org", Password: password}); err != nil {
		t.Fatal(err)
	}
	h.guest("Gus")
	for _, test := range []struct {
		name, email string
		want        chat.Code
	}{
		{"paul", "", chat.CodeTaken},
		{"ＰＡＵＬ", "", chat.CodeTaken},
		{"Pau1", "", chat.CodeTaken},
		{"gus", "", chat.CodeTaken},
		{"Classic", "", chat.CodeTaken},
		{"ADMlN", "", chat.CodeTaken},
		{"Peter", "PAUL@example.org", chat.CodeConflict},
		{"Peter", "", ""},
	} {
		t.Run(test.name+test.email, func(t *testing.T) {
			_, _, err := h.Register(t.Context(), Registration{Name: test.name, Email: test.email, Password: password})
			wantCode(t, err, test.want)
			if test.email == "" && test.want != "" {
				_, _, err = h.Guest(t.Context(), test.name, "", "", "")
				wantCode(t, err, test.want)
			}
		})
	}
}

// Whoever registers the same name at once on two nodes: one has it.
func TestRegister_OneOfMany(t *testing.T) {
	h := newHouse(t)
	a, b := h.node(), h.node()
	names := []string{"Paul", "paul", "Pau1", "PauI"}
	done := together(t, 24, func(i int) error {
		_, _, err := []*Accounts{a, b}[i%2].Register(t.Context(), Registration{Name: names[i%4], Password: password})
		return err
	})
	// "paul" and "Paul" have one key; the other two look like "Paul".
	if done != 1 && done != 2 {
		t.Errorf("%d have the name", done)
	}
	found, _, total, err := h.List(t.Context(), "", "", 10)
	if err != nil || len(found) != done || total != done {
		t.Errorf("listed %d of %d, error %v; want %d", len(found), total, err, done)
	}
}

func TestRegister_Modes(t *testing.T) {
	for _, test := range []struct {
		name       string
		mode       func(*Options)
		invitation chat.Role // "" for none
		register   chat.Code
		guest      chat.Code
	}{
		{"open", func(*Options) {}, "", "", ""},
		{"by invitation", byInvitation, "", chat.CodeForbidden, ""},
		{"by invitation, invited", byInvitation, chat.RoleMember, "", ""},
		{"by invitation, invited as a guest", byInvitation, chat.RoleGuest, chat.CodeForbidden, ""},
		{"closed", closedHouse, "", chat.CodeForbidden, ""},
		{"closed, invited", closedHouse, chat.RoleMember, chat.CodeForbidden, ""},
		{"no guests", withoutGuests, "", "", chat.CodeForbidden},
		{"no guests, invited", withoutGuests, chat.RoleGuest, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t, test.mode)
			code := ""
			if test.invitation != "" {
				var err error
				if _, code, err = h.CreateInvitation(t.Context(), console, NewInvitation{Role: test.invitation}); err != nil {
					t.Fatal(err)
				}
			}
			_, _, err := h.Register(t.Context(), Registration{Name: "Ana", Password: password, Invitation: code})
			wantCode(t, err, test.register)
			_, _, err = h.Guest(t.Context(), "Gus", code, "", "")
			wantCode(t, err, test.guest)
		})
	}
}

func TestRegister_IsLimited(t *testing.T) {
	h := newHouse(t)
	for i := range addressArrivals {
		_, _, err := h.Guest(t.Context(), fmt.Sprint("guest ", i), "", "", "192.0.2.1")
		wantCode(t, err, "")
	}
	_, _, err := h.Register(t.Context(), Registration{Name: "Ana", Password: password, Address: "192.0.2.1"})
	wantCode(t, err, chat.CodeRateLimited)
	if wait := retryAfter(err); wait != 3*time.Minute {
		t.Errorf("got a wait of %v, want 3m", wait)
	}
	h.person("Ana")
}

func TestUpgrade(t *testing.T) {
	h := newHouse(t)
	i, token := h.guest("Gus")
	up, err := h.Upgrade(t.Context(), i, "", "gus@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	if up.Person != i.Person || up.Guest || up.Role != chat.RoleMember || up.Session != i.Session || !h.in(token) {
		t.Errorf("got %+v", up)
	}
	_, err = h.Upgrade(t.Context(), up, "", "", password)
	wantCode(t, err, chat.CodeConflict)
	again, _ := h.login("gus@example.org")
	if again.Person != i.Person {
		t.Errorf("got %+v", again)
	}

	closed := newHouse(t, byInvitation)
	_, code, err := closed.CreateInvitation(t.Context(), console, NewInvitation{Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	stranger, _ := closed.guest("Stranger")
	_, err = closed.Upgrade(t.Context(), stranger, "", "", password)
	wantCode(t, err, chat.CodeForbidden)
	invited, _, err := closed.Guest(t.Context(), "Invited", code, "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = closed.Upgrade(t.Context(), invited, "Friend", "", password)
	wantCode(t, err, "")
	closed.guest("Invited")
}

// A guest who has not been here for 30 days gives the name to who wants it,
// and keeps everything else.
func TestGuest_IdleNames(t *testing.T) {
	h := newHouse(t)
	old, token := h.guest("Gus")
	h.clock.pass(guestIdle - time.Second)
	_, _, err := h.Guest(t.Context(), "gus", "", "", "")
	wantCode(t, err, chat.CodeTaken)
	h.clock.pass(time.Second)
	h.person("gus")
	i, err := h.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if i.Person.ID != old.Person.ID || !strings.HasPrefix(i.Person.Nickname, "Gus ") {
		t.Errorf("got %+v", i.Person)
	}
	// The account is not idle however long it is away.
	h.clock.pass(10 * guestIdle)
	_, _, err = h.Guest(t.Context(), "gus", "", "", "")
	wantCode(t, err, chat.CodeTaken)
	named, err := h.Named(t.Context(), []string{"gus", strings.ToLower(i.Person.Nickname), "nobody"})
	if err != nil || len(named) != 2 {
		t.Errorf("got %v, error %v", named, err)
	}
}

// A one-use invitation lets one person in, however many hold it.
func TestInvitation_UsesAreCounted(t *testing.T) {
	for _, uses := range []int{1, 3} {
		h := newHouse(t, byInvitation)
		a, b := h.node(byInvitation), h.node(byInvitation)
		made, code, err := h.CreateInvitation(t.Context(), console, NewInvitation{Uses: uses})
		if err != nil {
			t.Fatal(err)
		}
		done := together(t, 20, func(i int) error {
			_, _, err := []*Accounts{a, b}[i%2].Register(t.Context(), Registration{
				Name: fmt.Sprint("person ", i), Password: password, Invitation: code,
			})
			if err != nil {
				wantError(t, err, ErrCode)
			}
			return err
		})
		if done != uses {
			t.Errorf("%d came in by an invitation for %d", done, uses)
		}
		_, err = h.Invitation(t.Context(), code)
		wantError(t, err, ErrCode)
		wantCode(t, h.RevokeInvitation(t.Context(), console, made.ID), chat.CodeNotFound)
	}
}

func TestInvitation(t *testing.T) {
	h := newHouse(t)
	ana, _ := h.person("Ana")
	gus, _ := h.guest("Gus")
	made, code, err := h.CreateInvitation(t.Context(), ana.Actor(), NewInvitation{Life: time.Hour, Room: "r1", Role: chat.RoleGuest})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Invitation(t.Context(), code); err != nil || got != made {
		t.Errorf("got %+v, error %v; want %+v", got, err, made)
	}
	i, _, err := h.Guest(t.Context(), "Visitor", code, "", "")
	if err != nil || i.Invitation == nil || i.Invitation.Room != "r1" || i.Invitation.By != ana.Person.ID {
		t.Errorf("got %+v, error %v", i.Invitation, err)
	}
	listed, err := h.Invitations(t.Context(), ana.Actor())
	if err != nil || len(listed) != 1 || listed[0].Used != 1 {
		t.Errorf("got %+v, error %v", listed, err)
	}
	bob, _ := h.person("Bob")
	listed, err = h.Invitations(t.Context(), bob.Actor())
	if err != nil || len(listed) != 0 {
		t.Errorf("somebody else sees %+v, error %v", listed, err)
	}
	wantCode(t, h.RevokeInvitation(t.Context(), bob.Actor(), made.ID), chat.CodeNotFound)
	_, _, err = h.CreateInvitation(t.Context(), gus.Actor(), NewInvitation{})
	wantCode(t, err, chat.CodeForbidden)
	no := false
	if _, err := h.ChangeSettings(t.Context(), console, SettingsChange{MemberInvitations: &no}); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.CreateInvitation(t.Context(), ana.Actor(), NewInvitation{})
	wantCode(t, err, chat.CodeForbidden)
	for _, n := range []NewInvitation{{Uses: -1}, {Uses: maxUses + 1}, {Life: -1}, {Life: maxLife + 1}, {Role: chat.RoleAdmin}} {
		_, _, err = h.CreateInvitation(t.Context(), console, n)
		wantCode(t, err, chat.CodeInvalid)
	}
	h.clock.pass(time.Hour)
	_, _, err = h.Guest(t.Context(), "Late", code, "", "")
	wantError(t, err, ErrCode)
	listed, err = h.Invitations(t.Context(), console)
	if err != nil || len(listed) != 0 {
		t.Errorf("an expired invitation is listed: %+v, error %v", listed, err)
	}
}

// However many find the link, on whatever node: one is the owner.
func TestSetup_OneOwner(t *testing.T) {
	h := newHouse(t)
	nodes := []*Accounts{h.node(), h.node()}
	var codes []string
	for _, a := range nodes {
		code, needed, err := a.SetupCode(t.Context())
		if err != nil || !needed {
			t.Fatalf("needed %v, error %v", needed, err)
		}
		if again, _, err := a.SetupCode(t.Context()); err != nil || again != code {
			t.Errorf("asked again the code is another one, error %v", err)
		}
		codes = append(codes, code)
	}
	done := together(t, 10, func(i int) error {
		_, _, err := nodes[i%2].Setup(t.Context(), codes[i/2%2], Registration{Name: fmt.Sprint("admin ", i), Password: password}, SettingsChange{})
		if err != nil {
			wantError(t, err, ErrCode)
		}
		return err
	})
	if done != 1 {
		t.Errorf("%d became the owner", done)
	}
	for _, a := range nodes {
		if code, needed, err := a.SetupCode(t.Context()); code != "" || needed || err != nil {
			t.Errorf("needed %v, error %v", needed, err)
		}
	}
	left, err := h.store.List(t.Context(), shelf, chat.Prefix("setup/", "", 10))
	if err != nil || len(left) != 0 {
		t.Errorf("%d codes are left, error %v", len(left), err)
	}
}

func TestSetup_SurvivesRestarts(t *testing.T) {
	h := newHouse(t)
	first, _, err := h.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range maxSetupCodes - 1 {
		h.clock.pass(time.Second)
		if _, _, err := h.node().SetupCode(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range []string{"", "x", newSecret(setupPrefix), newSecret(resetPrefix)} {
		_, _, err := h.Setup(t.Context(), code, Registration{Name: "Eve", Password: password}, SettingsChange{})
		wantError(t, err, ErrCode)
	}
	name, open := "The House", RegistrationOpen
	i, token, err := h.node().Setup(t.Context(), first, Registration{Name: "admin", Password: password}, SettingsChange{Name: &name, Registration: &open})
	if err != nil || i.Role != chat.RoleOwner || !h.in(token) {
		t.Fatalf("got %+v, error %v", i, err)
	}
	if s, err := h.Settings(t.Context()); err != nil || s.Name != name || s.Registration != open {
		t.Errorf("got %+v, error %v", s, err)
	}
}
