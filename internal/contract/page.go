package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// An Item is what a timeline shows: a message as it is now, or an entry of one
// of the types create, room, join, leave, invite, remove, ban, unban, mute,
// unmute, rank and pin, which has none of a message's fields.
type Item struct{ Message }

// A Page is a part of a timeline.
type Page struct {
	Items  []Item `json:"items" doc:"In the order of seq. A page can hold fewer items than asked for and still have before."`
	Before uint64 `json:"before,omitempty" doc:"Ask with this before for older ones; absent at the beginning." eg:"12"`
	After  uint64 `json:"after,omitempty" doc:"Ask with this after for newer ones; absent at the end." eg:"61"`
	Head   Cursor `json:"head" doc:"The end of the room when the page was made."`
}

// PageOf returns the form of p.
func (h *House) PageOf(ctx context.Context, p chat.Page) (Page, error) {
	told := Page{Items: make([]Item, len(p.Items)), Before: p.Before, After: p.After, Head: CursorOf(p.Head)}
	var found people
	for i, item := range p.Items {
		if item.Message != nil {
			told.Items[i].Message = messageOf(*item.Message)
		} else {
			told.Items[i].Entry = EntryOf(item.Entry)
		}
		found.want(item.Subject)
	}
	if err := found.find(ctx, h); err != nil {
		return Page{}, err
	}
	for i := range told.Items {
		told.Items[i].name(&found)
	}
	return told, nil
}

// limited returns how many lines a list of the given length may have.
func limited(limit int) int {
	if limit <= 0 {
		return DefaultPage
	}
	return min(limit, MaxPage)
}

// history is the act of that name.
type history struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Before uint64      `json:"before,omitempty" doc:"Only entries with a smaller seq: the newest of them." eg:"42"`
	After  *uint64     `json:"after,omitempty" doc:"Only entries with a greater seq: the oldest of them. 0 is the beginning of the room." eg:"42"`
	Around uint64      `json:"around,omitempty" doc:"The entries on both sides of this seq, as for a link to a message." eg:"42"`
	Limit  int         `json:"limit,omitempty" doc:"Most items of the page." min:"0" max:"200" eg:"50"`
}

func (in history) do(ctx context.Context, r *request) (Page, error) {
	found, err := r.Messages.History(ctx, r.actor, in.Room, chat.Query{
		Before: in.Before, After: in.After, Around: in.Around, Limit: limited(in.Limit),
	})
	if err != nil {
		return Page{}, err
	}
	return r.PageOf(ctx, found)
}

// readThread is the act thread.
type readThread struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq    uint64      `json:"seq" doc:"Number of the message that began the thread." eg:"42"`
	Before uint64      `json:"before,omitempty" doc:"Only replies with a smaller seq." eg:"61"`
	After  *uint64     `json:"after,omitempty" doc:"Only replies with a greater seq: the oldest of them. 0 is the beginning of the thread." eg:"42"`
	Limit  int         `json:"limit,omitempty" doc:"Most items of the page." min:"0" max:"200" eg:"50"`
}

// A Thread is a message and what was answered to it.
type Thread struct {
	Root      Message `json:"root" doc:"The message that began the thread."`
	Page      Page    `json:"page" doc:"Its replies."`
	Read      uint64  `json:"read" doc:"Number of the last reply that one has read, or 0." eg:"61"`
	Following bool    `json:"following" doc:"Whether one is told of new replies."`
}

func (in readThread) do(ctx context.Context, r *request) (Thread, error) {
	root, page, err := r.Messages.Thread(ctx, r.actor, in.Room, in.Seq, chat.Query{
		Before: in.Before, After: in.After, Limit: limited(in.Limit),
	})
	if err != nil {
		return Thread{}, err
	}
	var told Thread
	if told.Page, err = r.PageOf(ctx, page); err != nil {
		return Thread{}, err
	}
	told.Root = messageOf(root)
	told.Read, told.Following, err = r.Desks.Following(ctx, r.actor, in.Room, in.Seq)
	return told, err
}
