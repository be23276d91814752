// Bot-go answers everybody who says "!echo …" in a room it is in.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"

	"github.com/causerie-chat/causerie/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := client.Options{URL: "http://localhost:3000", Token: os.Getenv("CAUSERIE_TOKEN"), Logger: slog.Default()}
	if o.Token == "" {
		o.Guest = fmt.Sprintf("Echo %d", os.Getpid()) // the name of a guest stays taken
	}
	if len(os.Args) > 1 {
		o.URL = os.Args[1]
	}
	c, err := client.Dial(ctx, o)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for e := range c.Events(ctx) {
		if e.Name != client.EventEntry || e.Entry.Type != "message" || e.Entry.Author.ID == c.Me().ID {
			continue
		}
		if text, ok := strings.CutPrefix(e.Entry.Text, "!echo "); ok {
			c.Post(client.Message{Room: e.Room, Text: text, Reply: e.Entry.Seq})
		}
	}
	if err := c.Err(); err != nil {
		log.Fatal(err) // signed out: the token was revoked, for example
	}
}
