package chat

// A Role is what somebody is on this server.
type Role string

// The roles, from the one who may everything to those who only talk.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
	RoleGuest  Role = "guest"
)

// Rank orders roles: 3 for an owner, 2, 1 and 0 for a guest and for anything
// that is not a role.
func (r Role) Rank() int {
	switch r {
	case RoleOwner:
		return 3
	case RoleAdmin:
		return 2
	case RoleMember:
		return 1
	}
	return 0
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r.Rank() > 0 || r == RoleGuest }

// A Rank is what somebody is in one room.
type Rank string

// The ranks of a room.
const (
	RankOwner     Rank = "owner"
	RankModerator Rank = "moderator"
	RankMember    Rank = "member"
)

// Valid reports whether r is one of the ranks.
func (r Rank) Valid() bool { return r == RankOwner || r == RankModerator || r == RankMember }

// An Actor is somebody who acts, with the role that the login has proved.
type Actor struct {
	Person
	Role Role
}
