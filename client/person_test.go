package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/internal/fleet"
	"github.com/causerie-chat/causerie/test/node"
)

var site = fleet.Issuer{Name: "site", Secret: strings.Repeat("s", 32)}

// come connects somebody who has an account.
func come(t *testing.T, n *node.Node, o client.Options) *client.Client {
	t.Helper()
	o.URL, o.Backoff, o.MaxBackoff = n.URL, 20*time.Millisecond, 100*time.Millisecond
	c, err := client.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// await reads events until one is as wanted.
func await(t *testing.T, c *client.Client, what string, wanted func(client.Event) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for e := range c.Events(ctx) {
		if wanted(e) {
			return
		}
	}
	t.Fatalf("not told: %s (%v)", what, c.Err())
}

// A token that has expired is replaced, also where the site that gives the next
// one is away at first, and nothing is missed.
func TestClient_renewsItsToken(t *testing.T) {
	n := node.Start(t, "--jwt-issuer", site.Name, "--jwt-secret", site.Secret)
	short := site
	short.Life = 5 * time.Second
	var asked atomic.Int32
	bob := come(t, n, client.Options{Token: short.Token("Bob"), Renew: func(context.Context) (string, error) {
		if asked.Add(1) == 1 {
			return "", errors.New("the site is away")
		}
		return site.Token("Bob"), nil
	}})
	me := bob.Me().ID
	await(t, bob, "connected again", func(e client.Event) bool { return e.Name == client.EventConnected && asked.Load() == 2 })
	if _, err := bob.Send(t.Context(), client.Lobby, client.Message{Text: "still here"}); err != nil || bob.Me().ID != me {
		t.Errorf("as %s, who was %s: %v", bob.Me().ID, me, err)
	}
	if !bob.Connected() || bob.Err() != nil {
		t.Errorf("connected %t, %v", bob.Connected(), bob.Err())
	}
}

// Whom even a new token does not let in is told so.
func TestClient_renewsItsTokenOnce(t *testing.T) {
	n := node.Start(t, "--jwt-issuer", site.Name, "--jwt-secret", site.Secret)
	asked := 0
	_, err := client.Dial(t.Context(), client.Options{
		URL: n.URL, Token: "a.b.c", Backoff: time.Millisecond,
		Renew: func(context.Context) (string, error) { asked++; return "d.e.f", nil },
	})
	if client.CodeOf(err) != "unauthorized" || asked != 1 {
		t.Errorf("got %v, asked %d times; want unauthorized and once", err, asked)
	}
}

func TestClient_invitationsAndConversations(t *testing.T) {
	n := node.Start(t, "--jwt-issuer", site.Name, "--jwt-secret", site.Secret)
	ada, bob := come(t, n, client.Options{Token: site.Token("Ada")}), come(t, n, client.Options{Token: site.Token("Bob")})
	has := func(rooms []client.Room, id string) bool {
		return slices.ContainsFunc(rooms, func(r client.Room) bool { return r.ID == id })
	}
	added := func(id string) func(client.Event) bool {
		return func(e client.Event) bool { return e.Name == client.EventRoomAdded && e.Room == id }
	}
	den, err := ada.Create(t.Context(), "private", "Den")
	if err == nil {
		err = ada.Invite(t.Context(), den.ID, bob.Me().ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	await(t, bob, "an invitation", added(den.ID))
	if !has(bob.Invited(), den.ID) || has(bob.Rooms(), den.ID) {
		t.Errorf("invited: %v, in: %v", bob.Invited(), bob.Rooms())
	}
	if _, err := bob.Join(t.Context(), den.ID); err != nil {
		t.Fatal(err)
	}
	if has(bob.Invited(), den.ID) || !has(bob.Rooms(), den.ID) {
		t.Errorf("joined, but invited: %v, in: %v", bob.Invited(), bob.Rooms())
	}
	direct, err := ada.Direct(t.Context(), bob.Me().ID)
	if err != nil {
		t.Fatal(err)
	}
	await(t, bob, "a conversation", added(direct.ID))
	if again, err := bob.Direct(t.Context(), ada.Me().ID); err != nil || again.ID != direct.ID {
		t.Errorf("from the other side: %v, %v", again.ID, err)
	}
	if _, err := bob.Send(t.Context(), direct.ID, client.Message{Text: "hi"}); err != nil {
		t.Error(err)
	}
}
