package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path"
	"strings"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
)

// apiRoot is where the acts are.
const apiRoot = "/api/v1"

// An API is the door of the chat for whoever asks one thing at a time: every
// act of the contract that has a path.
type API struct {
	House   *contract.House
	Rates   *rate.Keeper
	Cookies Cookies
	Proxies Proxies
	Logger  *slog.Logger
}

// handler returns the routes of the acts.
func (a *API) handler() http.Handler {
	mux := http.NewServeMux()
	for _, act := range contract.Table() {
		if act.Method != "" {
			mux.Handle(act.Method+" "+apiRoot+act.Path, a.route(act))
		}
	}
	var description bytes.Buffer
	if err := contract.WriteOpenAPI(&description); err != nil {
		a.Logger.Error("the description of the HTTP API cannot be made", slog.Any("error", err))
	}
	mux.HandleFunc("GET "+apiRoot+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(description.Bytes()) // nobody is there to be told
	})
	return unrouted(mux)
}

// unrouted answers what no route does as everything else below /api is.
func unrouted(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		// Where an address has empty or dotted parts, the mux would send the
		// client to the one without them, which can be that of another act.
		if pattern != "" && path.Clean(r.URL.Path) == r.URL.Path {
			mux.ServeHTTP(w, r)
			return
		}
		verdict := &unwritten{header: make(http.Header)}
		h.ServeHTTP(verdict, r)
		allow := verdict.header.Get("Allow")
		if allow == "" {
			refuse(w, contract.Error{Code: chat.CodeNotFound, Message: "There is nothing at this address. What there is, is in " + apiRoot + "/openapi.json."})
			return
		}
		w.Header().Set("Allow", allow+", OPTIONS")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		refuseAs(w, http.StatusMethodNotAllowed, contract.Error{Code: chat.CodeInvalid, Message: "This address takes " + allow + " only."})
	})
}

// An unwritten answer keeps its headers and nothing else.
type unwritten struct{ header http.Header }

func (u *unwritten) Header() http.Header         { return u.header }
func (u *unwritten) WriteHeader(int)             {}
func (u *unwritten) Write(b []byte) (int, error) { return len(b), nil }

// route answers one act.
func (a *API) route(act *contract.Act) http.Handler {
	in := intakeOf(act)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		caller, err := a.caller(r)
		if err != nil {
			// A cookie that has ended remains the proof that this device has
			// been here, and must not be in the way of whoever logs in again.
			if act.May != contract.MayAnybody || chat.CodeOf(err) != chat.CodeUnauthorized || r.Header.Get("Authorization") != "" {
				if over, ok := a.limit(w, act, caller); !ok {
					refuse(w, *over) // looking up logins that are none is not free
					return
				}
				a.fail(w, r, act, err)
				return
			}
		}
		if over, ok := a.limit(w, act, caller); !ok {
			refuse(w, *over)
			return
		}
		input, refused := in.read(w, r)
		if refused != nil {
			refuseAs(w, refused.status, refused.Error)
			return
		}
		out, err := a.do(r.Context(), act, caller, input)
		if err != nil {
			a.fail(w, r, act, err)
			return
		}
		a.keepCookie(w, r, act, caller)
		a.answer(w, r, out)
	})
}

// caller finds out who asks. An error leaves what is known of somebody who has
// not logged in.
func (a *API) caller(r *http.Request) (contract.Caller, error) {
	c := contract.Caller{
		Address: host(a.Proxies.ClientAddress(r)),
		Device:  device(r.UserAgent()),
	}
	token := a.Cookies.Token(r)
	c.KnownDevice = token
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, bearer, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return c, auth.ErrSignedOut
		}
		token = strings.TrimSpace(bearer)
	}
	if token == "" {
		return c, nil
	}
	identity, err := a.House.Accounts.Authenticate(r.Context(), token)
	if err != nil {
		return c, err
	}
	c.Identity = &identity
	return c, nil
}

// maxDevice bounds what a session's list says of a device, in bytes.
const maxDevice = 200

func device(userAgent string) string {
	return strings.ToValidUTF8(userAgent[:min(len(userAgent), maxDevice)], "")
}

// do does the act and waits for its outcome.
func (a *API) do(ctx context.Context, act *contract.Act, c contract.Caller, input map[string]json.RawMessage) (any, error) {
	object, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		out any
		err error
	}
	done := make(chan outcome, 1)
	act.Do(ctx, a.House, c, object, func(out any, err error) { done <- outcome{out, err} })
	o := <-done
	return o.out, o.err
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, act *contract.Act, err error) {
	e := contract.ErrorOf(err)
	if e.Code == chat.CodeInternal || e.Code == chat.CodeUnavailable {
		a.Logger.LogAttrs(r.Context(), slog.LevelWarn, "act failed", slog.String("act", act.Name), slog.Any("error", err))
	}
	refuse(w, e)
}

// keepCookie has the browser keep its session for as long as the server does.
// Pages ask for the server and for who they are when they are loaded, which is
// often enough.
func (a *API) keepCookie(w http.ResponseWriter, r *http.Request, act *contract.Act, c contract.Caller) {
	token := a.Cookies.Token(r)
	if token == "" || c.Identity == nil || r.Header.Get("Authorization") != "" {
		return
	}
	if act.Name == "me" || act.Name == "server" {
		a.Cookies.set(w, r, token, c.Identity.Expires)
	}
}

// answer writes out. Who asks for a cookie gets the session's token as one, and
// nowhere a script could read it.
func (a *API) answer(w http.ResponseWriter, r *http.Request, out any) {
	if o, ok := out.(contract.Opening); ok && o.WantsCookie() && !a.Cookies.foreign(r) {
		token, expires := o.Opened()
		a.Cookies.set(w, r, token, expires)
		out = o.WithoutToken()
	}
	body, err := json.Marshal(out)
	if err != nil {
		a.Logger.ErrorContext(r.Context(), "an answer cannot be written", slog.Any("error", err))
		refuse(w, contract.ErrorOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // nobody is there to be told
}
