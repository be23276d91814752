package realtime

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/socketio"
)

// endedExpired is the reason of a login that has come to its own end. The others
// are package auth's.
const endedExpired = "expired"

const (
	// checkInterval is how often it is looked for connections whose time has
	// come. Logins that end before the next look are awaited, and no more often
	// than once in leastCheck: many can end at almost the same time.
	checkInterval = 5 * time.Second
	leastCheck    = 50 * time.Millisecond
	// recheckAfter is when a connection's right to be here is looked up again:
	// sessions that are used are prolonged by that, and one whose end nobody
	// has told is closed.
	recheckAfter = time.Hour
	// checksAtOnce bounds the look-ups when everybody's right is in doubt.
	checksAtOnce = 8
)

// revoked closes the connections of those who have lost the right to be here,
// wherever it was taken from them.
type revoked struct {
	chat *Chat
	stop func()
	// told counts what the accounts have told. Who connects compares it: a
	// sign-out between the proof of who they are and their place at the desk
	// would otherwise meet nobody.
	told atomic.Uint64
	// soon is for the patrol: somebody has come whose login ends before its
	// next look.
	soon chan struct{}
}

func (r *revoked) epoch() uint64 { return r.told.Load() }

func (r *revoked) open(ctx context.Context) (err error) {
	r.stop, err = r.chat.house.Accounts.Watch(ctx, r.hear)
	if err == nil {
		r.chat.spawn(r.patrol)
	}
	return err
}

// hear is told by package auth.
func (r *revoked) hear(e auth.Ended, changed []chat.PersonID) {
	r.told.Add(1)
	ends := make(map[string]bool, len(e.Sessions))
	for _, s := range e.Sessions {
		ends[s] = true
	}
	switch {
	case e.Everyone:
		r.chat.spawn(func() { r.check(r.chat.desks.all()) })
	case len(ends) > 0:
		for _, v := range r.chat.desks.all() {
			if ends[v.who().Session] {
				v.signOut(e.Reason)
			}
		}
	}
	for _, id := range e.People {
		for _, v := range r.chat.desks.devices(id) {
			v.signOut(e.Reason)
		}
	}
	if len(changed) > 0 {
		r.chat.people.do(func() { r.chat.profiles(changed) })
	}
}

// patrol looks after connections that stay for long.
func (r *revoked) patrol() {
	look := time.NewTimer(checkInterval)
	defer look.Stop()
	for {
		select {
		case <-r.chat.ctx.Done():
			return
		case <-r.soon:
		case <-look.C:
		}
		now := r.chat.options.Now()
		due, wait := r.due(now)
		r.check(due)
		look.Reset(wait)
	}
}

// due returns whose right to be here should be looked up now, and when to look
// again.
func (r *revoked) due(now time.Time) (due []*visitor, wait time.Duration) {
	wait = checkInterval
	for _, v := range r.chat.desks.all() {
		if v.due(now) {
			due = append(due, v)
		} else if expires := v.who().Expires; !expires.IsZero() {
			wait = min(wait, expires.Sub(now))
		}
	}
	return due, max(wait, leastCheck)
}

// expect has the patrol await the end of a login that is near.
func (r *revoked) expect(v *visitor) {
	expires := v.who().Expires
	if expires.IsZero() || expires.Sub(r.chat.options.Now()) > checkInterval {
		return
	}
	select {
	case r.soon <- struct{}{}:
	default: // it is about to look anyway
	}
}

// check looks up whether the visitors may still be here.
func (r *revoked) check(visitors []*visitor) {
	var wg sync.WaitGroup
	places := make(chan struct{}, checksAtOnce)
	for _, v := range visitors {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(r.chat.ctx, storeTimeout)
			defer cancel()
			v.renew(ctx)
		})
	}
	wg.Wait()
}

// due reports whether the visitor's right to be here should be looked up.
func (v *visitor) due(now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	expires := v.identity.Expires
	return now.Sub(v.checked) >= recheckAfter || !expires.IsZero() && !now.Before(expires)
}

// renew reports whether the visitor may still be here, and signs it out if not.
// A store that does not answer leaves everything as it is.
func (v *visitor) renew(ctx context.Context) bool {
	before := v.who()
	now := v.chat.options.Now()
	i, err := v.chat.house.Accounts.Current(ctx, before)
	switch {
	case err == nil:
		v.mu.Lock()
		v.identity, v.checked = i, now
		v.mu.Unlock()
		return true
	case chat.CodeOf(err) != chat.CodeUnauthorized:
		v.chat.options.Logger.Warn("a connection's right to be here could not be looked up", slog.Any("error", err))
		return true
	case errors.Is(err, auth.ErrDisabled):
		v.signOut(auth.EndedBanned)
	case !before.Expires.IsZero() && !now.Before(before.Expires):
		v.signOut(endedExpired)
	default:
		v.signOut(auth.EndedRevoked)
	}
	return false
}

// still reports whether nothing has happened to the visitor's right to be here
// since it was proved.
func (v *visitor) still(ctx context.Context) bool {
	return v.chat.revoked.epoch() == v.epoch || v.renew(ctx)
}

// signOut closes the connection for good.
func (v *visitor) signOut(reason string) {
	_ = v.socket.Emit(eventSignedOut, contract.SignedOut{Reason: reason}) // ended: knows it already
	v.socket.Disconnect(true)
}

// profiles tells everybody of people who have changed, and their own devices
// what they are now.
func (c *Chat) profiles(changed []chat.PersonID) {
	ctx, cancel := context.WithTimeout(c.ctx, storeTimeout)
	defer cancel()
	for _, id := range changed {
		for _, v := range c.desks.devices(id) {
			v.renew(ctx)
		}
		if d := c.desks.of(id); d != nil {
			d.Prefs()
		}
	}
	found, err := c.house.Accounts.People(ctx, changed)
	if err == nil {
		people, err := c.house.PeopleOf(ctx, found)
		if err == nil {
			for _, p := range people {
				if enc, err := socketio.Encode(chatNamespace, eventPersonUpdated, contract.PersonUpdated{Person: p}); err == nil {
					c.news.tell(enc)
				}
			}
			return
		}
	}
	c.options.Logger.Warn("changes of people were not told", slog.Any("error", err))
}
