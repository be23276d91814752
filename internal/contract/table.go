package contract

import "github.com/causerie-chat/causerie/internal/chat"

// A Section is a chapter of the table.
type Section struct {
	Title, Intro string
	Acts         []*Act
}

// sections and table are made once; acts do not change.
var (
	sections = []Section{
		{"Messages", "What is said, and what becomes of it.", messageActs()},
		{"Rooms", "Where it is said, and by whom.", roomActs()},
		{"People in rooms", "Who comes, who has to go, and who decides.", memberActs()},
		{"One's own desk", "What only oneself sees: how far one has read, what one keeps, how one looks.", deskActs()},
		{"People", "Who is known here, and what the house is.", peopleActs()},
		{"Logging in", "How one becomes somebody. HTTP only: passwords and codes do not go through a chat connection.", httpOnly(loginActs())},
		{"Logins, tokens and invitations", "What one has given out, and how to take it back.", keyActs()},
		{"Order in the house", "For those who keep it. Every act here that changes something is in the audit log, and so are the acts of power in rooms.", orderActs()},
	}
	table = func() []*Act {
		var all []*Act
		for _, s := range sections {
			all = append(all, s.Acts...)
		}
		return all
	}()
)

// Table returns every act, in the order of the docs. The caller must not
// change it.
func Table() []*Act { return table }

// codes lists what can go wrong, for the docs.
func codes(codes ...chat.Code) []chat.Code { return codes }

const (
	cInvalid   = chat.CodeInvalid
	cForbidden = chat.CodeForbidden
	cNotFound  = chat.CodeNotFound
	cConflict  = chat.CodeConflict
	cGone      = chat.CodeGone
	cTaken     = chat.CodeTaken
	cIDTaken   = chat.CodeIDTaken
	cNobody    = chat.CodeUnauthorized
)
