package auth

import (
	"context"
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

var _ chat.Directory = (*Accounts)(nil)

// atOnce is how many records one read asks for by key.
const atOnce = 200

// People implements chat.Directory.
func (a *Accounts) People(ctx context.Context, ids []chat.PersonID) ([]chat.Profile, error) {
	var keys []string
	for _, id := range ids {
		if isPersonID(id) {
			keys = append(keys, "account/"+string(id))
		}
	}
	slices.Sort(keys)
	var people []chat.Profile
	err := a.lookUp(ctx, slices.Compact(keys), func(key, value string) error {
		r, err := decode[accountRecord](key, value)
		people = append(people, r.profile())
		return err
	})
	return people, err
}

// Named implements chat.Directory.
func (a *Accounts) Named(ctx context.Context, keys []string) (map[string]chat.Person, error) {
	var claims []string
	for _, key := range keys {
		if len(key) <= maxClaim {
			claims = append(claims, "name/"+key)
		}
	}
	slices.Sort(claims)
	var ids []chat.PersonID
	keyOf := make(map[chat.PersonID]string)
	err := a.lookUp(ctx, slices.Compact(claims), func(claim, id string) error {
		ids = append(ids, chat.PersonID(id))
		keyOf[chat.PersonID(id)] = claim[len("name/"):]
		return nil
	})
	if err != nil {
		return nil, err
	}
	people, err := a.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	named := make(map[string]chat.Person, len(people))
	for _, p := range people {
		named[keyOf[p.ID]] = p.Person
	}
	return named, nil
}

// lookUp calls f with those of keys that have a record.
func (a *Accounts) lookUp(ctx context.Context, keys []string, f func(key, value string) error) error {
	for some := range slices.Chunk(keys, atOnce) {
		values, err := a.get(ctx, some...)
		if err != nil {
			return err
		}
		for i, value := range values {
			if value == "" {
				continue
			}
			if err := f(some[i], value); err != nil {
				return err
			}
		}
	}
	return nil
}
