package realtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/realtime"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
	"github.com/causerie-chat/causerie/socketio"
	"github.com/causerie-chat/causerie/test/client"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit is how long a test waits for what must come.
const limit = 20 * time.Second

// house is the classic chat on one node over SQLite.
type house struct {
	t     *testing.T
	url   string
	store chat.Store
	chat  *chat.Service
	ctx   context.Context
}

func open(t *testing.T, co chat.Options, ro realtime.Options) *house {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*limit)
	t.Cleanup(cancel)
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	service := chat.New(store, co)
	srv := socketio.NewServer(socketio.Options{})
	if _, err := realtime.OpenClassic(ctx, srv, service, ro); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(func() {
		srv.Close()
		web.Close()
		if err := service.Close(context.Background()); err != nil {
			t.Errorf("closing the service: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return &house{t: t, url: web.URL, store: store, chat: service, ctx: ctx}
}

type auth struct {
	Secret string `json:"secret"`
}

// connect opens a connection that has no nickname yet.
func (h *house) connect(a any) *client.Client {
	h.t.Helper()
	c, err := client.Dial(h.ctx, h.url, client.Options{Auth: a})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(c.Close)
	return c
}

// join opens a connection with a nickname and waits until it has been told
// that it joined.
func (h *house) join(nickname string, a any) *client.Client {
	h.t.Helper()
	c := h.connect(a)
	if got := h.emit(c, "set-nickname", nickname); got != fmt.Sprintf(`[true,{"nickname":%q}]`, nickname) {
		h.t.Fatalf("set-nickname %q: %s", nickname, got)
	}
	h.next(c, "history")
	return c
}

func (h *house) emit(c *client.Client, event string, args ...any) string {
	h.t.Helper()
	answer, err := c.Emit(h.ctx, event, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	b, _ := json.Marshal(answer)
	return string(b)
}

// next waits for an event and returns its first argument.
func (h *house) next(c *client.Client, name string) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.ctx, limit)
	defer cancel()
	e, err := c.Next(ctx, name)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(e.Args[0])
}

// settle makes sure that everything the house has told so far has reached c:
// somebody new joins and leaves, which c is told after it. It returns the
// events that came before.
func (h *house) settle(c *client.Client) []client.Event {
	h.t.Helper()
	marker := fmt.Sprintf("marker %d", time.Now().UnixNano()%1_000_000)
	m := h.join(marker, nil)
	var before []client.Event
	for _, event := range []string{"joined", "left"} {
		want := fmt.Sprintf(`{"user":%q,"event":%q}`, marker, event)
		for {
			e, err := c.Next(h.ctx)
			if err != nil {
				h.t.Fatal(err)
			}
			if e.Name == "users-changed" && string(e.Args[0]) == want {
				break
			}
			before = append(before, e)
		}
		m.Close()
	}
	return before
}
