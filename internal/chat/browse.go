package chat

import (
	"context"
	"strings"

	"golang.org/x/text/secure/precis"
)

// browseScan is how many rooms one call looks at, at most, so that a query
// that finds nothing costs no more than one that does. The list goes on where
// it stopped.
const browseScan = 2000

// Browse returns the public and announcement rooms whose names contain query,
// by name, from after cursor on; rooms that are archived or that a is banned
// from are left out. A call may find fewer than limit and still have a next.
func (r *Rooms) Browse(ctx context.Context, a Actor, query, cursor string, limit int) (rooms []RoomView, next string, err error) {
	query = foldQuery(query)
	return r.scan(ctx, namePrefix, cursor, limit, func(rec Record) (RoomID, bool) {
		var c claim
		if decode(rec.Value, &c) != nil {
			return "", false
		}
		return c.Room, strings.Contains(rec.Key[len(namePrefix):], query)
	}, func(room RoomID, key string) (RoomView, bool, error) {
		s, err := r.standing(ctx, a, room)
		// A name that the room does not have (any more) is a claim.
		if err != nil || namePrefix+nameKeyOf(s.info) != key || s.info.Archived || s.me.State == StateBanned {
			return RoomView{}, false, err
		}
		v, err := r.view(ctx, a, s)
		return v, true, err
	})
}

// afterLobby is a cursor before the id of every room that somebody has made.
const afterLobby = "-"

// All returns every room of the server whose name contains query, the lobby
// first and the others in no order that means anything, from after cursor on,
// for its admins. What people have written about rooms that a may not read, and
// who is in them, is left out.
func (r *Rooms) All(ctx context.Context, a Actor, query, cursor string, limit int) (rooms []RoomView, next string, err error) {
	if a.Role.Rank() < RoleAdmin.Rank() {
		return nil, "", errAdmin
	}
	query, limit = foldQuery(query), pageSize(limit)
	look := func(room RoomID, _ string) (RoomView, bool, error) {
		s, err := r.standing(ctx, a, room)
		if err != nil || s.info.ID == "" {
			return RoomView{}, false, err
		}
		if !s.mayRead() {
			s.info.Topic, s.info.Description, s.info.People = "", "", nil
		}
		v, err := r.view(ctx, a, s)
		return v, true, err
	}
	var first []RoomView
	if cursor == "" {
		lobby, _, err := look(Lobby, "")
		if err != nil {
			return nil, "", err
		}
		if strings.Contains(foldQuery(lobby.Name), query) {
			first = append(first, lobby)
		}
		if len(first) == limit {
			return first, afterLobby, nil
		}
	}
	rooms, next, err = r.scan(ctx, listingPrefix, cursor, limit-len(first), func(rec Record) (RoomID, bool) {
		var l listing
		id := RoomID(rec.Key[len(listingPrefix):])
		return id, id != Lobby && decode(rec.Value, &l) == nil && strings.Contains(foldQuery(l.Name), query)
	}, look)
	return append(first, rooms...), next, err
}

// scan lists the rooms of a range of the house's records: those that match,
// each seen by look, which may leave it out.
func (r *Rooms) scan(ctx context.Context, prefix, cursor string, limit int, match func(Record) (RoomID, bool),
	look func(room RoomID, key string) (RoomView, bool, error),
) (rooms []RoomView, next string, err error) {
	after := ""
	if cursor != "" {
		after = prefix + cursor
	}
	lines, err := r.store.List(ctx, houseShelf, Prefix(prefix, after, browseScan))
	if err != nil {
		return nil, "", err
	}
	at, limit := 0, pageSize(limit)
	for at < len(lines) && len(rooms) < limit {
		var ids []RoomID
		var keys []string
		for ; at < len(lines) && len(rooms)+len(ids) < limit; at++ {
			if id, ok := match(lines[at]); ok {
				ids, keys = append(ids, id), append(keys, lines[at].Key)
			}
		}
		views, there := make([]RoomView, len(ids)), make([]bool, len(ids))
		err := each(len(ids), func(n int) error {
			var err error
			views[n], there[n], err = look(ids[n], keys[n])
			return err
		})
		if err != nil {
			return nil, "", err
		}
		for n, v := range views {
			if there[n] {
				rooms = append(rooms, v)
			}
		}
	}
	if at < len(lines) || len(lines) == browseScan {
		next = lines[at-1].Key[len(prefix):]
	}
	return rooms, next, nil
}

// foldQuery makes what somebody looks for comparable with names; what is not a
// name at all is compared as it is.
func foldQuery(query string) string {
	if key, err := precis.Nickname.CompareKey(query); err == nil {
		return key
	}
	return strings.ToLower(strings.TrimSpace(query))
}
