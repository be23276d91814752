package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

// maxConfirm bounds the scripts that share one confirmation.
const maxConfirm = 256

var errUnconfirmed = errors.New("the write was not confirmed in time")

// A confirmer runs scripts and returns when Redis has confirmed their writes
// by WAIT or WAITAOF. Both speak of the writes of the connection they are sent
// on, and hold it up; so per primary there is one connection of their own,
// where everything that has come since the last confirmation shares the next.
type confirmer struct {
	hub     *hub
	timeout time.Duration
	// command asks for the confirmation, and confirmed reads the answer.
	command   []string
	confirmed func(rueidis.RedisResult) error

	mu      sync.Mutex
	lanes   map[string]chan<- request // by address of the primary; guarded by mu
	closing context.Context
	close   context.CancelFunc
	running sync.WaitGroup
}

// A request is one script to run. The answer is sent once.
type request struct {
	script     *script
	keys, args []string
	answer     chan<- rueidis.RedisResult
}

func newConfirmer(h *hub, timeout time.Duration) *confirmer {
	c := &confirmer{hub: h, timeout: timeout, lanes: make(map[string]chan<- request)}
	c.closing, c.close = context.WithCancel(context.Background())
	return c
}

// waitFor lets c wait for replicas.
func (c *confirmer) waitFor(replicas int) {
	c.command = []string{"WAIT", strconv.Itoa(replicas), c.patience()}
	c.confirmed = func(res rueidis.RedisResult) error {
		n, err := res.ToInt64()
		return enough(n, replicas, "replicas", err)
	}
}

// waitForDisk lets c wait for the server's own fsync.
func (c *confirmer) waitForDisk() {
	c.command = []string{"WAITAOF", "1", "0", c.patience()}
	c.confirmed = func(res rueidis.RedisResult) error {
		n, err := res.AsIntSlice()
		if err != nil || len(n) == 0 {
			return enough(0, 1, "disks", errors.Join(err, errUnconfirmed))
		}
		return enough(n[0], 1, "disks", nil)
	}
}

func enough(got int64, want int, what string, err error) error {
	if err == nil && got < int64(want) {
		err = fmt.Errorf("%w by %d %s: %d did", errUnconfirmed, want, what, got)
	}
	return err
}

// patience leaves time for the answer within the timeout of the call.
func (c *confirmer) patience() string {
	return strconv.FormatInt(max(1, (c.timeout*2/3).Milliseconds()), 10)
}

// stop ends all lanes.
func (c *confirmer) stop() {
	c.close()
	c.running.Wait()
}

// run runs the script and waits for the confirmation. When it returns an error
// the script may have been executed all the same.
func (c *confirmer) run(ctx context.Context, s *script, keys, args []string) rueidis.RedisResult {
	addr, err := c.hub.ownerAddr(keys[0])
	if err != nil {
		return rueidis.NewErrorResult(err)
	}
	answer := make(chan rueidis.RedisResult, 1)
	select {
	case c.lane(addr) <- request{s, keys, args, answer}:
	case <-ctx.Done():
		return rueidis.NewErrorResult(ctx.Err())
	case <-c.closing.Done():
		return rueidis.NewErrorResult(rueidis.ErrClosing)
	}
	select {
	case res := <-answer:
		return res
	case <-ctx.Done():
		return rueidis.NewErrorResult(ctx.Err())
	}
}

func (c *confirmer) lane(addr string) chan<- request {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.lanes[addr]; ok {
		return l
	}
	queue := make(chan request)
	c.lanes[addr] = queue
	c.running.Go(func() { c.serve(addr, queue) })
	return queue
}

// serve answers the requests of one lane, with one connection after the other.
func (c *confirmer) serve(addr string, queue <-chan request) {
	var conn rueidis.DedicatedClient
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for {
		batch := c.collect(queue)
		if batch == nil {
			return
		}
		if conn == nil {
			node, err := c.hub.node(addr)
			if err != nil {
				answerAll(batch, err)
				c.hub.refreshOwners()
				continue
			}
			conn, _ = node.Dedicate()
		}
		if broken := c.work(conn, batch); broken {
			conn.Close()
			conn = nil
		}
	}
}

// collect returns everything that waits, at least one request, or nil at the
// end.
func (c *confirmer) collect(queue <-chan request) []request {
	var batch []request
	select {
	case r := <-queue:
		batch = append(batch, r)
	case <-c.closing.Done():
		return nil
	}
	for len(batch) < maxConfirm {
		select {
		case r := <-queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// work runs the batch, and again by source what the server knew no script for.
func (c *confirmer) work(conn rueidis.DedicatedClient, batch []request) (broken bool) {
	unknown, broken := c.attempt(conn, batch, (*script).bySHA)
	if len(unknown) == 0 {
		return broken
	}
	if broken {
		answerAll(unknown, errUnconfirmed)
		return true
	}
	unknown, broken = c.attempt(conn, unknown, (*script).bySource)
	answerAll(unknown, errUnconfirmed)
	return broken
}

// attempt answers the requests, except those whose script is unknown.
func (c *confirmer) attempt(conn rueidis.DedicatedClient, batch []request, build func(*script, rueidis.Builder, []string, []string) rueidis.Completed) (unknown []request, broken bool) {
	commands := make([]rueidis.Completed, 0, len(batch)+1)
	for _, r := range batch {
		commands = append(commands, build(r.script, conn.B(), r.keys, r.args))
	}
	commands = append(commands, conn.B().Arbitrary(c.command...).Build())
	ctx, cancel := context.WithTimeout(c.closing, c.timeout)
	results := conn.DoMulti(ctx, commands...)
	cancel()

	confirmation := results[len(batch)]
	err := c.confirmed(confirmation)
	for i, r := range batch {
		res := results[i]
		switch {
		case isNoScript(res):
			unknown = append(unknown, r)
			continue
		case res.Error() != nil && isRedirect(res.Error()):
			c.hub.refreshOwners()
		case res.Error() == nil && err != nil:
			res = rueidis.NewErrorResult(err)
		}
		r.answer <- res
	}
	return unknown, confirmation.NonRedisError() != nil
}

func answerAll(batch []request, err error) {
	for _, r := range batch {
		r.answer <- rueidis.NewErrorResult(err)
	}
}
