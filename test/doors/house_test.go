package doors

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/test/client"
	"github.com/causerie-chat/causerie/test/node"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.Cleanup(closeIdle(m))) }

// closeIdle ends the connections that net/http keeps for the next request.
func closeIdle(*testing.M) func(int) {
	return func(code int) { http.DefaultClient.CloseIdleConnections() }
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// password is everybody's.
const password = "canary-correct-horse"

// A house is a running program with an owner.
type house struct {
	*node.Node
	t     *testing.T
	owner string // token
}

var setupCode = regexp.MustCompile(`/setup#(cu_\S+)`)

// open starts the program and makes the owner.
func open(t *testing.T, args ...string) *house {
	t.Helper()
	h := &house{Node: node.Start(t, append([]string{"--data", t.TempDir()}, args...)...), t: t}
	// The program may be ready a moment before it prints the link.
	var code []string
	for late := time.Now().Add(patience); code == nil; {
		if time.Now().After(late) {
			t.Fatal("the program has printed no link to set it up with")
		}
		runtime.Gosched()
		code = setupCode.FindStringSubmatch(h.Logs())
	}
	h.owner = h.done("POST", "/setup", "", map[string]any{
		"code": code[1], "name": "Owner", "password": password, "server": map[string]any{"registration": "open", "guests": true},
	}).text("token")
	return h
}

// An answer is what the HTTP door said.
type answer struct {
	status int
	header http.Header
	body   map[string]json.RawMessage
}

// text returns a field of the body that is a text.
func (a answer) text(field string) string {
	var s string
	_ = json.Unmarshal(a.body[field], &s)
	return s
}

// ask does an act over HTTP. A nil body is none.
func (h *house) ask(method, path, token string, body any) answer {
	h.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, h.URL+"/api/v1"+path, in)
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if b, err := io.ReadAll(resp.Body); err != nil || json.Unmarshal(b, &a.body) != nil {
		h.t.Fatalf("%s %s was answered with %s %q, %v", method, path, resp.Status, b, err)
	}
	return a
}

// done is ask for what must succeed.
func (h *house) done(method, path, token string, body any) answer {
	h.t.Helper()
	a := h.ask(method, path, token, body)
	if a.status != http.StatusOK {
		h.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	return a
}

// dial connects to /chat.
func (h *house) dial(auth any) (*client.Client, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, h.URL, client.Options{Namespace: "/chat", Auth: auth})
	if err == nil {
		h.t.Cleanup(c.Close)
	}
	return c, err
}

// arrive connects and waits for the welcome, which it reads into told.
func (h *house) arrive(token string, told any) *client.Client {
	h.t.Helper()
	c, err := h.dial(map[string]string{"token": token})
	if err != nil {
		h.t.Fatal(err)
	}
	payload := h.next(c, "welcome")
	if told != nil {
		if err := json.Unmarshal(payload, told); err != nil {
			h.t.Fatal(err)
		}
	}
	return c
}

// next waits for an event and returns its payload.
func (h *house) next(c *client.Client, event string) json.RawMessage {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	e, err := c.Next(ctx, event)
	if err != nil {
		h.t.Fatalf("waiting for %s: %v", event, err)
	}
	return e.Args[0]
}

// An ack is what the door of events said.
type ack struct {
	OK    bool
	Error struct {
		Code, Message string
		RetryAfter    int
	}
	raw json.RawMessage
}

// act does an act by its event. It fails when the connection ends.
func (h *house) act(c *client.Client, event string, in any) (ack, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	answer, err := c.Emit(ctx, event, in)
	if err != nil {
		return ack{}, err
	}
	var a ack
	a.raw = answer[0]
	return a, json.Unmarshal(answer[0], &a)
}

// refusedWith returns the code in the error of a connection that was refused.
func refusedWith(err error) string {
	if err == nil {
		return "connected"
	}
	_, rest, ok := strings.Cut(err.Error(), `\"code\":\"`)
	if !ok {
		return err.Error()
	}
	code, _, _ := strings.Cut(rest, `\"`)
	return code
}
