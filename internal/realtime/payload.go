package realtime

// chatNamespace is where the full contract is spoken.
const chatNamespace = "/chat"

// The events that /chat tells.
const (
	eventWelcome       = "welcome"
	eventEntry         = "entry"
	eventReset         = "reset"
	eventRoomAdded     = "room-added"
	eventRoomRemoved   = "room-removed"
	eventRoomUpdated   = "room-updated"
	eventRead          = "read"
	eventMention       = "mention"
	eventPresence      = "presence"
	eventPresences     = "presences"
	eventPersonUpdated = "person-updated"
	eventMeUpdated     = "me-updated"
	eventBlocked       = "blocked"
	eventSaved         = "saved"
	eventSignedOut     = "signed-out"
)

// eventResume is the one act that is this door's own: it is about the
// connection.
const eventResume = "resume"
