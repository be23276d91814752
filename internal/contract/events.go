package contract

import (
	"reflect"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Told is an event that the server sends.
type Told struct {
	Event   string
	Summary string
	Note    string // what else there is to know, or ""
	Payload reflect.Type
}

// events are in the order of the docs.
var events = []*Told{
	{"welcome", "The first event of every connection: everything a page needs to begin.", "", reflect.TypeFor[Welcome]()},
	{"entry", "The next entry of a room one is in.", "Per room in the order of seq. Whoever acts hears their own entries too, before or after the ack.", reflect.TypeFor[Entry]()},
	{"reset", "The store has lost entries that were told, after a failover for example.", "Forget the room's timeline and show page. Offer again what one has sent lately, with the same ids.", reflect.TypeFor[Reset]()},
	{"room-added", "One is in a room more, or invited to it; maybe through another device.", "Entries of a room one has joined are told from room.head on. Every connection of the person hears this, the one that has asked too, before or after its ack: where this head is beyond the one of the ack, resume from that one.", reflect.TypeFor[OneRoom]()},
	{"room-removed", "One is not in a room any more.", "The entry that put one out was told before, and no other after it.", reflect.TypeFor[RoomRemoved]()},
	{"room-updated", "What one has set for a room is different, through another device.", "", reflect.TypeFor[OneRoom]()},
	{"read", "Somebody has read further: oneself on another device, or another person who shows it.", "", reflect.TypeFor[ReadFurther]()},
	{"mention", "A message calls one. It is told on all devices.", "Once for a message: again neither for its edits, nor for what one wrote oneself. Nobody is told so who is called by @room or @here: the entry says it.", reflect.TypeFor[Mentioned]()},
	{"typing", "Somebody is writing.", "It holds for about six seconds, or until their message.", reflect.TypeFor[Typing]()},
	{"presence", "Somebody has come, gone, or is away.", "Everybody is told. It can say what one knows already.", reflect.TypeFor[Presence]()},
	{"presences", "In place of very many presence events at once.", "", reflect.TypeFor[Presences]()},
	{"person-updated", "Somebody has another name, role or status.", "", reflect.TypeFor[PersonUpdated]()},
	{"me-updated", "Oneself is different, through another device or an administrator.", "", reflect.TypeFor[Mine]()},
	{"blocked", "The people one has blocked, all of them, after a change.", "", reflect.TypeFor[BlockedIDs]()},
	{"saved", "A message has been saved, or is not any more.", "", reflect.TypeFor[SavedChanged]()},
	{"signed-out", "The login has ended. The connection closes, and connecting with the same token is refused.", "After expired, come back with a new token and resume; after any other reason, the person has to log in.", reflect.TypeFor[SignedOut]()},
}

// Events returns what the server sends, in the order of the docs. The caller
// must not change it.
func Events() []*Told { return events }

// Reset is the payload of reset.
type Reset struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Head Cursor      `json:"head" doc:"The end of the room; what comes after is told live."`
	Page Page        `json:"page" doc:"The newest 50 items."`
}

// RoomRemoved is the payload of room-removed.
type RoomRemoved struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Reason string      `json:"reason,omitempty" doc:"Why, where that is known: not when it happened while nobody listened." enum:"left,removed,banned" eg:"removed"`
}

// ReadFurther is the payload of read.
type ReadFurther struct {
	Room   chat.RoomID   `json:"room" doc:"Id of the room." eg:"lobby"`
	Person chat.PersonID `json:"person" doc:"Who." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Seq    uint64        `json:"seq" doc:"Number of the last entry they have read." eg:"42"`
	Thread uint64        `json:"thread,omitempty" doc:"Number of the message whose thread it is." eg:"12"`
}

// Mentioned is the payload of mention.
type Mentioned struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq    uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	Author Author      `json:"author" doc:"Who wrote it."`
	Text   string      `json:"text" doc:"What it says." eg:"@Ada, lunch?"`
}

// Typing is the payload of typing.
type Typing struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Person Author      `json:"person" doc:"Who."`
	Thread uint64      `json:"thread,omitempty" doc:"Number of the message whose thread it is." eg:"12"`
}

// Presence is the payload of presence.
type Presence struct {
	Person chat.PersonID `json:"person" doc:"Who." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	State  string        `json:"state" doc:"Whether they are here." enum:"online,away,dnd,offline" eg:"away"`
	Seen   Millis        `json:"seen,omitempty" doc:"offline: when they were here last." eg:"1763900012345"`
}

// Presences is the payload of presences.
type Presences struct {
	States map[chat.PersonID]string `json:"states" doc:"Person id to state, of up to 500 people who are here; whoever is not among them and not here is offline." enum:"online,away,dnd,offline"`
	Total  int                      `json:"total" doc:"How many are here." eg:"812"`
}

// PersonUpdated is the payload of person-updated.
type PersonUpdated struct {
	Person Person `json:"person" doc:"The person as they are now."`
}

// BlockedIDs is the payload of blocked.
type BlockedIDs struct {
	People []chat.PersonID `json:"people" doc:"Their ids." eg:"u-7h3j5k9l2p4r6t8w0y1a"`
}

// SavedChanged is the payload of saved.
type SavedChanged struct {
	Room  chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq   uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	Saved bool        `json:"saved" doc:"Whether it is saved now."`
}

// SignedOut is the payload of signed-out.
type SignedOut struct {
	Reason string `json:"reason" doc:"Why." enum:"revoked,banned,expired,password" eg:"revoked"`
}
