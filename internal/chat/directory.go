package chat

import "context"

// A Directory knows the accounts of this server. All methods may be called at
// once from many goroutines; errors are as those of Log.
type Directory interface {
	// People returns those of ids that exist, in any order.
	People(ctx context.Context, ids []PersonID) ([]Profile, error)
	// Named returns the accounts whose names have one of the keys, see
	// NameKey, by that key.
	Named(ctx context.Context, keys []string) (map[string]Person, error)
}

// A Profile is what everybody may know of an account.
type Profile struct {
	Person
	Role     Role
	Status   string
	Disabled bool
}

// NameKey returns what names are compared by: those that differ only in case,
// width or spacing have the same key. The errors are those of NewPerson.
func NameKey(name string) (string, error) {
	p, err := NewPerson(name)
	if err != nil {
		return "", err
	}
	return string(p.ID[len(guestPrefix):]), nil
}

// hasShelf reports whether the person has records of their own: accounts do,
// guests of the classic namespace are known by their nickname alone.
func (id PersonID) hasShelf() bool { return id != "" && string(id[:1]) != guestPrefix }
