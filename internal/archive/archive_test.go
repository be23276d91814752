package archive

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openSQLite(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openRedis(t *testing.T) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), redis.Options{URL: redistest.Start(t).URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A life is a house in which something has happened of every kind.
type life struct {
	t        *testing.T
	rooms    *chat.Rooms
	messages *chat.Messages
	desks    *chat.Desks
	ada, bob chat.Actor
	kitchen  chat.RoomID
	first    uint64 // a message that is edited, answered and reacted to
	deleted  uint64
	// called calls everybody, and withdrawn has until it was deleted.
	called, withdrawn uint64
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) say(a chat.Actor, room chat.RoomID, n chat.NewMessage) uint64 {
	l.t.Helper()
	done := make(chan error, 1)
	var seq uint64
	l.messages.Send(l.t.Context(), a, room, n, func(e chat.Entry, err error) {
		seq = e.Seq
		done <- err
	})
	l.must(<-done)
	return seq
}

func (l *life) account(a *auth.Accounts, name string) chat.Actor {
	l.t.Helper()
	made, err := a.Add(l.t.Context(), chat.Actor{Role: chat.RoleOwner}, auth.Registration{Name: name, Password: "correct horse"}, chat.RoleMember)
	l.must(err)
	return chat.Actor{Person: made.Person, Role: made.Role}
}

// live fills a store through the rules of the house.
func live(t *testing.T, store chat.Store) *life {
	t.Helper()
	ctx := t.Context()
	s := chat.New(store, chat.Options{Node: chat.NewNodeID()})
	a := auth.New(store, auth.Options{})
	l := &life{t: t, rooms: chat.NewRooms(s, a)}
	l.messages = chat.NewMessages(s, l.rooms, a)
	l.desks = chat.NewDesks(s, l.rooms, l.messages)
	t.Cleanup(func() { s.Close(context.WithoutCancel(ctx)) })
	l.ada, l.bob = l.account(a, "Ada"), l.account(a, "Bob")
	eve := l.account(a, "Eve")

	v, err := l.rooms.Create(ctx, l.ada, chat.NewID(), chat.NewRoom{Kind: chat.RoomPublic, Name: "Kitchen", Topic: "Lunch"})
	l.must(err)
	l.kitchen = v.ID
	_, err = l.rooms.Join(ctx, l.bob, l.kitchen, chat.NewID())
	l.must(err)
	_, err = l.rooms.Join(ctx, eve, l.kitchen, chat.NewID())
	l.must(err)
	l.first = l.say(l.ada, l.kitchen, chat.NewMessage{Text: "Soup, @Bob?"})
	_, err = l.messages.Edit(ctx, l.ada, l.kitchen, chat.NewID(), l.first, "Soup today, @Bob?")
	l.must(err)
	_, err = l.messages.React(ctx, l.bob, l.kitchen, chat.NewID(), l.first, "👍")
	l.must(err)
	_, err = l.messages.React(ctx, eve, l.kitchen, chat.NewID(), l.first, "🎉")
	l.must(err)
	_, err = l.messages.Unreact(ctx, eve, l.kitchen, chat.NewID(), l.first, "🎉")
	l.must(err)
	l.say(l.bob, l.kitchen, chat.NewMessage{Text: "Yes", Thread: l.first})
	reply := l.say(l.bob, l.kitchen, chat.NewMessage{Text: "With bread", Thread: l.first})
	_, err = l.messages.Pin(ctx, l.ada, l.kitchen, chat.NewID(), l.first)
	l.must(err)
	l.deleted = l.say(eve, l.kitchen, chat.NewMessage{Text: "I hate soup"})
	_, err = l.messages.Edit(ctx, eve, l.kitchen, chat.NewID(), l.deleted, "I do hate soup")
	l.must(err)
	_, err = l.messages.React(ctx, l.bob, l.kitchen, chat.NewID(), l.deleted, "👎")
	l.must(err)
	_, err = l.messages.Delete(ctx, l.ada, l.kitchen, chat.NewID(), l.deleted)
	l.must(err)
	_, err = l.messages.Delete(ctx, l.bob, l.kitchen, chat.NewID(), reply)
	l.must(err)
	l.must(l.rooms.Ban(ctx, l.ada, l.kitchen, chat.NewID(), eve.ID, "rude"))
	l.must(l.rooms.SetRank(ctx, l.ada, l.kitchen, chat.NewID(), l.bob.ID, chat.RankModerator))
	l.must(l.rooms.Mute(ctx, l.ada, l.kitchen, chat.NewID(), l.bob.ID, time.Hour, ""))

	l.called = l.say(l.ada, l.kitchen, chat.NewMessage{Text: "It is ready, @room"})
	l.withdrawn = l.say(l.ada, l.kitchen, chat.NewMessage{Text: "@room no, it is not"})
	_, err = l.messages.Delete(ctx, l.ada, l.kitchen, chat.NewID(), l.withdrawn)
	l.must(err)
	topic, slow := "Supper", 30
	_, err = l.rooms.Change(ctx, l.ada, l.kitchen, chat.NewID(), chat.RoomChange{Topic: &topic, Slow: &slow})
	l.must(err)
	_, err = l.desks.Read(ctx, l.bob, l.kitchen, 0, l.first)
	l.must(err)
	l.comings(eve)

	private, err := l.rooms.Create(ctx, l.bob, chat.NewID(), chat.NewRoom{Kind: chat.RoomPrivate, Name: "Cellar"})
	l.must(err)
	l.must(l.rooms.Invite(ctx, l.bob, private.ID, chat.NewID(), l.ada.ID))
	_, err = l.rooms.Direct(ctx, l.ada, chat.ID{}, []chat.PersonID{l.bob.ID}, "")
	l.must(err)
	group, err := l.rooms.Direct(ctx, l.ada, chat.ID{}, []chat.PersonID{l.bob.ID, eve.ID}, "Three")
	l.must(err)
	l.must(l.rooms.Leave(ctx, l.ada, group.ID, chat.NewID()))
	var many []chat.Draft
	for range page + 200 {
		many = append(many, chat.Draft{
			Room: chat.Lobby, ID: chat.NewID(), Kind: chat.KindMessage, Author: l.ada.ID, Name: "Ada", Text: "In the lobby", At: time.Now(),
		})
	}
	for _, kept := range store.Append(ctx, chat.Lobby, many) {
		l.must(kept.Err)
	}
	owner := chat.Actor{Person: l.ada.Person, Role: chat.RoleOwner}
	l.must(l.rooms.SetRank(ctx, owner, chat.Lobby, chat.NewID(), l.bob.ID, chat.RankModerator))
	l.must(l.rooms.Ban(ctx, owner, chat.Lobby, chat.NewID(), eve.ID, "in the lobby too"))
	l.must(l.rooms.Mute(ctx, owner, chat.Lobby, chat.NewID(), l.bob.ID, time.Hour, ""))
	l.must(l.desks.Save(ctx, l.bob, l.kitchen, l.first))
	l.must(l.messages.Flush(ctx))
	return l
}

// comings are a room that people leave, are silenced in, kept out of, raised in
// and come back to.
func (l *life) comings(eve chat.Actor) {
	ctx := l.t.Context()
	v, err := l.rooms.Create(ctx, l.bob, chat.NewID(), chat.NewRoom{Kind: chat.RoomPublic, Name: "Hall"})
	l.must(err)
	come := func(a chat.Actor) {
		_, err := l.rooms.Join(ctx, a, v.ID, chat.NewID())
		l.must(err)
	}
	come(eve)
	l.must(l.rooms.Mute(ctx, l.bob, v.ID, chat.NewID(), eve.ID, time.Hour, "loud"))
	l.must(l.rooms.Leave(ctx, eve, v.ID, chat.NewID()))
	come(eve) // still muted
	l.must(l.rooms.Ban(ctx, l.bob, v.ID, chat.NewID(), eve.ID, "louder"))
	l.must(l.rooms.Unban(ctx, l.bob, v.ID, chat.NewID(), eve.ID, ""))
	l.must(l.rooms.Invite(ctx, l.bob, v.ID, chat.NewID(), eve.ID))
	come(eve)
	l.must(l.rooms.Unmute(ctx, l.bob, v.ID, chat.NewID(), eve.ID))
	l.must(l.rooms.SetRank(ctx, l.bob, v.ID, chat.NewID(), eve.ID, chat.RankModerator))
	l.must(l.rooms.Leave(ctx, l.bob, v.ID, chat.NewID())) // eve is made the owner
	l.must(l.rooms.Leave(ctx, eve, v.ID, chat.NewID()))
	come(eve) // and owns it, for nobody was left
	come(l.ada)
	l.must(l.rooms.Remove(ctx, eve, v.ID, chat.NewID(), l.ada.ID, "no reason"))
}

func exported(t *testing.T, s Source, only Selection) string {
	t.Helper()
	var b strings.Builder
	if err := Export(t.Context(), s, only, &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func verified(t *testing.T, s Source) []string {
	t.Helper()
	var found []string
	if err := Verify(t.Context(), s, func(f Found) { found = append(found, f.String()) }, nil); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestCopy_thereAndBack: from the embedded store to Redis and into another
// folder nothing is lost, added or changed, on any shelf.
func TestCopy_thereAndBack(t *testing.T) {
	source := openSQLite(t)
	live(t, source)
	if found := verified(t, source); len(found) > 0 {
		t.Errorf("the source: %q", found)
	}
	shared, back := openRedis(t), openSQLite(t)
	if begun, err := Begun(t.Context(), shared); begun || err != nil {
		t.Errorf("the empty store was begun: %v, %v", begun, err)
	}
	var last Step
	ends := 0
	progress := func(s Step) {
		if last = s; s.Done {
			ends++
		}
	}
	if err := Copy(t.Context(), source, shared, "a", progress); err != nil {
		t.Fatal(err)
	}
	if begun, err := Begun(t.Context(), shared); !begun || err != nil {
		t.Errorf("the full store was begun: %v, %v", begun, err)
	}
	if last.Rooms != 6 || last.Of != 6 || last.Entries < 700 || last.Room != "" {
		t.Errorf("the last step was %+v", last)
	}
	if err := Copy(t.Context(), shared, back, "b", nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		Export(t.Context(), source, Selection{}, io.Discard, progress),
		Verify(t.Context(), source, func(Found) {}, progress),
	); err != nil {
		t.Fatal(err)
	}
	if ends != 3 || !last.Done {
		t.Errorf("three runs told %d times that they are done; the last step was %+v", ends, last)
	}
	want := exported(t, source, Selection{})
	if !strings.Contains(want, "Soup today") || strings.Contains(want, "hate soup") || strings.Contains(want, "argon2") {
		t.Errorf("the export holds too little or too much:\n%.4000s", want)
	}
	for name, s := range map[string]Source{"redis": shared, "back": back} {
		if got := exported(t, s, Selection{}); got != want {
			t.Errorf("%s: the export differs", name)
		}
		if found := verified(t, s); len(found) > 0 {
			t.Errorf("%s: %q", name, found)
		}
		if got, want := contents(t, s), contents(t, source); got != want {
			t.Errorf("%s: the records differ:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// contents is every record of every shelf, the accounts' too.
func contents(t *testing.T, s Source) string {
	t.Helper()
	shelves := []chat.Shelf{accounts, house, presence}
	rooms, err := Rooms(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		shelves = append(shelves, chat.RoomShelf(room))
	}
	people, err := People(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		shelves = append(shelves, chat.PersonShelf(p.ID))
	}
	var b strings.Builder
	for _, shelf := range shelves {
		if err := eachRecord(t.Context(), s, shelf, "", func(r chat.Record) error {
			b.WriteString(string(shelf) + " " + r.Key + " " + r.Value + "\n")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// A failing target keeps only so many steps.
type failing struct {
	Target
	left int
}

func (f *failing) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	if f.left--; f.left < 0 {
		return []chat.Appended{{Err: chat.Unavailable(context.DeadlineExceeded)}}
	}
	return f.Target.Append(ctx, room, drafts)
}

func (f *failing) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if f.left--; f.left < 0 {
		return chat.Unavailable(context.DeadlineExceeded)
	}
	return f.Target.Commit(ctx, shelf, c)
}

// TestCopy_brokenOff: wherever a copy breaks off, the next one completes it,
// also where a message has been deleted in between.
func TestCopy_brokenOff(t *testing.T) {
	source, target := openSQLite(t), openSQLite(t)
	l := live(t, source)
	broken := 0
	for steps := 1; ; steps++ {
		err := Copy(t.Context(), source, &failing{target, steps}, "a", nil)
		if err == nil {
			break
		}
		if broken++; chat.CodeOf(err) != chat.CodeUnavailable {
			t.Fatalf("got %v, want the store's error", err)
		}
		if err := Whole(t.Context(), target); steps > 1 && (err == nil || !strings.Contains(err.Error(), "only a part of a ")) {
			t.Fatalf("after %d steps: Whole returned %v", steps, err)
		}
		if broken == 3 {
			for _, seq := range []uint64{l.first, 1} {
				room := l.kitchen
				if seq == 1 {
					room = chat.Lobby
				}
				if _, err := l.messages.Delete(t.Context(), l.ada, room, chat.NewID(), seq); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if broken < 3 {
		t.Errorf("it broke off %d times only", broken)
	}
	if err := Whole(t.Context(), target); err != nil {
		t.Errorf("after the last: %v", err)
	}
	if found := verified(t, target); len(found) > 0 {
		t.Errorf("the target: %q", found)
	}
	if exported(t, target, Selection{}) != exported(t, source, Selection{}) {
		t.Error("the export differs")
	}
}

func TestCopy_wrongTarget(t *testing.T) {
	source, used, begun := openSQLite(t), openSQLite(t), openSQLite(t)
	live(t, source)
	live(t, used)
	if err := Copy(t.Context(), source, &failing{begun, 3}, "a", nil); err == nil {
		t.Fatal("it did not break off")
	}
	for _, test := range []struct {
		name   string
		target Target
		want   string
	}{
		{"in use", used, "the target holds a chat already: choose an empty one"},
		{"begun from elsewhere", begun, "the target holds a part of a: go on with that, or choose an empty target"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := contents(t, test.target)
			if err := Copy(t.Context(), source, test.target, "b", nil); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if contents(t, test.target) != before {
				t.Error("the target was changed")
			}
		})
	}
}
