package chat

import "context"

// Forget takes somebody who cannot come back out of every room, and clears their
// shelf and what is said of their state; what they have written stays, under their name. Who is in a
// conversation between two is not forgotten: the other one would not know any
// more whose words they read. Where it ends with an error it can be called
// again.
func (r *Rooms) Forget(ctx context.Context, who Person) (gone bool, err error) {
	if !who.ID.hasShelf() {
		return true, nil
	}
	lines, err := r.lines(ctx, who.ID)
	if err != nil {
		return false, err
	}
	a := Actor{Person: who, Role: RoleGuest}
	standings := make([]standing, len(lines))
	for i, l := range lines {
		if standings[i], err = r.standing(ctx, a, RoomID(l.Key[len(indexPrefix):])); err != nil {
			return false, err
		}
		if standings[i].me.Related() && standings[i].info.Kind == RoomDirect {
			return false, nil
		}
	}
	for i, l := range lines {
		if err := r.forgetIn(ctx, a, RoomID(l.Key[len(indexPrefix):]), standings[i]); err != nil {
			return false, err
		}
	}
	if err := r.store.Commit(ctx, presenceShelf, Commit{Do: []Write{
		Remove(string(who.ID)), Remove(seenPrefix + string(who.ID)),
	}}); err != nil {
		return false, err
	}
	return true, r.clear(ctx, PersonShelf(who.ID))
}

// forgetIn ends a membership, and takes away what the room keeps of a beside it.
func (r *Rooms) forgetIn(ctx context.Context, a Actor, room RoomID, s standing) error {
	if s.me.Related() && room != Lobby {
		err := r.Leave(ctx, a, room, ID{})
		if c := CodeOf(err); err != nil && c != CodeForbidden && c != CodeNotFound {
			return err // those two say that a is not in any more
		}
	}
	return r.store.Commit(ctx, RoomShelf(room), Commit{Do: []Write{Remove(receiptKey(a.ID)), Remove(slowKey(a.ID))}})
}

// clear takes all records of a shelf away.
func (r *Rooms) clear(ctx context.Context, shelf Shelf) error {
	for {
		page, err := r.store.List(ctx, shelf, Range{Limit: MaxWrites})
		if err != nil || len(page) == 0 {
			return err
		}
		var c Commit
		for _, rec := range page {
			c.Do = append(c.Do, Remove(rec.Key))
		}
		if err := r.store.Commit(ctx, shelf, c); err != nil {
			return err
		}
	}
}
