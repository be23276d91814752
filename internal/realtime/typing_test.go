package realtime_test

import (
	"fmt"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestChat_TypingIsHeardByOthersOnly(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, bob := tn.nodes[0].guest("Ana"), tn.nodes[1].guest("Bob")
	again := tn.nodes[1].arrive(map[string]string{"token": ana.welcome.Token})
	if err := ana.Send("typing", map[string]any{"room": "lobby"}); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"room":"lobby","person":{"id":%q,"name":"Ana"}}`, ana.me())
	if got := bob.n.next(bob.Client, "typing"); got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	ana.say(chat.Lobby, "marker")
	for _, d := range []*device{ana, again} {
		d.entry()
		for _, e := range d.Take() {
			if e.Name == "typing" {
				t.Errorf("the one who types was told: %s", e.Args)
			}
		}
	}
}

// Whoever goes on after a message, or in another room, is seen to type there at
// once; whoever only goes on typing is not told of again and again.
func TestChat_TypingIsHeardAgainAfterAMessageAndInAnotherPlace(t *testing.T) {
	tn := build(t, townOptions{})
	ana, bob := tn.nodes[0].guest("Ana"), tn.nodes[0].guest("Bob")
	root := ana.say(chat.Lobby, "root").Seq
	bob.entry()
	for _, thread := range []uint64{0, root} {
		for _, text := range []string{"first", "second"} {
			for range 3 {
				signal := map[string]any{"room": "lobby"}
				if thread != 0 {
					signal["thread"] = thread
				}
				if err := ana.Send("typing", signal); err != nil {
					t.Fatal(err)
				}
			}
			bob.n.next(bob.Client, "typing")
			ana.say(chat.Lobby, text)
			bob.entry()
			for _, e := range bob.Take() {
				if e.Name == "typing" {
					t.Errorf("in thread %d, before the %s message: told again", thread, text)
				}
			}
		}
	}
}
