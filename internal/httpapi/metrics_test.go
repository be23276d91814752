package httpapi

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("got %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	m := NewMetrics("v1.2.3")
	m.Watch(Gauges{
		Connections: func() (int, int) { return 2, 3 },
		People:      func() int { return 4 },
		Transport: func() TransportCounts {
			return TransportCounts{Handshakes: 5, Refused: 6, QueueDrops: 7, SlowCloses: 8}
		},
		Ready: func() error { return errors.New("red") },
	})
	m.StoreDone("append", 20*time.Millisecond, nil)
	m.StoreDone("append", 3*time.Second, chat.Unavailable(errors.New("timeout")))
	m.StoreDone("arrive", time.Millisecond, chat.ErrTaken)
	m.FannedOut(2, 100, time.Millisecond)
	m.MessagesKept(9)
	m.SendRefused(chat.CodeRateLimited)

	got := scrape(t, m)
	for _, want := range []string{
		`causerie_build_info{version="v1.2.3"} 1`,
		`causerie_connections{transport="polling"} 2`,
		`causerie_connections{transport="websocket"} 3`,
		`causerie_people 4`,
		`causerie_handshakes_total 5`,
		`causerie_handshakes_refused_total 6`,
		`causerie_queue_drops_total 7`,
		`causerie_slow_closes_total 8`,
		`causerie_ready 0`,
		`causerie_store_seconds_bucket{operation="append",le="0.01"} 0`,
		`causerie_store_seconds_bucket{operation="append",le="0.025"} 1`,
		`causerie_store_seconds_count{operation="append"} 2`,
		`causerie_store_errors_total{operation="append"} 1`,
		`causerie_fanout_seconds_count 1`,
		`causerie_deliveries_total 200`,
		`causerie_messages_total 9`,
		`causerie_sends_refused_total{code="rate-limited"} 1`,
		`causerie_sends_refused_total{code="unavailable"} 0`,
		"go_goroutines ",
		"process_resident_memory_bytes ",
	} {
		if !strings.Contains(got, "\n"+want) {
			t.Errorf("there is no line %s", want)
		}
	}
	if strings.Contains(got, `causerie_store_errors_total{operation="arrive"}`) {
		t.Error("a nickname that is taken counts as an error of the store")
	}
}

// Two servers in one process, as in tests, must not share a registry.
func TestMetrics_areNotGlobal(t *testing.T) {
	a, b := NewMetrics("a"), NewMetrics("b")
	a.MessagesKept(1)
	if got := scrape(t, b); !strings.Contains(got, "\ncauserie_messages_total 0") {
		t.Error("a message of one server counts in the other")
	}
}
