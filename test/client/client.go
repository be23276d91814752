// Package client is a bare Socket.IO client for tests from outside: websocket
// only, no reconnection, nothing hidden. What the server sends is what a test
// sees.
package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// An Event is something the server emitted.
type Event struct {
	Name string
	Args []json.RawMessage
}

// A Client is one connection to one namespace. Emit and Next may be called at
// once from several goroutines.
type Client struct {
	namespace string
	conn      net.Conn
	reader    io.Reader
	sid       string

	mu      sync.Mutex
	cond    *sync.Cond
	nextID  int
	acks    map[int]chan []json.RawMessage // guarded by mu
	events  []Event                        // guarded by mu
	failure error                          // guarded by mu: why reading ended
	done    chan struct{}
}

// Options of a connection.
type Options struct {
	Namespace string // default "/"
	Auth      any    // sent with CONNECT when not nil
	Header    http.Header
}

// Dial connects to the server at base, an http address without a path, and
// joins the namespace.
func Dial(ctx context.Context, base string, o Options) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	u.Path, u.RawQuery = "/socket.io/", "EIO=4&transport=websocket"
	conn, br, _, err := ws.Dialer{Header: ws.HandshakeHeaderHTTP(o.Header)}.Dial(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("failed to dial: %w", err)
	}
	c := &Client{namespace: o.Namespace, conn: conn, reader: conn, acks: map[int]chan []json.RawMessage{}, done: make(chan struct{})}
	if c.namespace == "" {
		c.namespace = "/"
	}
	c.cond = sync.NewCond(&c.mu)
	if br != nil {
		c.reader = bufio.NewReader(io.MultiReader(bufferedOf(br), conn))
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := c.connect(o.Auth); err != nil {
		conn.Close()
		return nil, errors.Join(err, ctx.Err())
	}
	go c.read()
	return c, nil
}

func bufferedOf(br *bufio.Reader) io.Reader {
	b, _ := br.Peek(br.Buffered())
	return strings.NewReader(string(b))
}

func (c *Client) connect(auth any) error {
	open, err := c.frame()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(open, "0{") {
		return fmt.Errorf("the server opened with %q", open)
	}
	payload := ""
	if auth != nil {
		b, err := json.Marshal(auth)
		if err != nil {
			return err
		}
		payload = string(b)
	}
	if err := c.write("40" + c.prefix() + payload); err != nil {
		return err
	}
	answer, err := c.frame()
	if err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(answer, "40"+c.prefix())
	if !ok {
		return fmt.Errorf("the server answered CONNECT with %q", answer)
	}
	var hello struct{ SID string }
	if err := json.Unmarshal([]byte(rest), &hello); err != nil {
		return err
	}
	c.sid = hello.SID
	return nil
}

func (c *Client) prefix() string {
	if c.namespace == "/" {
		return ""
	}
	return c.namespace + ","
}

// SID is the Socket.IO id.
func (c *Client) SID() string { return c.sid }

// frame returns the next text frame, answering pings of both layers.
func (c *Client) frame() (string, error) {
	rw := struct {
		io.Reader
		io.Writer
	}{c.reader, c.conn}
	for {
		data, op, err := wsutil.ReadServerData(rw)
		if err != nil {
			return "", err
		}
		if op == ws.OpText && string(data) == "2" {
			if err := c.write("3"); err != nil {
				return "", err
			}
			continue
		}
		return string(data), nil
	}
}

// write sends one frame in one write, so that those of several goroutines do
// not get mixed up.
func (c *Client) write(text string) error {
	frame, err := ws.CompileFrame(ws.MaskFrameInPlace(ws.NewTextFrame([]byte(text))))
	if err != nil {
		return err
	}
	_, err = c.conn.Write(frame)
	return err
}

