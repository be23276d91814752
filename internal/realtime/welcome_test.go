package realtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	accounts "github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/test/client"
)

// A newcomer is somebody who has just connected, with what they know of the
// others.
type newcomer struct {
	*client.Client
	online map[chat.PersonID]string
	status int // the newest of the one who is busy
}

// hear takes the next event and keeps what it says of who is here and of the
// one who is busy.
func (c *newcomer) hear(n *node, busy chat.PersonID) error {
	ctx, cancel := context.WithTimeout(n.ctx, limit)
	defer cancel()
	e, err := c.Next(ctx)
	if err != nil {
		return err
	}
	var told struct {
		Person json.RawMessage
		State  string
		States map[chat.PersonID]string
	}
	if err := json.Unmarshal(e.Args[0], &told); err != nil {
		return err
	}
	switch e.Name {
	case "presence":
		var id chat.PersonID
		err = json.Unmarshal(told.Person, &id)
		c.online[id] = told.State
	case "presences":
		c.online = told.States
	case "person-updated":
		var p contract.Person
		err = json.Unmarshal(told.Person, &p)
		if now, _ := strconv.Atoi(p.Status); p.ID == busy && now < c.status {
			err = fmt.Errorf("told the status %d after %d", now, c.status)
		} else if p.ID == busy {
			c.status = now
		}
	}
	return err
}

// Whoever connects while there is news hears the welcome first, and then all
// of the news that the welcome did not know.
func TestChat_NothingComesBeforeTheWelcome(t *testing.T) {
	const people, changes = 40, 60
	n := build(t, townOptions{}).nodes[0]
	busy, _ := n.member("Busy")
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range changes {
			status := strconv.Itoa(i + 1)
			if _, err := n.contract.Accounts.ChangeProfile(n.ctx, busy.me(), accounts.ProfileChange{Status: &status}); err != nil {
				t.Error(err)
			}
		}
	})
	came := make([]*newcomer, people)
	for i := range came {
		wg.Go(func() {
			// Each comes from an address of their own, which may bring in a few.
			_, token, err := n.contract.Accounts.Guest(n.ctx, fmt.Sprint("Guest ", i), "", "", fmt.Sprint("192.0.2.", i))
			if err != nil {
				t.Error(err)
				return
			}
			c, err := n.dial(map[string]string{"token": token})
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(c.Close)
			first, err := c.Next(n.ctx)
			if err != nil || first.Name != "welcome" {
				t.Errorf("the first event is %q, %v, want a welcome", first.Name, err)
				return
			}
			var told contract.Welcome
			if err := json.Unmarshal(first.Args[0], &told); err != nil {
				t.Error(err)
				return
			}
			came[i] = &newcomer{Client: c, online: told.Online}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	last := strconv.Itoa(changes + 1)
	if _, err := n.contract.Accounts.ChangeProfile(n.ctx, busy.me(), accounts.ProfileChange{Status: &last}); err != nil {
		t.Fatal(err)
	}
	for i, c := range came {
		for len(c.online) < people+1 || c.status <= changes {
			if err := c.hear(n, busy.me()); err != nil {
				t.Fatalf("guest %d knows %d people, want %d, and the status %d: %v", i, len(c.online), people+1, c.status, err)
			}
		}
	}
}

// Whose connections break as soon as they are made is welcomed by the next one
// at once, and does not wait for those that have gone.
func TestChat_WhoComesAndGoesIsWelcomedAtOnce(t *testing.T) {
	n := build(t, townOptions{}).nodes[0]
	ana, token := n.member("Ana")
	for i := range 5 {
		ana.do("room-create", map[string]any{"kind": "private", "name": fmt.Sprint("Room ", i)}, nil)
	}
	ana.Cut()
	for range 60 {
		c, err := n.dial(map[string]string{"token": token})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Send("me"); err != nil {
			t.Fatal(err)
		}
		c.Cut()
	}
	began := time.Now()
	n.arrive(map[string]string{"token": token})
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the welcome came after %v", took)
	}
}
