package engineio

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A refusal is an error that the protocol knows, and how it is told.
type refusal struct {
	status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var (
	unknownTransport   = &refusal{http.StatusBadRequest, 0, "Transport unknown"}
	unknownSession     = &refusal{http.StatusBadRequest, 1, "Session ID unknown"}
	badHandshakeMethod = &refusal{http.StatusBadRequest, 2, "Bad handshake method"}
	badRequest         = &refusal{http.StatusBadRequest, 3, "Bad request"}
	forbidden          = &refusal{http.StatusForbidden, 4, "Forbidden"}
	unsupportedVersion = &refusal{http.StatusBadRequest, 5, "Unsupported protocol version"}
	closing            = &refusal{http.StatusServiceUnavailable, 3, "Server shutting down"}
	upgradeRequired    = &refusal{http.StatusUpgradeRequired, 3, "Unsupported websocket version"}
	tooLarge           = &refusal{http.StatusRequestEntityTooLarge, 3, "Payload too large"}
	bodyTimeout        = &refusal{http.StatusRequestTimeout, 3, "Request body timeout"}
)

// A request is what the protocol wants to know of an HTTP request.
type request struct {
	*http.Request
	transport string
	sid       string
	upgrade   bool // asks for a websocket
	base64    bool // wants no binary frames
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.CORS != nil {
		s.options.CORS.apply(w.Header(), r)
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	req := &request{Request: r}
	if refused := s.route(w, req); refused != nil {
		s.refuse(w, req, refused)
	}
}

// route checks the request in the order of the reference implementation and
// gives it to its transport.
func (s *Server) route(w http.ResponseWriter, r *request) *refusal {
	query := r.URL.Query()
	r.transport, r.sid = query.Get("transport"), query.Get("sid")
	r.base64 = query.Has("b64")
	r.upgrade = isUpgrade(r.Request)
	switch {
	case !slices.Contains(s.options.Transports, r.transport):
		return unknownTransport
	case !validOrigin(r.Header.Get("Origin")):
		return badRequest
	case s.options.CheckOrigin != nil && !s.options.CheckOrigin(r.Request):
		return forbidden
	}
	if query.Has("sid") {
		return s.routeSession(w, r, query)
	}
	switch {
	case query.Get("EIO") != "4":
		return unsupportedVersion
	case r.Method != http.MethodGet:
		return badHandshakeMethod
	case r.upgrade != (r.transport == Websocket):
		return badRequest
	}
	if refused := s.allow(r.Request); refused != nil {
		return refused
	}
	if r.transport == Websocket {
		return s.openWebsocket(w, r)
	}
	return s.openPolling(w, r)
}

func (s *Server) routeSession(w http.ResponseWriter, r *request, query url.Values) *refusal {
	session := s.session(r.sid)
	switch {
	case session == nil:
		return unknownSession
	case query.Get("EIO") != "4":
		return unsupportedVersion
	case r.upgrade != (r.transport == Websocket):
		return badRequest
	case r.transport == Websocket:
		if refused := s.allow(r.Request); refused != nil {
			return refused
		}
		return s.joinWebsocket(w, r, session)
	case r.Method == http.MethodGet:
		return session.servePoll(w, r)
	case r.Method == http.MethodPost:
		return session.servePost(w, r)
	}
	return badRequest
}

// allow asks the program.
func (s *Server) allow(r *http.Request) *refusal {
	if s.options.AllowRequest == nil {
		return nil
	}
	if err := s.options.AllowRequest(r); err != nil {
		return &refusal{http.StatusForbidden, forbidden.Code, err.Error()}
	}
	return nil
}

func (s *Server) refuse(w http.ResponseWriter, r *request, refused *refusal) {
	s.stats.refused.Add(1)
	s.log(slog.LevelDebug, "request refused", nil,
		slog.String("remote", r.RemoteAddr), slog.Int("code", refused.Code), slog.String("error", refused.Message))
	h := w.Header()
	s.addHeader(h, r.Request, false)
	h.Set("Cache-Control", "no-store")
	switch refused {
	case closing:
		h.Set("Retry-After", "1")
	case upgradeRequired:
		h.Set("Sec-WebSocket-Version", "13")
	}
	if r.ProtoMajor == 1 && (r.upgrade || r.Method != http.MethodGet) {
		h.Set("Connection", "close") // or net/http would wait for the body first
	}
	if r.upgrade {
		h.Set("Content-Type", "text/plain; charset=UTF-8")
		w.WriteHeader(refused.status)
		_, _ = w.Write([]byte(refused.Message))
		return
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(refused.status)
	_ = json.NewEncoder(w).Encode(refused)
}

func (s *Server) addHeader(h http.Header, r *http.Request, initial bool) {
	if s.options.Header != nil {
		s.options.Header(h, r, initial)
	}
}

// handshakeOf copies what a session remembers, so that the request can go.
func (s *Server) handshakeOf(r *http.Request) Handshake {
	h := Handshake{
		RemoteAddr: strings.Clone(s.options.ClientAddress(r)),
		RawQuery:   strings.Clone(r.URL.RawQuery),
		Time:       time.Now(),
		Secure:     r.TLS != nil,
	}
	for _, name := range s.options.KeepHeaders {
		name = http.CanonicalHeaderKey(name)
		if values := r.Header[name]; len(values) > 0 {
			if h.Header == nil {
				h.Header = make(http.Header)
			}
			for _, value := range values {
				h.Header[name] = append(h.Header[name], strings.Clone(value))
			}
		}
	}
	return h
}

// openPacket is the first packet a client receives ("Handshake").
func (s *Server) openPacket(session *Session, upgrades []string) string {
	data, err := json.Marshal(struct {
		SID          string   `json:"sid"`
		Upgrades     []string `json:"upgrades"`
		PingInterval int64    `json:"pingInterval"`
		PingTimeout  int64    `json:"pingTimeout"`
		MaxPayload   int      `json:"maxPayload"`
	}{
		session.ID(), upgrades,
		s.options.PingInterval.Milliseconds(), s.options.PingTimeout.Milliseconds(),
		s.options.MaxPayload,
	})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(typeOpen) + string(data)
}

func (s *Server) upgrades() []string {
	if s.options.NoUpgrade || !slices.Contains(s.options.Transports, Websocket) {
		return []string{}
	}
	return []string{Websocket}
}
