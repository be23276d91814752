package client_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/test/node"
)

// server is where the examples find a chat: what `make run` serves or, where
// they are tested, a server of the test.
var server = "http://localhost:3000"

// Send waits until the message survives a crash of the server. Post does not
// wait; both try again until the server has kept or refused the message.
func ExampleClient_Send() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{URL: server, Guest: "Grace"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Send(ctx, "lobby", client.Message{Text: "Good morning!"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("kept, with", len(c.Pending()), "still to send")
	// prints: kept, with 0 still to send
}

// Entries come once and in the order of their room, whatever the connection
// does meanwhile.
func ExampleClient_Events() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{URL: server, Guest: "Emmy"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for _, text := range []string{"one", "two", "three"} {
		if _, err := c.Post(client.Message{Room: "lobby", Text: text}); err != nil {
			log.Fatal(err)
		}
	}
	for e := range c.Events(ctx) {
		if e.Name != client.EventEntry || e.Entry.Author.ID != c.Me().ID {
			continue
		}
		fmt.Println(e.Entry.Author.Name, "says", e.Entry.Text)
		if e.Entry.Text == "three" {
			break
		}
	}
	// prints:
	// Emmy says one
	// Emmy says two
	// Emmy says three
}

// Every act of docs/events.md can be done, also where the client has no method
// of its own for it.
func ExampleClient_Do() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{URL: server, Guest: "Sofja"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	var changed struct {
		Me client.Person `json:"me"`
	}
	if err := c.Do(ctx, "profile-change", map[string]any{"status": "In Stockholm"}, &changed); err != nil {
		log.Fatal(err)
	}
	fmt.Println(changed.Me.Name, "is", changed.Me.Status)
	// prints: Sofja is In Stockholm
}

// What the examples say that they print is what they print.
func TestExamples(t *testing.T) {
	n := node.Start(t, "--data", t.TempDir())
	before := server
	server = n.URL
	t.Cleanup(func() { server = before })
	for _, example := range []struct {
		run  func()
		want string
	}{
		{ExampleClient_Send, "kept, with 0 still to send\n"},
		{ExampleClient_Events, "Emmy says one\nEmmy says two\nEmmy says three\n"},
		{ExampleClient_Do, "Sofja is In Stockholm\n"},
	} {
		if got := printed(t, example.run); got != example.want {
			t.Errorf("got %q, want %q", got, example.want)
		}
	}
}

// printed returns what f writes to standard output, which is little.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stdout := os.Stdout
	os.Stdout = w
	f()
	os.Stdout = stdout
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
