package httpapi

import (
	"log/slog"
	"net/http"
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// Origins are the other sites whose pages may use the API, with a token of
// their own: our cookie never counts for them, see Cookies.
type Origins struct {
	List []string
	Any  bool
}

func (o Origins) allow(origin string) bool {
	return origin != "" && (o.Any || slices.Contains(o.List, origin))
}

// shared lets pages of the sites read the answers of next
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
func (o Origins) shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); o.allow(origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
				h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
				h.Set("Access-Control-Max-Age", "600")
			}
		}
		next.ServeHTTP(w, r)
	})
}

// protected refuses what a page of another site would change.
func (o Origins) protected(next http.Handler, l *slog.Logger) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, origin := range o.List {
		if err := p.AddTrustedOrigin(origin); err != nil {
			l.Error("a site of --origins cannot use the API", slog.String("origin", origin), slog.Any("error", err))
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, contract.Error{
			Code:    chat.CodeForbidden,
			Message: "A page of another site cannot do this here. Its address must be listed in --origins.",
		})
	}))
	guarded := p.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.Any && r.Header.Get("Authorization") != "" {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}
