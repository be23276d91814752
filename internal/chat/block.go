package chat

import (
	"context"
	"strconv"
	"strings"
)

// maxBlocked is how many people one person can block.
const maxBlocked = 1000

// Block keeps somebody from writing to the person where the two are alone and
// from calling them anywhere, and has clients fold what they say elsewhere.
func (d *Desks) Block(ctx context.Context, a Actor, who PersonID) error {
	if who == a.ID {
		return invalid("You cannot block yourself.")
	}
	if len(who) == 0 || len(who) > 128 {
		return invalid("This is no id of a person.")
	}
	blocked, err := d.Blocked(ctx, a)
	if err != nil {
		return err
	}
	if len(blocked) >= maxBlocked {
		return forbidden("You have blocked 1,000 people already. Unblock one of them first.")
	}
	now := strconv.FormatInt(d.service.options.Now().UnixMilli(), 10)
	return d.store.Commit(ctx, PersonShelf(a.ID), Commit{Do: []Write{Put(blockKey(who), now)}})
}

// Unblock ends it. Somebody who is not blocked is no error.
func (d *Desks) Unblock(ctx context.Context, a Actor, who PersonID) error {
	if len(who) == 0 || len(who) > 128 {
		return invalid("This is no id of a person.")
	}
	return d.store.Commit(ctx, PersonShelf(a.ID), Commit{Do: []Write{Remove(blockKey(who))}})
}

// Blocked returns whom the person has blocked.
func (d *Desks) Blocked(ctx context.Context, a Actor) ([]PersonID, error) {
	if !a.ID.hasShelf() {
		return nil, nil
	}
	lines, err := d.store.List(ctx, PersonShelf(a.ID), Prefix(blockKey(""), "", maxBlocked))
	people := make([]PersonID, len(lines))
	for i, l := range lines {
		people[i] = PersonID(strings.TrimPrefix(l.Key, blockKey("")))
	}
	return people, err
}
