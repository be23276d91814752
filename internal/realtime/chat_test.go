package realtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

func TestChat_AMessageReachesBothNamespacesOnAllNodes(t *testing.T) {
	for name, store := range map[string]func(*testing.T) func(chat.NodeID) chat.Store{
		"sqlite": func(*testing.T) func(chat.NodeID) chat.Store { return nil }, "redis": onRedis,
	} {
		t.Run(name, func(t *testing.T) {
			tn := build(t, townOptions{nodes: 2, store: store(t)})
			ana, bob, eve := tn.nodes[0].guest("Ana"), tn.nodes[1].guest("Bob"), tn.nodes[1].join("Eve", nil)
			kept := ana.say(chat.Lobby, "hi <b>&\u2028 🦊")
			for who, d := range map[string]*device{"Ana": ana, "Bob": bob} {
				got := d.entry()
				want := contract.Entry{
					Room: chat.Lobby, Seq: kept.Seq, FP: kept.FP, ID: kept.ID, Type: "message", At: kept.At,
					Author: contract.Author{ID: ana.me(), Name: "Ana"}, Text: got.Text,
				}
				if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || textOf(got) != "hi <b>&\u2028 🦊" {
					t.Errorf("%s\ngot  %+v\nwant %+v", who, got, want)
				}
			}
			if got := tn.nodes[1].next(eve, "chat-message"); !strings.Contains(got, `"nickname":"Ana"`) {
				t.Errorf("the namespace / was told %s", got)
			}
			tn.nodes[1].emit(eve, "chat-message", map[string]string{"message": "hello"})
			if got := ana.entry(); textOf(got) != "hello" || got.Author != (contract.Author{ID: "~eve", Name: "Eve"}) {
				t.Errorf("/chat was told %+v", got)
			}
		})
	}
}

