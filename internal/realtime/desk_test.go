package realtime_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// What a person does on one device is told on the others, through any node.
func TestDesk_AllDevicesAreTold(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, _ := tn.nodes[0].member("Ana")
	bob, token := tn.nodes[0].member("Bob")
	other := tn.nodes[1].arrive(map[string]string{"token": token})
	kept := ana.say(chat.Lobby, "one")
	at := fmt.Sprintf(`{"room":"lobby","person":%q,"seq":%d}`, bob.me(), kept.Seq)
	for _, test := range []struct {
		act   string
		in    any
		event string
		want  string // what the payload begins with
	}{
		{"read", map[string]any{"room": "lobby", "seq": kept.Seq}, "read", at},
		{"save", map[string]any{"room": "lobby", "seq": kept.Seq}, "saved", fmt.Sprintf(`{"room":"lobby","seq":%d,"saved":true}`, kept.Seq)},
		{"unsave", map[string]any{"room": "lobby", "seq": kept.Seq}, "saved", fmt.Sprintf(`{"room":"lobby","seq":%d,"saved":false}`, kept.Seq)},
		{"block", map[string]any{"person": ana.me()}, "blocked", fmt.Sprintf(`{"people":[%q]}`, ana.me())},
		{"unblock", map[string]any{"person": ana.me()}, "blocked", `{"people":[]}`},
		{"room-prefs", map[string]any{"room": "lobby", "favourite": true}, "room-updated", `{"room":{"id":"lobby"`},
		{"prefs-change", map[string]any{"theme": "dark"}, "me-updated", `{"me":{`},
	} {
		t.Run(test.act, func(t *testing.T) {
			bob.do(test.act, test.in, nil)
			if got := other.n.next(other.Client, test.event); !strings.HasPrefix(got, test.want) {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
	t.Run("receipts", func(t *testing.T) {
		var made contract.OneRoom
		ana.do("room-create", map[string]any{"kind": "public", "name": "Kitchen"}, &made)
		bob.do("room-join", map[string]any{"room": made.Room.ID}, nil)
		kept := ana.say(made.Room.ID, "who reads this?")
		bob.do("read", map[string]any{"room": made.Room.ID, "seq": kept.Seq}, nil)
		want := fmt.Sprintf(`{"room":%q,"person":%q,"seq":%d}`, made.Room.ID, bob.me(), kept.Seq)
		for ana.n.next(ana.Client, "read") != want { // her own come first
		}
	})
	t.Run("mention", func(t *testing.T) {
		kept := ana.say(chat.Lobby, "lunch, @Bob?")
		want := contract.Mentioned{Room: chat.Lobby, Seq: kept.Seq, Author: contract.Author{ID: ana.me(), Name: "Ana"}, Text: "lunch, @Bob?"}
		for _, d := range []*device{bob, other} {
			if got := nextInto[contract.Mentioned](d, "mention"); got != want {
				t.Errorf("\ngot  %+v\nwant %+v", got, want)
			}
		}
	})
	t.Run("profile", func(t *testing.T) {
		bob.do("profile-change", map[string]any{"status": "In Lisbon"}, nil)
		for {
			if got := nextInto[contract.PersonUpdated](ana, "person-updated").Person; got.ID == bob.me() && got.Status == "In Lisbon" {
				break
			}
		}
		for nextInto[contract.Mine](other, "me-updated").Me.Status != "In Lisbon" {
		}
	})
}

func TestDesk_ARoomMadeElsewhereIsHeardAtOnce(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, token := tn.nodes[0].member("Ana")
	other := tn.nodes[1].arrive(map[string]string{"token": token})
	var made contract.OneRoom
	ana.do("room-create", map[string]any{"kind": "public", "name": "Kitchen"}, &made)
	added := nextInto[contract.OneRoom](other, "room-added").Room
	if added.ID != made.Room.ID || added.Me.Rank != chat.RankOwner {
		t.Fatalf("added %+v", added)
	}
	for i := range 10 {
		ana.say(added.ID, fmt.Sprint(i))
	}
	at := chat.Cursor(added.Head)
	for heard := 0; heard < 10; {
		e := other.entry()
		id, _ := chat.ParseID(e.ID)
		if at = at.Next(id); at != (chat.Cursor{Seq: e.Seq, FP: e.FP}) {
			t.Fatalf("a hole before %+v", e)
		}
		if e.Type == "message" {
			heard++
		}
	}
	ana.do("room-create", map[string]any{"kind": "public", "name": "Cellar"}, &made)
	for nextInto[contract.OneRoom](other, "room-added").Room.ID != made.Room.ID {
	}
	var bobs contract.OneRoom
	bob, _ := tn.nodes[1].member("Bob")
	bob.do("room-join", map[string]any{"room": made.Room.ID}, &bobs)
	bob.do("room-leave", map[string]any{"room": made.Room.ID}, nil)
	if got, want := bob.n.next(bob.Client, "room-removed"), fmt.Sprintf(`{"room":%q,"reason":"left"}`, made.Room.ID); got != want && got != strings.Replace(want, `,"reason":"left"`, "", 1) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDesk_ABanFromTheLobbyAndBack(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	bob, token := tn.nodes[1].member("Bob")
	h := tn.nodes[0].contract
	if err := h.Rooms.Ban(t.Context(), tn.owner, chat.Lobby, chat.NewID(), bob.me(), "noise"); err != nil {
		t.Fatal(err)
	}
	if got := bob.entryOf("ban"); got.Subject == nil || *got.Subject != (contract.Author{ID: bob.me(), Name: "Bob"}) || got.Reason != "noise" {
		t.Errorf("the ban is told as %+v", got)
	}
	if got, want := bob.n.next(bob.Client, "room-removed"), `{"room":"lobby","reason":"banned"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := bob.act("message-send", map[string]any{"room": "lobby", "text": "hi"}); string(got["ok"]) != "false" {
		t.Errorf("the banned one can talk: %s", got)
	}
	if again := tn.nodes[0].arrive(map[string]string{"token": token}); again.room(chat.Lobby).ID != "" {
		t.Errorf("the banned one is welcomed to %+v", again.room(chat.Lobby))
	}
	ana := tn.nodes[0].guest("Ana")
	ana.say(chat.Lobby, "not for Bob")
	if err := h.Rooms.Unban(t.Context(), tn.owner, chat.Lobby, chat.NewID(), bob.me(), ""); err != nil {
		t.Fatal(err)
	}
	added := nextInto[contract.OneRoom](bob, "room-added").Room
	kept := ana.say(chat.Lobby, "for all")
	for {
		e := bob.entry()
		if e.Seq <= added.Head.Seq || textOf(e) == "not for Bob" {
			t.Errorf("told: %+v", e)
		}
		if e.Seq == kept.Seq {
			break
		}
	}
}

func TestClassic_DoesNotShowWhatWasDeletedOrSaidInThreads(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	ana := n.guest("Ana")
	eve := n.join("Eve", nil)
	root := ana.say(chat.Lobby, "root")
	gone := ana.say(chat.Lobby, "gone")
	ana.do("message-edit", map[string]any{"room": "lobby", "seq": root.Seq, "text": "edited"}, nil)
	ana.do("message-send", map[string]any{"room": "lobby", "text": "in a thread", "thread": root.Seq}, nil)
	ana.do("message-delete", map[string]any{"room": "lobby", "seq": gone.Seq}, nil)
	last := ana.say(chat.Lobby, "last")
	for _, want := range []string{"root", "gone", "last"} {
		if got := n.next(eve, "chat-message"); !strings.Contains(got, fmt.Sprintf(`"message":%q`, want)) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	late := n.connect(nil)
	n.emit(late, "set-nickname", "Late")
	for name, history := range map[string]string{
		"on joining": n.next(late, "history"),
		"asked for":  n.emit(late, "history", map[string]uint64{"before": last.Seq + 1}),
	} {
		for text, want := range map[string]bool{"root": true, "gone": false, "in a thread": false, "edited": false, "last": true} {
			if got := strings.Contains(history, fmt.Sprintf(`"message":%q`, text)); got != want {
				t.Errorf("%s: %q is shown: %v, want %v\n%s", name, text, got, want, history)
			}
		}
	}
	resumed := n.arrive(map[string]any{"guest": "Bob", "resume": map[string]any{"lobby": contract.Cursor{}}}).welcome.Resumed[chat.Lobby]
	for _, e := range resumed.Entries {
		if textOf(e) == "gone" || e.Seq == gone.Seq && !e.Deleted {
			t.Errorf("a resume tells %+v", e)
		}
	}
}

func TestDesk_ARoleIsTrueAtOnce(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	bob, _ := tn.nodes[1].member("Bob")
	if got := bob.code("audit", nil); got != chat.CodeForbidden {
		t.Fatalf("before: %s", got)
	}
	if err := tn.nodes[0].contract.Accounts.SetRole(t.Context(), tn.owner, bob.me(), chat.RoleAdmin); err != nil {
		t.Fatal(err)
	}
	for nextInto[contract.Mine](bob, "me-updated").Me.Role != chat.RoleAdmin {
	}
	bob.do("audit", nil, nil)
}
