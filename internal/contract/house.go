package contract

import (
	"log/slog"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// A House is everything acts work on. It is filled once, before the first act,
// and all fields but Presence are needed.
type House struct {
	Service  *chat.Service
	Rooms    *chat.Rooms
	Messages *chat.Messages
	Desks    *chat.Desks
	Order    *chat.Order
	States   *chat.States
	Accounts *auth.Accounts

	// Version and Build name the program.
	Version, Build string
	Limits         Limits
	// PublicURL is where people find the house, without a slash at the end;
	// links to it begin with this.
	PublicURL string
	// Presence returns who of ids is here now: their connections, not the
	// state they chose. nil: nobody.
	Presence func(ids []chat.PersonID) map[chat.PersonID]bool
	// Logger receives what goes wrong after an act is done.
	Logger *slog.Logger
}

// link returns the page of the house where a code is used. The code is behind
// a #, so that it is in no log of any server on the way.
func (h *House) link(page, code string) string { return h.PublicURL + "/" + page + "#" + code }
