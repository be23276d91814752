package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/causerie-chat/causerie/internal/chat"
)

// underway is the record that a target has on its house shelf until the copy
// is complete: the name of the source.
const underway = "migration"

const (
	// stepBytes bounds what goes into one step of the target.
	stepBytes = 1 << 20
	// settleTries is how often a room is read again that is written meanwhile.
	settleTries = 10
)

// Copy fills an empty store with everything that another one has: the same
// entries with the same numbers and chains, and the same records. name says
// where from; a copy that broke off is taken up again by calling Copy with the
// same name, and what is there already is not sent again.
//
// The source may be read while people write. Then each room is copied as it is
// at one moment, later than the call; a room that never comes to rest is an
// error, with everything before it copied. The error is one sentence, or the
// store's.
func Copy(ctx context.Context, from Source, to Target, name string, progress func(Step)) error {
	if err := begin(ctx, to, name); err != nil {
		return err
	}
	c := &copier{from: from, to: to, progress: progress}
	rooms, err := Rooms(ctx, from)
	if err != nil {
		return err
	}
	c.step.Of = len(rooms)
	for _, room := range rooms {
		if err := c.room(ctx, room); err != nil {
			return err
		}
		c.step.Rooms++
	}
	c.step.Room = ""
	people, err := People(ctx, from)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := c.shelf(ctx, chat.PersonShelf(p.ID)); err != nil {
			return err
		}
	}
	// The accounts go last: everybody whom the rooms know of is among them.
	for _, shelf := range []chat.Shelf{presence, accounts, house} {
		if err := c.shelf(ctx, shelf); err != nil {
			return err
		}
	}
	if err := to.Commit(ctx, house, chat.Commit{Do: []chat.Write{chat.Remove(underway)}}); err != nil {
		return err
	}
	c.step.Done = true
	c.tell()
	return nil
}

// begin makes sure that the target is empty, or that this very copy was begun.
func begin(ctx context.Context, to Target, name string) error {
	was, err := to.Get(ctx, house, underway)
	switch {
	case err != nil:
		return err
	case was[0] == name:
		return nil
	case was[0] != "":
		return fmt.Errorf("the target holds a part of %s: go on with that, or choose an empty target", was[0])
	}
	empty, err := Empty(ctx, to)
	switch {
	case err != nil:
		return err
	case !empty:
		return errors.New("the target holds a chat already: choose an empty one")
	}
	return to.Commit(ctx, house, chat.Commit{If: []chat.Record{{Key: underway}}, Do: []chat.Write{chat.Put(underway, name)}})
}

// Whole returns an error where a copy into the store has broken off: what is
// there is a part of a chat, and whoever used it would be in the way of the rest.
func Whole(ctx context.Context, s Source) error {
	was, err := s.Get(ctx, house, underway)
	if err == nil && was[0] != "" {
		err = fmt.Errorf("only a part of %s has been copied here: run the command that copies it again, or empty the store", was[0])
	}
	return err
}

// Begun reports whether a server has ever used a store: each makes a code for
// its first owner.
func Begun(ctx context.Context, s Source) (bool, error) {
	some, err := s.List(ctx, accounts, chat.Range{Limit: 1})
	if err != nil || len(some) > 0 {
		return err == nil, err
	}
	empty, err := Empty(ctx, s)
	return !empty, err
}

// Empty reports whether nobody has used a store yet. The code that a server
// makes for its first owner does not count.
func Empty(ctx context.Context, s Source) (bool, error) {
	head, err := s.Head(ctx, chat.Lobby)
	if err != nil || head.Seq > 0 {
		return false, err
	}
	for shelf, prefix := range map[chat.Shelf]string{accounts: "account/", house: ""} {
		some, err := s.List(ctx, shelf, chat.Range{From: prefix, To: prefix + "\xff", Limit: 1})
		if err != nil || len(some) > 0 {
			return false, err
		}
	}
	return true, nil
}

type copier struct {
	from     Source
	to       Target
	progress func(Step)
	step     Step

	// edits are those of each message of the present room, up to entry read.
	// They are erased together when their message is deleted while the copy
	// is under way, and has gone over with its text.
	edits map[uint64][]uint64
	read  uint64
}

func (c *copier) tell() {
	if c.progress != nil {
		c.progress(c.step)
	}
}

