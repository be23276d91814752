package chat

import (
	"context"
	"slices"
)

// An act is something that one can do in a room, by its name in the contract.
type act string

const (
	actView     act = "room"
	actRead     act = "history"
	actMember   act = "message-send"
	actJoin     act = "room-join"
	actLeave    act = "room-leave"
	actRename   act = "room-change name"
	actDescribe act = "room-change topic"
	actChange   act = "room-change"
	actArchive  act = "room-change archived"
	actInvite   act = "room-invite"
	actRemove   act = "room-remove"
	actBan      act = "room-ban"
	actUnban    act = "room-unban"
	actMute     act = "room-mute"
	actUnmute   act = "room-unmute"
	actRank     act = "room-rank"
	actMembers  act = "members"
	actBans     act = "room-bans"
	actPrefs    act = "room-prefs"
	actReport   act = "report"
	actResolve  act = "report-resolve"
	actDelete   act = "message-delete"
)

// A level is how much weight somebody has in a room: what the room has made of
// them or, where the server's own people have a say, what the server has.
type level int

const (
	levelNone    level = iota
	levelInvited       // knows that the room is there
	levelReader        // may read without being in
	levelMember        // is in, as are the next two
	levelModerator
	levelOwner
	levelAdmin // is an admin of the server, in a room that everybody may see
	levelHouse // is an owner of the server, there
)

// A permission is what an act asks for.
type permission struct {
	// least is the least level that may; by kind where kinds differ. A kind
	// that maps to levelNobody has no such act.
	least level
	kinds map[RoomKind]level
	// lobby: the act makes sense in the lobby.
	lobby bool
	// archived: the act is possible in an archived room.
	archived bool
	// admin: admins of the server may, in any room at all.
	admin bool
	// above: only on people of a lower level than one's own.
	above bool
}

// levelNobody is more than anybody has.
const levelNobody level = 100

