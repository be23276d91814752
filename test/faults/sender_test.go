package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	pinned bool          // sender i stays at node i
	answer time.Duration // how long a sender waits for an ack
	cancel context.CancelFunc
	wg     sync.WaitGroup
	acked  atomic.Int64
	grown  chan struct{}

	mu    sync.Mutex
	count map[string]int    // acks per sender; guarded by mu
	turns int               // refusals for want of the store; guarded by mu
	acks  map[string]kept   // by message id; guarded by mu
	sent  map[string]string // text by message id, as sent; guarded by mu
	heard [][]string        // ids per live connection, in order; guarded by mu
}

// start has n senders and a listener per node at work until finish is called.
// The senders go to any node that answers.
func start(t *testing.T, n int, urls ...string) *crew {
	c := &crew{t: t, urls: urls, answer: 10 * time.Second}
	c.work(n)
	return c
}

// startPinned is start with senders that stay at one node each, and try again
// soon: they are those who notice what is wrong with it.
func startPinned(t *testing.T, n int, urls ...string) *crew {
	c := &crew{t: t, urls: urls, answer: 2 * time.Second, pinned: true}
	c.work(n)
	return c
}

func (c *crew) work(n int) {
	ctx, cancel := context.WithCancel(c.t.Context())
	c.cancel, c.grown = cancel, make(chan struct{}, 1)
	c.count, c.acks, c.sent = map[string]int{}, map[string]kept{}, map[string]string{}
	for i := range n {
		nickname := fmt.Sprintf("sender-%d", i)
		c.count[nickname] = 0
		c.wg.Go(func() { c.send(ctx, nickname, i) })
	}
	for _, url := range c.urls {
		c.wg.Go(func() { c.listen(ctx, url) })
	}
	c.t.Cleanup(c.finish)
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

// awaitEach waits until every sender has had another message acknowledged.
func (c *crew) awaitEach(limit time.Duration) {
	c.t.Helper()
	c.mu.Lock()
	before := maps.Clone(c.count)
	c.mu.Unlock()
	c.until("every sender gets on", limit, func() bool {
		for nickname, n := range before {
			if c.count[nickname] == n {
				return false
			}
		}
		return true
	})
}

// awaitRefusals waits until n more tries were refused for want of the store.
func (c *crew) awaitRefusals(n int, limit time.Duration) {
	c.t.Helper()
	c.mu.Lock()
	goal := c.turns + n
	c.mu.Unlock()
	c.until("senders are refused", limit, func() bool { return c.turns >= goal })
}

// until waits for reached, which is called under mu.
func (c *crew) until(what string, limit time.Duration, reached func() bool) {
	c.t.Helper()
	deadline := time.After(limit)
	for {
		c.mu.Lock()
		ok := reached()
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-c.grown:
		case <-deadline:
			c.t.Fatalf("waited %v in vain until %s", limit, what)
		}
	}
}

// changed wakes who waits for the crew.
func (c *crew) changed() {
	select {
	case c.grown <- struct{}{}:
	default:
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
func (c *crew) send(ctx context.Context, nickname string, place int) {
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
				if conn = c.join(ctx, nickname, place); conn == nil {
					pause(ctx)
					continue
				}
			}
			ack, again := c.try(ctx, conn, id, text)
			if ack != nil {
				c.record(nickname, *ack)
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

func (c *crew) record(nickname string, ack kept) {
	c.mu.Lock()
	c.acks[ack.ID] = ack
	c.count[nickname]++
	c.mu.Unlock()
	c.acked.Add(1)
	c.changed()
}

func (c *crew) turnedAway() {
	c.mu.Lock()
	c.turns++
	c.mu.Unlock()
	c.changed()
}

// join connects to a node and takes the nickname, or returns nil.
func (c *crew) join(ctx context.Context, nickname string, place int) *client.Client {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if !c.pinned {
		place = rand.IntN(len(c.urls))
	}
	url := c.urls[place%len(c.urls)]
	conn, err := client.Dial(ctx, url, client.Options{Auth: map[string]string{"secret": strings.Repeat(nickname, 4)}})
	if err != nil {
		return nil
	}
	answer, err := conn.Emit(ctx, "set-nickname", nickname)
	if err == nil && string(answer[0]) == "true" {
		return conn
	}
	if err == nil {
		if string(answer[2]) != `"unavailable"` {
			c.t.Errorf("%s could not come back: %s", nickname, answer)
		}
		c.turnedAway()
	}
	conn.Cut()
	return nil
}

// try sends one message. It returns the ack, or whether the same connection
// may be used for another try.
func (c *crew) try(ctx context.Context, conn *client.Client, id, text string) (*kept, bool) {
	ctx, cancel := context.WithTimeout(ctx, c.answer)
	defer cancel()
	answer, err := conn.Emit(ctx, "chat-message", map[string]string{"message": text, "id": id})
	if err != nil {
		return nil, false
	}
	if string(answer[0]) != "true" {
		if code := string(answer[2]); code != `"unavailable"` {
			c.t.Errorf("%q was refused: %s", text, answer)
		}
		c.turnedAway()
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
