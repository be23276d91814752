package chat

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// An Act is one line of the audit log: an act of power over people or rooms.
type Act struct {
	ID ID
	At time.Time
	By Person
	// Act is the name of the act in the contract.
	Act  string
	Room RoomID   // or ""
	On   PersonID // or ""
	// Detail is the reason, or what has been made of it.
	Detail string
}

// actRecord is how an Act is kept, under audit/<its id>.
type actRecord struct {
	At     int64    `json:"at"`
	By     PersonID `json:"by"`
	Name   string   `json:"name,omitempty"`
	Act    string   `json:"act"`
	Room   RoomID   `json:"room,omitempty"`
	On     PersonID `json:"on,omitempty"`
	Detail string   `json:"detail,omitempty"`
}

const auditPrefix = "audit/"

var errAdmin = forbidden("Only an owner or admin of this server may do this.")

// noteOf is the line about an entry. Its id is made of the entry's, so that an
// act that is sent again, because the answer or this line got lost, is one
// line.
func noteOf(e Entry, a Actor, what act, on PersonID, detail string) Act {
	sum := sha256.Sum256(append(e.ID[:], e.Room...))
	id := ID(sum[:16])
	binary.BigEndian.PutUint64(id[:8], uint64(e.At.UnixMilli())<<16|uint64(id[6]&0x0f|0x70)<<8|uint64(id[7]))
	id[8] = id[8]&0x3f | 0x80
	name, _, _ := strings.Cut(string(what), " ")
	return Act{ID: id, At: e.At, By: a.Person, Act: name, Room: e.Room, On: on, Detail: detail}
}

// note keeps a line of the audit log.
func (r *Rooms) note(ctx context.Context, n Act) error {
	return r.store.Commit(ctx, houseShelf, Commit{Do: []Write{Put(auditPrefix+n.ID.String(), encode(actRecord{
		At: millis(n.At), By: n.By.ID, Name: n.By.Nickname, Act: n.Act, Room: n.Room, On: n.On, Detail: n.Detail,
	}))}})
}

// An Order is the house's order: what people report, and who has used power.
// All methods may be called at once from many goroutines; errors are as those
// of Rooms.
type Order struct {
	rooms *Rooms
	store Records
	log   Log
	now   func() time.Time
}

// NewOrder returns the order in the house that s keeps.
func NewOrder(s *Service, r *Rooms) *Order {
	return &Order{rooms: r, store: s.store, log: s.store, now: s.options.Now}
}

// Record keeps that a has done an act of power, by its name in the contract;
// room, on and detail may be "". What Rooms,
// Messages and Order do they record themselves.
func (o *Order) Record(ctx context.Context, a Actor, act string, room RoomID, on PersonID, detail string) error {
	return o.rooms.note(ctx, Act{
		ID: NewID(), At: o.rooms.moment(), By: a.Person, Act: act, Room: room, On: on, Detail: detail,
	})
}

// An ActFilter picks lines of the audit log: those that have every field that
// is set. The zero ActFilter picks all.
type ActFilter struct {
	By, On PersonID
	Acts   []string // one of these
	Room   RoomID
}

func (f ActFilter) picksAll() bool {
	return f.By == "" && f.On == "" && len(f.Acts) == 0 && f.Room == ""
}

func (f ActFilter) picks(rec actRecord) bool {
	return (f.By == "" || f.By == rec.By) && (f.On == "" || f.On == rec.On) &&
		(len(f.Acts) == 0 || slices.Contains(f.Acts, rec.Act)) && (f.Room == "" || f.Room == rec.Room)
}

// auditScan is how many lines one call looks at, at most, so that a filter that
// picks nothing costs no more than one that does. The list goes on where it
// stopped.
const auditScan = 2000

// Audit returns up to limit of the lines of the audit log that f picks, the
// newest first, from after cursor on. A call may find fewer than limit and
// still have a next. It is for admins.
func (o *Order) Audit(ctx context.Context, a Actor, f ActFilter, cursor string, limit int) (acts []Act, next string, err error) {
	if a.Role.Rank() < RoleAdmin.Rank() {
		return nil, "", errAdmin
	}
	limit = pageSize(limit)
	part := limit
	if !f.picksAll() {
		part = maxPage
	}
	for scanned := 0; scanned < auditScan; scanned += part {
		lines, more, err := o.newest(ctx, auditPrefix, cursor, part)
		if err != nil {
			return nil, "", err
		}
		for i, l := range lines {
			act, picked, err := f.line(l)
			switch {
			case err != nil:
				return nil, "", err
			case picked:
				acts = append(acts, act)
			}
			if key := l.Key[len(auditPrefix):]; len(acts) == limit {
				if i == len(lines)-1 {
					key = more
				}
				return acts, key, nil
			}
		}
		if cursor = more; more == "" {
			break
		}
	}
	return acts, cursor, nil
}

// line reads a line of the audit log, if f picks it.
func (f ActFilter) line(l Record) (Act, bool, error) {
	var rec actRecord
	if err := decode(l.Value, &rec); err != nil {
		return Act{}, false, err
	}
	id, err := uuid.Parse(l.Key[len(auditPrefix):])
	if err != nil || !f.picks(rec) {
		return Act{}, false, nil
	}
	return Act{
		ID: ID(id), At: fromMillis(rec.At), By: Person{ID: rec.By, Nickname: rec.Name},
		Act: rec.Act, Room: rec.Room, On: rec.On, Detail: rec.Detail,
	}, true, nil
}

// newest lists the house's records under a prefix backwards, from before
// cursor on.
func (o *Order) newest(ctx context.Context, prefix, cursor string, limit int) (lines []Record, next string, err error) {
	r := Prefix(prefix, "", limit)
	r.Reverse = true
	if cursor != "" {
		r.To = prefix + cursor
	}
	lines, err = o.store.List(ctx, houseShelf, r)
	if err == nil && len(lines) == limit {
		next = lines[limit-1].Key[len(prefix):]
	}
	return lines, next, err
}
