package realtime

import (
	"encoding/json"

	"github.com/causerie-chat/causerie/internal/chat"
)

// classicNamespace is where the article's clients connect.
const classicNamespace = "/"

// The events of the classic namespace. The first four are the article's; its
// clients can ignore the others.
const (
	eventSetNickname  = "set-nickname"
	eventChatMessage  = "chat-message"
	eventTyping       = "typing"
	eventUsersChanged = "users-changed"

	eventUsers   = "users"
	eventHistory = "history"
	eventLimits  = "limits"
)

// messageEvent is a message as the classic namespace tells it. Seq is told in
// histories only: a live message has the article's fields and the two that the
// design adds.
type messageEvent struct {
	Nickname string `json:"nickname"`
	Message  string `json:"message"`
	ID       string `json:"id"`
	At       int64  `json:"at"`
	Seq      uint64 `json:"seq,omitempty"`
}

type historyEvent struct {
	Messages []messageEvent `json:"messages"`
	More     bool           `json:"more"`
	// Reset: forget what was shown before; the store has lost part of it.
	Reset bool `json:"reset,omitempty"`
}

// usersEvent is the payload of users.
type usersEvent struct {
	People []string `json:"people"`
	Total  int      `json:"total"`
}

// changedEvent is the payload of users-changed.
type changedEvent struct {
	User  string `json:"user"`
	Event string `json:"event"`
}

type limitsEvent struct {
	Message  int `json:"message"`
	Nickname int `json:"nickname"`
}

// keptAck is the second argument of the ack of a kept message (P1).
type keptAck struct {
	ID  string           `json:"id"`
	Seq uint64           `json:"seq"`
	FP  chat.Fingerprint `json:"fp"`
	At  int64            `json:"at"`
}

type nicknameAck struct {
	Nickname string `json:"nickname"`
}

// parseMessage reads {message, id?}; without an id the message gets a new one.
// Whatever else the payload claims, a nickname or a time, is ignored.
func parseMessage(args []json.RawMessage) (string, chat.ID, error) {
	var in struct {
		Message *string         `json:"message"`
		ID      json.RawMessage `json:"id"`
	}
	if len(args) == 0 || json.Unmarshal(args[0], &in) != nil || in.Message == nil {
		return "", chat.ID{}, invalid(`The message must be an object with a text, like {"message": "hello"}. Nothing was sent.`)
	}
	if len(in.ID) == 0 || string(in.ID) == "null" {
		return *in.Message, chat.NewID(), nil
	}
	var text string
	_ = json.Unmarshal(in.ID, &text)
	id, err := chat.ParseID(text)
	return *in.Message, id, err
}

func historyOf(tail []chat.Entry, reset bool) historyEvent {
	return historyEvent{
		Messages: told(tail),
		More:     len(tail) > 0 && tail[0].Seq > 1,
		Reset:    reset,
	}
}

func told(entries []chat.Entry) []messageEvent {
	events := make([]messageEvent, 0, len(entries))
	for _, e := range erased(entries) {
		if shown(e) {
			events = append(events, messageOf(e))
		}
	}
	return events
}

// shown reports whether the classic namespace shows an entry: messages, but no
// answers in threads, which its clients could not tell from the conversation,
// and none that was deleted.
func shown(e chat.Entry) bool {
	return e.Kind == chat.KindMessage && e.Thread == 0 && e.Text != ""
}

func messageOf(e chat.Entry) messageEvent {
	return messageEvent{Nickname: e.Name, Message: e.Text, ID: e.ID.String(), At: e.At.UnixMilli(), Seq: e.Seq}
}
