package contract

import (
	"cmp"
	"context"
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

// listPeople is the act people.
type listPeople struct {
	IDs    []chat.PersonID `json:"ids,omitempty" doc:"Only these people, in this order, and none who is not known; the other fields do not matter then." max:"100" eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Query  string          `json:"query,omitempty" doc:"Only what has this in its name." eg:"kit"`
	Cursor string          `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int             `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// People is a part of everybody who is known here.
type People struct {
	People []Person `json:"people" doc:"Accounts and guests, by name."`
	Next   string   `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
	Total  int      `json:"total" doc:"How many there are without ids and query." eg:"12"`
}

func (in listPeople) do(ctx context.Context, r *request) (People, error) {
	if len(in.IDs) > 0 {
		return in.pick(ctx, r)
	}
	accounts, next, total, err := r.Accounts.List(ctx, in.Query, in.Cursor, limited(in.Limit))
	if err != nil {
		return People{}, err
	}
	profiles := make([]chat.Profile, len(accounts))
	for i, a := range accounts {
		profiles[i] = a.Profile
	}
	people, err := r.PeopleOf(ctx, profiles)
	return People{People: people, Next: next, Total: total}, err
}

// pick is do where ids are asked for.
func (in listPeople) pick(ctx context.Context, r *request) (People, error) {
	_, _, total, err := r.Accounts.List(ctx, "", "", 1)
	if err != nil {
		return People{}, err
	}
	found, err := r.Accounts.People(ctx, in.IDs)
	if err != nil {
		return People{}, err
	}
	slices.SortFunc(found, func(a, b chat.Profile) int {
		return cmp.Compare(slices.Index(in.IDs, a.ID), slices.Index(in.IDs, b.ID))
	})
	people, err := r.PeopleOf(ctx, found)
	return People{People: people, Total: total}, err
}

// readPerson is the act person.
type readPerson someone

// OnePerson is the answer of person.
type OnePerson struct {
	Person Person      `json:"person" doc:"The person."`
	Direct chat.RoomID `json:"direct,omitempty" doc:"The direct room one has with them, where there is one." eg:"d-0f1e2d3c4b5a69788796a5b4c3d2e1f0"`
}

func (in readPerson) do(ctx context.Context, r *request) (OnePerson, error) {
	account, err := r.Accounts.Account(ctx, in.Person)
	if err != nil {
		return OnePerson{}, err
	}
	people, err := r.PeopleOf(ctx, []chat.Profile{account.Profile})
	if err != nil {
		return OnePerson{}, err
	}
	told := OnePerson{Person: people[0]}
	direct := chat.DirectID(r.actor.ID, in.Person)
	switch _, err := r.Rooms.View(ctx, r.actor, direct); {
	case err == nil:
		told.Direct = direct
	case chat.CodeOf(err) != chat.CodeNotFound:
		return OnePerson{}, err
	}
	return told, nil
}

// peopleByID returns the people with these ids, in their order; of somebody
// who is not known there is only the id.
func (h *House) peopleByID(ctx context.Context, ids []chat.PersonID) ([]Person, error) {
	var p people
	p.want(ids...)
	if err := p.find(ctx, h); err != nil {
		return nil, err
	}
	profiles := make([]chat.Profile, len(ids))
	for i, id := range ids {
		profiles[i] = p.known[id]
	}
	return h.PeopleOf(ctx, profiles)
}
