package realtime_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/realtime"
	"github.com/causerie-chat/causerie/test/client"
)

func TestClassic_SetNickname(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	ana := h.join("Ana", nil)
	if got, want := h.next(ana, "users-changed"), `{"user":"Ana","event":"joined"}`; got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	for _, test := range []struct {
		name     string
		nickname any
		code     string
	}{
		{"taken", "Ana", "nickname-taken"},
		{"taken in another case", "ANA", "nickname-taken"},
		{"taken in another width", "ＡＮＡ", "nickname-taken"},
		{"empty", "", "invalid"},
		{"too long", strings.Repeat("x", 33), "invalid"},
		{"control", "a\x07b", "invalid"},
		{"bidi", "\u202Eana", "invalid"},
		{"zero width", "a\u200bna", "invalid"},
		{"number", 7, "invalid"},
		{"object", map[string]string{"toString": "ana"}, "invalid"},
		{"null", nil, "invalid"},
	} {
		t.Run("Err "+test.name, func(t *testing.T) {
			c := h.connect(nil)
			answer, err := c.Emit(h.ctx, "set-nickname", test.nickname)
			if err != nil {
				t.Fatal(err)
			}
			if len(answer) != 3 || string(answer[0]) != "false" || string(answer[2]) != fmt.Sprintf("%q", test.code) {
				t.Errorf("got %s, want false, a reason and %q", answer, test.code)
			}
			if got := h.emit(c, "chat-message", map[string]string{"message": "hi"}); !strings.HasSuffix(got, `"no-nickname"]`) {
				t.Errorf("the refused one could send: %s", got)
			}
		})
	}
	for _, e := range h.settle(ana) {
		if e.Name == "users-changed" || e.Name == "chat-message" {
			t.Errorf("a refused nickname was told: %s %s", e.Name, e.Args)
		}
	}
	t.Run("again", func(t *testing.T) {
		if got := h.emit(ana, "set-nickname", "Ana"); got != `[true,{"nickname":"Ana"}]` {
			t.Errorf("got %s", got)
		}
	})
	t.Run("another", func(t *testing.T) {
		if got := h.emit(ana, "set-nickname", "Anabel"); got != `[true,{"nickname":"Anabel"}]` {
			t.Errorf("got %s", got)
		}
		if got, want := h.next(ana, "users-changed"), `{"user":"Anabel","event":"joined"}`; got != want {
			t.Errorf("\ngot  %s\nwant %s", got, want)
		}
		if got, want := h.next(ana, "users-changed"), `{"user":"Ana","event":"left"}`; got != want {
			t.Errorf("\ngot  %s\nwant %s", got, want)
		}
		h.join("ana", nil)
	})
}

func TestClassic_APersonJoinsAndLeavesOnce(t *testing.T) {
	h := open(t, chat.Options{Absence: 200 * time.Millisecond}, realtime.Options{})
	watch := h.connect(nil)
	secret := auth{strings.Repeat("s", 32)}
	one := h.join("Ana", secret)
	two := h.join("ana", secret) // her other tab
	if got, want := h.next(watch, "users-changed"), `{"user":"Ana","event":"joined"}`; got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	one.Cut()
	for _, e := range h.settle(watch) {
		t.Errorf("with one tab left: %s %s", e.Name, e.Args)
	}
	two.Cut() // and nobody comes back
	if got, want := h.next(watch, "users-changed"), `{"user":"Ana","event":"left"}`; got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	for _, e := range h.settle(watch) {
		t.Errorf("after she left: %s %s", e.Name, e.Args)
	}
}

func TestClassic_AShortAbsenceIsNotTold(t *testing.T) {
	h := open(t, chat.Options{Absence: time.Hour}, realtime.Options{})
	watch := h.connect(nil)
	secret := auth{strings.Repeat("s", 32)}
	h.join("Ana", secret).Cut()
	h.next(watch, "users-changed")
	if got := h.emit(h.connect(auth{"somebody else"}), "set-nickname", "ana"); !strings.HasSuffix(got, `"nickname-taken"]`) {
		t.Errorf("the nickname of somebody who is away for a moment was given away: %s", got)
	}
	back := h.join("Ana", secret)
	for _, e := range h.settle(watch) {
		t.Errorf("told: %s %s", e.Name, e.Args)
	}
	back.Close() // saying goodbye is leaving, whoever one is
	if got, want := h.next(watch, "users-changed"), `{"user":"Ana","event":"left"}`; got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
}