func TestChat_WhoMayConnect(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	n.guest("Ana")
	n.join("Eve", nil)
	bob, token := n.member("Bob")
	for _, test := range []struct {
		name    string
		auth    any
		headers []string
		want    string
	}{
		{"nobody", nil, nil, "unauthorized"},
		{"an empty object", map[string]any{}, nil, "unauthorized"},
		{"an unknown token", map[string]any{"token": "cs_" + strings.Repeat("a", 43)}, nil, "unauthorized"},
		{"a token that is none", map[string]any{"token": "x"}, nil, "unauthorized"},
		{"a token that is no text", map[string]any{"token": 7}, nil, "invalid"},
		{"an empty nickname", map[string]any{"guest": ""}, nil, "invalid"},
		{"an invisible nickname", map[string]any{"guest": "a\u200bb"}, nil, "invalid"},
		{"the nickname of a guest", map[string]any{"guest": "ANA"}, nil, "nickname-taken"},
		{"the name of an account", map[string]any{"guest": "bob"}, nil, "nickname-taken"},
		{"an unknown session", nil, []string{sessionHeader, "cs_" + strings.Repeat("a", 43)}, "unauthorized"},
		{"a session", nil, []string{sessionHeader, token}, "connected"},
		{"a token", map[string]any{"token": token}, nil, "connected"},
		{"a token and a bad session", map[string]any{"token": token}, []string{sessionHeader, "x"}, "connected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := n.dial(test.auth, test.headers...)
			if err == nil {
				defer c.Close()
			}
			if got := refusedWith(err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("again with the token of a guest", func(t *testing.T) {
		first := n.guest("Cleo")
		if first.welcome.Token == "" || !first.welcome.Me.Guest {
			t.Fatalf("a new guest is told %+v", first.welcome.Me)
		}
		again := n.arrive(map[string]string{"token": first.welcome.Token})
		if again.me() != first.me() || again.welcome.Token != "" {
			t.Errorf("the guest came back as %s with the token %q, want %s and none", again.me(), again.welcome.Token, first.me())
		}
	})
	if bob.welcome.Me.Guest || bob.welcome.Me.Role != chat.RoleMember || bob.welcome.Server.Version != "test" {
		t.Errorf("a member is told %+v by %+v", bob.welcome.Me, bob.welcome.Server)
	}
}

func TestChat_WhoIsRemovedHearsNothingAfter(t *testing.T) {
	for _, test := range []struct{ event, kind, reason string }{
		{"room-remove", "remove", "removed"}, {"room-ban", "ban", "banned"},
	} {
		t.Run(test.event, func(t *testing.T) {
			tn := build(t, townOptions{nodes: 2})
			ana, _ := tn.nodes[0].member("Ana")
			bob, token := tn.nodes[1].member("Bob")
			bob2 := tn.nodes[0].arrive(map[string]string{"token": token})
			var made contract.OneRoom
			ana.do("room-create", map[string]any{"kind": "private", "name": "Kitchen"}, &made)
			room := made.Room.ID
			ana.do("room-invite", map[string]any{"room": room, "person": bob.me()}, nil)
			for _, d := range []*device{bob, bob2} {
				if got := nextInto[contract.OneRoom](d, "room-added"); got.Room.ID != room || got.Room.Me.State != chat.StateInvited {
					t.Errorf("invited: got %+v", got.Room)
				}
			}
			bob.do("room-join", map[string]any{"room": room}, nil)
			for _, d := range []*device{bob, bob2} {
				if got := nextInto[contract.OneRoom](d, "room-added"); got.Room.ID != room || got.Room.Me.State != chat.StateJoined {
					t.Errorf("joined: got %+v", got.Room)
				}
			}
			// Both devices hear the room before anybody talks over the removal.
			ana.say(room, "welcome")
			for _, d := range []*device{bob, bob2} {
				for textOf(d.entry()) != "welcome" {
				}
			}
			var talk sync.WaitGroup
			talk.Go(func() {
				for i := range 50 {
					ana.Send("message-send", map[string]any{"room": room, "text": fmt.Sprint(i)})
				}
			})
			tn.nodes[0].contract.Rooms.View(ana.n.ctx, tn.owner, room)
			ana.do(test.event, map[string]any{"room": room, "person": bob.me()}, nil)
			talk.Wait()
			last := ana.say(room, "secret")
			for ana.entry().Seq != last.Seq {
			}
			for who, d := range map[string]*device{"one device": bob, "the other": bob2} {
				var heard []contract.Entry
				for {
					e, err := d.Next(d.n.ctx, "entry", "room-removed")
					if err != nil {
						t.Fatal(err)
					}
					if e.Name == "room-removed" {
						if want := fmt.Sprintf(`{"room":%q,"reason":%q}`, room, test.reason); string(e.Args[0]) != want {
							t.Errorf("%s: got %s, want %s", who, e.Args[0], want)
						}
						break
					}
					var heardEntry contract.Entry
					json.Unmarshal(e.Args[0], &heardEntry)
					heard = append(heard, heardEntry)
				}
				if n := len(heard); n == 0 || heard[n-1].Type != test.kind {
					t.Errorf("%s: the last entry heard is not the removal: %+v", who, heard)
				}
				d.n.contract.Service.Flush(d.n.ctx)
				kept := ana.say(chat.Lobby, "marker")
				for {
					e := d.entry()
					if e.Room == room {
						t.Fatalf("%s heard after the removal: %+v", who, e)
					}
					if e.Seq == kept.Seq {
						break
					}
				}
				if got := d.code("history", map[string]any{"room": room}); got != chat.CodeNotFound {
					t.Errorf("%s: reading the room afterwards: %s, want not-found", who, got)
				}
			}
		})
	}
}

func TestChat_Resume(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, bob := tn.nodes[0].guest("Ana"), tn.nodes[1].guest("Bob")
	first := ana.say(chat.Lobby, "1")
	cursor := contract.Cursor{Seq: first.Seq, FP: first.FP}
	for i := range 70 { // more than a hall remembers
		ana.say(chat.Lobby, fmt.Sprint(i+2))
	}
	resume := func(d *device, id chat.RoomID, c contract.Cursor) contract.Resumed {
		t.Helper()
		var caught contract.Caught
		d.do("resume", map[string]any{"rooms": map[chat.RoomID]contract.Cursor{id: c}}, &caught)
		return caught.Rooms[id]
	}
	check := func(name string, r contract.Resumed, from contract.Cursor) {
		t.Helper()
		at := chat.Cursor(from)
		for _, e := range r.Entries {
			id, _ := chat.ParseID(e.ID)
			if at = at.Next(id); at != (chat.Cursor{Seq: e.Seq, FP: e.FP}) {
				t.Fatalf("%s: a hole before %+v", name, e)
			}
		}
		if r.Reset || r.Gone || r.Head == nil || chat.Cursor(*r.Head) != at {
			t.Errorf("%s: %d entries end at %v, the head is %v, reset %v", name, len(r.Entries), at, r.Head, r.Reset)
		}
	}
	check("far", resume(bob, chat.Lobby, cursor), cursor)
	head := *resume(bob, chat.Lobby, cursor).Head
	check("nothing", resume(bob, chat.Lobby, head), head)
	check("from the beginning", resume(bob, chat.Lobby, contract.Cursor{}), contract.Cursor{})
	for name, from := range map[string]contract.Cursor{
		"another chain":        {Seq: 3, FP: 7},
		"another head":         {Seq: head.Seq, FP: 7},
		"more than there is":   {Seq: head.Seq + 5, FP: 7},
		"another recent chain": {Seq: head.Seq - 2, FP: 7},
	} {
		if got := resume(bob, chat.Lobby, from); !got.Reset || got.Reason != "diverged" || got.Page == nil || *got.Head != head {
			t.Errorf("%s: %+v, want a reset", name, got)
		}
	}
	if got := resume(bob, "no-such-room", cursor); !got.Gone {
		t.Errorf("a room that is not there: %+v", got)
	}
	back := tn.nodes[1].arrive(map[string]any{
		"token": bob.welcome.Token, "resume": map[string]any{"lobby": cursor, "nowhere": cursor},
	})
	check("on connecting", back.welcome.Resumed[chat.Lobby], cursor)
	if !back.welcome.Resumed["nowhere"].Gone {
		t.Error("on connecting: a room that is not there is not gone")
	}
	kept := ana.say(chat.Lobby, "live")
	if got := back.entry(); got.Seq != kept.Seq {
		t.Errorf("the first live entry is %d, want %d", got.Seq, kept.Seq)
	}
}

// Everybody comes back while others talk: no hole, and nothing twice.
func TestChat_ResumesWithMessagesInFlight(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, bob := tn.nodes[0].guest("Ana"), tn.nodes[1].guest("Bob")
	start := ana.say(chat.Lobby, "start")
	ctx, stop := context.WithCancel(t.Context())
	var talk, people sync.WaitGroup
	talk.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			ana.say(chat.Lobby, fmt.Sprint(i))
		}
	})
	const clients, times = 20, 10
	failures := make(chan error, clients)
	ends := make([]chat.Cursor, clients)
	for i := range clients {
		people.Go(func() {
			at := chat.Cursor{Seq: start.Seq, FP: start.FP}
			for range times {
				err := comeBack(tn.nodes[i%2], bob.welcome.Token, &at)
				if err != nil {
					failures <- err
					return
				}
			}
			ends[i] = at
		})
	}
	people.Wait()
	stop()
	talk.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
	for _, end := range ends {
		entries, err := tn.nodes[0].store.Before(t.Context(), chat.Lobby, end.Seq+1, 1)
		if err != nil || len(entries) != 1 || entries[0].Cursor != end {
			t.Errorf("somebody ended at %v, the log has %v, %v", end, entries, err)
		}
	}
}

