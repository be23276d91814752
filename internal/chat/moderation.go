package chat

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// maxMute is the longest that one mute lasts.
const maxMute = 365 * 24 * time.Hour

var (
	errMuteTime  = invalid("A mute lasts from 1 second to 365 days.")
	errRank      = invalid("A rank is one of owner, moderator and member.")
	errRankGuest = invalid("Only accounts can be given a rank: a nickname without an account may be somebody else's tomorrow.")
)

// power has an act of power done by a on who: a must be allowed to, and where
// the act asks for it of a higher level than who. It goes into the audit log.
func (r *Rooms) power(ctx context.Context, a Actor, room RoomID, id ID, what act, kind Kind, who PersonID,
	judge func(look) (verdict, error),
) error {
	var role Role
	known := false
	e, err := r.decide(ctx, a, room, id, kind, who, func(l look) (verdict, error) {
		// Whoever may not do it learns nothing of who, not even whether there
		// is such a person.
		if err := l.permit(what, a.Role); err != nil && !l.withdraws(a, what) {
			return verdict{}, err
		}
		if !known {
			var err error
			if role, err = r.roleOf(ctx, l); err != nil {
				return verdict{}, err
			}
			known = true
		}
		weight := l.level
		if permissions[what].admin && a.Role.Rank() >= RoleAdmin.Rank() {
			weight = max(weight, levelOf(RoomInfo{ID: room, Kind: RoomPublic}, Membership{}, a.Role))
		}
		if permissions[what].above && levelOf(l.info, l.subject, role) >= weight {
			return verdict{}, errAbove
		}
		return judge(l)
	})
	if err != nil || e.Seq == 0 || what == actResolve { // the report has its own line
		return err
	}
	var said ActData
	if err := decode(e.Data, &said); err != nil {
		return err
	}
	return r.note(ctx, noteOf(e, a, what, who, cmp.Or(said.Reason, string(said.Rank))))
}

// withdraws reports whether the act takes an invitation back that a has made.
func (l look) withdraws(a Actor, what act) bool {
	return what == actRemove && l.level >= levelMember && l.subject.State == StateInvited && l.subject.By == a.ID
}

// roleOf returns the role of the look's subject, who must be somebody: an
// account, or in the lobby a nickname.
func (r *Rooms) roleOf(ctx context.Context, l look) (Role, error) {
	if !l.who.hasShelf() {
		if key, err := NameKey(strings.TrimPrefix(string(l.who), guestPrefix)); err != nil || l.info.ID != Lobby || guestPrefix+PersonID(key) != l.who {
			return "", errNoPerson
		}
		return RoleGuest, nil
	}
	known, err := r.directory.People(ctx, []PersonID{l.who})
	switch {
	case err != nil:
		return "", err
	case len(known) > 0:
		return known[0].Role, nil
	case l.subjectRecord == "":
		return "", errNoPerson
	}
	return RoleGuest, nil
}

// Ban keeps somebody of lower rank out of the room, or of the lobby, until
// Unban: they may neither read nor join it, and cannot be invited. Whoever is
// banned already stays so.
func (r *Rooms) Ban(ctx context.Context, a Actor, room RoomID, id ID, who PersonID, reason string) error {
	return r.ban(ctx, a, room, id, actBan, who, reason)
}

func (r *Rooms) ban(ctx context.Context, a Actor, room RoomID, id ID, what act, who PersonID, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return r.power(ctx, a, room, id, what, KindBan, who, func(l look) (verdict, error) {
		if l.subject.State == StateBanned {
			return verdict{}, errSettled
		}
		return verdict{data: encode(ActData{Reason: reason}), next: Membership{
			State: StateBanned, By: a.ID, Since: r.moment(), Reason: reason, MutedUntil: l.subject.MutedUntil,
		}}, nil
	})
}

