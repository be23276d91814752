package chat

import (
	"context"
	"fmt"
	"slices"
)

var (
	errNobody      = invalid("Say whom the conversation is with: 1 person, or 2 to 49 for a group.")
	errSelf        = invalid("A conversation needs somebody else. To keep something for yourself, save the message.")
	errGuestDirect = forbidden("Guests can answer, but not begin a conversation. Register an account first.")
)

// Direct returns the conversation between a and one other, which there is at
// most one of, or makes a group of a and 2 to 49 others, which may have a
// name. Guests find conversations that others have begun, and begin none.
// Nobody can be called who has blocked a. The same id, if not zero, is the same
// group.
func (r *Rooms) Direct(ctx context.Context, a Actor, id ID, people []PersonID, name string) (RoomView, error) {
	people = slices.Clone(people)
	slices.Sort(people)
	people = others(slices.Compact(people), a.ID)
	switch {
	case len(people) == 0:
		return RoomView{}, errSelf
	case len(people) >= maxGroup:
		return RoomView{}, errNobody
	case len(people) > 1:
		return r.group(ctx, a, id, people, name)
	}
	i := RoomInfo{ID: DirectID(a.ID, people[0]), Kind: RoomDirect, Creator: a.ID, Created: r.moment()}
	v, err := r.store.Get(ctx, RoomShelf(i.ID), infoKey)
	if err != nil {
		return RoomView{}, err
	}
	if v[0] == "" && a.Role.Rank() < RoleMember.Rank() {
		return RoomView{}, errGuestDirect
	}
	if err := r.mayCall(ctx, a.ID, people); err != nil {
		return RoomView{}, err
	}
	i.People = append(people, a.ID)
	slices.Sort(i.People)
	return r.found(ctx, a, NewID(), i, map[PersonID]Rank{a.ID: RankMember, people[0]: RankMember})
}

// DirectID is the room between two people, whoever asks.
func DirectID(a, b PersonID) RoomID { return hashedRoomID("d-", string(min(a, b)), string(max(a, b))) }

func (r *Rooms) group(ctx context.Context, a Actor, id ID, people []PersonID, name string) (RoomView, error) {
	if a.Role.Rank() < RoleMember.Rank() {
		return RoomView{}, errGuestDirect
	}
	if id == (ID{}) {
		id = NewID()
	}
	i := RoomInfo{ID: hashedRoomID("g-", string(a.ID), id.String()), Kind: RoomGroup, Creator: a.ID, Created: r.moment()}
	was, err := r.info(ctx, i.ID)
	switch {
	case err != nil:
		return RoomView{}, err
	case was.ID != "":
		i = was
	default:
		if i.Name, err = r.mayGroup(ctx, a, people, name); err != nil {
			return RoomView{}, err
		}
		i.People = append(people, a.ID)
		slices.Sort(i.People)
	}
	ranks := make(map[PersonID]Rank)
	for _, p := range i.People {
		ranks[p] = RankMember
	}
	ranks[a.ID] = RankOwner
	return r.found(ctx, a, id, i, ranks)
}

// mayGroup returns the name, as it is kept, of a group that a may make.
func (r *Rooms) mayGroup(ctx context.Context, a Actor, people []PersonID, name string) (kept string, err error) {
	if name != "" {
		if kept, _, err = checkRoomName(name); err != nil {
			return "", err
		}
	}
	err = r.mayCall(ctx, a.ID, people)
	if CodeOf(err) == CodeForbidden {
		err = forbidden(fmt.Sprintf("One of these %d people is not taking messages from you.", len(people)))
	}
	return kept, err
}
