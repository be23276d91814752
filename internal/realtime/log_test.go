package realtime_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/realtime"
)

// A record of what was logged, safe for many goroutines.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func TestClassic_LogsConnectionsAndNothingPrivate(t *testing.T) {
	var log record
	h := open(t, chat.Options{}, realtime.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	watch := h.connect(nil)
	ana := h.join("Canary-nickname", auth{"canary-secret"})
	h.emit(ana, "chat-message", map[string]string{"message": "canary-text"})
	h.emit(ana, "chat-message", map[string]any{"message": []string{"canary-text"}})
	id := ana.SID()
	ana.Close()
	h.next(watch, "users-changed") // joined
	h.next(watch, "users-changed") // left
	h.settle(watch)
	got := log.String()
	for _, want := range []string{
		`msg=connected id=` + id + ` transport=websocket address=127.0.0.1`,
		`msg=disconnected id=` + id + ` transport=websocket reason="client namespace disconnect" duration=`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(strings.ToLower(got), "canary") {
		t.Errorf("the log tells what is nobody's business:\n%s", got)
	}
}
