package contract

import (
	"context"
	"encoding/json"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Millis is a moment in Unix milliseconds; 0 is none.
type Millis int64

// MillisOf returns the moment t; the zero time is 0.
func MillisOf(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// An Author is a person by id and name, as of when something was written.
type Author struct {
	ID   chat.PersonID `json:"id" doc:"Never changes." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Name string        `json:"name" doc:"The name as it was shown then." eg:"Ada"`
}

func authorOf(p chat.Person) Author { return Author{ID: p.ID, Name: p.Nickname} }

// A Cursor is a place in a room: everything up to entry number Seq.
type Cursor struct {
	Seq uint64           `json:"seq" doc:"Number of the entry; entries of a room are numbered 1, 2, 3 … without holes." eg:"42"`
	FP  chat.Fingerprint `json:"fp" doc:"The chain over all ids up to this entry, 16 hex digits." eg:"9b1c04f0a2d37e55"`
}

// CursorOf returns the form of c.
func CursorOf(c chat.Cursor) Cursor { return Cursor(c) }

// An Entry is one thing that happened in a room. Which fields there are
// depends on the type.
type Entry struct {
	Room   chat.RoomID      `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq    uint64           `json:"seq" doc:"Number of the entry in its room." eg:"42"`
	FP     chat.Fingerprint `json:"fp" doc:"The chain up to this entry." eg:"9b1c04f0a2d37e55"`
	ID     string           `json:"id" doc:"The UUID that whoever made the entry gave it." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120002"`
	Type   string           `json:"type" doc:"What happened." enum:"message,edit,delete,react,unreact,pin,unpin,create,room,join,leave,invite,remove,ban,unban,mute,unmute,rank" eg:"message"`
	Author Author           `json:"author" doc:"Who did it."`
	At     Millis           `json:"at" doc:"When, by the clock of the server: for showing, the order is that of seq." eg:"1763900012345"`

	Text     *string         `json:"text,omitempty" doc:"message, edit: what was written; empty when deleted." eg:"Good morning"`
	Reply    uint64          `json:"reply,omitempty" doc:"message: number of the message that this one answers." eg:"40"`
	Thread   uint64          `json:"thread,omitempty" doc:"message, edit, delete, react, unreact, pin, unpin: number of the message whose thread it happened in, where it was in one." eg:"12"`
	Mentions []chat.PersonID `json:"mentions,omitempty" doc:"message, edit: the people whose names the text calls."`
	Calls    string          `json:"calls,omitempty" doc:"message, edit: the text calls everybody in the room, or everybody who is there." enum:"room,here" eg:"here"`
	Deleted  bool            `json:"deleted,omitempty" doc:"message, edit: the message has been deleted since."`

	Ref     uint64   `json:"ref,omitempty" doc:"edit, delete, react, unreact, pin, unpin: number of the message it is about." eg:"40"`
	Emoji   string   `json:"emoji,omitempty" doc:"react, unreact: the emoji." eg:"👍"`
	Changes *Changes `json:"changes,omitempty" doc:"create, room: what the room is, or is from now on."`

	Subject *Author   `json:"subject,omitempty" doc:"invite, remove, ban, unban, mute, unmute, rank: whom it is about."`
	Until   Millis    `json:"until,omitempty" doc:"mute: when it ends." eg:"1763903600000"`
	Reason  string    `json:"reason,omitempty" doc:"remove, ban, mute: why, where a reason was given." eg:"Advertising"`
	Rank    chat.Rank `json:"rank,omitempty" doc:"rank: the new rank." enum:"owner,moderator,member" eg:"moderator"`
}

// Changes are the fields of a room that an entry sets; absent ones stay.
type Changes struct {
	Kind        *string `json:"kind,omitempty" doc:"The kind." enum:"public,private,announcement,direct,group" eg:"public"`
	Name        *string `json:"name,omitempty" doc:"The name." eg:"Kitchen"`
	Topic       *string `json:"topic,omitempty" doc:"What is talked about at the moment." eg:"Lunch on Friday"`
	Description *string `json:"description,omitempty" doc:"What the room is for." eg:"Everything about food."`
	Archived    *bool   `json:"archived,omitempty" doc:"Whether the room can only be read."`
	Slow        *int    `json:"slow,omitempty" doc:"Seconds between two messages of one person; 0 is none." eg:"30"`
}

// types are the kinds of entries as clients are told them.
var types = map[chat.Kind]string{
	chat.KindMessage: "message", chat.KindEdit: "edit", chat.KindDelete: "delete",
	chat.KindReact: "react", chat.KindUnreact: "unreact", chat.KindPin: "pin", chat.KindUnpin: "unpin",
	chat.KindCreate: "create", chat.KindRoom: "room", chat.KindJoin: "join", chat.KindLeave: "leave",
	chat.KindInvite: "invite", chat.KindRemove: "remove", chat.KindBan: "ban", chat.KindUnban: "unban",
	chat.KindMute: "mute", chat.KindUnmute: "unmute", chat.KindRank: "rank",
}

// EntryOf returns the form of e. Whom it is about has no name yet: see
// House.EntriesOf.
func EntryOf(e chat.Entry) Entry {
	told := Entry{
		Room: e.Room, Seq: e.Seq, FP: e.FP, ID: e.ID.String(), Type: types[e.Kind],
		Author: Author{ID: e.Author, Name: e.Name}, At: MillisOf(e.At),
	}
	switch e.Kind {
	case chat.KindMessage:
		told.say(e)
		told.Reply, told.Thread = e.Ref, e.Thread
	case chat.KindEdit:
		told.say(e)
		told.Ref, told.Thread = e.Ref, e.Thread
	case chat.KindReact, chat.KindUnreact:
		told.Ref, told.Thread, told.Emoji = e.Ref, e.Thread, e.Text
	case chat.KindDelete, chat.KindPin, chat.KindUnpin:
		told.Ref, told.Thread = e.Ref, e.Thread
	case chat.KindCreate, chat.KindRoom:
		told.Changes = changesOf(e.Data)
	case chat.KindInvite, chat.KindRemove, chat.KindBan, chat.KindUnban, chat.KindMute, chat.KindUnmute, chat.KindRank:
		told.Subject = &Author{ID: e.Subject}
		told.act(e.Data)
	}
	return told
}

// say fills what was written. What has been deleted is empty in the log.
func (e *Entry) say(kept chat.Entry) {
	text := kept.Text
	e.Text, e.Deleted = &text, text == ""
	var data chat.MessageData
	if kept.Data != "" && json.Unmarshal([]byte(kept.Data), &data) == nil {
		e.Mentions, e.Calls = data.Mentions, data.Calls
	}
}

// act fills what is said of a subject.
func (e *Entry) act(data string) {
	var said chat.ActData
	if data != "" && json.Unmarshal([]byte(data), &said) == nil {
		e.Until, e.Reason, e.Rank = Millis(said.Until), said.Reason, said.Rank
	}
}

func changesOf(data string) *Changes {
	var said chat.RoomData
	if data != "" && json.Unmarshal([]byte(data), &said) != nil {
		return nil
	}
	return &Changes{
		Kind: (*string)(said.Kind), Name: said.Name, Topic: said.Topic, Description: said.Description,
		Archived: said.Archived, Slow: said.Slow,
	}
}

// EntriesOf returns the forms of entries, with the names of those whom they
// are about. It asks package auth at most once, and not at all for entries
// that are about nobody.
func (h *House) EntriesOf(ctx context.Context, entries []chat.Entry) ([]Entry, error) {
	told := make([]Entry, len(entries))
	var p people
	for i, e := range entries {
		told[i] = EntryOf(e)
		p.want(e.Subject)
	}
	if err := p.find(ctx, h); err != nil {
		return nil, err
	}
	for i := range told {
		told[i].name(&p)
	}
	return told, nil
}

func (e *Entry) name(p *people) {
	if e.Subject != nil {
		e.Subject.Name = p.author(e.Subject.ID).Name
	}
}
