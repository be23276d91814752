package auth

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// An Invitation lets people in through a link.
type Invitation struct {
	ID      string
	Created time.Time
	Expires time.Time // zero: never
	Uses    int       // how many people; 0: no limit
	Used    int
	// By is who invites.
	By chat.PersonID
	// Room is where they are brought, or "".
	Room chat.RoomID
	// Role is what they become: chat.RoleMember or chat.RoleGuest.
	Role chat.Role
}

// A NewInvitation is for CreateInvitation. The zero value lets any number of
// members in for ever.
type NewInvitation struct {
	Uses int           // 0 to 10,000; 0: no limit
	Life time.Duration // 0: for ever; at most ten years
	Room chat.RoomID   // whether by may invite there is the caller's to check
	Role chat.Role     // "" means chat.RoleMember
}

type inviteRecord struct {
	By      chat.PersonID `json:"by"`
	Created int64         `json:"created"`
	Expires int64         `json:"expires,omitempty"`
	Uses    int           `json:"uses,omitempty"`
	Room    chat.RoomID   `json:"room,omitempty"`
	Role    chat.Role     `json:"role"`

	hash string
	used int
}

const (
	maxUses        = 10_000
	maxLife        = 10 * 365 * 24 * time.Hour
	maxInvitations = 2 * listed
)

var errTooManyInvitations = &chat.Error{
	Code:    chat.CodeConflict,
	Message: "There are too many open invitations. Withdraw some that are not needed any more.",
}

// CreateInvitation makes an invitation and returns the code that its link
// carries, which is told this once. Administrators may, and members where
// the settings allow it. The error is CodeForbidden, CodeInvalid, or
// CodeConflict above 1,000 open ones.
func (a *Accounts) CreateInvitation(ctx context.Context, by chat.Actor, n NewInvitation) (i Invitation, code string, err error) {
	if n.Role == "" {
		n.Role = chat.RoleMember
	}
	switch {
	case n.Uses < 0 || n.Uses > maxUses:
		return Invitation{}, "", invalid("An invitation is for at most 10,000 people; 0 means no limit.")
	case n.Life < 0 || n.Life > maxLife:
		return Invitation{}, "", invalid("An invitation lasts at most ten years; 0 means for ever.")
	case n.Role != chat.RoleMember && n.Role != chat.RoleGuest:
		return Invitation{}, "", invalid("An invitation makes somebody a member or a guest.")
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		return Invitation{}, "", err
	}
	if by.Role.Rank() < chat.RoleAdmin.Rank() && (by.Role != chat.RoleMember || !settings.MemberInvitations) {
		return Invitation{}, "", forbidden("You may not invite people to this server. Ask an administrator.")
	}
	if open, err := a.invitations(ctx); err != nil {
		return Invitation{}, "", err
	} else if len(open) >= maxInvitations {
		return Invitation{}, "", errTooManyInvitations
	}
	now := a.now()
	code = newSecret(invitePrefix)
	r := inviteRecord{
		By: by.ID, Created: millis(now), Uses: n.Uses, Room: n.Room, Role: n.Role, hash: hashOf(code),
	}
	if n.Life > 0 {
		r.Expires = millis(now.Add(n.Life))
	}
	err = a.records.Commit(ctx, shelf, chat.Commit{Do: []chat.Write{chat.Put("invite/"+r.hash, encode(r))}})
	return r.public(), code, err
}

func (r inviteRecord) public() Invitation {
	return Invitation{
		ID: idOf(r.hash), Created: instant(r.Created), Expires: instant(r.Expires),
		Uses: r.Uses, Used: r.used, By: r.By, Room: r.Room, Role: r.Role,
	}
}

func (r inviteRecord) expired(now time.Time) bool { return r.Expires != 0 && r.Expires <= millis(now) }

// invitations returns the open invitations and takes away the expired ones it
// meets.
func (a *Accounts) invitations(ctx context.Context) ([]inviteRecord, error) {
	var open []inviteRecord
	var over chat.Commit
	var damaged error
	err := a.each(ctx, "invite/", func(record chat.Record) bool {
		var r inviteRecord
		if r, damaged = decode[inviteRecord](record.Key, record.Value); damaged != nil {
			return false
		}
		r.hash = strings.TrimPrefix(record.Key, "invite/")
		if !r.expired(a.now()) {
			open = append(open, r)
		} else if len(over.Do) < chat.MaxWrites-2 {
			over.Do = append(over.Do, chat.Remove(record.Key), chat.Remove("used/"+r.hash))
		}
		return true
	})
	if err == nil {
		err = damaged
	}
	if err != nil || len(over.Do) == 0 {
		return open, err
	}
	return open, a.records.Commit(ctx, shelf, over)
}

