package chat

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// DefaultMaxMessage is the longest message, in Unicode code points, unless
// Options.MaxMessage says otherwise.
const DefaultMaxMessage = 4000

// A Message is an entry of KindMessage as it is now. Its Text is the newest
// one, "" once it is deleted.
type Message struct {
	Entry
	Mentions []PersonID
	// Calls is CallRoom, CallHere or "".
	Calls     string
	Edited    *Edit
	Deleted   bool
	DeletedBy *Person
	// Reactions are in the order of the emoji's first use.
	Reactions []Reaction
	Pinned    bool
	// Saved: whoever looks has saved it.
	Saved bool
	// Replies counts the messages of the thread that it began, without those
	// deleted; LastReply is the number of the newest ever.
	Replies   int
	LastReply uint64
}

// An Edit says when a message got the text it has.
type Edit struct {
	At  time.Time
	Seq uint64
}

// A Reaction is one emoji on a message.
type Reaction struct {
	Emoji string
	Count int
	// People are up to 20 of them, whoever looks first.
	People []PersonID
	Mine   bool
}

// What a message can call: everybody in its room, or those of them who are
// online.
const (
	CallRoom = "room"
	CallHere = "here"
)

// MessageData is the Data of KindMessage and KindEdit.
type MessageData struct {
	Mentions []PersonID `json:"mentions,omitempty"`
	Calls    string     `json:"calls,omitempty"`
}

// A NewMessage is what somebody wants to say.
type NewMessage struct {
	ID   ID
	Text string
	// Reply is the number of the message that this one answers, Thread of the
	// one whose thread it belongs to; 0 is none.
	Reply, Thread uint64
}

// checkText returns the *Error for a message that may not be sent.
func checkText(text string, limit int) error {
	if !utf8.ValidString(text) {
		return invalid("The message is not valid text.")
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return invalid(fmt.Sprintf("The message is too long: it has %d characters, the limit is %d. Nothing was sent.", n, limit))
	}
	if strings.TrimSpace(text) == "" {
		return invalid("The message is empty. Nothing was sent.")
	}
	return nil
}

// data reads what a message or an edit has beside its text.
func (e Entry) data() MessageData {
	var d MessageData
	// What cannot be read is data of a newer program: the message is shown
	// without it.
	_ = decode(e.Data, &d)
	return d
}

// isDeleted reports whether the text has been erased: no message is empty.
func (e Entry) isDeleted() bool { return e.Kind == KindMessage && e.Text == "" }
