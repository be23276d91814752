package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// markRead is the act read.
type markRead struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq    uint64      `json:"seq" doc:"Number of the last entry that was seen." eg:"42"`
	Thread uint64      `json:"thread,omitempty" doc:"Number of the message whose thread was read." eg:"12"`
}

// Count says what is new in a room.
type Count struct {
	Read     uint64 `json:"read" doc:"Number of the last entry one has read; it never goes back." eg:"42"`
	Unread   int    `json:"unread" doc:"Messages of others after it; 100 means 100 or more. It counts as unread of a room does." eg:"0"`
	Mentions int    `json:"mentions" doc:"How many call one. It counts as mentions of a room does." eg:"0"`
}

func (in markRead) do(ctx context.Context, r *request) (Count, error) {
	c, err := r.Desks.Read(ctx, r.actor, in.Room, in.Thread, in.Seq)
	return Count{Read: c.Read, Unread: c.Unread, Mentions: c.Mentions}, err
}

// readReceipts is the act receipts.
type readReceipts oneMessage

// Receipts is who has read a message.
type Receipts struct {
	People []Receipt `json:"people" doc:"Those who have read that far and show it."`
}

// A Receipt says how far a person has read.
type Receipt struct {
	Person Author `json:"person" doc:"Who."`
	Seq    uint64 `json:"seq" doc:"Number of the last entry they have read." eg:"42"`
}

func (in readReceipts) do(ctx context.Context, r *request) (Receipts, error) {
	receipts, err := r.Desks.Receipts(ctx, r.actor, in.Room, in.Seq)
	if err != nil {
		return Receipts{}, err
	}
	var p people
	for _, x := range receipts {
		p.want(x.Person)
	}
	if err := p.find(ctx, r.House); err != nil {
		return Receipts{}, err
	}
	told := Receipts{People: make([]Receipt, 0, len(receipts))}
	for _, x := range receipts {
		told.People = append(told.People, Receipt{Person: p.author(x.Person), Seq: x.Seq})
	}
	return told, nil
}

// save is the act of that name.
type save oneMessage

func (in save) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Desks.Save(ctx, r.actor, in.Room, in.Seq)
}

// unsave is the act of that name.
type unsave oneMessage

func (in unsave) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Desks.Unsave(ctx, r.actor, in.Room, in.Seq)
}

// list asks for a part of a list.
type list struct {
	Cursor string `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int    `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// MessageList is a part of a list of messages.
type MessageList struct {
	Messages []Message `json:"messages" doc:"The newest first."`
	Next     string    `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// readSaved is the act saved.
type readSaved list

func (in readSaved) do(ctx context.Context, r *request) (MessageList, error) {
	messages, next, err := r.Desks.Saved(ctx, r.actor, in.Cursor, limited(in.Limit))
	return MessageList{messagesOf(messages), next}, err
}

// readMentions is the act mentions.
type readMentions list

func (in readMentions) do(ctx context.Context, r *request) (MessageList, error) {
	messages, next, err := r.Desks.Mentions(ctx, r.actor, in.Cursor, limited(in.Limit))
	return MessageList{messagesOf(messages), next}, err
}

// readThreads is the act threads.
type readThreads list

// Threads is a part of the threads one follows.
type Threads struct {
	Threads []Followed `json:"threads" doc:"The one with the newest reply first."`
	Next    string     `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// Followed is a thread one follows.
type Followed struct {
	Root      Message `json:"root" doc:"The message that began it."`
	Unread    int     `json:"unread" doc:"Replies of others after read; 100 means 100 or more." eg:"2"`
	Read      uint64  `json:"read" doc:"Number of the last reply one has read, or 0." eg:"42"`
	LastReply uint64  `json:"lastReply,omitempty" doc:"Number of the newest reply." eg:"61"`
}

func (in readThreads) do(ctx context.Context, r *request) (Threads, error) {
	followed, next, err := r.Desks.Threads(ctx, r.actor, in.Cursor, limited(in.Limit))
	told := Threads{Threads: make([]Followed, 0, len(followed)), Next: next}
	for _, f := range followed {
		told.Threads = append(told.Threads, Followed{
			Root: messageOf(f.Root), Unread: f.Unread, Read: f.Read, LastReply: f.LastReply,
		})
	}
	return told, err
}

// follow is the act thread-follow.
type follow oneMessage

func (in follow) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Desks.Follow(ctx, r.actor, in.Room, in.Seq)
}

// unfollow is the act thread-unfollow.
type unfollow oneMessage

func (in unfollow) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Desks.Unfollow(ctx, r.actor, in.Room, in.Seq)
}

// someone names a person.
type someone struct {
	Person chat.PersonID `json:"person" doc:"Id of the person." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
}

// block is the act of that name.
type block someone

func (in block) do(ctx context.Context, r *request) (Nothing, error) {
	known, err := r.Accounts.People(ctx, []chat.PersonID{in.Person})
	if err != nil {
		return Nothing{}, err
	}
	if len(known) == 0 && nicknameOf(in.Person) == "" {
		return Nothing{}, auth.ErrNoPerson
	}
	return Nothing{}, r.Desks.Block(ctx, r.actor, in.Person)
}

// unblock is the act of that name.
type unblock someone

func (in unblock) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Desks.Unblock(ctx, r.actor, in.Person)
}

// readBlocked is the act blocked.
type readBlocked struct{}

// Blocked is everybody one has blocked.
type Blocked struct {
	People []Author `json:"people" doc:"The people, in no promised order."`
}

func (readBlocked) do(ctx context.Context, r *request) (Blocked, error) {
	ids, err := r.Desks.Blocked(ctx, r.actor)
	if err != nil {
		return Blocked{}, err
	}
	var p people
	p.want(ids...)
	err = p.find(ctx, r.House)
	return Blocked{p.authors(ids)}, err
}
