package chat

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// receiptRoom is up to how many members a room shows who has read.
const receiptRoom = 100

// Read says that the person has read a room, or a thread in it, up to seq. It
// never goes back, and not beyond the room's end. What it returns is of the
// room.
func (d *Desks) Read(ctx context.Context, a Actor, room RoomID, thread, seq uint64) (Count, error) {
	if _, err := d.rooms.member(ctx, a, room); err != nil {
		return Count{}, err
	}
	if thread != 0 {
		if err := d.messages.checkRoot(ctx, room, thread); err != nil {
			return Count{}, err
		}
	}
	head, err := d.store.Head(ctx, room)
	if err != nil {
		return Count{}, err
	}
	seq = min(seq, head.Seq)
	if err := d.store.Commit(ctx, PersonShelf(a.ID), Commit{Do: []Write{Max(readKey(room, thread), int64(seq))}}); err != nil {
		return Count{}, err
	}
	if thread == 0 {
		if err := d.show(ctx, a, room, seq); err != nil {
			return Count{}, err
		}
	}
	counts, err := d.Counts(ctx, a, []RoomID{room})
	return counts[room], err
}

// receiptKey is where a room keeps how far somebody lets the others know that
// they have read.
func receiptKey(id PersonID) string { return "read/" + string(id) }

// show lets the others see how far a has read, in rooms small enough for that
// to mean something and if a does not mind.
func (d *Desks) show(ctx context.Context, a Actor, room RoomID, seq uint64) error {
	shown, err := d.showsReceipts(ctx, room)
	if err != nil || !shown {
		return err
	}
	prefs, err := d.Prefs(ctx, a)
	if err != nil || !prefs.Receipts {
		return err
	}
	key := receiptKey(a.ID)
	was, err := d.store.Get(ctx, RoomShelf(room), key)
	if err != nil || parseSeq(was[0]) >= seq {
		return err
	}
	if err := d.store.Commit(ctx, RoomShelf(room), Commit{Do: []Write{Max(key, int64(seq))}}); err != nil {
		return err
	}
	return d.store.Signal(ctx, Signal{Room: room, Kind: SignalRead, Person: a.Person, Seq: seq})
}

func (d *Desks) showsReceipts(ctx context.Context, room RoomID) (bool, error) {
	if room == Lobby {
		return false, nil
	}
	v, err := d.store.Get(ctx, RoomShelf(room), membersKey)
	return err == nil && number(v[0]) <= receiptRoom, err
}

// A Receipt says how far somebody has read a room.
type Receipt struct {
	Person PersonID
	Seq    uint64
}

// Receipts returns who has read a room as far as seq or further, of those who
// let it be seen and are still members. Large rooms show nobody.
func (d *Desks) Receipts(ctx context.Context, a Actor, room RoomID, seq uint64) ([]Receipt, error) {
	if _, err := d.rooms.member(ctx, a, room); err != nil {
		return nil, err
	}
	shown, err := d.showsReceipts(ctx, room)
	if err != nil || !shown {
		return nil, err
	}
	var receipts []Receipt
	var keys []string
	err = d.messages.scan(ctx, RoomShelf(room), receiptKey(""), receiptKey("\xff"), func(r Record) {
		if n := parseSeq(r.Value); n >= seq {
			p := PersonID(strings.TrimPrefix(r.Key, receiptKey("")))
			receipts = append(receipts, Receipt{p, n})
			keys = append(keys, memberKey(p))
		}
	})
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	records, err := d.store.Get(ctx, RoomShelf(room), keys...)
	if err != nil {
		return nil, err
	}
	in := make(map[PersonID]bool, len(records))
	for i, r := range records {
		v, _ := parseMembership(r)
		in[receipts[i].Person] = v.State == StateJoined
	}
	receipts = slices.DeleteFunc(receipts, func(r Receipt) bool { return !in[r.Person] || r.Person == a.ID })
	// Who does not let it be seen any more has let it be seen before.
	hidden := make(map[PersonID]bool, len(receipts))
	var mu sync.Mutex
	err = each(len(receipts), func(i int) error {
		p := receipts[i].Person
		prefs, err := d.Prefs(ctx, Actor{Person: Person{ID: p}})
		mu.Lock()
		defer mu.Unlock()
		hidden[p] = !prefs.Receipts
		return err
	})
	return slices.DeleteFunc(receipts, func(r Receipt) bool { return hidden[r.Person] }), err
}
