package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// readAudit is the act audit.
type readAudit struct {
	By     chat.PersonID `json:"by,omitempty" doc:"Only what this person did." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Person chat.PersonID `json:"person,omitempty" doc:"Only what was done to this person." eg:"u-7h3j5k9l2p4r6t8w0y1a"`
	Acts   []string      `json:"acts,omitempty" doc:"Only acts of these names." max:"100" eg:"room-ban"`
	Room   chat.RoomID   `json:"room,omitempty" doc:"Only what was done in this room." eg:"lobby"`
	Cursor string        `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int           `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// Audit is a part of what was done with power.
type Audit struct {
	Acts []Audited `json:"acts" doc:"The newest first."`
	Next string    `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// Audited is one act of power that was done.
type Audited struct {
	ID     string      `json:"id" doc:"Id of the line." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120008"`
	At     Millis      `json:"at" doc:"When." eg:"1763900012345"`
	By     Author      `json:"by" doc:"Who did it."`
	Act    string      `json:"act" doc:"The name of the act." eg:"room-ban"`
	Room   chat.RoomID `json:"room,omitempty" doc:"Where." eg:"lobby"`
	Person *Author     `json:"person,omitempty" doc:"To whom."`
	Detail string      `json:"detail,omitempty" doc:"The reason that was given, or what exactly." eg:"Advertising"`
}

func (in readAudit) do(ctx context.Context, r *request) (Audit, error) {
	acts, next, err := r.Order.Audit(ctx, r.actor, chat.ActFilter{
		By: in.By, On: in.Person, Acts: in.Acts, Room: in.Room,
	}, in.Cursor, limited(in.Limit))
	if err != nil {
		return Audit{}, err
	}
	var p people
	for _, a := range acts {
		p.want(a.On)
	}
	if err := p.find(ctx, r.House); err != nil {
		return Audit{}, err
	}
	told := Audit{Acts: make([]Audited, 0, len(acts)), Next: next}
	for _, a := range acts {
		line := Audited{ID: a.ID.String(), At: MillisOf(a.At), By: authorOf(a.By), Act: a.Act, Room: a.Room, Detail: a.Detail}
		if a.On != "" {
			about := p.author(a.On)
			line.Person = &about
		}
		told.Acts = append(told.Acts, line)
	}
	return told, nil
}
