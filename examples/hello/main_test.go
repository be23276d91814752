package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

func TestBoard(t *testing.T) {
	srv := socketio.NewServer(socketio.Options{})
	newBoard(srv.Of("/"), slog.New(slog.DiscardHandler))
	h := engineiotest.Start(srv)
	defer h.Close()
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()

	connect := func() (say func(packet string), hear func() string) {
		c, err := h.Open(ctx, engineiotest.ModeWebsocket, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		say = func(packet string) {
			if err := c.SendText("4" + packet); err != nil {
				t.Fatal(err)
			}
		}
		hear = func() string {
			p, err := c.Next()
			if err != nil {
				t.Fatal(err)
			}
			return p.Text
		}
		say("0")
		return say, hear
	}
	sayA, hearA := connect()
	sayB, hearB := connect()
	hearA()
	id := hearB()[len(`0{"sid":"`):][:20]

	sayA(`20["watch",{"counter":"apples"}]`)
	if got, want := hearA(), `30[{"value":0}]`; got != want {
		t.Errorf("watch:\n got %s\nwant %s", got, want)
	}
	sayB(`20["turn",{"counter":"apples","by":3}]`)
	if got, want := hearB(), `30[{"value":3}]`; got != want {
		t.Errorf("turn:\n got %s\nwant %s", got, want)
	}
	if got, want := hearA(), `2["turned",{"counter":"apples","value":3,"by":"`+id+`"}]`; got != want {
		t.Errorf("watcher:\n got %s\nwant %s", got, want)
	}
	sayB(`21["turn",{}]`)
	if got, want := hearB(), `31[{"error":{"message":"Name a counter, in 50 characters at most."}}]`; got != want {
		t.Errorf("no counter:\n got %s\nwant %s", got, want)
	}
}
