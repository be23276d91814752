package contract

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// impossible are ids that nothing can have. They must not reach a store's keys,
// nor its words the people.
var impossible = []string{
	"../../etc", "a}b{c", "\r\nFLUSHALL", "*", "\x00", "R", "ä", " ", strings.Repeat("x", 65), strings.Repeat("x", 5000), "r-\x1f",
}

func TestRoomsThatCannotBe_areNotThere(t *testing.T) {
	h := newHouse(t)
	s := h.scene(t.Context())
	for _, a := range Table() {
		if a.plan.room < 0 || a.May == MayAdmin {
			continue
		}
		in := s.inputOf(a, 1)
		for _, id := range impossible {
			in["room"] = id
			_, err := h.do(t.Context(), a.Name, "member", in)
			if told := ErrorOf(err); err == nil || told != ErrorOf(chat.ErrNoRoom) {
				t.Errorf("%s in %.20q: got %v, want %v", a.Name, id, err, chat.ErrNoRoom)
			}
		}
	}
}

func TestPeopleWhoCannotBe_areNotThere(t *testing.T) {
	h := newHouse(t)
	s := h.scene(t.Context())
	for _, a := range Table() {
		if a.plan.person < 0 || a.May == MayAdmin {
			continue
		}
		for _, id := range append([]string{"~", "u-", "~\x00", "~" + strings.Repeat("x", 200)}, impossible...) {
			in := s.inputOf(a, 1)
			in["person"] = id
			_, err := h.do(t.Context(), a.Name, "owner", in)
			if got := chat.CodeOf(err); got != chat.CodeNotFound {
				t.Errorf("%s of %.20q: got %v, want %s", a.Name, id, err, chat.CodeNotFound)
			}
		}
	}
}

func TestBlock_ofNobody(t *testing.T) {
	h := newHouse(t)
	_, err := h.do(t.Context(), "block", "member", map[string]any{"person": "u-00000000000000000000"})
	if got := chat.CodeOf(err); got != chat.CodeNotFound {
		t.Errorf("an account that is not there: got %v, want %s", err, chat.CodeNotFound)
	}
	_, err = h.do(t.Context(), "block", "member", map[string]any{"person": "~ada"})
	h.must(err) // guests of the classic namespace have no account
}

// An administrator's script that may write is no administrator.
func TestTokens_withoutAdminScopeHaveNoPower(t *testing.T) {
	h := newHouse(t)
	_, token, err := h.Accounts.CreateToken(t.Context(), h.people["admin"].Person.ID, "script", []string{"write"}, 0)
	h.must(err)
	script, err := h.Accounts.Authenticate(t.Context(), token)
	h.must(err)
	h.people["script"] = &script
	in := map[string]any{"room": "lobby", "person": h.people["member"].Person.ID, "seconds": 60}
	for name, want := range map[string]chat.Code{
		"room-ban": chat.CodeForbidden, "room-mute": chat.CodeForbidden, "room-rank": chat.CodeForbidden,
		"settings": chat.CodeForbidden, "audit": chat.CodeForbidden, "rooms-all": chat.CodeForbidden,
		"person-disable": chat.CodeForbidden, "token-create": chat.CodeForbidden, "sessions": chat.CodeForbidden,
	} {
		filled := scene{room: "lobby", victim: h.people["member"]}.inputOf(actNamed(t, name), 1)
		for k, v := range in {
			if _, has := filled[k]; has {
				filled[k] = v
			}
		}
		if _, err := h.do(t.Context(), name, "script", filled); chat.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	_, err = h.do(t.Context(), "room-mute", "admin", in)
	h.must(err)
}

// What does not fit into the audit log is not done in secret.
func TestReasons_tooLongOnesAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, a := range Table() {
		if !a.Power || a.plan.reason < 0 {
			continue
		}
		in := h.scene(t.Context()).inputOf(a, 1)
		in["reason"] = strings.Repeat("ä", chat.MaxReason+1)
		who := "owner"
		if a.May == MayAdmin {
			who = "admin"
		}
		if _, err := h.do(t.Context(), a.Name, who, in); chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%s: got %v, want %s", a.Name, err, chat.CodeInvalid)
		}
	}
}

// Whatever else a payload claims is the server's to say.
func TestForgedFields_areIgnored(t *testing.T) {
	h := newHouse(t)
	s := h.scene(t.Context())
	out, err := h.do(t.Context(), "message-send", "member", map[string]any{
		"room": s.room, "text": "mine", "author": map[string]any{"id": s.victim.Person.ID, "name": "Victim"},
		"at": 1, "seq": 1, "fp": "0000000000000000", "role": "owner", "type": "ban", "subject": s.victim.Person.ID,
	})
	h.must(err)
	kept := out.(Kept)
	out, err = h.do(t.Context(), "message", "member", map[string]any{"room": s.room, "seq": kept.Seq})
	h.must(err)
	m := out.(OneMessage).Message
	if me := h.people["member"].Person; m.Author != authorOf(me) || m.Type != "message" || m.At < 1e12 || m.Seq != s.seq+1 {
		t.Errorf("got %+v, want a message by %v after %d", m.Entry, me, s.seq)
	}
	out, err = h.do(t.Context(), "profile-change", "member", map[string]any{"status": "x", "role": "owner", "id": s.victim.Person.ID, "guest": true})
	h.must(err)
	if me := out.(Mine).Me; me.Role != chat.RoleMember || me.ID != h.people["member"].Person.ID || me.Guest {
		t.Errorf("after a profile with a forged role: got %+v", me)
	}
}

func TestNumbers_wrongOnesAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, seq := range []string{"-1", "1.5", `"1"`, "1e308", "9007199254740993", "18446744073709551616", "[]", "{}", "true"} {
		in := map[string]any{"room": "lobby", "seq": json.RawMessage(seq), "text": "x"}
		if _, err := h.do(t.Context(), "message-edit", "member", in); chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%s: got %v, want %s", seq, err, chat.CodeInvalid)
		}
	}
}

// An answer can get lost, and the act be sent again. In the audit log it is
// still the one that was done.
func TestAudit_anActSentAgainIsOneLine(t *testing.T) {
	h := newHouse(t)
	for _, act := range []struct {
		name, who string
		in        map[string]any
	}{
		{"message-delete", "owner", map[string]any{"id": chat.NewID().String()}},
		{"report-resolve", "admin", map[string]any{"resolution": "banned", "note": "enough"}},
		{"room-ban", "owner", map[string]any{"id": chat.NewID().String(), "reason": "spam"}},
	} {
		s := h.scene(t.Context())
		for name, value := range map[string]any{"room": s.room, "seq": s.seq, "report": s.report, "person": s.victim.Person.ID} {
			act.in[name] = value
		}
		for range 2 {
			_, err := h.do(t.Context(), act.name, act.who, act.in)
			h.must(err)
		}
		// The scene itself begins with a ban of somebody else.
		out, err := h.do(t.Context(), "audit", "admin", map[string]any{"room": s.room, "acts": []string{act.name}})
		h.must(err)
		lines := slices.DeleteFunc(out.(Audit).Acts, func(a Audited) bool { return a.Person.ID == h.people["banned"].Person.ID })
		if len(lines) != 1 || lines[0].Room != s.room || lines[0].Person == nil {
			t.Errorf("%s: the audit log has %+v, want one line", act.name, lines)
		}
	}
}
