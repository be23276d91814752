package auth

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Who may do what to whom.
func TestPower(t *testing.T) {
	roles := []chat.Role{chat.RoleOwner, chat.RoleAdmin, chat.RoleMember, chat.RoleGuest}
	acts := map[string]func(h *house, by chat.Actor, p chat.PersonID) error{
		"disable": func(h *house, by chat.Actor, p chat.PersonID) error { return h.Disable(t.Context(), by, p, "why") },
		"enable":  func(h *house, by chat.Actor, p chat.PersonID) error { return h.Enable(t.Context(), by, p) },
		"kick":    func(h *house, by chat.Actor, p chat.PersonID) error { return h.Kick(t.Context(), by, p, "") },
		"reset": func(h *house, by chat.Actor, p chat.PersonID) error {
			_, _, err := h.ResetCode(t.Context(), by, p)
			return err
		},
		"make owner": func(h *house, by chat.Actor, p chat.PersonID) error {
			return h.SetRole(t.Context(), by, p, chat.RoleOwner)
		},
		"make admin": func(h *house, by chat.Actor, p chat.PersonID) error {
			return h.SetRole(t.Context(), by, p, chat.RoleAdmin)
		},
		"make member": func(h *house, by chat.Actor, p chat.PersonID) error {
			return h.SetRole(t.Context(), by, p, chat.RoleMember)
		},
		"make guest": func(h *house, by chat.Actor, p chat.PersonID) error {
			return h.SetRole(t.Context(), by, p, chat.RoleGuest)
		},
	}
	for act, do := range acts {
		for _, by := range roles {
			for _, on := range roles {
				t.Run(fmt.Sprint(act, " ", by, " ", on), func(t *testing.T) {
					h := newHouse(t)
					actor, target := h.with("Actor", by), h.with("Target", on)
					may := by == chat.RoleOwner || by == chat.RoleAdmin && on != chat.RoleOwner
					switch act {
					case "make owner", "make admin":
						may = by == chat.RoleOwner
					case "make member", "make guest":
						may = by == chat.RoleOwner || by == chat.RoleAdmin && on.Rank() < chat.RoleAdmin.Rank()
					}
					want := chat.Code("")
					if !may {
						want = chat.CodeForbidden
					}
					wantCode(t, do(h, actor.Actor(), target.Person.ID), want)
					// A role that is claimed and not had is worth nothing.
					forged := chat.Actor{Person: h.with("Forger", chat.RoleMember).Person, Role: chat.RoleOwner}
					wantCode(t, do(h, forged, target.Person.ID), chat.CodeForbidden)
				})
			}
		}
	}
}

func TestPower_OnOneself(t *testing.T) {
	h := newHouse(t)
	i := h.with("Olga", chat.RoleOwner)
	wantCode(t, h.Disable(t.Context(), i.Actor(), i.Person.ID, ""), chat.CodeForbidden)
	wantCode(t, h.Kick(t.Context(), i.Actor(), i.Person.ID, ""), chat.CodeForbidden)
	wantCode(t, h.SetRole(t.Context(), i.Actor(), i.Person.ID, chat.RoleMember), chat.CodeConflict)
	wantError(t, h.Kick(t.Context(), i.Actor(), newPersonID(), ""), ErrNoPerson)
	wantError(t, h.Kick(t.Context(), i.Actor(), "~ana", ""), ErrNoPerson)
	g, _ := h.guest("Gus")
	wantCode(t, h.SetRole(t.Context(), i.Actor(), g.Person.ID, chat.RoleMember), chat.CodeConflict)
	wantCode(t, h.SetRole(t.Context(), i.Actor(), g.Person.ID, "king"), chat.CodeInvalid)
}

// Owners who act on each other at once leave one.
func TestPower_AnOwnerStays(t *testing.T) {
	for name, act := range map[string]func(h *house, by, on Identity) error{
		"disable": func(h *house, by, on Identity) error { return h.Disable(t.Context(), by.Actor(), on.Person.ID, "") },
		"demote": func(h *house, by, on Identity) error {
			return h.SetRole(t.Context(), by.Actor(), on.Person.ID, chat.RoleMember)
		},
		"step down": func(h *house, by, _ Identity) error {
			return h.SetRole(t.Context(), by.Actor(), by.Person.ID, chat.RoleMember)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			owners := []Identity{h.with("Olga", chat.RoleOwner), h.with("Otto", chat.RoleOwner)}
			done := together(t, 2, func(i int) error { return act(h, owners[i], owners[1-i]) })
			left := 0
			for _, o := range owners {
				if acc, err := h.Account(t.Context(), o.Person.ID); err == nil && acc.Role == chat.RoleOwner && !acc.Disabled {
					left++
				}
			}
			if done != 1 || left != 1 {
				t.Errorf("%d acts were done and %d owners are left, want 1 and 1", done, left)
			}
		})
	}
}

func TestDisable(t *testing.T) {
	h := newHouse(t)
	i, token := h.person("Ana")
	wantCode(t, h.Disable(t.Context(), console, i.Person.ID, "spam"), "")
	if h.in(token) {
		t.Error("a disabled account's session goes on")
	}
	_, _, err := h.Login(t.Context(), Login{Name: "Ana", Password: password})
	wantError(t, err, ErrDisabled)
	_, _, err = h.Login(t.Context(), Login{Name: "Ana", Password: "wrong " + canary})
	wantError(t, err, ErrWrong)
	if acc, err := h.Account(t.Context(), i.Person.ID); err != nil || !acc.Disabled || acc.Reason != "spam" {
		t.Errorf("got %+v, error %v", acc, err)
	}
	wantCode(t, h.Enable(t.Context(), console, i.Person.ID), "")
	h.login("Ana")
	if h.in(token) {
		t.Error("a session came back with the account")
	}
}

