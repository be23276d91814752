package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// cookieName is the session's over plain HTTP, which is for one's own
	// machine; secureCookieName is the one that browsers take from nobody but
	// this very host over HTTPS.
	cookieName       = "causerie"
	secureCookieName = "__Host-causerie"
)

// Cookies are how the pages of this site carry their session.
type Cookies struct {
	// Origin is where people reach the site, such as https://chat.example.org,
	// or "" when requests show it.
	Origin string
	// Proxies may say by X-Forwarded-Proto that people come over HTTPS.
	Proxies Proxies
}

// secure reports whether the client came over HTTPS.
func (c Cookies) secure(r *http.Request) bool {
	if c.Origin != "" {
		return strings.HasPrefix(c.Origin, "https:")
	}
	if r.TLS != nil {
		return true
	}
	peer, ok := parseAddr(r.RemoteAddr)
	return ok && c.Proxies.contain(peer) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func (c Cookies) name(r *http.Request) string {
	if c.secure(r) {
		return secureCookieName
	}
	return cookieName
}

// Token returns the session that r carries as a cookie, or "". A cookie counts
// only where a page of this site has sent it: a browser adds it to whatever
// asks for our address.
func (c Cookies) Token(r *http.Request) string {
	if !c.own(r) {
		return ""
	}
	cookie, err := r.Cookie(c.name(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// own reports whether a page of this site, or the address bar, makes the
// request. Browsers say so in Origin, in Sec-Fetch-Site or, to hosts that have
// no HTTPS, in Referer alone. What says none of these is no page.
func (c Cookies) own(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		return c.sameOrigin(r, origin)
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	referer := r.Header.Get("Referer")
	return referer != "" && c.sameOrigin(r, referer)
}

// foreign reports whether a page of another site makes the request.
func (c Cookies) foreign(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && !c.sameOrigin(r, origin)
}

func (c Cookies) sameOrigin(r *http.Request, page string) bool {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return false
	}
	if c.Origin != "" && strings.EqualFold(u.Scheme+"://"+u.Host, c.Origin) {
		return true
	}
	// Where people come over HTTPS, a page that came over HTTP can be anybody's
	// on the way. The other way round it is a proxy of ours that was not named.
	return strings.EqualFold(u.Host, r.Host) && (u.Scheme == "https" || u.Scheme == "http" && !c.secure(r))
}

// downgraded reports whether a page of this host asks that did not come the safe
// way that the host has.
func (c Cookies) downgraded(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Scheme == "http" && strings.EqualFold(u.Host, r.Host) && c.secure(r)
}

// set gives the session to the browser until it ends.
func (c Cookies) set(w http.ResponseWriter, r *http.Request, token string, expires time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name: c.name(r), Value: token, Path: "/", Expires: expires,
		Secure: c.secure(r), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// SessionHeader is where the site puts the session of a handshake for the
// Socket.IO server to keep. Clients cannot set it.
const SessionHeader = "X-Causerie-Session"

// guard hands the session of a handshake on in SessionHeader, and nothing else
// of the cookies: what the server keeps per connection is kept for long.
func (c Cookies) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del(SessionHeader)
		if _, err := r.Cookie(c.name(r)); err == nil && c.downgraded(r) {
			http.Error(w, "This page came over HTTP. Load it over HTTPS.", http.StatusForbidden)
			return
		}
		if token := c.Token(r); token != "" {
			r.Header.Set(SessionHeader, token)
		}
		next.ServeHTTP(w, r)
	})
}
