package realtime_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// fill keeps n messages in a room, past everything that counts.
func (n *node) fill(by chat.Person, room chat.RoomID, count int) {
	n.t.Helper()
	for count > 0 {
		drafts := make([]chat.Draft, min(count, 100))
		for i := range drafts {
			drafts[i] = chat.Draft{Room: room, ID: chat.NewID(), Author: by.ID, Name: by.Nickname, Kind: chat.KindMessage, Text: "x"}
		}
		for _, a := range n.store.Append(n.ctx, room, drafts) {
			if a.Err != nil {
				n.t.Fatal(a.Err)
			}
		}
		count -= len(drafts)
	}
}

// Whoever has missed more than is told one by one begins anew, by either way of
// resuming; one entry less, and they are told all of it.
func TestChat_ResumeFromTooFar(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	ana, bob := n.guest("Ana"), n.guest("Bob")
	first := ana.say(chat.Lobby, "1")
	second := ana.say(chat.Lobby, "2")
	n.fill(chat.Person{ID: ana.me(), Nickname: "Ana"}, chat.Lobby, contract.MaxResume-1)
	last := ana.say(chat.Lobby, "last")
	// The event answers up to what the connection has heard.
	for bob.entry().Seq != last.Seq {
	}
	far, near := contract.Cursor{Seq: first.Seq, FP: first.FP}, contract.Cursor{Seq: second.Seq, FP: second.FP}

	resumes := map[string]func(from contract.Cursor) contract.Resumed{
		"by the event": func(from contract.Cursor) contract.Resumed {
			var caught contract.Caught
			bob.do("resume", map[string]any{"rooms": map[string]any{"lobby": from}}, &caught)
			return caught.Rooms[chat.Lobby]
		},
		"on connecting": func(from contract.Cursor) contract.Resumed {
			back := n.arrive(map[string]any{"token": bob.welcome.Token, "resume": map[string]any{"lobby": from}})
			defer back.Close()
			return back.welcome.Resumed[chat.Lobby]
		},
	}
	for name, resume := range resumes {
		t.Run(name, func(t *testing.T) {
			got := resume(far)
			if !got.Reset || got.Reason != "too-far" || got.Page == nil || got.Entries != nil {
				t.Fatalf("%d missed: got %+v, want a reset", contract.MaxResume+1, got)
			}
			if n := len(got.Page.Items); n != contract.DefaultPage || got.Page.Items[n-1].Seq != last.Seq || got.Head.Seq != last.Seq || got.Page.Before == 0 {
				t.Errorf("the page has %d items and ends at %+v, want the newest %d", n, got.Head, contract.DefaultPage)
			}
			got = resume(near)
			if got.Reset || len(got.Entries) != contract.MaxResume || got.Entries[0].Seq != near.Seq+1 || got.Head.Seq != last.Seq {
				t.Errorf("%d missed: got %d entries, reset %v", contract.MaxResume, len(got.Entries), got.Reset)
			}
		})
	}
	if kept := ana.say(chat.Lobby, "live"); kept.Seq != last.Seq+1 {
		t.Errorf("the next message is number %d, want %d", kept.Seq, last.Seq+1)
	}
}

// Somebody in hundreds of rooms comes back: what CONNECT has no place for is
// asked for afterwards, in parts, and no room has a hole. In the long form they
// are in as many rooms as there may be.
func TestChat_ResumeOfHundredsOfRooms(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	rooms := 250
	if os.Getenv("CAUSERIE_FAULTS") == "long" {
		rooms = n.contract.Limits.RoomsPerPerson
	}
	ana, token := n.member("Ana")
	ana.Close()
	cursors := n.furnish(chat.Actor{Person: chat.Person{ID: ana.me(), Nickname: "Ana"}, Role: chat.RoleMember}, rooms)
	for id := range cursors {
		n.fill(tn.owner.Person, id, 1)
	}

	// As many as CONNECT takes, and the others in parts of a hundred.
	resume, rest := make(map[chat.RoomID]contract.Cursor), maps.Clone(cursors)
	for id, at := range cursors {
		if len(resume) == 150 {
			break
		}
		resume[id] = at
		delete(rest, id)
	}
	back := n.arrive(map[string]any{"token": token, "resume": resume})
	caught := maps.Clone(back.welcome.Resumed)
	for len(rest) > 0 {
		part := make(map[chat.RoomID]contract.Cursor)
		for id, at := range rest {
			if len(part) == 100 {
				break
			}
			part[id] = at
			delete(rest, id)
		}
		var more contract.Caught
		back.do("resume", map[string]any{"rooms": part}, &more)
		maps.Copy(caught, more.Rooms)
	}
	if len(back.welcome.Rooms) != rooms+1 || len(caught) != rooms { // the lobby is one more
		t.Errorf("got %d rooms and %d answers, want %d and %d", len(back.welcome.Rooms), len(caught), rooms+1, rooms)
	}
	for id, got := range caught {
		if got.Gone || got.Reset || len(got.Entries) != 1 || got.Entries[0].Seq != cursors[id].Seq+1 || *got.Head != cursorOf(got.Entries[0]) {
			t.Fatalf("%s: got %+v after %v, want one entry", id, got, cursors[id])
		}
	}

	// All of them are heard now.
	for id := range cursors {
		n.fill(tn.owner.Person, id, 1)
	}
	for range rooms {
		e := back.entry()
		if got := caught[e.Room]; got.Head == nil || e.Seq != got.Head.Seq+1 {
			t.Fatalf("%s: heard number %d after %v", e.Room, e.Seq, got.Head)
		}
		delete(caught, e.Room)
	}
}

func cursorOf(e contract.Entry) contract.Cursor { return contract.Cursor{Seq: e.Seq, FP: e.FP} }

// furnish makes rooms of somebody's and returns their ends.
func (n *node) furnish(a chat.Actor, rooms int) map[chat.RoomID]contract.Cursor {
	n.t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	ends := make(map[chat.RoomID]contract.Cursor, rooms)
	places := make(chan struct{}, 32)
	for i := range rooms {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			made, err := n.contract.Rooms.Create(n.ctx, a, chat.NewID(), chat.NewRoom{Kind: chat.RoomPrivate, Name: fmt.Sprint("Room ", i)})
			head, err2 := n.store.Head(n.ctx, made.ID)
			if err != nil || err2 != nil {
				n.t.Errorf("room %d: %v, %v", i, err, err2)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ends[made.ID] = contract.CursorOf(head)
		})
	}
	wg.Wait()
	if n.t.Failed() {
		n.t.FailNow()
	}
	return ends
}

// More than CONNECT takes is refused: a client that does not count notices at
// its first try, and does not lose rooms quietly.
func TestChat_AuthThatIsTooLarge(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	resume := make(map[string]contract.Cursor)
	for i := range 250 {
		resume[fmt.Sprintf("r-%020d", i)] = contract.Cursor{Seq: 1 << 40, FP: 1}
	}
	auth := map[string]any{"guest": "Ana", "resume": resume}
	if b, _ := json.Marshal(auth); len(b) < 16<<10 {
		t.Fatalf("%d bytes are not too large", len(b))
	}
	if _, err := n.dial(auth); err == nil || !strings.Contains(err.Error(), "Auth payload too large") {
		t.Errorf("got %v, want CONNECT_ERROR", err)
	}
	n.guest("Ana") // the name was not taken by it
}
