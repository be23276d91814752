package engineio

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CORS lets pages of other origins use the polling transport
// (https://fetch.spec.whatwg.org/#http-cors-protocol). The headers are on all
// answers, errors included, and OPTIONS is answered with 204.
type CORS struct {
	// AllowOrigin decides which origins may read answers. Defaults to all.
	AllowOrigin func(origin string) bool
	// Credentials lets pages send cookies. Then the origin is echoed instead
	// of a wildcard. Set AllowOrigin with it: together with the default, every
	// page on the web acts with the cookies of whoever visits it.
	Credentials bool
	// AllowedHeaders are the request headers that pages may set. Defaults to
	// those that the browser asks for.
	AllowedHeaders []string
	// ExposedHeaders are the answer headers that pages may read. Defaults to
	// none.
	ExposedHeaders []string
	// MaxAge is how long browsers may remember the answer to a preflight.
	// Defaults to what the browser thinks fit.
	MaxAge time.Duration
}

func (c *CORS) apply(h http.Header, r *http.Request) {
	origin := r.Header.Get("Origin")
	anyone := c.AllowOrigin == nil && !c.Credentials
	if !anyone {
		h.Add("Vary", "Origin")
	}
	switch {
	case anyone:
		h.Set("Access-Control-Allow-Origin", "*")
	case origin == "" || c.AllowOrigin != nil && !c.AllowOrigin(origin):
		return
	default:
		h.Set("Access-Control-Allow-Origin", origin)
	}
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if len(c.ExposedHeaders) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(c.ExposedHeaders, ", "))
	}
	if r.Method == http.MethodOptions {
		c.preflight(h, r)
	}
}

func (c *CORS) preflight(h http.Header, r *http.Request) {
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	if len(c.AllowedHeaders) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(c.AllowedHeaders, ", "))
	} else if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Add("Vary", "Access-Control-Request-Headers")
		h.Set("Access-Control-Allow-Headers", asked)
	}
	if c.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge/time.Second)))
	}
}

// SameOrigin is an [Options.CheckOrigin] that allows requests without an
// Origin header, as everything but browsers sends them, and those whose Origin
// names the host that was asked.
func SameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// AllowOrigins returns an [Options.CheckOrigin] that allows what [SameOrigin]
// allows and the origins listed, each like "https://chat.example.org". "*"
// stands for every origin.
func AllowOrigins(origins ...string) func(*http.Request) bool {
	all := slices.Contains(origins, "*")
	return func(r *http.Request) bool {
		if all || SameOrigin(r) {
			return true
		}
		origin := r.Header.Get("Origin")
		return slices.ContainsFunc(origins, func(o string) bool { return strings.EqualFold(o, origin) })
	}
}

// validOrigin tells whether the header holds no control characters.
func validOrigin(origin string) bool {
	return !strings.ContainsFunc(origin, func(c rune) bool { return c < 0x20 && c != '\t' || c == 0x7f })
}
