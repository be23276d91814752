package auth

import (
	"context"
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Options are for New. The zero value is usable.
type Options struct {
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// Logger is told what people who run the server should know. Nil means
	// silence. Passwords, tokens and codes never reach it.
	Logger *slog.Logger
	// Names reports whether a guest of the classic namespace holds the name
	// with this key (chat.NameKey) at the moment. Nil means that none does.
	Names func(key string) bool
	// Issuers are the other sites whose signed tokens are good here.
	Issuers []*Issuer
	// Defaults are the settings until somebody changes them. The zero value
	// means DefaultSettings.
	Defaults Settings

	cost cost // of new password hashes; the zero value means standardCost
}

// Accounts is everybody who is known on this server. All methods may be called
// at once from many goroutines and on many nodes.
//
// Errors are *chat.Error: CodeUnavailable where the store does not answer, and
// otherwise as each method says.
type Accounts struct {
	records  chat.Records
	now      func() time.Time
	logger   *slog.Logger
	held     func(key string) bool
	issuers  map[string]*Issuer
	defaults Settings
	hasher   *hasher
	logins   addressLimit // wrong passwords per address
	arrivals addressLimit // new accounts and guests per address
	setup    setupCode
}

// New returns the accounts that r keeps.
func New(r chat.Records, o Options) *Accounts {
	a := &Accounts{
		records:  r,
		now:      o.Now,
		logger:   o.Logger,
		held:     o.Names,
		issuers:  make(map[string]*Issuer),
		defaults: o.Defaults,
		logins:   newAddressLimit(addressTries, tryWindow),
		arrivals: newAddressLimit(addressArrivals, arrivalWindow),
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.logger == nil {
		a.logger = slog.New(slog.DiscardHandler)
	}
	if a.held == nil {
		a.held = func(string) bool { return false }
	}
	if a.defaults == (Settings{}) {
		a.defaults = DefaultSettings
	}
	if o.cost == (cost{}) {
		o.cost = standardCost
	}
	a.hasher = newHasher(o.cost)
	for _, issuer := range o.Issuers {
		a.issuers[issuer.name] = issuer
	}
	return a
}

// Watch calls f with what ends and what changes, on any node, until stop is
// called, under the terms of chat.Records.WatchShelf: a hint that is there
// within a second. Whoever keeps connections closes those of Ended, and asks
// Current about everyone where Ended.Everyone is set. changed are people whose
// name, role, status or state of being disabled may be another now.
func (a *Accounts) Watch(ctx context.Context, f func(e Ended, changed []chat.PersonID)) (stop func(), err error) {
	return a.records.WatchShelf(ctx, shelf, func(records []chat.Record) { tell(records, f) })
}
