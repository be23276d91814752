package faults

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/test/node"
)

// F18: whoever is removed or banned hears nothing of the room from the entry
// after the one that says so (I7), whatever happens to nodes meanwhile; whoever
// is kicked out of the house is out at once, on every node, and stays out.
func TestChat_removed(t *testing.T) {
	for _, store := range []struct {
		name string
		open func(*testing.T, func(testing.TB, ...string) *node.Node) *house
	}{{"sqlite", openSQLite}, {"redis", openRedis}} {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			h := store.open(t, node.Start)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			host := enter(t, client.Options{URL: h.nodes[0].URL, Token: ownerOf(t, h.nodes[0])})
			guest := enter(t, client.Options{URL: h.nodes[len(h.nodes)-1].URL, Guest: "Eve"})
			for _, act := range []string{"room-remove", "room-ban"} {
				for _, killed := range []bool{false, true} {
					expel(ctx, t, h, host, guest, act, killed)
				}
			}
			kick(ctx, t, h, host, guest)
		})
	}
}

func enter(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	o.Backoff, o.MaxBackoff = 20*time.Millisecond, 500*time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// expel puts the guest out of a room while much is under way to her; with
// killed, her node is away meanwhile.
func expel(ctx context.Context, t *testing.T, h *house, host, guest *client.Client, act string, killed bool) {
	t.Helper()
	last := len(h.nodes) - 1
	away := killed && last > 0 // the only node is needed for the act
	name := fmt.Sprintf("%s, her node killed: %v", act, killed)
	room, err := host.Create(ctx, "public", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := guest.Join(ctx, room.ID); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		if _, err := host.Post(client.Message{Room: room.ID, Text: fmt.Sprintf("before %d", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if away {
		h.kill(last)
	}
	if err := host.Do(ctx, act, map[string]any{"room": room.ID, "person": guest.Me().ID}, nil); err != nil {
		t.Fatal(err)
	}
	if killed && !away {
		h.kill(last)
		h.start(last)
	}
	// Once it is acknowledged, what is said is none of hers.
	for n := range 20 {
		if _, err := host.Send(ctx, room.ID, client.Message{Text: fmt.Sprintf("secret %d", n)}); err != nil {
			t.Fatal(err)
		}
	}
	if away {
		h.start(last)
	}
	end := "the end of " + name
	if _, err := host.Send(ctx, client.Lobby, client.Message{Text: end}); err != nil {
		t.Fatal(err)
	}
	gone, ended := false, false
	for e := range guest.Events(ctx) {
		switch {
		case e.Name == client.EventRoomRemoved && e.Room == room.ID:
			gone = true
		case e.Name == client.EventEntry && strings.HasPrefix(e.Entry.Text, "secret"):
			t.Errorf("I7: %s: she was told %q", name, e.Entry.Text)
		case e.Name == client.EventEntry && e.Entry.Text == end:
			ended = true
		}
		if gone && ended {
			break
		}
	}
	if _, there := guest.Timeline(room.ID); !gone || !ended || there {
		t.Fatalf("%s: she is in the room yet: told of it %v, the end %v, its timeline %v", name, gone, ended, there)
	}
	if _, err := guest.Send(ctx, room.ID, client.Message{Text: "Hello"}); client.CodeOf(err) == "" {
		t.Errorf("%s: she could write: %v", name, err)
	}
}

// outWithin is how long a revoked connection may live, on whatever node.
const outWithin = 2 * time.Second

// kick ends all of the guest's connections, and her token.
func kick(ctx context.Context, t *testing.T, h *house, host, guest *client.Client) {
	t.Helper()
	if err := host.Do(ctx, "person-kick", map[string]any{"person": guest.Me().ID}, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-guest.Done():
	case <-time.After(outWithin):
		t.Fatalf("she is here %v after she was kicked out", outWithin)
	}
	for _, n := range h.nodes {
		if c, err := client.Dial(ctx, client.Options{URL: n.URL, Token: guest.Token()}); client.CodeOf(err) != "unauthorized" {
			if err == nil {
				c.Close()
			}
			t.Errorf("%s let her in again: %v", n.URL, err)
		}
	}
}
