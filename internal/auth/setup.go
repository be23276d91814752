package auth

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxSetupCodes is how many set-up codes are good at a time: the newest.
const maxSetupCodes = 16

// setupCode is the one that this process tells.
type setupCode struct {
	mu   sync.Mutex
	code string // guarded by mu
}

// SetupCode returns a code that makes whoever uses it first the owner of this
// server. needed is false once there is one. As only hashes are kept, every
// process has a code of its own, and those of the last 16 processes are good:
// the link that a server prints at start survives a restart, and two nodes that
// start together print two links that both work, for one person.
func (a *Accounts) SetupCode(ctx context.Context) (code string, needed bool, err error) {
	a.setup.mu.Lock()
	defer a.setup.mu.Unlock()
	if a.setup.code == "" {
		a.setup.code = newSecret(setupPrefix)
	}
	key := "setup/" + hashOf(a.setup.code)
	err = a.decide(ctx, func() (chat.Commit, error) {
		owner, codes, err := a.setupState(ctx)
		if needed = owner == ""; err != nil || !needed {
			return chat.Commit{}, err
		}
		if slices.ContainsFunc(codes, func(r chat.Record) bool { return r.Key == key }) {
			return chat.Commit{}, nil
		}
		made := func(r chat.Record) int64 { ms, _ := strconv.ParseInt(r.Value, 10, 64); return ms }
		slices.SortFunc(codes, func(x, y chat.Record) int { return cmp.Compare(made(x), made(y)) })
		c := chat.Commit{If: []chat.Record{{Key: "owner"}}}
		for _, old := range codes[:max(0, len(codes)-maxSetupCodes+1)] {
			c.Do = append(c.Do, chat.Remove(old.Key))
		}
		c.Do = append(c.Do, chat.Put(key, strconv.FormatInt(millis(a.now()), 10)))
		return c, nil
	})
	if err != nil || !needed {
		return "", false, err
	}
	return a.setup.code, true, nil
}

func (a *Accounts) setupState(ctx context.Context) (owner string, codes []chat.Record, err error) {
	values, err := a.get(ctx, "owner")
	if err != nil || values[0] != "" {
		return strings.Join(values, ""), nil, err
	}
	codes, err = a.records.List(ctx, shelf, chat.Prefix("setup/", "", listed))
	return "", codes, err
}

// Setup makes the first owner, with the settings they want, and opens a
// session. However many try at once, on whatever nodes, one gets through. The
// error is ErrCode, also once there is an owner, or as of Register.
func (a *Accounts) Setup(ctx context.Context, code string, r Registration, s SettingsChange) (Identity, string, error) {
	if !isSecret(code, setupPrefix) {
		return Identity{}, "", ErrCode
	}
	n, err := newName(r.Name)
	if err != nil {
		return Identity{}, "", err
	}
	email, err := checkEmail(r.Email)
	if err != nil {
		return Identity{}, "", err
	}
	if err := checkPassword(r.Password, n.shown, email); err != nil {
		return Identity{}, "", err
	}
	if _, err := s.apply(DefaultSettings); err != nil {
		return Identity{}, "", err
	}
	if _, err := a.takingOver(ctx, code, "", s); err != nil {
		return Identity{}, "", err
	}
	in := newcomer{name: n, device: r.Device, address: r.Address}
	in.record = accountRecord{Email: email, Role: chat.RoleOwner}
	if in.record.Password, err = a.hasher.hash(ctx, r.Password); err != nil {
		return Identity{}, "", err
	}
	in.also = func(id chat.PersonID) (chat.Commit, error) { return a.takingOver(ctx, code, id, s) }
	return a.admit(ctx, in)
}

// takingOver returns the commit that ends the set-up in favour of id.
func (a *Accounts) takingOver(ctx context.Context, code string, id chat.PersonID, s SettingsChange) (chat.Commit, error) {
	owner, codes, err := a.setupState(ctx)
	if err != nil {
		return chat.Commit{}, err
	}
	key := "setup/" + hashOf(code)
	at := slices.IndexFunc(codes, func(r chat.Record) bool { return r.Key == key })
	if owner != "" || at < 0 {
		return chat.Commit{}, ErrCode
	}
	settings, raw, err := a.settings(ctx)
	if err != nil {
		return chat.Commit{}, err
	}
	if settings, err = s.apply(settings); err != nil {
		return chat.Commit{}, err
	}
	c := chat.Commit{
		If: []chat.Record{{Key: "owner"}, codes[at], {Key: "settings", Value: raw}},
		Do: []chat.Write{chat.Put("settings", encode(settings))},
	}
	for _, used := range codes {
		c.Do = append(c.Do, chat.Remove(used.Key))
	}
	return and(c, crown(id)), nil
}

// crown returns the commit that lists id among the owners and ends the set-up,
// also where the owner was made at the console.
func crown(id chat.PersonID) chat.Commit {
	return chat.Commit{Do: []chat.Write{chat.Put("owner", string(id)), chat.Put("owners/"+string(id), "1")}}
}
