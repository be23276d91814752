package archive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// TestVerify_broken: every kind of damage is told, and nothing else is.
func TestVerify_broken(t *testing.T) {
	store := openSQLite(t)
	l := live(t, store)
	shelf, key := chat.RoomShelf(l.kitchen), "on/"+chat.SeqKey(l.first)
	value := func(shelf chat.Shelf, key string) string {
		t.Helper()
		v, err := store.Get(t.Context(), shelf, key)
		if err != nil || v[0] == "" {
			t.Fatalf("%s: got %q, %v, want a record", key, v, err)
		}
		return v[0]
	}
	member := func(is, becomes string) string {
		return strings.Replace(value(shelf, "m/"+string(l.bob.ID)), is, becomes, 1)
	}
	bans, err := store.List(t.Context(), shelf, chat.Prefix("ban/", "", 2))
	if err != nil || len(bans) != 1 {
		t.Fatalf("bans: got %v, %v, want one", bans, err)
	}
	eve := chat.PersonID(strings.TrimPrefix(bans[0].Key, "ban/"))
	for _, test := range []struct {
		name   string
		damage chat.Write
		shelf  chat.Shelf
		want   string
	}{
		{"a reaction lost", chat.Remove(key + "/react/👍\x1f" + string(l.bob.ID)), shelf, "react/👍"},
		{"a reaction invented", chat.Put(key+"/react/👍\x1fu-0", "3"), shelf, "must not be there"},
		{"a thread miscounted", chat.Put(key+"/replies", "7"), shelf, `is "7", but by the log it must be "1"`},
		{"an edit lost", chat.Remove(key + "/edited"), shelf, "edited"},
		{"a pin lost", chat.Remove("pin/" + chat.SeqKey(l.first)), shelf, "pin/"},
		{"a deletion forgotten", chat.Remove("on/" + chat.SeqKey(l.deleted) + "/gone"), shelf, "is deleted, but its record does not say so"},
		{"a member lost", chat.Remove("m/" + string(l.bob.ID)), shelf, string(l.bob.ID) + " is not in the room, but by the log joined"},
		{"a stranger let in", chat.Put("m/u-0", `{"state":"joined"}`), shelf, "u-0 is joined, but by the log not in the room"},
		{"members miscounted", chat.Put("count/members", "9"), shelf, `"count/members" is 9, but there are 2`},
		{"a rank lost", chat.Put("m/"+string(l.bob.ID), member(`"rank":"moderator"`, `"rank":"member"`)), shelf, `has the rank "member", but by the log "moderator"`},
		{"a mute lifted", chat.Put("m/"+string(l.bob.ID), member(`"mutedUntil":`, `"mutedUntil":1`)), shelf, "is muted until 1"},
		{"a ban forgotten", chat.Remove("ban/" + string(eve)), shelf, "is banned by the log, but not on the list"},
		{"a ban invented", chat.Put("ban/"+string(l.bob.ID), "1"), shelf, "is on the list of the banned, but by the log not banned"},
		{"a ban by somebody else", chat.Put("m/"+string(eve), `{"state":"banned","by":"u-0","reason":"rude"}`), shelf, "is banned by u-0"},
		{"owners miscounted", chat.Put("count/owners", "2"), shelf, `"count/owners" is 2, but there are 1`},
		{"another topic", chat.Put("info", strings.Replace(value(shelf, "info"), "Supper", "Dinner", 1)), shelf, `"topic":"Supper"`},
		{"no room any more", chat.Remove("info"), shelf, `but by the log {"id":"` + string(l.kitchen)},
		{"a call lost", chat.Remove("all/" + chat.SeqKey(l.called)), shelf, "all/"},
		{"a call that was deleted", chat.Put("all/"+chat.SeqKey(l.withdrawn), "room"), shelf, "must not be there"},
		{"read too far, as shown", chat.Put("read/"+string(l.bob.ID), "5000"), shelf, "is shown to have read up to 5000"},
		{"read too far", chat.Put("read/"+string(l.kitchen), "5000"), chat.PersonShelf(l.bob.ID), "has read up to 5000 in the room " + string(l.kitchen)},
		{"accounts miscounted", chat.Put("count", "7"), accounts, "the accounts are counted as 7, but there are 3"},
		{"a name that leads nowhere", chat.Put("name/nobody", "u-0"), accounts, `the name "nobody" leads to u-0`},
		{"an account without a name", chat.Remove("name/bob"), accounts, "no name leads to " + string(l.bob.ID)},
		{"a room off the list", chat.Remove("room/" + string(l.kitchen)), chat.PersonShelf(l.bob.ID), "not in their list of rooms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			was, err := store.Get(t.Context(), test.shelf, test.damage.Key)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Commit(t.Context(), test.shelf, chat.Commit{Do: []chat.Write{test.damage}}); err != nil {
				t.Fatal(err)
			}
			found := strings.Join(verified(t, store), "\n")
			inRoom := test.shelf == accounts || strings.Contains(found, "room "+string(l.kitchen))
			if !strings.Contains(found, test.want) || !inRoom {
				t.Errorf("got %q, want %q in it", found, test.want)
			}
			if err := store.Commit(t.Context(), test.shelf, chat.Commit{Do: []chat.Write{chat.Put(test.damage.Key, was[0])}}); err != nil {
				t.Fatal(err)
			}
			if found := verified(t, store); len(found) > 0 {
				t.Errorf("after the repair: %q", found)
			}
		})
	}
}

