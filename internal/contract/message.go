package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Message is an entry of type message as it is now: edits, reactions, pins
// and a deletion are folded in.
type Message struct {
	Entry
	Edited    *Edited    `json:"edited,omitempty" doc:"The newest edit."`
	DeletedBy *Author    `json:"deletedBy,omitempty" doc:"Who deleted it."`
	Reactions []Reaction `json:"reactions,omitempty" doc:"What people put on it, in the order of first use."`
	Pinned    bool       `json:"pinned,omitempty" doc:"It is pinned in the room."`
	Saved     bool       `json:"saved,omitempty" doc:"One has saved it for oneself."`
	Replies   int        `json:"replies,omitempty" doc:"How many messages its thread has, without deleted ones." eg:"3"`
	LastReply uint64     `json:"lastReply,omitempty" doc:"Number of the newest message in its thread, even if that has been deleted." eg:"61"`
}

// Edited says when a message was last changed.
type Edited struct {
	At  Millis `json:"at" doc:"When." eg:"1763900012345"`
	Seq uint64 `json:"seq" doc:"Number of the edit's entry." eg:"44"`
}

// A Reaction is one emoji on a message.
type Reaction struct {
	Emoji  string          `json:"emoji" doc:"The emoji." eg:"👍"`
	Count  int             `json:"count" doc:"How many people put it there." eg:"2"`
	People []chat.PersonID `json:"people" doc:"Up to 20 of them." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Mine   bool            `json:"mine" doc:"Whether one is among them."`
}

// messageOf returns the form of m.
func messageOf(m chat.Message) Message {
	told := Message{Entry: EntryOf(m.Entry), Pinned: m.Pinned, Saved: m.Saved, Replies: m.Replies, LastReply: m.LastReply}
	text := m.Text
	told.Text, told.Deleted = &text, m.Deleted
	told.Mentions, told.Calls = m.Mentions, m.Calls
	if m.Edited != nil {
		told.Edited = &Edited{At: MillisOf(m.Edited.At), Seq: m.Edited.Seq}
	}
	if m.DeletedBy != nil {
		by := authorOf(*m.DeletedBy)
		told.DeletedBy = &by
	}
	for _, x := range m.Reactions {
		told.Reactions = append(told.Reactions, Reaction{Emoji: x.Emoji, Count: x.Count, People: x.People, Mine: x.Mine})
	}
	return told
}

func messagesOf(messages []chat.Message) []Message {
	told := make([]Message, len(messages))
	for i, m := range messages {
		told[i] = messageOf(m)
	}
	return told
}

// sendMessage is the act message-send.
type sendMessage struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	ID     ID          `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same message." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120002"`
	Text   string      `json:"text" doc:"What to say, up to limits.message characters." eg:"Good morning"`
	Reply  uint64      `json:"reply,omitempty" doc:"Number of the message that this one answers." eg:"40"`
	Thread uint64      `json:"thread,omitempty" doc:"Number of the message whose thread this one belongs to." eg:"12"`
}

// Kept says where a message has its place for good.
type Kept struct {
	ID  string           `json:"id" doc:"The id, the server's where the client gave none." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120002"`
	Seq uint64           `json:"seq" doc:"Its number in the room." eg:"42"`
	FP  chat.Fingerprint `json:"fp" doc:"The chain up to it." eg:"9b1c04f0a2d37e55"`
	At  Millis           `json:"at" doc:"When, by the clock of the server." eg:"1763900012345"`
}

func (in sendMessage) start(ctx context.Context, r *request, done func(Kept, error)) {
	r.Messages.Send(ctx, r.actor, in.Room, chat.NewMessage{
		ID: in.ID.orNew(), Text: in.Text, Reply: in.Reply, Thread: in.Thread,
	}, func(e chat.Entry, err error) {
		if err != nil {
			done(Kept{}, err)
			return
		}
		done(Kept{ID: e.ID.String(), Seq: e.Seq, FP: e.FP, At: MillisOf(e.At)}, nil)
	})
}