// A notice is one call of Watch's function.
type notice struct {
	ended   Ended
	changed []chat.PersonID
}

// Must 12, the part of accounts: another node hears of every end within a
// second, by person, session and reason.
func TestWatch(t *testing.T) {
	h := newHouse(t)
	i, _ := h.person("Ana")
	testWatch(t, h, i)
}

func testWatch(t *testing.T, h *house, i Identity) {
	heard := make(chan notice, 100)
	stop, err := h.node().Watch(t.Context(), func(e Ended, changed []chat.PersonID) {
		if !e.Everyone {
			heard <- notice{e, changed}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	p := i.Person.ID
	await := func(what string, want func(notice) bool) {
		t.Helper()
		late := time.After(2 * time.Second)
		for {
			select {
			case n := <-heard:
				if want(n) {
					return
				}
			case <-late:
				t.Fatalf("%s: nobody was told within 2 s", what)
			}
		}
	}
	second, _ := h.login("Ana")
	wantCode(t, h.Logout(t.Context(), second.Session), "")
	await("logout", func(n notice) bool {
		return slices.Equal(n.ended.Sessions, []string{second.Session}) && n.ended.Reason == EndedRevoked && len(n.ended.People) == 0
	})
	status := "away"
	_, err = h.ChangeProfile(t.Context(), p, ProfileChange{Status: &status})
	wantCode(t, err, "")
	await("profile", func(n notice) bool {
		return slices.Contains(n.changed, p) && n.ended.Sessions == nil && n.ended.People == nil
	})
	third, _ := h.login("Ana")
	wantCode(t, h.ChangePassword(t.Context(), i, password, password+" 2"), "")
	await("password", func(n notice) bool {
		return slices.Equal(n.ended.Sessions, []string{third.Session}) && n.ended.Reason == EndedPassword && len(n.ended.People) == 0
	})
	made, _, err := h.CreateToken(t.Context(), p, "bot", []string{ScopeRead}, 0)
	wantCode(t, err, "")
	wantCode(t, h.RevokeToken(t.Context(), p, made.ID), "")
	await("token", func(n notice) bool { return slices.Equal(n.ended.Sessions, []string{made.ID}) })
	wantCode(t, h.Kick(t.Context(), console, p, ""), "")
	await("kick", func(n notice) bool {
		return slices.Equal(n.ended.People, []chat.PersonID{p}) && n.ended.Reason == EndedRevoked
	})
	wantCode(t, h.Disable(t.Context(), console, p, ""), "")
	await("disable", func(n notice) bool {
		return slices.Equal(n.ended.People, []chat.PersonID{p}) && n.ended.Reason == EndedBanned
	})
	wantCode(t, h.Enable(t.Context(), console, p), "")
	await("enable", func(n notice) bool { return slices.Contains(n.changed, p) && n.ended.People == nil })
}

func TestWatch_Missed(t *testing.T) {
	var got []Ended
	tell(nil, func(e Ended, _ []chat.PersonID) { got = append(got, e) })
	if len(got) != 1 || !got[0].Everyone {
		t.Errorf("got %+v", got)
	}
}

func TestList(t *testing.T) {
	h := newHouse(t)
	for i := range 12 {
		h.guest(fmt.Sprintf("Person %02d", i))
	}
	h.person("Zoë")
	var names []string
	cursor := ""
	for {
		page, next, total, err := h.List(t.Context(), "PERSON", cursor, 5)
		if err != nil || total != 13 {
			t.Fatalf("total %d, error %v", total, err)
		}
		for _, a := range page {
			names = append(names, a.Nickname)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(names) != 12 || !slices.IsSorted(names) {
		t.Errorf("got %q", names)
	}
	_, _, _, err := h.List(t.Context(), "", "\xff!", 5)
	wantCode(t, err, chat.CodeInvalid)
}

func TestChangeProfile(t *testing.T) {
	h := newHouse(t)
	i, _ := h.person("Ana")
	h.person("Bob")
	set := func(name, status, email string) error {
		_, err := h.ChangeProfile(t.Context(), i.Person.ID, ProfileChange{&name, &status, &email})
		return err
	}
	wantCode(t, set("Anna", "on the road", "ana@example.org"), "")
	wantCode(t, set("ANNA", "", "Ana@example.org"), "")
	wantCode(t, set("bob", "", ""), chat.CodeTaken)
	wantCode(t, set("Admin", "", ""), chat.CodeTaken)
	wantCode(t, set("Ann\u0430", "", ""), chat.CodeInvalid)
	wantCode(t, set("Anna", "a\u202eb", ""), chat.CodeInvalid)
	wantCode(t, set("Anna", "", "x"), chat.CodeInvalid)
	people, err := h.People(t.Context(), []chat.PersonID{i.Person.ID, i.Person.ID, "~x", newPersonID()})
	if err != nil || len(people) != 1 || people[0].Nickname != "ANNA" {
		t.Errorf("got %+v, error %v", people, err)
	}
	h.login("ana@EXAMPLE.org")
	wantCode(t, set("Anna", "", ""), "")
	_, _, err = h.Login(t.Context(), Login{Name: "ana@example.org", Password: password})
	wantError(t, err, ErrWrong)
	h.person("Ana") // the old name is free
}
