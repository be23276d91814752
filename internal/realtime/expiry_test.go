package realtime_test

import (
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A login that ends while somebody is connected ends the connection, with the
// reason, and nobody else's.
func TestChat_ALoginThatEndsClosesItsConnections(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	ana, _ := n.member("Ana")
	const life = time.Second
	began := time.Now()
	_, token, err := n.contract.Accounts.CreateToken(n.ctx, ana.me(), "bot", []string{"write"}, life)
	if err != nil {
		t.Fatal(err)
	}
	bots := []*device{n.arrive(map[string]string{"token": token}), n.arrive(map[string]string{"token": token})}
	bots[0].say(chat.Lobby, "before")
	for _, bot := range bots {
		if got, want := n.next(bot.Client, "signed-out"), `{"reason":"expired"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		<-bot.Done()
	}
	if took := time.Since(began); took < life || took > life+3*time.Second {
		t.Errorf("the connections ended after %v, want %v", took, life)
	}
	if _, err := n.dial(map[string]string{"token": token}); refusedWith(err) != "unauthorized" {
		t.Errorf("the token afterwards: %v", err)
	}
	ana.say(chat.Lobby, "after")
}