// TestLedger_chain: an entry that is missing, doubled, changed places or has
// another id breaks the chain.
func TestLedger_chain(t *testing.T) {
	var log []chat.Entry
	at := chat.Cursor{}
	for i := range 5 {
		id := chat.NewID()
		at = at.Next(id)
		log = append(log, chat.Entry{Draft: chat.Draft{ID: id, Kind: chat.KindMessage, Text: fmt.Sprint(i)}, Cursor: at})
	}
	other := log[2]
	other.ID = chat.NewID()
	for _, test := range []struct {
		name   string
		log    []chat.Entry
		broken bool
	}{
		{"whole", log, false},
		{"one missing", []chat.Entry{log[0], log[2]}, true},
		{"one doubled", []chat.Entry{log[0], log[0]}, true},
		{"two changed places", []chat.Entry{log[0], log[2], log[1]}, true},
		{"another id", []chat.Entry{log[0], log[1], other}, true},
		{"not from the beginning", log[1:], true},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLedger("r")
			for _, e := range test.log {
				l.enter(e)
			}
			if got := len(l.broken) > 0; got != test.broken {
				t.Errorf("got %q, want broken %v", l.broken, test.broken)
			}
		})
	}
}

func TestExport_selection(t *testing.T) {
	store := openSQLite(t)
	l := live(t, store)
	room := exported(t, store, Selection{Room: l.kitchen})
	if strings.Contains(room, `"person":{`) || strings.Contains(room, "In the lobby") ||
		!strings.Contains(room, `"name":"Kitchen"`) || !strings.Contains(room, "Soup, @Bob?") {
		t.Errorf("the room:\n%s", room)
	}
	person := exported(t, store, Selection{Person: l.bob.ID})
	if !strings.Contains(person, `"name":"Bob"`) || !strings.Contains(person, `"text":"Yes"`) || !strings.Contains(person, "saved/") ||
		!strings.Contains(person, `"type":"mute"`) || strings.Contains(person, "Soup") {
		t.Errorf("the person:\n%s", person)
	}
	for _, only := range []Selection{{Room: "none"}, {Person: "u-none"}} {
		if err := Export(t.Context(), store, only, &strings.Builder{}, nil); err == nil || !strings.Contains(err.Error(), "none") {
			t.Errorf("%+v: got %v", only, err)
		}
	}
}