func TestClassic_WhoCannotComeBackLeavesAtOnce(t *testing.T) {
	h := open(t, chat.Options{Absence: time.Hour}, realtime.Options{})
	watch := h.connect(nil)
	h.join("Ana", nil).Cut()
	h.next(watch, "users-changed")
	if got, want := h.next(watch, "users-changed"), `{"user":"Ana","event":"left"}`; got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	h.join("Ana", nil)
}

func TestClassic_ChatMessage(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	unnamed, ana, bob := h.connect(nil), h.join("Ana", nil), h.join("Bob", nil)
	answer, err := ana.Emit(h.ctx, "chat-message", map[string]any{
		"message": "h\u0000i <b>&\u2028 🦊", "nickname": "Bob", "at": 1, "seq": 99, "author": "bob",
	})
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		ID  string
		Seq uint64
		FP  string
		At  int64
	}
	if len(answer) != 2 || string(answer[0]) != "true" || json.Unmarshal(answer[1], &kept) != nil {
		t.Fatalf("ack %s", answer)
	}
	entries, err := h.store.After(h.ctx, chat.Lobby, 0, 10)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the log has %v, %v", entries, err)
	}
	e := entries[0]
	if e.ID.String() != kept.ID || e.Seq != kept.Seq || e.FP.String() != kept.FP || e.At.UnixMilli() != kept.At {
		t.Errorf("\nack %+v\nlog %+v", kept, e)
	}
	if since := time.Since(e.At); since < 0 || since > time.Minute {
		t.Errorf("the message's time is %v", e.At)
	}
	for name, c := range map[string]*client.Client{"unnamed": unnamed, "Ana": ana, "Bob": bob} {
		var got map[string]any
		if err := json.Unmarshal([]byte(h.next(c, "chat-message")), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"nickname": "Ana", "message": "h\u0000i <b>&\u2028 🦊", "id": kept.ID, "at": float64(kept.At)}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s\ngot  %v\nwant %v", name, got, want)
		}
	}
}

func TestClassic_ChatMessage_Refused(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	ana := h.join("Ana", nil)
	for _, test := range []struct {
		name, code string
		payload    any
	}{
		{"empty", "invalid", map[string]any{"message": ""}},
		{"blank", "invalid", map[string]any{"message": " \n\t\u3000"}},
		{"4,001 characters", "invalid", map[string]any{"message": strings.Repeat("界", 4001)}},
		{"number", "invalid", map[string]any{"message": 7}},
		{"null", "invalid", map[string]any{"message": nil}},
		{"array", "invalid", map[string]any{"message": []string{"a"}}},
		{"absent", "invalid", map[string]any{}},
		{"bare text", "invalid", "hi"},
		{"nothing", "invalid", nil},
		{"id is no UUID", "invalid", map[string]any{"message": "hi", "id": "../../x"}},
		{"id is a number", "invalid", map[string]any{"message": "hi", "id": 7}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := h.emit(ana, "chat-message", test.payload)
			if !strings.HasPrefix(got, `[false,"`) || !strings.HasSuffix(got, fmt.Sprintf("%q]", test.code)) {
				t.Errorf("got %s, want false, a reason and %q", got, test.code)
			}
		})
	}
	if head, err := h.store.Head(h.ctx, chat.Lobby); err != nil || head != (chat.Cursor{}) {
		t.Errorf("something was kept: %v, %v", head, err)
	}
	if got := h.emit(ana, "chat-message", map[string]any{"message": strings.Repeat("界", 4000)}); !strings.HasPrefix(got, "[true,") {
		t.Errorf("4,000 characters: %s", got)
	}
}

func TestClassic_ChatMessage_Once(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	id := chat.NewID().String()
	watch, ana := h.connect(nil), h.join("Ana", nil)
	first := h.emit(ana, "chat-message", map[string]any{"message": "hi", "id": id})
	again := h.emit(ana, "chat-message", map[string]any{"message": "hi, changed", "id": id})
	ana.Close()
	h.next(watch, "users-changed") // joined
	h.next(watch, "users-changed") // left
	later := h.emit(h.join("Ana", nil), "chat-message", map[string]any{"message": "hi", "id": id})
	if first != again || first != later || !strings.HasPrefix(first, "[true,") {
		t.Errorf("\nfirst %s\nagain %s\nlater %s", first, again, later)
	}
	if got := h.emit(h.join("Bob", nil), "chat-message", map[string]any{"message": "mine", "id": id}); !strings.HasSuffix(got, `"id-taken"]`) {
		t.Errorf("another's id: %s", got)
	}
	if head, err := h.store.Head(h.ctx, chat.Lobby); err != nil || head.Seq != 1 {
		t.Errorf("the log's head is %v, %v", head, err)
	}
}

