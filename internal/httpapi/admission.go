package httpapi

import (
	"net/http"
	"sync/atomic"
)

// Admission decides whether a new Socket.IO connection may begin. Connections
// that exist go on. All methods may be called at once from many goroutines.
type Admission struct {
	// Limit is how many connections there may be; 0 means no limit.
	Limit int
	// Open tells how many there are.
	Open func() int

	closed atomic.Bool
}

// Close admits nobody any more.
func (a *Admission) Close() { a.closed.Store(true) }

func (a *Admission) refusal() string {
	switch {
	case a.closed.Load():
		return "This server is stopping. Connect again."
	case a.Limit > 0 && a.Open() >= a.Limit:
		return "This server has as many connections as it takes. Try again later."
	}
	return ""
}

// guard refuses handshakes, which are the requests without a session id
// (Engine.IO protocol 4, "Handshake"), with 503.
func (a *Admission) guard(next http.Handler) http.Handler {
	if a == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reason := a.refusal(); reason != "" && r.Method != http.MethodOptions && !r.URL.Query().Has("sid") {
			w.Header().Set("Retry-After", "5")
			http.Error(w, reason, http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
