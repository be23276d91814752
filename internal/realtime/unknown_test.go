package realtime_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/realtime"
)

func TestChat_UnknownEventsAreAnswered(t *testing.T) {
	tn := build(t, townOptions{})
	ana := tn.nodes[0].guest("Ana")
	long := strings.Repeat("é", 5000)
	for _, test := range []struct{ name, event, want string }{
		{"a slip of the pen", "mesage-send", `There is no event "mesage-send". The documentation`},
		{"what the server tells", "welcome", `There is no event "welcome". The documentation`},
		{"an act of HTTP only", "login", `There is no event "login": do this over HTTP, with POST /api/v1/sessions.`},
		{"the prototype of an object", "__proto__", `There is no event "__proto__". The documentation`},
		{"no name", "", `There is no event "". The documentation`},
		{"control characters", "a\n\x1b[2J", `There is no event "a\n\x1b[2J". The documentation`},
		{"a very long name", long, `There is no event "` + long[:64] + `…". The documentation`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var e contract.Error
			if err := json.Unmarshal(ana.act(test.event, map[string]any{"room": "lobby"})["error"], &e); err != nil {
				t.Fatal(err)
			}
			if e.Code != contract.CodeUnknownEvent || !strings.HasPrefix(e.Message, test.want) {
				t.Errorf("got %+v, want %s and %q", e, contract.CodeUnknownEvent, test.want)
			}
		})
	}
	t.Run("without an ack", func(t *testing.T) {
		for _, args := range [][]any{nil, {1, "2", nil}} {
			if err := ana.Send("nonsense", args...); err != nil {
				t.Fatal(err)
			}
		}
		// An ack that nobody has asked for would end the test's client.
		kept := ana.say(chat.Lobby, "still here")
		for ana.entry().Seq != kept.Seq {
		}
	})
}

// Nonsense is no cheaper than sense.
func TestChat_UnknownEventsAreCounted(t *testing.T) {
	tn := build(t, townOptions{sendRate: 0.1}) // ten questions at once, and as many refused
	ana := tn.nodes[0].guest("Ana")
	codes := make(map[chat.Code]int)
	for range 30 {
		answer, err := ana.Emit(ana.n.ctx, "nonsense")
		if err != nil {
			break
		}
		var ack struct{ Error contract.Error }
		if err := json.Unmarshal(answer[0], &ack); err != nil {
			t.Fatal(err)
		}
		codes[ack.Error.Code]++
	}
	<-ana.Done()
	if n := codes[contract.CodeUnknownEvent]; n < 10 || n > 15 {
		t.Errorf("%d were answered, want about 10", n)
	}
	if n := codes[chat.CodeRateLimited]; n < 10 || n > 15 {
		t.Errorf("%d were refused, want about 10", n)
	}
}

func TestClassic_UnknownEventsAreAnsweredAndCounted(t *testing.T) {
	h := open(t, chat.Options{}, realtime.Options{SendRate: 0.2}) // ten at once that are no messages, and as many refused
	c := h.connect(nil)
	codes := make(map[string]int)
	for range 30 {
		answer, err := c.Emit(h.ctx, "chat message", "hello")
		if err != nil {
			break
		}
		if len(answer) != 3 || string(answer[0]) != "false" {
			t.Fatalf("got %s, want [false, a sentence, a code]", answer)
		}
		codes[string(answer[2])]++
	}
	<-c.Done()
	for code, n := range map[string]int{`"unknown-event"`: codes[`"unknown-event"`], `"rate-limited"`: codes[`"rate-limited"`]} {
		if n < 10 || n > 15 {
			t.Errorf("%d were answered with %s, want about 10", n, code)
		}
	}
}
