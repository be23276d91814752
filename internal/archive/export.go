package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// A Selection is what Export writes. The zero value is everything.
type Selection struct {
	// Room is the one room to write.
	Room chat.RoomID
	// Person is the one person to write: the account, what is on their desk,
	// and every entry that they made or that is about them.
	Person chat.PersonID
}

// A roomLine begins a room.
type roomLine struct {
	chat.RoomInfo
	Head    contract.Cursor `json:"head"`
	Members []memberLine    `json:"members,omitempty"`
}

type memberLine struct {
	Person chat.PersonID   `json:"person"`
	Record json.RawMessage `json:"record"`
}

// A recordLine is a record on a shelf of people or of the house.
type recordLine struct {
	Shelf chat.Shelf `json:"shelf"`
	Key   string     `json:"key"`
	Value string     `json:"value"`
}

// A line has one of these.
type line struct {
	Person *Person         `json:"person,omitempty"`
	Record *recordLine     `json:"record,omitempty"`
	Room   *roomLine       `json:"room,omitempty"`
	Entry  *contract.Entry `json:"entry,omitempty"`
}

// Export writes a store as JSON, one object per line: {"person": …} for every
// account, {"record": …} for what people keep for themselves and for the
// house's own lists, {"room": …} with its members, and {"entry": …} in the form
// of docs/events.md for everything that happened in it, in order. Passwords,
// sessions and tokens are not in it. Two stores with the same content give the
// same lines.
//
// The error is one sentence, the store's, or w's.
func Export(ctx context.Context, s Source, only Selection, w io.Writer, progress func(Step)) error {
	e := &exporter{source: s, only: only, out: json.NewEncoder(w), progress: progress}
	e.out.SetEscapeHTML(false)
	rooms, err := Rooms(ctx, s)
	if err != nil {
		return err
	}
	e.step.Of = len(rooms)
	if only.Room == "" {
		if err := e.people(ctx); err != nil {
			return err
		}
	}
	found := false
	for _, room := range rooms {
		if only.Room == "" || only.Room == room {
			found = true
			if err := e.room(ctx, room); err != nil {
				return err
			}
		}
		e.step.Rooms++
	}
	if !found {
		return fmt.Errorf("there is no room with the id %s: causerie room list has all of them", only.Room)
	}
	e.step.Room, e.step.Done = "", true
	e.tell()
	return nil
}

type exporter struct {
	source   Source
	only     Selection
	out      *json.Encoder
	progress func(Step)
	step     Step
}

func (e *exporter) tell() {
	if e.progress != nil {
		e.progress(e.step)
	}
}

func (e *exporter) people(ctx context.Context) error {
	people, err := People(ctx, e.source)
	if err != nil {
		return err
	}
	found := false
	for i, p := range people {
		if e.only.Person != "" && e.only.Person != p.ID {
			continue
		}
		found = true
		if err := e.out.Encode(line{Person: &people[i]}); err != nil {
			return err
		}
		if err := e.shelf(ctx, chat.PersonShelf(p.ID)); err != nil {
			return err
		}
	}
	if e.only.Person == "" {
		return e.shelf(ctx, house)
	}
	if !found {
		return fmt.Errorf("there is nobody with the id %s: causerie user list has everybody", e.only.Person)
	}
	return nil
}

func (e *exporter) shelf(ctx context.Context, shelf chat.Shelf) error {
	return eachRecord(ctx, e.source, shelf, "", func(r chat.Record) error {
		e.step.Records++
		e.tell()
		return e.out.Encode(line{Record: &recordLine{shelf, r.Key, r.Value}})
	})
}

func (e *exporter) room(ctx context.Context, room chat.RoomID) error {
	e.step.Room = room
	if e.only.Person == "" {
		if err := e.begin(ctx, room); err != nil {
			return err
		}
	}
	return eachEntry(ctx, e.source, room, 0, func(entries []chat.Entry) error {
		for _, kept := range entries {
			if p := e.only.Person; p != "" && kept.Author != p && kept.Subject != p {
				continue
			}
			told := contract.EntryOf(kept)
			if err := e.out.Encode(line{Entry: &told}); err != nil {
				return err
			}
		}
		e.step.Entries += len(entries)
		e.tell()
		return nil
	})
}

// begin writes what a room is.
func (e *exporter) begin(ctx context.Context, room chat.RoomID) error {
	shelf := chat.RoomShelf(room)
	info, err := e.source.Get(ctx, shelf, "info")
	if err != nil {
		return err
	}
	l := roomLine{RoomInfo: chat.RoomInfo{ID: room, Kind: chat.RoomPublic}}
	if info[0] != "" {
		if err := json.Unmarshal([]byte(info[0]), &l.RoomInfo); err != nil {
			return fmt.Errorf("what the room %s is cannot be read: %w", room, err)
		}
	}
	head, err := e.source.Head(ctx, room)
	if err != nil {
		return err
	}
	l.Head = contract.CursorOf(head)
	if err := eachRecord(ctx, e.source, shelf, "m/", func(r chat.Record) error {
		l.Members = append(l.Members, memberLine{chat.PersonID(strings.TrimPrefix(r.Key, "m/")), json.RawMessage(r.Value)})
		return nil
	}); err != nil {
		return err
	}
	return e.out.Encode(line{Room: &l})
}