func (c *Client) read() {
	defer close(c.done)
	for {
		text, err := c.frame()
		if err == nil {
			err = c.receive(text)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failure == nil {
		c.failure = err
	}
	for id, ack := range c.acks {
		close(ack)
		delete(c.acks, id)
	}
	c.cond.Broadcast()
}

func (c *Client) receive(text string) error {
	kind, rest := "", text
	if len(text) >= 2 {
		kind, rest = text[:2], strings.TrimPrefix(text[2:], c.prefix())
	}
	switch kind {
	case "42":
		var args []json.RawMessage
		if err := json.Unmarshal([]byte(rest), &args); err != nil || len(args) == 0 {
			return fmt.Errorf("not an event: %q", text)
		}
		e := Event{Args: args[1:]}
		if err := json.Unmarshal(args[0], &e.Name); err != nil {
			return err
		}
		c.mu.Lock()
		c.events = append(c.events, e)
		c.cond.Broadcast()
		c.mu.Unlock()
	case "43":
		at := strings.IndexByte(rest, '[')
		if at < 0 {
			return fmt.Errorf("not an ack: %q", text)
		}
		id, err := strconv.Atoi(rest[:at])
		var args []json.RawMessage
		if err == nil {
			err = json.Unmarshal([]byte(rest[at:]), &args)
		}
		if err != nil {
			return fmt.Errorf("not an ack: %q", text)
		}
		c.mu.Lock()
		ack := c.acks[id]
		delete(c.acks, id)
		c.mu.Unlock()
		if ack == nil {
			return fmt.Errorf("an ack that nothing waits for: %q", text)
		}
		ack <- args
	case "41":
		return io.EOF
	default:
		return fmt.Errorf("unexpected packet %q", text)
	}
	return nil
}

// Send emits without an ack.
func (c *Client) Send(event string, args ...any) error {
	b, err := json.Marshal(append([]any{event}, args...))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write("42" + c.prefix() + string(b))
}

// Go emits with an ack and returns the channel that gets it; the channel is
// closed when the connection ends before.
func (c *Client) Go(event string, args ...any) (<-chan []json.RawMessage, error) {
	b, err := json.Marshal(append([]any{event}, args...))
	if err != nil {
		return nil, err
	}
	return c.Raw(string(b))
}

// Raw is Go for a packet that no encoder would write: body is the text after
// the ack id, sent as it is, and attachments the binary frames that follow.
func (c *Client) Raw(body string, attachments ...[]byte) (<-chan []json.RawMessage, error) {
	ack := make(chan []json.RawMessage, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failure != nil {
		return nil, c.failure
	}
	id := c.nextID
	c.nextID++
	c.acks[id] = ack
	kind := "42"
	if len(attachments) > 0 {
		kind = "45" + strconv.Itoa(len(attachments)) + "-"
	}
	err := c.write(kind + c.prefix() + strconv.Itoa(id) + body)
	for _, a := range attachments {
		if err == nil {
			err = wsutil.WriteClientBinary(c.conn, a)
		}
	}
	if err != nil {
		delete(c.acks, id)
		return nil, err
	}
	return ack, nil
}

// Emit emits with an ack and waits for it.
func (c *Client) Emit(ctx context.Context, event string, args ...any) ([]json.RawMessage, error) {
	ack, err := c.Go(event, args...)
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("no ack of %s: %w", event, ctx.Err())
	case answer, ok := <-ack:
		if !ok {
			return nil, fmt.Errorf("no ack of %s: the connection ended: %w", event, c.Err())
		}
		return answer, nil
	}
}

// Next removes and returns the first event with one of the names, waiting for
// it. Without names it takes any event.
func (c *Client) Next(ctx context.Context, names ...string) (Event, error) {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cond.Broadcast()
	})
	defer stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for i, e := range c.events {
			if matches(e.Name, names) {
				c.events = append(c.events[:i:i], c.events[i+1:]...)
				return e, nil
			}
		}
		if c.failure != nil {
			return Event{}, fmt.Errorf("no event %q: %w", names, c.failure)
		}
		if err := ctx.Err(); err != nil {
			return Event{}, fmt.Errorf("no event %q: %w", names, err)
		}
		c.cond.Wait()
	}
}

func matches(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return len(names) == 0
}

// Take removes and returns the events that have come, without waiting.
func (c *Client) Take() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	events := c.events
	c.events = nil
	return events
}

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err says why the connection ended.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failure
}

// Close says goodbye and ends the connection.
func (c *Client) Close() {
	c.write("41" + c.prefix())
	c.conn.Close()
	<-c.done
}

// Cut ends the connection without a word.
func (c *Client) Cut() {
	if tcp, ok := c.conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.conn.Close()
	<-c.done
}
