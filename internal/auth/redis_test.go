package auth

import (
	"fmt"
	"testing"

	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

// The rules are over the store's promises, which storetest checks. This is the
// short proof that they hold on Redis as well: what must happen once, and what
// other nodes must hear.
func TestOnRedis(t *testing.T) {
	store, err := redis.Open(t.Context(), redis.Options{URL: redistest.Start(t).URL(), Logger: testLogger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	h := newHouseOver(t, store)
	a, b := h.node(), h.node()
	code, _, err := a.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done := together(t, 6, func(i int) error {
		_, _, err := []*Accounts{a, b}[i%2].Setup(t.Context(), code, Registration{Name: fmt.Sprint("owner ", i), Password: password}, SettingsChange{})
		return err
	})
	if done != 1 {
		t.Errorf("%d became the owner", done)
	}
	_, invitation, err := a.CreateInvitation(t.Context(), console, NewInvitation{Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	done = together(t, 6, func(i int) error {
		_, _, err := []*Accounts{a, b}[i%2].Guest(t.Context(), fmt.Sprint("guest ", i), invitation, "", "")
		return err
	})
	if done != 1 {
		t.Errorf("%d came in by an invitation for one", done)
	}
	i, _ := h.person("Ana")
	testWatch(t, h, i)
}