// Unban lifts a ban. It brings nobody back in.
func (r *Rooms) Unban(ctx context.Context, a Actor, room RoomID, id ID, who PersonID, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	return r.power(ctx, a, room, id, actUnban, KindUnban, who, func(l look) (verdict, error) {
		if l.subject.State != StateBanned {
			return verdict{}, errSettled
		}
		return verdict{data: encode(ActData{Reason: reason}), next: l.subject.parted(r.now())}, nil
	})
}

// Mute keeps a member of lower rank from talking for d, from a second to a
// year, also if they leave and come back. A new mute takes the place of the
// one before.
func (r *Rooms) Mute(ctx context.Context, a Actor, room RoomID, id ID, who PersonID, d time.Duration, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	if d < time.Second || d > maxMute {
		return errMuteTime
	}
	until := r.moment().Add(d.Truncate(time.Millisecond))
	return r.power(ctx, a, room, id, actMute, KindMute, who, func(l look) (verdict, error) {
		if !l.present() {
			return verdict{}, errNotIn
		}
		v := verdict{data: encode(ActData{Until: until.UnixMilli(), Reason: reason}), next: l.subject}
		v.next.MutedUntil = until
		return v, nil
	})
}

// Unmute lets somebody of lower rank talk again.
func (r *Rooms) Unmute(ctx context.Context, a Actor, room RoomID, id ID, who PersonID) error {
	return r.power(ctx, a, room, id, actUnmute, KindUnmute, who, func(l look) (verdict, error) {
		if !l.subject.Muted(r.now()) {
			return verdict{}, errSettled
		}
		v := verdict{data: encode(ActData{}), next: l.subject}
		v.next.MutedUntil = time.Time{}
		return v, nil
	})
}

// SetRank makes a member an owner, a moderator or neither. Owners may do so
// with each other and with themselves, as long as one is left.
func (r *Rooms) SetRank(ctx context.Context, a Actor, room RoomID, id ID, who PersonID, rank Rank) error {
	if !rank.Valid() {
		return errRank
	}
	if !who.hasShelf() {
		return errRankGuest
	}
	return r.power(ctx, a, room, id, actRank, KindRank, who, func(l look) (verdict, error) {
		switch {
		case !l.present():
			return verdict{}, errNotIn
		case levelOfRank(l.subject.Rank) == levelOfRank(rank):
			return verdict{}, errSettled
		}
		v := verdict{data: encode(ActData{Rank: rank}), next: l.subject}
		v.next.Rank = rank
		if l.info.ID == Lobby && rank == RankMember {
			v.next.Rank = ""
		}
		if l.subject.owns() {
			if number(l.owners) <= 1 {
				return verdict{}, errLastOwner
			}
			v.conditions = []Record{{Key: ownersKey, Value: l.owners}}
		}
		return v, nil
	})
}

// present reports whether the look's subject is in the room.
func (l look) present() bool {
	return l.subject.State == StateJoined || l.info.ID == Lobby && l.subject.State == StateNone
}

// maxBans is how many of the banned are told of.
const maxBans = 1000

// Bans returns the banned of a room that a moderates, at most 1,000.
func (r *Rooms) Bans(ctx context.Context, a Actor, room RoomID) ([]Member, error) {
	if _, err := r.in(ctx, a, room, actBans); err != nil {
		return nil, err
	}
	lines, err := r.store.List(ctx, RoomShelf(room), Prefix(banPrefix, "", maxBans))
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	keys := make([]string, len(lines))
	for i, l := range lines {
		keys[i] = memberKey(PersonID(strings.TrimPrefix(l.Key, banPrefix)))
	}
	records, err := r.store.Get(ctx, RoomShelf(room), keys...)
	if err != nil {
		return nil, err
	}
	var banned []Member
	for i, rec := range records {
		m, err := parseMembership(rec)
		if err != nil {
			return nil, err
		}
		if m.State == StateBanned {
			banned = append(banned, Member{Person: PersonID(strings.TrimPrefix(keys[i], memberKey(""))), Membership: m})
		}
	}
	return banned, nil
}
