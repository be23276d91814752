package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// matrix says what comes of every act for everybody, about a private room, a
// message in it by the member, and another member. One letter per person in
// the order of kinds:
//
//	o ok · n not-found · f forbidden · u unauthorized · i invalid · c conflict · g gone · b banned
//
// A new act goes here with what should come of it, before it is tried.
var matrix = map[string]string{
	"message-send":           "ononnnnou",
	"message-edit":           "fnonnnnfu",
	"message-delete":         "ononnnnfu",
	"message-react":          "ononnnnou",
	"message-unreact":        "ononnnnou",
	"message-pin":            "onfnnnnfu",
	"message-unpin":          "onfnnnnfu",
	"message":                "ononnnnou",
	"message-versions":       "ononnnnou",
	"history":                "ononnnnou",
	"thread":                 "ononnnnou",
	"pins":                   "ononnnnou",
	"report":                 "ononnnnou",
	"room-create":            "ooooofoou",
	"room-direct":            "ooooofofu",
	"room":                   "ononnnnou",
	"rooms":                  "oooooooou",
	"room-browse":            "oooooooou",
	"room-change":            "onfnnnnfu",
	"room-join":              "ononnnnou",
	"room-leave":             "ononnnnou",
	"room-prefs":             "ononnnnou",
	"members":                "ononnnnou",
	"room-invite":            "onfnnnnfu",
	"room-remove":            "onfnnnnfu",
	"room-ban":               "onfnnnnfu",
	"room-unban":             "onfnnnnfu",
	"room-bans":              "onfnnnnfu",
	"room-mute":              "onfnnnnfu",
	"room-unmute":            "onfnnnnfu",
	"room-rank":              "onfnnnnfu",
	"read":                   "ononnnnou",
	"receipts":               "ononnnnou",
	"save":                   "ononnnnou",
	"unsave":                 "oooooooou",
	"saved":                  "oooooooou",
	"mentions":               "oooooooou",
	"threads":                "oooooooou",
	"thread-follow":          "ononnnnou",
	"thread-unfollow":        "oooooooou",
	"block":                  "oooooooou",
	"unblock":                "oooooooou",
	"blocked":                "oooooooou",
	"me":                     "oooooooou",
	"profile-change":         "oooooooou",
	"prefs-change":           "oooooooou",
	"state-set":              "oooooooou",
	"typing":                 "ononnnnou",
	"people":                 "oooooooou",
	"person":                 "oooooooou",
	"server":                 "ooooooooo",
	"login":                  "uuuuuuuuu",
	"register":               "ooooooooo",
	"guest":                  "ooooooooo",
	"setup":                  "ggggggggg",
	"password-reset":         "ggggggggg",
	"invitation":             "ggggggggg",
	"logout":                 "oooooooou",
	"upgrade":                "cccccoccu",
	"password-change":        "ooooofoou",
	"sessions":               "oooooooou",
	"session-revoke":         "nnnnnnnnu",
	"sessions-revoke-others": "oooooooou",
	"token-create":           "ooooofoou",
	"tokens":                 "ooooofoou",
	"token-revoke":           "nnnnnfnnu",
	"invitation-create":      "onfnnfnfu",
	"invitations":            "ooooofoou",
	"invitation-revoke":      "nnnnnfnnu",
	"person-role":            "foffffffu",
	"person-disable":         "foffffffu",
	"person-enable":          "foffffffu",
	"person-kick":            "foffffffu",
	"person-purge":           "onfnnnnfu",
	"person-reset":           "fcffffffu",
	"reports":                "foffffffu",
	"report-resolve":         "foffffffu",
	"settings":               "foffffffu",
	"settings-change":        "foffffffu",
	"audit":                  "foffffffu",
	"rooms-all":              "foffffffu",
}

var letters = map[chat.Code]string{
	"": "o", chat.CodeNotFound: "n", chat.CodeForbidden: "f", chat.CodeUnauthorized: "u", chat.CodeInvalid: "i",
	chat.CodeConflict: "c", chat.CodeGone: "g", chat.CodeTaken: "t", chat.CodeRateLimited: "r",
	chat.CodeBanned: "b",
}

// changes are the fields of acts that need a scene of their own, so that one
// act does not decide the next.
var changes = map[string]bool{"room": true, "person": true, "people": true, "report": true}

// inputOf fills what the act needs from the scene.
func (s scene) inputOf(a *Act, unique int) map[string]any {
	values := map[string]any{
		"room": s.room, "seq": s.seq, "person": s.victim.Person.ID, "people": []chat.PersonID{s.victim.Person.ID},
		"report": s.report, "name": fmt.Sprint("Name ", unique), "nickname": fmt.Sprint("Nick ", unique),
		"topic": "Lunch", "role": chat.RoleGuest, "password": "correct horse battery", "old": "correct horse battery", "new": "correct horse battery",
	}
	in := make(map[string]any)
	for _, f := range fieldsOf(a.In) {
		if v, known := values[f.name]; known && (!f.optional || f.name == "room" || f.name == "topic") {
			in[f.name] = v
		} else if !f.optional {
			in[f.name] = json.RawMessage(f.example())
		}
	}
	return in
}

func TestMatrix(t *testing.T) {
	h := newRedisHouse(t)
	listed := 0
	var s scene
	for i, a := range Table() {
		want, ok := matrix[a.Name]
		if !ok {
			t.Errorf("%s is not in the matrix", a.Name)
		}
		listed++
		var got strings.Builder
		for j, who := range kinds {
			if s.seq == 0 {
				s = h.scene(t.Context())
			}
			_, err := h.do(t.Context(), a.Name, who, s.inputOf(a, i*len(kinds)+j))
			code := chat.Code("")
			if err != nil {
				code = ErrorOf(err).Code
			}
			if err == nil && a.Class != ClassRead && slices.ContainsFunc(fieldsOf(a.In), func(f field) bool { return changes[f.name] }) {
				s = scene{} // one that was refused changes nothing
			}
			letter := letters[code]
			if letter == "" {
				t.Errorf("%s by %s: %v", a.Name, who, err)
			}
			got.WriteString(letter)
			if err != nil && !a.Silent && code != chat.CodeUnauthorized && !slices.Contains(a.Errors, code) {
				t.Errorf("%s by %s: %s is not among its errors: %v", a.Name, who, code, err)
			}
		}
		if got.String() != want {
			t.Errorf("%s: got %q, want %q", a.Name, got.String(), want)
		}
	}
	if listed != len(matrix) {
		t.Errorf("the matrix has %d lines for %d acts", len(matrix), listed)
	}
}

// A private room is to a stranger what does not exist, in every word.
func TestMatrix_strangersSeeNothing(t *testing.T) {
	h := newHouse(t)
	s := h.scene(t.Context())
	for _, a := range Table() {
		if !hasField(a.In, "room") {
			continue
		}
		for _, who := range []string{"stranger", "guest", "ex-member", "banned", "nobody"} {
			in := s.inputOf(a, 0)
			there := h.answer(a.Name, who, in)
			in["room"] = "r-00000000000000000000"
			if missing := h.answer(a.Name, who, in); there != missing {
				t.Errorf("%s by %s: got %s for a private room, %s for none", a.Name, who, there, missing)
			}
		}
	}
}

func (h *house) answer(name, who string, in map[string]any) string {
	out, err := h.do(h.t.Context(), name, who, in)
	var told any = out
	if err != nil {
		told = ErrorOf(err)
	}
	b, err := json.Marshal(told)
	h.must(err)
	return string(b)
}
