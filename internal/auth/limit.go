package auth

import (
	"math"
	"net/netip"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/rate"
)

const (
	// accountTries and addressTries are the wrong passwords in tryWindow.
	accountTries = 5
	addressTries = 20
	tryWindow    = 15 * time.Minute
	// addressArrivals are the accounts and guests made in arrivalWindow.
	addressArrivals = 20
	arrivalWindow   = time.Hour
)

// An addressLimit is a quota per address, of this node only: nodes behind one
// balancer let through as many times more as there are nodes, which the limits
// per account make up for.
type addressLimit struct{ quota *rate.Quota }

func newAddressLimit(most int, window time.Duration) addressLimit {
	return addressLimit{rate.NewQuota(most, window)}
}

// take counts an act of address, or says when there may be one. An empty
// address has no limit: it is for acts that no stranger can cause.
func (l addressLimit) take(address string, now time.Time) error {
	if address == "" {
		return nil
	}
	if wait := l.quota.Take(now, network(address)); wait > 0 {
		return tooMany("Too many attempts from your network.", wait)
	}
	return nil
}

// giveBack undoes a take: what was counted turned out to be right.
func (l addressLimit) giveBack(address string, now time.Time) {
	l.quota.GiveBack(now, network(address))
}

// network is what one subscriber has: an IPv4 address, or the 64 bits that are
// given out of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return cut(address, 64)
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64)
	return prefix.String()
}

// tooMany returns the error for a limit that ends after wait.
func tooMany(what string, wait time.Duration) *chat.Error {
	wait = time.Duration(math.Ceil(wait.Seconds())) * time.Second
	return &chat.Error{
		Code:       chat.CodeRateLimited,
		Message:    what + " Wait a few minutes and try again.",
		RetryAfter: max(wait, time.Second),
	}
}
