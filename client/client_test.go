package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/test/network"
	"github.com/causerie-chat/causerie/test/node"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var setupCode = regexp.MustCompile(`/setup#(\S+)`)

// owner makes Ada the owner of a server and returns a token of hers.
func owner(t *testing.T, n *node.Node) string {
	t.Helper()
	// The link is printed a moment after the server is ready.
	var code []string
	for code = setupCode.FindStringSubmatch(n.Logs()); code == nil; code = setupCode.FindStringSubmatch(n.Logs()) {
		select {
		case <-t.Context().Done():
			t.Fatalf("no link:\n%s", n.Logs())
		case <-time.After(10 * time.Millisecond):
		}
	}
	body, err := json.Marshal(map[string]any{"code": code[1], "name": "Ada", "password": "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(n.URL+"/api/v1/setup", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	var opened struct{ Token string }
	if err := errors.Join(err, json.Unmarshal(answer, &opened)); err != nil || opened.Token == "" {
		t.Fatalf("setting up: %s %s, %v", resp.Status, answer, err)
	}
	return opened.Token
}

func dial(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Backoff == 0 {
		o.Backoff, o.MaxBackoff = 20*time.Millisecond, 100*time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := Dial(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// await reads events until one of the name comes for which ok holds.
func await(t *testing.T, c *Client, name string, ok func(Event) bool) Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for e := range c.Events(ctx) {
		if e.Name == name && (ok == nil || ok(e)) {
			return e
		}
	}
	t.Fatalf("no event %s: %v", name, c.Err())
	return Event{}
}

func said(text string) func(Event) bool {
	return func(e Event) bool { return e.Entry.Type == "message" && e.Entry.Text == text }
}

// cut ends the connection as a network does.
func cut(c *Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wire != nil {
		c.wire.conn.Close()
	}
}

func TestClient(t *testing.T) {
	n := node.Start(t, "--data", t.TempDir(), "--send-rate", "0")
	ctx := t.Context()
	ada := dial(t, Options{URL: n.URL, Token: owner(t, n)})
	bob := dial(t, Options{URL: n.URL, Guest: "Bob"})

	t.Run("a conversation", func(t *testing.T) {
		room, err := ada.Create(ctx, "public", "Kitchen")
		must(t, err)
		_, err = bob.Join(ctx, room.ID)
		must(t, err)
		kept, err := ada.Send(ctx, room.ID, Message{Text: "Soup"})
		must(t, err)
		if e := await(t, bob, EventEntry, said("Soup")); e.Entry.Cursor != kept.Cursor || e.Entry.ID != kept.ID || e.Entry.Author != (Author{ada.Me().ID, "Ada"}) {
			t.Errorf("Bob was told %+v, Ada %+v", e.Entry, kept)
		}
		must(t, ada.Edit(ctx, room.ID, kept.Seq, "No soup"))
		must(t, bob.React(ctx, room.ID, kept.Seq, "👍"))
		must(t, ada.React(ctx, room.ID, kept.Seq, "👍"))
		must(t, bob.Unreact(ctx, room.ID, kept.Seq, "👍"))
		for _, text := range []string{"Why?", "Why not?"} {
			reply, err := bob.Send(ctx, room.ID, Message{Text: text, Thread: kept.Seq})
			must(t, err)
			if text == "Why not?" {
				must(t, bob.Delete(ctx, room.ID, reply.Seq))
			}
		}
		gone, err := ada.Send(ctx, room.ID, Message{Text: "Oh"})
		must(t, err)
		must(t, ada.Delete(ctx, room.ID, gone.Seq))
		must(t, bob.Read(ctx, room.ID, gone.Seq))
		await(t, ada, EventEntry, func(e Event) bool { return e.Entry.Type == "delete" })
		await(t, bob, EventEntry, func(e Event) bool { return e.Entry.Type == "delete" })

		late := dial(t, Options{URL: n.URL, Token: bob.Token()})
		if more, err := late.Older(ctx, room.ID, 200); err != nil || more {
			t.Fatalf("Older: got more %v, %v", more, err)
		}
		live, _ := bob.Timeline(room.ID)
		paged, ok := late.Timeline(room.ID)
		if !ok || paged.Cursor != live.Cursor {
			t.Fatalf("got %+v, want the cursor %+v", paged.Cursor, live.Cursor)
		}
		from := live.Items[0].Seq
		for len(paged.Items) > 0 && paged.Items[0].Seq < from {
			paged.Items = paged.Items[1:]
		}
		for i := range paged.Items {
			paged.Items[i].asOf = 0
		}
		if !reflect.DeepEqual(paged.Items, live.Items) {
			t.Errorf("the server's view is\n%+v\nand the one folded here\n%+v", paged.Items, live.Items)
		}
		must(t, bob.Leave(ctx, room.ID))
		if _, there := bob.Timeline(room.ID); there {
			t.Error("the timeline of a room is there that was left")
		}
	})

	t.Run("cut and back", func(t *testing.T) {
		for i := range 5 {
			cut(bob)
			_, err := ada.Send(ctx, "lobby", Message{Text: "meanwhile"})
			must(t, err)
			id, err := bob.Post(Message{Room: "lobby", Text: "from the outbox"})
			must(t, err)
			e := await(t, ada, EventEntry, said("from the outbox"))
			if e.Entry.ID != id {
				t.Errorf("round %d: got %s, want %s once", i, e.Entry.ID, id)
			}
			await(t, bob, EventEntry, said("meanwhile"))
			await(t, bob, EventEntry, said("from the outbox"))
		}
		a, _ := ada.Timeline("lobby")
		b, _ := bob.Timeline("lobby")
		if a.Cursor != b.Cursor || a.Cursor.Seq != 10 || len(b.Items) != 10 {
			t.Errorf("got %d items to %+v, want 10 to %+v", len(b.Items), b.Cursor, a.Cursor)
		}
		if left := bob.Pending(); len(left) > 0 {
			t.Errorf("the outbox still has %+v", left)
		}
	})

	t.Run("a refusal", func(t *testing.T) {
		_, err := bob.Send(ctx, "r-none", Message{Text: "Hello"})
		if CodeOf(err) != "not-found" {
			t.Errorf("got %v, want not-found", err)
		}
		if e := await(t, bob, EventRefused, nil); e.Message.Text != "Hello" || CodeOf(e.Err) != "not-found" {
			t.Errorf("got %+v", e)
		}
	})

	t.Run("removed", func(t *testing.T) {
		room, err := ada.Create(ctx, "public", "Cellar")
		must(t, err)
		_, err = bob.Join(ctx, room.ID)
		must(t, err)
		must(t, ada.Do(ctx, "room-remove", map[string]any{"room": room.ID, "person": bob.Me().ID}, nil))
		await(t, bob, EventRoomRemoved, func(e Event) bool { return e.Room == room.ID })
		_, err = ada.Send(ctx, room.ID, Message{Text: "Secret"})
		must(t, err)
		_, err = ada.Send(ctx, "lobby", Message{Text: "After it"})
		must(t, err)
		await(t, bob, EventEntry, func(e Event) bool {
			if e.Room == room.ID {
				t.Errorf("Bob was told %+v", e.Entry)
			}
			return e.Entry.Text == "After it"
		})
	})

	t.Run("signed out", func(t *testing.T) {
		must(t, ada.Do(ctx, "person-kick", map[string]any{"person": bob.Me().ID}, nil))
		select {
		case <-bob.Done():
		case <-time.After(20 * time.Second):
			t.Fatal("Bob is still here")
		}
		if CodeOf(bob.Err()) != "unauthorized" {
			t.Errorf("got %v, want unauthorized", bob.Err())
		}
		if _, err := Dial(ctx, Options{URL: n.URL, Token: bob.Token()}); CodeOf(err) != "unauthorized" {
			t.Errorf("the token let in again: %v", err)
		}
	})
}

// TestClient_manyRooms: who is in more rooms than fit into a login misses
// nothing of any, also when more has happened than one frame likes to hold.
func TestClient_manyRooms(t *testing.T) {
	const many = 300
	redis := redistest.Start(t)
	n := node.Start(t, "--redis", redis.URL(), "--send-rate", "0")
	ctx := t.Context()
	ada := dial(t, Options{URL: n.URL, Token: owner(t, n)})
	way := network.Start(t, strings.TrimPrefix(n.URL, "http://"))
	bob := dial(t, Options{URL: "http://" + way.Addr, Guest: "Bob"})
	rooms := make([]string, many)
	var making sync.WaitGroup
	for first := range 16 {
		making.Go(func() {
			for i := first; i < many; i += 16 {
				room, err := ada.Create(ctx, "public", fmt.Sprintf("Room %d", i))
				if err == nil {
					_, err = bob.Join(ctx, room.ID)
				}
				if err != nil {
					t.Errorf("room %d: %v", i, err)
				}
				rooms[i] = room.ID
			}
		})
	}
	making.Wait()
	login, err := json.Marshal(bob.login())
	must(t, err)
	if len(login) > 16<<10 || len(login) < 10<<10 {
		t.Errorf("a login of %d bytes, want nearly 16 KB", len(login))
	}
	way.Cut()
	for _, room := range rooms {
		_, err := ada.Post(Message{Room: room, Text: "meanwhile"})
		must(t, err)
	}
	for range 400 {
		_, err := ada.Post(Message{Room: Lobby, Text: strings.Repeat("long ", 800)})
		must(t, err)
	}
	_, err = ada.Send(ctx, Lobby, Message{Text: "the end"})
	must(t, err)
	for len(ada.Pending()) > 0 {
		await(t, ada, EventEntry, nil)
	}
	way.Heal()
	waiting := make(map[string]bool)
	for _, room := range append(rooms, Lobby) {
		waiting[room] = true
	}
	await(t, bob, EventEntry, func(e Event) bool {
		if e.Room != Lobby || e.Entry.Text == "the end" {
			delete(waiting, e.Room)
		}
		return len(waiting) == 0
	})
	for _, room := range append(rooms, Lobby) {
		a, _ := ada.Timeline(room)
		if b, _ := bob.Timeline(room); a.Cursor != b.Cursor {
			t.Errorf("%s: got %+v, want %+v", room, b.Cursor, a.Cursor)
		}
	}
}

// A shelf is an Outbox in memory that outlives a client.
type shelf struct {
	mu    sync.Mutex
	saved []Message
}

func (s *shelf) Load() ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved, nil
}

func (s *shelf) Save(m []Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = m
	return nil
}

// TestClient_outbox: what is not acknowledged when the process ends is sent
// by the next one, once.
func TestClient_outbox(t *testing.T) {
	n := node.Start(t, "--data", t.TempDir(), "--send-rate", "0")
	kept := new(shelf)
	first := dial(t, Options{URL: n.URL, Guest: "Ada", Outbox: kept})
	n.Kill()
	for _, text := range []string{"one", "two"} {
		_, err := first.Post(Message{Room: "lobby", Text: text})
		must(t, err)
	}
	dropped, err := first.Post(Message{Room: "lobby", Text: "three"})
	must(t, err)
	if !first.Cancel(dropped) || first.Cancel(dropped) {
		t.Error("Cancel: want true, then false")
	}
	waiting, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := first.Do(waiting, "rooms", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Do without a server: got %v", err)
	}
	first.Close()
	if _, err := first.Send(t.Context(), "lobby", Message{Text: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("Send after Close: got %v, want ErrClosed", err)
	}

	n = n.Restart()
	second := dial(t, Options{URL: n.URL, Token: first.Token(), Outbox: kept})
	if second.Me().ID != first.Me().ID {
		t.Errorf("got %+v, want %+v", second.Me(), first.Me())
	}
	await(t, second, EventEntry, said("one"))
	await(t, second, EventEntry, said("two"))
	if _, err := second.Send(t.Context(), "lobby", Message{Text: "four"}); err != nil {
		t.Fatal(err)
	}
	await(t, second, EventEntry, said("four"))
	if left, _ := kept.Load(); len(left) > 0 {
		t.Errorf("the outbox still has %+v", left)
	}
	if at, _ := second.Timeline("lobby"); at.Cursor.Seq != 3 {
		t.Errorf("there are %d entries, want 3", at.Cursor.Seq)
	}
}

func TestDial_refused(t *testing.T) {
	n := node.Start(t, "--data", t.TempDir())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		o    Options
		code string
		err  error
	}{
		{"a bad token", t.Context(), Options{URL: n.URL, Token: "cs_none"}, "unauthorized", nil},
		{"a bad nickname", t.Context(), Options{URL: n.URL, Guest: "\x00"}, "invalid", nil},
		{"no URL", t.Context(), Options{Guest: "Ada"}, "invalid", nil},
		{"no URL of the web", t.Context(), Options{URL: "chat://example.org", Guest: "Ada"}, "invalid", nil},
		{"given up", ended, Options{URL: "http://127.0.0.1:1", Guest: "Ada"}, "", context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Dial(test.ctx, test.o)
			if err == nil {
				c.Close()
			}
			if CodeOf(err) != test.code || test.err != nil && !errors.Is(err, test.err) {
				t.Errorf("got %v, want %q %v", err, test.code, test.err)
			}
		})
	}
}

func TestDial_saysWhatWasInTheWay(t *testing.T) {
	ctx, giveUp := context.WithCancel(t.Context())
	logger := slog.New(slog.NewTextHandler(whenWritten(giveUp), nil))
	_, err := Dial(ctx, Options{URL: "http://127.0.0.1:1", Guest: "Ada", Logger: logger})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want that the connection was refused", err)
	}
}

// whenWritten is called for every line of a log.
type whenWritten func()

func (w whenWritten) Write(line []byte) (int, error) {
	w()
	return len(line), nil
}
