// Package httpapi is everything the program answers over plain HTTP: the
// probes, the metrics, and the frame of headers, deadlines and checks that the
// page and the Socket.IO endpoint stand in. This file is the site map.
package httpapi

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Routes are the parts that other packages answer, and what this one needs.
type Routes struct {
	// SocketIO answers /socket.io/. It checks Origin itself, because which
	// pages may connect is an option, and it sets its own deadlines.
	SocketIO http.Handler
	// Admission decides who may begin a connection. Nil admits everyone.
	Admission *Admission
	// API answers everything below /api. Nil leaves it out.
	API *API
	// Origins are the other sites whose pages may use the API.
	Origins Origins
	// Page answers whatever no other route does, with its own policy.
	Page http.Handler
	// Ready is what /readyz tells.
	Ready *Readiness
	// Cookies carry the sessions of this site's pages.
	Cookies Cookies
	// Proxies may tell whom they ask for. Nil means that none may.
	Proxies Proxies
	// Metrics answers /metrics. Nil leaves the route out.
	Metrics http.Handler
	// PageBuilt is what /healthz says about the page.
	PageBuilt bool
	// Logger gets a line per request at debug level, without query strings:
	// they hold session ids.
	Logger *slog.Logger
}

// Handler returns the whole site.
func (r Routes) Handler() http.Handler {
	plain := http.NewServeMux()
	plain.HandleFunc("GET /healthz", r.healthz)
	plain.HandleFunc("GET /readyz", r.readyz)
	if r.Metrics != nil {
		plain.Handle("GET /metrics", r.Metrics)
	}
	plain.Handle("/", r.Page)

	// Nothing here changes state by a request from another site.
	page := logged(r.Logger, r.Proxies, secured(bounded(http.NewCrossOriginProtection().Handler(plain))))

	site := http.NewServeMux()
	if r.SocketIO != nil {
		realtime := secured(r.Admission.guard(r.Cookies.guard(r.SocketIO)))
		site.Handle("/socket.io/", realtime)
		site.Handle("/socket.io", realtime) // clients with addTrailingSlash: false
		// The stock client is a file beside the endpoint, as Node servers have it.
		for _, file := range []string{"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"} {
			site.Handle("GET /socket.io/"+file, page)
		}
	}
	site.Handle("/", page)
	if r.API == nil {
		return site
	}
	api := r.Origins.shared(r.Origins.protected(r.API.handler(), r.Logger))
	return beside(site, logged(r.Logger, r.Proxies, secured(bounded(api))))
}

// beside has api answer everything below /api, with addresses as they came: a
// mux sends those that are not clean elsewhere, with a page and no problem.
func beside(site, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/") {
			api.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// Limits of the server that carries Routes. ReadTimeout and WriteTimeout stay
// unset: a long poll lasts as long as a ping interval. Its handler and
// bounded set deadlines of their own.
const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 75 * time.Second
	maxHeaderBytes    = 16 << 10
)

// NewServer returns a server for h with limits that a client cannot wear out
// by sending slowly, much, or nothing.
func NewServer(h http.Handler, l *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// What net/http has to say (TLS handshakes of port scanners, mostly)
		// is for whoever looks closely.
		ErrorLog: slog.NewLogLogger(l.Handler(), slog.LevelDebug),
	}
}
