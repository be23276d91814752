package contract

import (
	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// A Caller is who asks, as the door found out.
type Caller struct {
	// Identity is who it is, nil for somebody who has not logged in.
	Identity *auth.Identity
	// Address is the client's address without a port, for the limits of logins
	// and the list of sessions.
	Address string
	// Device is what the client calls itself, such as a User-Agent.
	Device string
	// KnownDevice proves that this device has logged in before, or is "".
	KnownDevice string
	// Socket tells the devices of one person apart: any comparable value that
	// is the same for all acts of one connection. nil over HTTP.
	Socket any
}

// actor is who acts. A token that is not good for acts of power leaves its
// holder's role in the house at home: what a member may not do in a room is
// not for a script to do that was given the right to write.
func (c Caller) actor() chat.Actor {
	if c.Identity == nil {
		return chat.Actor{}
	}
	a := c.Identity.Actor()
	if !c.Identity.Can(string(ScopeAdmin)) && a.Role.Rank() > chat.RoleMember.Rank() {
		a.Role = chat.RoleMember
	}
	return a
}

// May is who may do an act. The value stands in the docs; what it means is in
// maySentences.
type May string

const (
	// MayAnybody needs no login.
	MayAnybody May = "anybody"
	// MayPerson needs a login; that of a guest will do.
	MayPerson May = "person"
	// MayAccount needs an account: role member or more.
	MayAccount May = "account"
	// MayReader is whoever may read the room.
	MayReader May = "reader"
	// MayMember is whoever has joined the room.
	MayMember May = "member"
	// MayAuthor is who wrote the message.
	MayAuthor May = "author"
	// MayModerator is whoever has the rank moderator or owner in the room.
	MayModerator May = "moderator"
	// MayRoomOwner is whoever has the rank owner in the room.
	MayRoomOwner May = "room-owner"
	// MayAdmin needs the role admin or owner in the house.
	MayAdmin May = "admin"
)

// A Class says which allowance an act is paid from. Every person has one
// allowance per class.
type Class string

const (
	// ClassSend is for what others have to read: Limits.SendRate and SendBurst.
	ClassSend Class = "send"
	// ClassAct is for small changes: 5 times ClassSend.
	ClassAct Class = "act"
	// ClassRead is for questions: 10 times ClassSend.
	ClassRead Class = "read"
	// ClassAuth is for passwords, codes and new accounts, counted per address
	// and account by package auth.
	ClassAuth Class = "auth"
	// ClassSignal is for what is dropped without a word when it is too much.
	ClassSignal Class = "signal"
)

// Rate returns how many acts of the class a second one person may do, where
// sendRate messages are allowed; 0 is no limit. The burst is ten times that.
// ClassAuth has what package auth counts, and ClassSend here as well.
func (c Class) Rate(sendRate float64) float64 {
	switch c {
	case ClassAct, ClassSignal:
		return 5 * sendRate
	case ClassRead:
		return 10 * sendRate
	}
	return sendRate
}

// A Scope is what a personal token must be good for. Sessions are good for
// everything.
type Scope string

const (
	// ScopeNone: there need not be a login.
	ScopeNone Scope = ""
	// ScopeRead: look and listen.
	ScopeRead Scope = "read"
	// ScopeWrite: whatever a member of rooms does.
	ScopeWrite Scope = "write"
	// ScopeAdmin: acts of power over others.
	ScopeAdmin Scope = "admin"
	// ScopeSession: no personal token will do. Otherwise a token that leaked
	// could make itself more tokens, or lock its owner out.
	ScopeSession Scope = "session"
)

// admit returns the *chat.Error for a caller who cannot do a whatever the
// input says.
func (a *Act) admit(c Caller) error {
	if a.May == MayAnybody {
		return nil
	}
	if c.Identity == nil {
		return errNobody
	}
	if a.Scope != ScopeNone && !c.Identity.Can(string(a.Scope)) {
		return errScope(a.Scope)
	}
	switch role := c.Identity.Role; {
	case a.May == MayAdmin && role.Rank() < chat.RoleAdmin.Rank():
		return errNotAdmin
	case a.May == MayAccount && role.Rank() < chat.RoleMember.Rank():
		return errGuest
	}
	return nil
}
