package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// maxApp is how many bytes a client can keep in Prefs.App.
const maxApp = 8 << 10

// Prefs are what a person has chosen, for all their devices.
type Prefs struct {
	// Receipts: others see how far the person has read.
	Receipts bool
	// Theme, Locale and SendKey are the clients' to name.
	Theme, Locale, SendKey string
	// App is a JSON object that clients keep for themselves, or "".
	App string
}

// A PrefsChange changes what is not nil. App null takes it away.
type PrefsChange struct {
	Receipts               *bool
	Theme, Locale, SendKey *string
	App                    json.RawMessage
}

// prefsRecord is how Prefs are kept; the zero value is what nobody has chosen.
type prefsRecord struct {
	Hidden  bool   `json:"hidden,omitempty"` // no receipts
	Theme   string `json:"theme,omitempty"`
	Locale  string `json:"locale,omitempty"`
	SendKey string `json:"sendKey,omitempty"`
	App     string `json:"app,omitempty"`
}

const prefsKey = "prefs"

// Prefs returns what the person has chosen.
func (d *Desks) Prefs(ctx context.Context, a Actor) (Prefs, error) {
	var r prefsRecord
	if a.ID.hasShelf() {
		v, err := d.store.Get(ctx, PersonShelf(a.ID), prefsKey)
		if err == nil {
			err = decode(v[0], &r)
		}
		if err != nil {
			return Prefs{}, err
		}
	}
	return r.prefs(), nil
}

func (r prefsRecord) prefs() Prefs {
	return Prefs{Receipts: !r.Hidden, Theme: r.Theme, Locale: r.Locale, SendKey: r.SendKey, App: r.App}
}

// SetPrefs changes what the person has chosen and returns all of it.
func (d *Desks) SetPrefs(ctx context.Context, a Actor, c PrefsChange) (Prefs, error) {
	if err := c.check(); err != nil {
		return Prefs{}, err
	}
	var now prefsRecord
	err := retry(func() error {
		v, err := d.store.Get(ctx, PersonShelf(a.ID), prefsKey)
		if err != nil {
			return err
		}
		now = prefsRecord{}
		if err := decode(v[0], &now); err != nil {
			return err
		}
		c.apply(&now)
		return d.store.Commit(ctx, PersonShelf(a.ID), Commit{
			If: []Record{{Key: prefsKey, Value: v[0]}}, Do: []Write{Put(prefsKey, encode(now))},
		})
	})
	return now.prefs(), err
}

func (c PrefsChange) check() error {
	for _, s := range []*string{c.Theme, c.Locale, c.SendKey} {
		if s != nil && (len(*s) > 32 || !utf8.ValidString(*s)) {
			return invalid("A preference is a name of at most 32 characters.")
		}
	}
	if len(c.App) > maxApp {
		return invalid(fmt.Sprintf("What an app keeps for itself is at most %d bytes.", maxApp))
	}
	var app map[string]any
	if len(c.App) > 0 && json.Unmarshal(c.App, &app) != nil {
		return invalid("What an app keeps for itself must be a JSON object, or null.")
	}
	return nil
}

func (c PrefsChange) apply(r *prefsRecord) {
	if c.Receipts != nil {
		r.Hidden = !*c.Receipts
	}
	for _, change := range []struct{ to, from *string }{{&r.Theme, c.Theme}, {&r.Locale, c.Locale}, {&r.SendKey, c.SendKey}} {
		if change.from != nil {
			*change.to = *change.from
		}
	}
	if len(c.App) > 0 {
		r.App = string(c.App)
		if r.App == "null" {
			r.App = ""
		}
	}
}
