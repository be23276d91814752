package fleet

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

var issuer = Issuer{Name: "fleet", Secret: strings.Repeat("s", 32)}

// launch has three clients in three rooms of two each; way is what the last one
// comes by.
func launch(t *testing.T) (f *Fleet, url string, way *network.Proxy) {
	t.Helper()
	redis := redistest.Start(t)
	n := node.Start(t, "--redis", redis.URL(), "--send-rate", "0", "--jwt-issuer", issuer.Name, "--jwt-secret", issuer.Secret)
	way = network.Start(t, strings.TrimPrefix(n.URL, "http://"))
	f, err := Launch(t.Context(), Options{
		URLs: []string{n.URL, n.URL, "http://" + way.Addr}, Issuer: issuer, Prefix: "f", Clients: 3, Rooms: 3, Members: 2,
		Client: client.Options{Backoff: 10 * time.Millisecond, MaxBackoff: 50 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	for _, r := range f.Rooms {
		for _, c := range r.Members {
			if _, err := r.Say(t.Context(), c, "Hello"); err != nil {
				t.Fatal(err)
			}
		}
	}
	return f, n.URL, way
}

func TestFleet(t *testing.T) {
	f, url, _ := launch(t)
	verdict, err := f.Check(t.Context(), url)
	if err != nil || len(verdict.Breaches) > 0 {
		t.Fatalf("got %q, %v, want no breach", verdict.Breaches, err)
	}
	if verdict.Acknowledged != 6 || verdict.Views != 6 || verdict.Items < 6 {
		t.Errorf("got %+v, want 6 messages and 6 views", verdict)
	}
	names := make(map[string]bool)
	for _, c := range f.Clients {
		names[c.Me().Name] = true
	}
	if len(names) != 3 {
		t.Errorf("got %v, want three people", names)
	}
}

// Check finds each way in which a promise can be broken.
func TestFleet_breaches(t *testing.T) {
	f, url, way := launch(t)
	for _, test := range []struct {
		name string
		harm func(r *Room)
		want string
	}{
		{"an ack that is in no log", func(r *Room) {
			r.said[0].ID = "0199f2c4-5f0e-7c3a-9d0b-0242ac120001"
		}, "P1: "},
		{"an ack of another place", func(r *Room) { r.said[0].Seq++ }, "P3: "},
		{"another order than that of one client", func(r *Room) {
			r.said[0], r.said[1] = r.said[1], r.said[0]
			r.said[1].by = r.said[0].by
		}, "I5: "},
		{"a place that was lost", func(r *Room) {
			r.said[0].Seq++
			r.said[0].anywhere = true
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := f.Rooms[0]
			before := r.said
			r.said = slices.Clone(before)
			test.harm(r)
			verdict, err := f.Check(t.Context(), url)
			if got := strings.Join(verdict.Breaches, " "); err != nil || (got == "") != (test.want == "") || !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q, %v, want one %s", got, err, test.want)
			}
			r.said = before
		})
	}
	away, room := f.Clients[2], f.Rooms[1]
	way.Cut()
	if _, err := room.Say(t.Context(), room.Members[0], "Are you there?"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		post bool
		want string
	}{
		{"somebody who is behind", false, "P4: client 2 is at "},
		{"somebody who has not sent yet", true, "P5: the outbox of client 2 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.post {
				if _, err := away.Post(client.Message{Room: room.ID, Text: "No"}); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			verdict, err := f.Check(ctx, url)
			if err != nil || len(verdict.Breaches) != 1 || !strings.Contains(verdict.Breaches[0], test.want) {
				t.Errorf("got %q, %v, want one %s", verdict.Breaches, err, test.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	items := []client.Entry{{Type: "message", Text: "a"}, {Type: "message", Text: "b", Reactions: []client.Reaction{{Emoji: "👍", Count: 2}}}}
	other := []client.Entry{{Type: "message", Text: "c", Replies: 1, Edited: &client.Edited{Seq: 3}}}
	if d := difference(lines(items), lines(items)); d != "nothing" {
		t.Errorf("the same: got %q", d)
	}
	if d := difference(lines(other), lines(items)); !strings.Contains(d, `"c"`) || !strings.Contains(d, `👍 2`) {
		t.Errorf("another: got %q", d)
	}
	if d := difference(lines(items), lines(other)); d != "2 items, not 1" {
		t.Errorf("longer: got %q", d)
	}
}