func TestClassic_OrderOfOneSender(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	ana, bob := h.join("Ana", nil), h.join("Bob", nil)
	for i := range 200 {
		if err := ana.Send("chat-message", map[string]string{"message": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 200 {
		if got := h.next(bob, "chat-message"); !strings.Contains(got, fmt.Sprintf(`"message":"%d"`, i)) {
			t.Fatalf("message %d: got %s", i, got)
		}
	}
}

func TestClassic_Typing(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	secret := auth{strings.Repeat("s", 32)}
	ana, tab, bob := h.join("Ana", secret), h.join("Ana", secret), h.join("Bob", nil)
	unnamed := h.connect(nil)
	for range 5 {
		if err := ana.Send("typing"); err != nil {
			t.Fatal(err)
		}
	}
	if err := unnamed.Send("typing"); err != nil {
		t.Fatal(err)
	}
	if got, want := h.next(bob, "typing"), `"Ana"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, c := range map[string]*client.Client{"Ana": ana, "her other tab": tab, "Bob": bob} {
		for _, e := range h.settle(c) {
			if e.Name == "typing" {
				t.Errorf("%s was told of typing: %s", name, e.Args)
			}
		}
	}
}

func TestClassic_WhoeverJoinsSeesWhoAndWhat(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{})
	ana := h.join("Ana", nil)
	for i := range 120 {
		h.emit(ana, "chat-message", map[string]string{"message": fmt.Sprint(i + 1)})
	}
	bob := h.connect(nil)
	h.emit(bob, "set-nickname", "Bob")
	if got, want := h.next(bob, "limits"), `{"message":4000,"nickname":32}`; got != want {
		t.Errorf("limits\ngot  %s\nwant %s", got, want)
	}
	var users struct {
		People []string
		Total  int
	}
	if err := json.Unmarshal([]byte(h.next(bob, "users")), &users); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(users.People, "Ana") || users.Total != len(users.People) {
		t.Errorf("users: %+v", users)
	}
	var page struct {
		Messages []struct {
			Message, Nickname, ID string
			At                    int64
			Seq                   uint64
		}
		More bool
	}
	check := func(what, raw string, first, last uint64, more bool) {
		t.Helper()
		if err := json.Unmarshal([]byte(raw), &page); err != nil {
			t.Fatal(err)
		}
		if n := uint64(len(page.Messages)); n != last-first+1 || page.More != more {
			t.Fatalf("%s: %d messages, more %v", what, n, page.More)
		}
		for i, m := range page.Messages {
			if seq := first + uint64(i); m.Seq != seq || m.Message != fmt.Sprint(seq) || m.Nickname != "Ana" || m.At == 0 || len(m.ID) != 36 {
				t.Errorf("%s: message %d is %+v", what, seq, m)
			}
		}
	}
	check("the last 50", h.next(bob, "history"), 71, 120, true)
	older := func(before uint64) string {
		answer := h.emit(bob, "history", map[string]uint64{"before": before})
		return strings.TrimSuffix(strings.TrimPrefix(answer, "[true,"), "]")
	}
	check("before 71", older(71), 21, 70, true)
	check("before 21", older(21), 1, 20, false)
	if got := h.emit(bob, "history", "x"); !strings.HasSuffix(got, `"invalid"]`) {
		t.Errorf("got %s", got)
	}
}

func TestClassic_FloodIsToldThenClosed(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{SendRate: 1})
	ana, bob := h.join("Ana", nil), h.join("Bob", nil)
	var acks []<-chan []json.RawMessage
	for range 40 {
		ack, err := ana.Go("chat-message", map[string]string{"message": "flood"})
		if err != nil {
			break // closed already
		}
		acks = append(acks, ack)
	}
	told := 0
	for _, ack := range acks {
		switch answer, ok := <-ack; {
		case !ok || string(answer[0]) == "true": // closed before, or kept
		case string(answer[2]) == `"rate-limited"`:
			told++
		default:
			t.Errorf("ack %s", answer)
		}
	}
	<-ana.Done()
	if told < 1 || told > 12 {
		t.Errorf("%d were refused before the connection was closed", told)
	}
	if got := h.emit(bob, "chat-message", map[string]string{"message": "calm"}); !strings.HasPrefix(got, "[true,") {
		t.Errorf("somebody else: %s", got)
	}
	head, err := h.store.Head(h.ctx, chat.Lobby)
	if err != nil || head.Seq < 2 || head.Seq > 13 {
		t.Errorf("%d messages were kept, %v", head.Seq, err)
	}
}