// permissions are the rules of rooms. What an act says beyond them (who may
// be ranked, which rooms guests join) is with the act.
var permissions = map[act]permission{
	actView:     {least: levelInvited, lobby: true, archived: true},
	actRead:     {least: levelReader, lobby: true, archived: true},
	actMembers:  {least: levelReader, lobby: true, archived: true},
	actReport:   {least: levelReader, lobby: true, archived: true},
	actMember:   {least: levelMember, lobby: true, archived: true},
	actPrefs:    {least: levelMember, lobby: true, archived: true},
	actLeave:    {least: levelInvited, archived: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actRename:   {least: levelOwner, lobby: true, kinds: map[RoomKind]level{RoomDirect: levelNobody, RoomGroup: levelMember}},
	actDescribe: {least: levelModerator, lobby: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actChange:   {least: levelOwner, lobby: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actArchive:  {least: levelOwner, archived: true, admin: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actInvite: {least: levelModerator, kinds: map[RoomKind]level{
		RoomPublic: levelMember, RoomGroup: levelMember, RoomDirect: levelNobody,
	}},
	actRemove: {least: levelModerator, archived: true, above: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actBan:    {least: levelModerator, lobby: true, archived: true, above: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	// A report has brought what happened in a hidden room before an admin.
	actResolve: {least: levelModerator, lobby: true, archived: true, admin: true, above: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actUnban:   {least: levelModerator, lobby: true, archived: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actBans:    {least: levelModerator, lobby: true, archived: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actMute:    {least: levelModerator, lobby: true, archived: true, above: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actUnmute:  {least: levelModerator, lobby: true, archived: true, above: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
	actRank:    {least: levelOwner, lobby: true, archived: true, kinds: map[RoomKind]level{RoomDirect: levelNobody}},
}

var (
	// ErrNoRoom is what everybody gets who may not know that a room exists,
	// and everybody where there is none.
	ErrNoRoom = &Error{Code: CodeNotFound, Message: "There is no such room, or you are not in it."}

	errBanned    = &Error{Code: CodeBanned, Message: "You are banned from this room. Ask one of its moderators to lift the ban."}
	errJoinFirst = forbidden("Only members may do this. Join the room first.")
	errInvited   = forbidden("You are invited to this room. Join it first.")
	errArchived  = forbidden("This room is archived: it can be read, and no more. One of its owners can bring it back.")
	errModerator = forbidden("Only moderators and owners of this room may do this.")
	errOwner     = forbidden("Only an owner of this room may do this.")
	errAbove     = forbidden("This person's rank in the room is as high as yours or higher, so you cannot do this.")
	errLobby     = forbidden("Everyone is in the lobby: this cannot be done there.")
	errDirect    = forbidden("This cannot be done in a conversation between two.")
)

func forbidden(message string) *Error { return &Error{Code: CodeForbidden, Message: message} }

// A standing is how somebody stands in a room, from one look at the room's
// records.
type standing struct {
	info RoomInfo
	// kept is the room's info record as read.
	kept string
	me   Membership
	// record is the member record as read, "" for none: the condition that
	// whatever is appended on the strength of this standing is kept under.
	record string
	// rank is the effective one, with the weight of a role on the server; ""
	// for those who are not in and have no say.
	rank  Rank
	level level
}

// mayRead reports whether the room's entries are open to who stands so.
func (s standing) mayRead() bool { return s.level >= levelReader }

// joined reports whether who stands so is in the room.
func (s standing) joined() bool {
	return s.me.State == StateJoined || s.info.ID == Lobby && s.me.State == StateNone
}

func memberKey(id PersonID) string { return "m/" + string(id) }

// infoKey is where a room's shelf has its RoomInfo.
const infoKey = "info"

// standing looks up how a stands in the room. A room that is not there is a
// standing of levelNone.
func (r *Rooms) standing(ctx context.Context, a Actor, room RoomID) (standing, error) {
	v, err := r.store.Get(ctx, RoomShelf(room), infoKey, memberKey(a.ID))
	if err != nil {
		return standing{}, err
	}
	return newStanding(a, room, v[0], v[1])
}

func newStanding(a Actor, room RoomID, info, member string) (standing, error) {
	s := standing{kept: info, record: member}
	var err error
	if s.info, err = parseRoomInfo(room, info); err != nil {
		return s, err
	}
	if s.me, err = parseMembership(member); err != nil {
		return s, err
	}
	s.level = levelOf(s.info, s.me, a.Role)
	s.rank = rankOf(s.level)
	return s, nil
}

// parseRoomInfo reads the info of a room. The lobby is there without anybody
// having made it.
func parseRoomInfo(room RoomID, s string) (RoomInfo, error) {
	i := RoomInfo{}
	if room == Lobby {
		i = RoomInfo{ID: Lobby, Kind: RoomPublic, Name: "Lobby"}
	}
	return i, decode(s, &i)
}

// levelOf weighs a person in a room.
func levelOf(i RoomInfo, m Membership, role Role) level {
	if i.ID == "" {
		return levelNone
	}
	l := levelNone
	switch {
	case m.State == StateJoined, m.State == StateNone && i.ID == Lobby:
		l = levelOfRank(m.Rank)
	case m.State == StateInvited:
		l = levelInvited
	}
	if !i.Kind.open() {
		return l
	}
	switch {
	case role == RoleOwner:
		return levelHouse
	case role == RoleAdmin:
		return levelAdmin
	case m.State != StateBanned && role == RoleMember:
		return max(l, levelReader)
	}
	return l
}

func levelOfRank(r Rank) level {
	switch r {
	case RankOwner:
		return levelOwner
	case RankModerator:
		return levelModerator
	}
	return levelMember
}

func rankOf(l level) Rank {
	switch {
	case l >= levelOwner:
		return RankOwner
	case l == levelModerator:
		return RankModerator
	case l == levelMember:
		return RankMember
	}
	return ""
}

// permit returns nil when who stands so may do the act, and otherwise the
// sentence that says why not. Nobody learns from it that a hidden room exists.
func (s standing) permit(what act, role Role) error {
	p := permissions[what]
	if s.info.ID == Lobby && !p.lobby {
		return errLobby
	}
	if p.admin && role.Rank() >= RoleAdmin.Rank() && s.info.ID != "" {
		return nil
	}
	if s.level == levelNone {
		return s.unknown()
	}
	least := p.least
	if l, ok := p.kinds[s.info.Kind]; ok {
		least = l
	}
	switch {
	case least == levelNobody:
		return errDirect
	case s.level < least:
		return s.tooLow(least)
	case s.info.Archived && !p.archived:
		return errArchived
	}
	return nil
}

// unknown is what somebody without any standing is told. That a public room
// exists is no secret, and so a ban from it is called one; a private room
// answers the banned as it answers everybody, as one that is not there.
func (s standing) unknown() error {
	switch {
	case !s.info.Kind.open():
		return ErrNoRoom
	case s.me.State == StateBanned:
		return errBanned
	}
	return errJoinFirst
}

func (s standing) tooLow(least level) error {
	switch {
	case s.level == levelInvited:
		return errInvited
	case s.level < levelMember:
		return errJoinFirst
	case least == levelModerator:
		return errModerator
	}
	return errOwner
}

// in returns how a stands in the room if a may do the act there.
func (r *Rooms) in(ctx context.Context, a Actor, room RoomID, what act) (standing, error) {
	s, err := r.standing(ctx, a, room)
	if err != nil {
		return standing{}, err
	}
	return s, s.permit(what, a.Role)
}

// reader returns how a stands in a room that a may read.
func (r *Rooms) reader(ctx context.Context, a Actor, room RoomID) (standing, error) {
	return r.in(ctx, a, room, actRead)
}

// member returns how a stands in a room that a is in.
func (r *Rooms) member(ctx context.Context, a Actor, room RoomID) (standing, error) {
	s, err := r.in(ctx, a, room, actMember)
	if err == nil && !s.joined() {
		return s, errJoinFirst
	}
	return s, err
}

// others returns people without id.
func others(people []PersonID, id PersonID) []PersonID {
	return slices.DeleteFunc(slices.Clone(people), func(p PersonID) bool { return p == id })
}