// Invitations returns the open invitations of by, the newest first; for
// administrators those of everybody. An invitation that is used up is not open.
func (a *Accounts) Invitations(ctx context.Context, by chat.Actor) ([]Invitation, error) {
	open, err := a.invitations(ctx)
	if err != nil {
		return nil, err
	}
	if by.Role.Rank() < chat.RoleAdmin.Rank() {
		open = slices.DeleteFunc(open, func(r inviteRecord) bool { return r.By != by.ID })
	}
	var keys []string
	for _, r := range open {
		keys = append(keys, "used/"+r.hash)
	}
	used := make(map[string]int)
	err = a.lookUp(ctx, keys, func(key, value string) (err error) {
		used[key], err = strconv.Atoi(value)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := make([]Invitation, len(open))
	for i, r := range open {
		r.used = used["used/"+r.hash]
		found[i] = r.public()
	}
	slices.SortFunc(found, func(x, y Invitation) int { return y.Created.Compare(x.Created) })
	return found, nil
}

// Invitation returns the invitation behind a code that somebody has been
// given. The error is ErrCode for one that does not let anybody in.
func (a *Accounts) Invitation(ctx context.Context, code string) (Invitation, error) {
	r, _, err := a.use(ctx, code)
	if err != nil {
		return Invitation{}, err
	}
	return r.public(), nil
}

// use returns the commit that uses an invitation once. Those without a limit
// can be used by many at a time.
func (a *Accounts) use(ctx context.Context, code string) (*inviteRecord, chat.Commit, error) {
	if !isSecret(code, invitePrefix) {
		return nil, chat.Commit{}, ErrCode
	}
	hash := hashOf(code)
	key, counter := "invite/"+hash, "used/"+hash
	values, err := a.get(ctx, key, counter)
	if err != nil {
		return nil, chat.Commit{}, err
	}
	if values[0] == "" {
		return nil, chat.Commit{}, ErrCode
	}
	r, err := decode[inviteRecord](key, values[0])
	if err != nil {
		return nil, chat.Commit{}, err
	}
	r.hash = hash
	if values[1] != "" {
		if r.used, err = strconv.Atoi(values[1]); err != nil {
			return nil, chat.Commit{}, err
		}
	}
	if r.expired(a.now()) {
		return nil, chat.Commit{}, ErrCode
	}
	c := chat.Commit{If: []chat.Record{{Key: key, Value: values[0]}}}
	switch {
	case r.Uses == 0:
		c.Do = []chat.Write{chat.Add(counter, 1)}
	case r.used+1 < r.Uses:
		c.If = append(c.If, chat.Record{Key: counter, Value: values[1]})
		c.Do = []chat.Write{chat.Add(counter, 1)}
	default:
		c.If = append(c.If, chat.Record{Key: counter, Value: values[1]})
		c.Do = []chat.Write{chat.Remove(key), chat.Remove(counter)}
	}
	return &r, c, nil
}

// RevokeInvitation withdraws an invitation by its id: one's own, or as an
// administrator any. The error is CodeNotFound, also for those of others.
func (a *Accounts) RevokeInvitation(ctx context.Context, by chat.Actor, id string) error {
	missing := notFound("There is no such invitation, or it is used up.")
	if !isID(id) {
		return missing
	}
	return a.decide(ctx, func() (chat.Commit, error) {
		found, err := a.records.List(ctx, shelf, chat.Prefix("invite/"+id, "", 1))
		if err != nil {
			return chat.Commit{}, err
		}
		if len(found) == 0 {
			return chat.Commit{}, missing
		}
		r, err := decode[inviteRecord](found[0].Key, found[0].Value)
		if err != nil {
			return chat.Commit{}, err
		}
		if r.By != by.ID && by.Role.Rank() < chat.RoleAdmin.Rank() {
			return chat.Commit{}, missing
		}
		hash := strings.TrimPrefix(found[0].Key, "invite/")
		return chat.Commit{If: found, Do: []chat.Write{chat.Remove(found[0].Key), chat.Remove("used/" + hash)}}, nil
	})
}
