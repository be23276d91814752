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
// Nobody can be called who has blocked a.
func (r *Rooms) Direct(ctx context.Context, a Actor, people []PersonID, name string) (RoomView, error) {
	people = slices.Clone(people)
	slices.Sort(people)
	people = others(slices.Compact(people), a.ID)
	switch {
	case len(people) == 0:
		return RoomView{}, errSelf
	case len(people) >= maxGroup:
		return RoomView{}, errNobody
	case len(people) > 1:
		return r.group(ctx, a, people, name)
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

func (r *Rooms) group(ctx context.Context, a Actor, people []PersonID, name string) (RoomView, error) {
	if a.Role.Rank() < RoleMember.Rank() {
		return RoomView{}, errGuestDirect
	}
	id := NewID()
	i := RoomInfo{ID: hashedRoomID("g-", string(a.ID), id.String()), Kind: RoomGroup, Creator: a.ID, Created: r.moment()}
	if name != "" {
		var err error
		if i.Name, _, err = checkRoomName(name); err != nil {
			return RoomView{}, err
		}
	}
	if err := r.mayCall(ctx, a.ID, people); err != nil {
		if CodeOf(err) == CodeForbidden {
			err = forbidden(fmt.Sprintf("One of these %d people is not taking messages from you.", len(people)))
		}
		return RoomView{}, err
	}
	ranks := map[PersonID]Rank{a.ID: RankOwner}
	for _, p := range people {
		ranks[p] = RankMember
	}
	i.People = append(people, a.ID)
	slices.Sort(i.People)
	return r.found(ctx, a, id, i, ranks)
}