// editMessage is the act message-edit.
type editMessage struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq  uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	ID   ID          `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same edit." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120003"`
	Text string      `json:"text" doc:"What it says from now on." eg:"Good morning!"`
}

// Amended is the place of an edit.
type Amended struct {
	Cursor
	At Millis `json:"at" doc:"When, by the clock of the server." eg:"1763900012345"`
}

func (in editMessage) do(ctx context.Context, r *request) (Amended, error) {
	e, err := r.Messages.Edit(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq, in.Text)
	return Amended{Cursor: CursorOf(e.Cursor), At: MillisOf(e.At)}, err
}

// deleteMessage is the act message-delete.
type deleteMessage struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq  uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	ID   ID          `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same act." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120004"`
}

func (in deleteMessage) do(ctx context.Context, r *request) (Cursor, error) {
	e, err := r.Messages.Delete(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq)
	return CursorOf(e.Cursor), err
}

// reactMessage is the act message-react.
type reactMessage struct {
	Room  chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq   uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	Emoji string      `json:"emoji" doc:"One emoji." eg:"👍"`
	ID    ID          `json:"id,omitzero" doc:"A UUID made by the client." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120005"`
}

func (in reactMessage) do(ctx context.Context, r *request) (Cursor, error) {
	c, err := r.Messages.React(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq, in.Emoji)
	return CursorOf(c), err
}

// unreactMessage is the act message-unreact.
type unreactMessage reactMessage

func (in unreactMessage) do(ctx context.Context, r *request) (Cursor, error) {
	c, err := r.Messages.Unreact(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq, in.Emoji)
	return CursorOf(c), err
}

// pinMessage is the act message-pin.
type pinMessage deleteMessage

func (in pinMessage) do(ctx context.Context, r *request) (Cursor, error) {
	c, err := r.Messages.Pin(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq)
	return CursorOf(c), err
}

// unpinMessage is the act message-unpin.
type unpinMessage deleteMessage

func (in unpinMessage) do(ctx context.Context, r *request) (Cursor, error) {
	c, err := r.Messages.Unpin(ctx, r.actor, in.Room, in.ID.orNew(), in.Seq)
	return CursorOf(c), err
}

// oneMessage names a message.
type oneMessage struct {
	Room chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq  uint64      `json:"seq" doc:"Number of the message." eg:"42"`
}

// readMessage is the act message.
type readMessage oneMessage

// OneMessage is the answer of message.
type OneMessage struct {
	Message Message `json:"message" doc:"The message as it is now."`
}

func (in readMessage) do(ctx context.Context, r *request) (OneMessage, error) {
	m, err := r.Messages.Message(ctx, r.actor, in.Room, in.Seq)
	return OneMessage{messageOf(m)}, err
}

// messageVersions is the act of that name.
type messageVersions oneMessage

// Versions are the texts a message has had.
type Versions struct {
	Versions []Version `json:"versions" doc:"The oldest first; the last is how it is now."`
}

// A Version is one text of a message.
type Version struct {
	Text string `json:"text" doc:"What it said." eg:"Good morning"`
	At   Millis `json:"at" doc:"Since when." eg:"1763900012345"`
}

func (in messageVersions) do(ctx context.Context, r *request) (Versions, error) {
	versions, err := r.Messages.Versions(ctx, r.actor, in.Room, in.Seq)
	told := Versions{Versions: make([]Version, 0, len(versions))}
	for _, v := range versions {
		told.Versions = append(told.Versions, Version{Text: v.Text, At: MillisOf(v.At)})
	}
	return told, err
}

// readPins is the act pins.
type readPins oneRoom

// Messages is a list that is told at once.
type Messages struct {
	Messages []Message `json:"messages" doc:"The newest first."`
}

func (in readPins) do(ctx context.Context, r *request) (Messages, error) {
	pins, err := r.Messages.Pins(ctx, r.actor, in.Room)
	return Messages{messagesOf(pins)}, err
}
