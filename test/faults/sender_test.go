package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/test/client"
)

// retryAfter is how long a client waits before it tries again.
const retryAfter = 50 * time.Millisecond

// kept is what an ack says of a message.
type kept struct {
	ID  string
	Seq uint64
	FP  chat.Fingerprint
	At  int64
}

// A crew is a number of senders and listeners that live through the faults.
type crew struct {
	t      *testing.T
	urls   []string
	cancel context.CancelFunc
	wg     sync.WaitGroup
	acked  atomic.Int64
	grown  chan struct{}

	mu    sync.Mutex
	acks  map[string]kept   // by message id; guarded by mu
	sent  map[string]string // text by message id, as sent; guarded by mu
	heard [][]string        // ids per live connection, in order; guarded by mu
}

// start has n senders and a listener per node at work until finish is called.
func start(t *testing.T, n int, urls ...string) *crew {
	ctx, cancel := context.WithCancel(t.Context())
	c := &crew{t: t, urls: urls, cancel: cancel, grown: make(chan struct{}, 1), acks: map[string]kept{}, sent: map[string]string{}}
	for i := range n {
		c.wg.Go(func() { c.send(ctx, fmt.Sprintf("sender-%d", i)) })
	}
	for i := range urls {
		c.wg.Go(func() { c.listen(ctx, urls[i]) })
	}
	t.Cleanup(func() { cancel(); c.wg.Wait() })
	return c
}

// await waits until n more messages have been acknowledged.
func (c *crew) await(n int64, limit time.Duration) {
	c.t.Helper()
	goal := c.acked.Load() + n
	deadline := time.After(limit)
	for c.acked.Load() < goal {
		select {
		case <-c.grown:
		case <-deadline:
			c.t.Fatalf("only %d of %d messages were acknowledged within %v", c.acked.Load()-goal+n, n, limit)
		}
	}
}

// finish stops everybody.
func (c *crew) finish() {
	c.cancel()
	c.wg.Wait()
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(retryAfter):
	}
}

// send sends numbered messages one after the other; each is tried, with one
// id, on whatever node answers, until it is acknowledged.
func (c *crew) send(ctx context.Context, nickname string) {
	var conn *client.Client
	defer func() {
		if conn != nil {
			conn.Cut()
		}
	}()
	for n := 1; ctx.Err() == nil; n++ {
		id, text := chat.NewID().String(), fmt.Sprintf("%s %d", nickname, n)
		c.mu.Lock()
		c.sent[id] = text
		c.mu.Unlock()
		for ctx.Err() == nil {
			if conn == nil {
				if conn = c.join(ctx, nickname); conn == nil {
					pause(ctx)
					continue
				}
			}
			ack, again := c.try(ctx, conn, id, text)
			if ack != nil {
				c.record(*ack)
				break
			}
			if again {
				pause(ctx)
				continue
			}
			conn.Cut()
			conn = nil
		}
	}
}

func (c *crew) record(ack kept) {
	c.mu.Lock()
	c.acks[ack.ID] = ack
	c.mu.Unlock()
	c.acked.Add(1)
	select {
	case c.grown <- struct{}{}:
	default:
	}
}

// join connects to any node and takes the nickname, or returns nil.
func (c *crew) join(ctx context.Context, nickname string) *client.Client {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := c.urls[rand.IntN(len(c.urls))]
	conn, err := client.Dial(ctx, url, client.Options{Auth: map[string]string{"secret": strings.Repeat(nickname, 4)}})
	if err != nil {
		return nil
	}
	answer, err := conn.Emit(ctx, "set-nickname", nickname)
	if err == nil && string(answer[0]) == "true" {
		return conn
	}
	if err == nil && string(answer[2]) != `"unavailable"` {
		c.t.Errorf("%s could not come back: %s", nickname, answer)
	}
	conn.Cut()
	return nil
}

// try sends one message. It returns the ack, or whether the same connection
// may be used for another try.
func (c *crew) try(ctx context.Context, conn *client.Client, id, text string) (*kept, bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := conn.Emit(ctx, "chat-message", map[string]string{"message": text, "id": id})
	if err != nil {
		return nil, false
	}
	if string(answer[0]) != "true" {
		if code := string(answer[2]); code != `"unavailable"` {
			c.t.Errorf("%q was refused: %s", text, answer)
		}
		return nil, true
	}
	var ack kept
	if err := json.Unmarshal(answer[1], &ack); err != nil || ack.ID != id {
		c.t.Errorf("ack of %s: %s, %v", id, answer, err)
	}
	return &ack, true
}

// listen notes what each of its connections is told live.
func (c *crew) listen(ctx context.Context, url string) {
	for ctx.Err() == nil {
		conn, err := client.Dial(ctx, url, client.Options{})
		if err != nil {
			pause(ctx)
			continue
		}
		var ids []string
		for {
			e, err := conn.Next(ctx, "chat-message", "history")
			if err != nil {
				break
			}
			if e.Name == "history" { // told to start over
				c.keepHeard(ids)
				ids = nil
				continue
			}
			var m struct{ ID string }
			if err := json.Unmarshal(e.Args[0], &m); err != nil {
				c.t.Errorf("chat-message %s: %v", e.Args[0], err)
			}
			ids = append(ids, m.ID)
		}
		conn.Cut()
		c.keepHeard(ids)
	}
}

func (c *crew) keepHeard(ids []string) {
	if len(ids) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, ids)
}

// message is an entry as a history tells it.
type message struct {
	Nickname, Message, ID string
	Seq                   uint64
}

// history reads the whole room through the door, as a client would.
func history(t *testing.T, url string) []message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	conn, err := client.Dial(ctx, url, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if answer, err := conn.Emit(ctx, "set-nickname", fmt.Sprintf("reader %d", rand.IntN(1e9))); err != nil || string(answer[0]) != "true" {
		t.Fatalf("the reader could not join: %s, %v", answer, err)
	}
	e, err := conn.Next(ctx, "history")
	if err != nil {
		t.Fatal(err)
	}
	var all []message
	for raw := e.Args[0]; ; {
		var page struct {
			Messages []message
			More     bool
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		all = append(page.Messages, all...)
		if !page.More {
			return all
		}
		answer, err := conn.Emit(ctx, "history", map[string]uint64{"before": all[0].Seq})
		if err != nil || string(answer[0]) != "true" {
			t.Fatal(errors.Join(err, fmt.Errorf("history: %s", answer)))
		}
		raw = answer[1]
	}
}
