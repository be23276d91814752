package contract

import _ "embed"

// The parts of docs/events.md that are not in the table.
var (
	//go:embed prose/introduction.txt
	introduction string
	//go:embed prose/resumption.txt
	resumption string
	//go:embed prose/acting.txt
	acting string
	//go:embed prose/conclusion.txt
	conclusion string
)

// maySentences say who May is.
var maySentences = map[May]string{
	MayAnybody:   "everybody, without a login.",
	MayPerson:    "everybody who is logged in, guests too.",
	MayAccount:   "everybody with an account; not guests.",
	MayReader:    "whoever may read the room.",
	MayMember:    "members of the room.",
	MayAuthor:    "who wrote the message.",
	MayModerator: "moderators and owners of the room.",
	MayRoomOwner: "owners of the room.",
	MayAdmin:     "administrators and owners of the house.",
}
