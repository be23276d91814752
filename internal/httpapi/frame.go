package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

// secured sets headers that are right for every answer. The page replaces the
// policy by one that lets its own files load.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
		next.ServeHTTP(w, r)
	})
}

// requestTimeout is for a request that is answered at once: reading its body
// and a slow client's taking of the answer.
const requestTimeout = 60 * time.Second

func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// net/http clears both deadlines before the connection's next request.
		c := http.NewResponseController(w)
		deadline := time.Now().Add(requestTimeout)
		// Writers of tests have no deadlines; there is nothing to bound then.
		_ = c.SetReadDeadline(deadline)
		_ = c.SetWriteDeadline(deadline)
		next.ServeHTTP(w, r)
	})
}

func logged(l *slog.Logger, p Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		s := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(s, r)
		l.LogAttrs(r.Context(), slog.LevelDebug, "request",
			slog.String("method", r.Method),
			slog.String("path", r.URL.Path),
			slog.Int("status", s.status),
			slog.Duration("duration", time.Since(start)),
			slog.String("address", p.ClientAddress(r)))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 || w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