// comeBack connects, resumes from at, and hears a few entries more.
func comeBack(n *node, token string, at *chat.Cursor) error {
	c, err := n.dial(map[string]any{"token": token, "resume": map[string]any{"lobby": contract.CursorOf(*at)}})
	if err != nil {
		return err
	}
	defer c.Cut()
	e, err := c.Next(n.ctx, "welcome")
	if err != nil {
		return err
	}
	var w contract.Welcome
	if err := json.Unmarshal(e.Args[0], &w); err != nil {
		return err
	}
	missed := w.Resumed[chat.Lobby]
	if missed.Reset || missed.Gone {
		return fmt.Errorf("resuming from %v: %+v", *at, missed)
	}
	hear := func(e contract.Entry) error {
		id, err := chat.ParseID(e.ID)
		next := at.Next(id)
		if err != nil || next != (chat.Cursor{Seq: e.Seq, FP: e.FP}) {
			return fmt.Errorf("after %v came %d %v, want %v", *at, e.Seq, e.FP, next)
		}
		*at = next
		return nil
	}
	for _, e := range missed.Entries {
		if err := hear(e); err != nil {
			return err
		}
	}
	for range 3 {
		e, err := c.Next(n.ctx, "entry")
		if err != nil {
			return err
		}
		var entry contract.Entry
		if err := errors.Join(json.Unmarshal(e.Args[0], &entry), hear(entry)); err != nil {
			return err
		}
	}
	return nil
}