// room copies a room: its log, then its records, again until the log stood
// still meanwhile, because then the two belong together.
func (c *copier) room(ctx context.Context, room chat.RoomID) error {
	c.step.Room, c.edits, c.read = room, make(map[uint64][]uint64), 0
	for range settleTries {
		if err := c.log(ctx, room); err != nil {
			return err
		}
		if err := c.shelf(ctx, chat.RoomShelf(room)); err != nil {
			return err
		}
		source, err := c.from.Head(ctx, room)
		if err != nil {
			return err
		}
		target, err := c.to.Head(ctx, room)
		if err != nil || source == target {
			return err
		}
	}
	return fmt.Errorf("the room %s does not come to rest: stop the servers, then run this again", room)
}

// log copies the entries of a room that the target does not have.
func (c *copier) log(ctx context.Context, room chat.RoomID) error {
	head, err := c.to.Head(ctx, room)
	if err != nil {
		return err
	}
	if head.Seq > 0 {
		common, err := c.from.Pick(ctx, room, []uint64{head.Seq})
		if err != nil {
			return err
		}
		if len(common) == 0 || common[0].Cursor != head {
			return fmt.Errorf("the room %s of the target goes another way than the source: choose an empty target", room)
		}
	}
	return eachEntry(ctx, c.from, room, c.read, func(entries []chat.Entry) error {
		c.step.Entries += len(entries)
		c.tell()
		for _, e := range entries {
			if c.read = e.Seq; e.Kind == chat.KindEdit {
				c.edits[e.Ref] = append(c.edits[e.Ref], e.Seq)
			}
		}
		entries = entries[there(entries, head.Seq):]
		for len(entries) > 0 {
			n := fits(entries)
			if err := c.append(ctx, room, entries[:n]); err != nil {
				return err
			}
			entries = entries[n:]
		}
		return nil
	})
}

// there returns how many of the entries a target has whose last is seq.
func there(entries []chat.Entry, seq uint64) int {
	for i, e := range entries {
		if e.Seq > seq {
			return i
		}
	}
	return len(entries)
}

// fits returns how many of the entries, one at least, go into one step.
func fits(entries []chat.Entry) int {
	size := 0
	for i, e := range entries {
		if size += len(e.Text) + len(e.Data) + 200; size > stepBytes && i > 0 {
			return i
		}
	}
	return len(entries)
}

func (c *copier) append(ctx context.Context, room chat.RoomID, entries []chat.Entry) error {
	drafts := make([]chat.Draft, len(entries))
	for i, e := range entries {
		drafts[i] = e.Draft
		if e.Kind == chat.KindDelete {
			drafts[i].Effects = &chat.Effects{Erase: append([]uint64{e.Ref}, c.edits[e.Ref]...)}
		}
	}
	for i, kept := range c.to.Append(ctx, room, drafts) {
		switch want := entries[i].Cursor; {
		case kept.Err != nil:
			return fmt.Errorf("entry %d of the room %s was not kept: %w", want.Seq, room, kept.Err)
		case kept.Entry.Cursor != want:
			return fmt.Errorf("entry %d of the room %s became %d with another chain: run causerie verify on the source",
				want.Seq, room, kept.Entry.Seq)
		}
	}
	return nil
}

// shelf makes a shelf of the target equal to the source's.
func (c *copier) shelf(ctx context.Context, shelf chat.Shelf) error {
	had := make(map[string]string)
	if err := eachRecord(ctx, c.to, shelf, "", func(r chat.Record) error {
		had[r.Key] = r.Value
		return nil
	}); err != nil {
		return err
	}
	b := batch{to: c.to, shelf: shelf}
	if err := eachRecord(ctx, c.from, shelf, "", func(r chat.Record) error {
		c.step.Records++
		was := had[r.Key]
		delete(had, r.Key)
		if was == r.Value {
			return nil
		}
		return b.add(ctx, chat.Put(r.Key, r.Value))
	}); err != nil {
		return err
	}
	for key := range had {
		if shelf == house && key == underway {
			continue
		}
		if err := b.add(ctx, chat.Remove(key)); err != nil {
			return err
		}
	}
	c.tell()
	return b.flush(ctx)
}

// A batch turns many writes into few commits.
type batch struct {
	to    Target
	shelf chat.Shelf
	do    []chat.Write
	size  int
}

func (b *batch) add(ctx context.Context, w chat.Write) error {
	b.do = append(b.do, w)
	if b.size += len(w.Key) + len(w.Value); b.size < stepBytes && len(b.do) < chat.MaxWrites {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.do) == 0 {
		return nil
	}
	err := b.to.Commit(ctx, b.shelf, chat.Commit{Do: b.do})
	b.do, b.size = nil, 0
	if err != nil {
		return fmt.Errorf("the records of %s were not kept: %w", b.shelf, err)
	}
	return nil
}
