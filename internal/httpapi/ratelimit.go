package httpapi

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
)

// limit counts one act of the caller, tells them what is left of their
// allowance (the RateLimit header fields), and reports whether it may be done.
// People have an allowance each, over all doors; whoever has not logged in
// shares that of their address.
func (a *API) limit(w http.ResponseWriter, act *contract.Act, c contract.Caller) (*contract.Error, bool) {
	key := "@" + c.Address
	if c.Identity != nil {
		key = string(c.Identity.Person.ID)
	}
	d := a.Rates.Judge(key, string(act.Class), act.Class.Rate(a.House.Limits.SendRate))
	if d.Limit > 0 {
		h := w.Header()
		h.Set("RateLimit-Limit", strconv.Itoa(d.Limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(max(0, d.Left)))
		h.Set("RateLimit-Reset", strconv.Itoa(wholeSeconds(d.Reset)))
	}
	if d.Verdict == rate.Accept {
		return nil, true
	}
	return &contract.Error{
		Code:       chat.CodeRateLimited,
		Message:    "This is too much in too short a time. Wait for as long as Retry-After says and send it again.",
		RetryAfter: max(1, wholeSeconds(d.Wait)),
	}, false
}

func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// host returns an address without its port.
func host(address string) string {
	if h, _, err := net.SplitHostPort(address); err == nil {
		return h
	}
	return address
}