func TestChat_RevokedSocketsAreClosedOnEveryNode(t *testing.T) {
	for _, test := range []struct {
		name   string
		end    func(h *contract.House, by chat.Actor, d *device) error
		reason string
	}{
		{"revoked", func(h *contract.House, _ chat.Actor, d *device) error {
			sessions, err := h.Accounts.Sessions(d.n.ctx, d.me())
			for _, s := range sessions {
				err = errors.Join(err, h.Accounts.Revoke(d.n.ctx, d.me(), s.ID))
			}
			return err
		}, "revoked"},
		{"disabled", func(h *contract.House, by chat.Actor, d *device) error {
			return h.Accounts.Disable(d.n.ctx, by, d.me(), "")
		}, "banned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tn := build(t, townOptions{nodes: 3, store: onRedis(t)})
			one, token := tn.nodes[0].member("Bob")
			devices := []*device{one}
			for _, n := range tn.nodes[1:] {
				devices = append(devices, n.arrive(map[string]string{"token": token}))
			}
			began := time.Now()
			if err := test.end(tn.nodes[2].contract, tn.owner, one); err != nil {
				t.Fatal(err)
			}
			for i, d := range devices {
				if got, want := d.n.next(d.Client, "signed-out"), fmt.Sprintf(`{"reason":%q}`, test.reason); got != want {
					t.Errorf("node %d: got %s, want %s", i, got, want)
				}
				<-d.Done()
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("closing the connections took %v", took)
			}
			_, err := tn.nodes[1].dial(map[string]string{"token": token})
			if got := refusedWith(err); got != "unauthorized" {
				t.Errorf("the token afterwards: %s", got)
			}
		})
	}
}

func TestChat_RateLimits(t *testing.T) {
	tn := build(t, townOptions{sendRate: 0.5})
	ana := tn.nodes[0].guest("Ana")
	again := tn.nodes[0].arrive(map[string]string{"token": ana.welcome.Token})
	kept, refused := 0, 0
	for i := 0; ; i++ {
		d := []*device{ana, again}[i%2] // one allowance for both
		answer, err := d.Emit(d.n.ctx, "message-send", map[string]any{"room": "lobby", "text": fmt.Sprint(i)})
		if err != nil {
			<-d.Done() // closed, after it was told often enough
			break
		}
		switch got := string(answer[0]); {
		case strings.HasPrefix(got, `{"ok":true`):
			kept++
		case strings.Contains(got, `"code":"rate-limited"`) && strings.Contains(got, `"retryAfter":`):
			refused++
		default:
			t.Fatalf("acknowledged with %s", got)
		}
	}
	// A burst of ten seconds' worth, and what the time of the test is worth.
	if kept < 5 || kept > 8 || refused < 5 || refused > 8 {
		t.Errorf("%d were kept and %d refused, want 5 each", kept, refused)
	}
}

func TestChat_Presence(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	watch := tn.nodes[0].guest("Watch")
	ana := tn.nodes[1].guest("Ana")
	expect := func(id chat.PersonID, state string) {
		t.Helper()
		for {
			var got struct {
				Person chat.PersonID
				State  string
				Seen   int64
			}
			json.Unmarshal([]byte(watch.n.next(watch.Client, "presence")), &got)
			if got.Person != id {
				continue
			}
			if got.State != state || (got.Seen > 0) != (state == "offline") {
				t.Errorf("got %+v, want %s to be %s", got, id, state)
			}
			return
		}
	}
	expect(ana.me(), "online")
	eve := tn.nodes[1].join("Eve", nil)
	expect("~eve", "online")
	if late := tn.nodes[1].guest("Late"); late.welcome.Online[ana.me()] != "online" || late.welcome.Online["~eve"] != "online" {
		t.Errorf("who is here: %v", late.welcome.Online)
	}
	ana.do("state-set", map[string]any{"state": "dnd", "manual": true}, nil)
	expect(ana.me(), "dnd")
	eve.Close()
	expect("~eve", "offline")
	ana.Close()
	expect(ana.me(), "offline")
}

func TestChat_DrainingAcknowledgesWhatWasSent(t *testing.T) {
	tn := build(t, townOptions{nodes: 2})
	ana, bob := tn.nodes[0].guest("Ana"), tn.nodes[1].guest("Bob")
	var acks []<-chan []json.RawMessage
	for i := range 100 {
		ack, err := ana.Go("message-send", map[string]any{"room": "lobby", "text": fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		acks = append(acks, ack)
	}
	// The last one is in once the first is acknowledged and a question behind
	// it is answered.
	ana.do("me", nil, nil)
	n := tn.nodes[0]
	if err := errors.Join(n.chat.Flush(n.ctx), n.server.Shutdown(n.ctx)); err != nil {
		t.Fatal(err)
	}
	for i, ack := range acks {
		if answer := <-ack; len(answer) == 0 || !strings.HasPrefix(string(answer[0]), `{"ok":true`) {
			t.Fatalf("message %d: %s", i, answer)
		}
	}
	for i := range 100 {
		if got := textOf(bob.entry()); got != fmt.Sprint(i) {
			t.Fatalf("message %d is %q", i, got)
		}
	}
}
