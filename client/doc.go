// Package client is a whole chat client for Causerie's namespace /chat: a
// connection that comes back by itself, timelines without holes, and messages
// that are sent once, however often the network fails.
//
//	c, err := client.Dial(ctx, client.Options{URL: "http://localhost:3000", Guest: "Echo"})
//	if err != nil { … }
//	defer c.Close()
//	for e := range c.Events(ctx) {
//		if e.Name == client.EventEntry && e.Entry.Type == "message" && e.Entry.Author.ID != c.Me().ID {
//			c.Post(client.Message{Room: e.Room, Text: e.Entry.Text})
//		}
//	}
//
// What the server sends and takes is described in docs/events.md; Do does every
// act that is there.
package client
