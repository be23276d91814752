package auth

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// An Account is somebody who is known here.
type Account struct {
	chat.Profile
	Email string
	// Guest is as in Identity.
	Guest   bool
	Created time.Time
	// Seen is when the person was last signed in, to the hour.
	Seen time.Time
	// Reason is what an administrator said who disabled the account or kicked
	// it last.
	Reason string
}

// accountRecord is what is kept. It is written whole, under the condition that
// it is as it was read.
type accountRecord struct {
	ID       chat.PersonID `json:"id"`
	Name     string        `json:"name"`
	Role     chat.Role     `json:"role"`
	Guest    bool          `json:"guest,omitempty"`
	Email    string        `json:"email,omitempty"`
	Status   string        `json:"status,omitempty"`
	Password string        `json:"password,omitempty"` // PHC string
	Issuer   string        `json:"issuer,omitempty"`   // the other site that vouches
	Invited  bool          `json:"invited,omitempty"`  // as a member, by an invitation
	Created  int64         `json:"created"`
	Disabled bool          `json:"disabled,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	// NotBefore ends the tokens of other sites that were signed before it.
	NotBefore int64 `json:"notBefore,omitempty"`
	// Ended is why all sessions ended, in the very version that ended them:
	// it tells other nodes through the watch, and the next version drops it.
	Ended string `json:"ended,omitempty"`
}

func (r accountRecord) key() string { return "account/" + string(r.ID) }

func (r accountRecord) person() chat.Person { return chat.Person{ID: r.ID, Nickname: r.Name} }

func (r accountRecord) profile() chat.Profile {
	return chat.Profile{Person: r.person(), Role: r.Role, Status: r.Status, Disabled: r.Disabled}
}

func (r accountRecord) public(seen string) Account {
	ms, _ := strconv.ParseInt(seen, 10, 64)
	return Account{
		Profile: r.profile(), Email: r.Email, Guest: r.Guest, Reason: r.Reason,
		Created: instant(r.Created), Seen: instant(ms),
	}
}

// account returns the record and the value it was read from.
func (a *Accounts) account(ctx context.Context, id chat.PersonID) (accountRecord, string, error) {
	if !isPersonID(id) {
		return accountRecord{}, "", ErrNoPerson
	}
	key := "account/" + string(id)
	values, err := a.get(ctx, key)
	if err != nil {
		return accountRecord{}, "", err
	}
	if values[0] == "" {
		return accountRecord{}, "", ErrNoPerson
	}
	r, err := decode[accountRecord](key, values[0])
	return r, values[0], err
}

// change does what f decides about one account. f changes the record and
// returns what else belongs to the commit.
func (a *Accounts) change(ctx context.Context, id chat.PersonID, f func(*accountRecord) (chat.Commit, error)) (accountRecord, error) {
	var changed accountRecord
	err := a.decide(ctx, func() (chat.Commit, error) {
		r, raw, err := a.account(ctx, id)
		if err != nil {
			return chat.Commit{}, err
		}
		r.Ended = ""
		c, err := f(&r)
		if err != nil {
			return chat.Commit{}, err
		}
		changed = r
		c.If = append(c.If, chat.Record{Key: r.key(), Value: raw})
		c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
		return c, nil
	})
	return changed, err
}

// Account returns what is known of somebody. The error is ErrNoPerson.
func (a *Accounts) Account(ctx context.Context, p chat.PersonID) (Account, error) {
	if !isPersonID(p) {
		return Account{}, ErrNoPerson
	}
	key := "account/" + string(p)
	values, err := a.get(ctx, key, "seen/"+string(p))
	if err != nil {
		return Account{}, err
	}
	if values[0] == "" {
		return Account{}, ErrNoPerson
	}
	r, err := decode[accountRecord](key, values[0])
	return r.public(values[1]), err
}

const (
	// maxPage is the most accounts that List returns.
	maxPage = 200
	// maxScan bounds how many names one call of List looks at.
	maxScan = 4 * listed
)

// List returns up to limit (1 to 200, 0 means 50) accounts and guests in the
// order of their names, those whose name contains query, after cursor: "" or
// the next of the call before. A page may be short, or empty, and still have a
// next. total is how many there are without query.
func (a *Accounts) List(ctx context.Context, query, cursor string, limit int) (found []Account, next string, total int, err error) {
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, maxPage)
	after, err := readCursor(cursor)
	if err != nil {
		return nil, "", 0, err
	}
	ids, next, err := a.search(ctx, fold(query), after, limit)
	if err != nil {
		return nil, "", 0, err
	}
	keys := []string{"count"}
	for _, id := range ids {
		keys = append(keys, "account/"+id, "seen/"+id)
	}
	values, err := a.get(ctx, keys...)
	if err != nil {
		return nil, "", 0, err
	}
	total, _ = strconv.Atoi(values[0])
	for i := 1; i < len(values); i += 2 {
		if values[i] == "" {
			continue
		}
		r, err := decode[accountRecord](keys[i], values[i])
		if err != nil {
			return nil, "", 0, err
		}
		found = append(found, r.public(values[i+1]))
	}
	return found, next, total, nil
}

// search returns the ids behind the names that contain query.
func (a *Accounts) search(ctx context.Context, query, after string, limit int) (ids []string, next string, err error) {
	for scanned := 0; scanned < maxScan; scanned += listed {
		page, err := a.records.List(ctx, shelf, chat.Prefix("name/", after, listed))
		if err != nil {
			return nil, "", err
		}
		for _, r := range page {
			after = r.Key
			if !strings.Contains(strings.TrimPrefix(r.Key, "name/"), query) {
				continue
			}
			if ids = append(ids, r.Value); len(ids) == limit {
				return ids, writeCursor(after), nil
			}
		}
		if len(page) < listed {
			return ids, "", nil
		}
	}
	return ids, writeCursor(after), nil
}

// Cursors name a place, and are opaque so that nobody builds on the form.
func writeCursor(key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.TrimPrefix(key, "name/")))
}

func readCursor(s string) (key string, err error) {
	if s == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > maxClaim {
		return "", invalid("This cursor is not one of this server. Begin without one.")
	}
	return "name/" + string(b), nil
}
