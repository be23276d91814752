package client

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// logOf makes entries of one room, numbered and chained.
func logOf(entries ...Entry) []Entry {
	at := Cursor{}
	for i := range entries {
		entries[i].ID = fmt.Sprintf("0199f2c4-5f0e-7c3a-9d0b-%012d", i+1)
		at = at.Next(entries[i].ID)
		entries[i].Cursor = at
	}
	return entries
}

func talk() []Entry {
	ada, bob := Author{"u-a", "Ada"}, Author{"u-b", "Bob"}
	return logOf(
		Entry{Type: "message", Author: ada, Text: "Soup"},
		Entry{Type: "edit", Author: ada, Ref: 1, Text: "No soup"},
		Entry{Type: "react", Author: bob, Ref: 1, Emoji: "👍"},
		Entry{Type: "react", Author: ada, Ref: 1, Emoji: "👍"},
		Entry{Type: "unreact", Author: bob, Ref: 1, Emoji: "👍"},
		Entry{Type: "message", Author: bob, Text: "Why", Thread: 1},
		Entry{Type: "message", Author: bob, Text: "Oh", Thread: 1},
		Entry{Type: "delete", Author: bob, Ref: 7, Thread: 1},
		Entry{Type: "pin", Author: ada, Ref: 1},
		Entry{Type: "message", Author: bob, Text: "Bread"},
		Entry{Type: "edit", Author: bob, Ref: 10, Text: "Bread!"},
	)
}

// TestTimeline_anyOrder: in whatever order and however often entries come, each
// is applied once and in its place, and the view is the same.
func TestTimeline_anyOrder(t *testing.T) {
	entries := talk()
	want := newTimeline(Room{}, 0)
	for _, e := range entries {
		if applied, gap := want.offer(e, "u-a"); len(applied) != 1 || gap {
			t.Fatalf("entry %d: applied %d, gap %v", e.Seq, len(applied), gap)
		}
	}
	root := want.items[0]
	if root.Text != "No soup" || root.Replies != 1 || root.LastReply != 7 || !root.Pinned || len(root.Reactions) != 1 ||
		!reflect.DeepEqual(root.Reactions[0], Reaction{"👍", 1, []string{"u-a"}, true}) {
		t.Errorf("the first message is %+v", root)
	}
	if last := want.items[2]; !last.Deleted || last.Text != "" || last.DeletedBy.ID != "u-b" {
		t.Errorf("the deleted message is %+v", last)
	}
	for range 200 {
		got := newTimeline(Room{}, 0)
		var applied []Entry
		for _, i := range append(rand.Perm(len(entries)), rand.Perm(len(entries))...) {
			some, _ := got.offer(entries[i], "u-a")
			applied = append(applied, some...)
		}
		if !reflect.DeepEqual(applied, entries) || !reflect.DeepEqual(got.items, want.items) || got.cursor != want.cursor || len(got.held) > 0 {
			t.Fatalf("got\n%+v\nwant\n%+v", got.items, want.items)
		}
	}
}

// TestTimeline_holes: what is missing is asked for, and what the chain does not
// know is not shown.
func TestTimeline_holes(t *testing.T) {
	entries := talk()
	alien := entries[1]
	alien.ID = newID()
	for _, test := range []struct {
		name  string
		offer []Entry
		at    uint64
	}{
		{"one missing", []Entry{entries[0], entries[2]}, 1},
		{"another id", []Entry{entries[0], alien}, 1},
		{"the first one missing", entries[1:], 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newTimeline(Room{}, 0)
			gap := false
			for _, e := range test.offer {
				_, gap = l.offer(e, "")
			}
			if !gap || l.cursor.Seq != test.at {
				t.Errorf("got a gap %v at %d, want one after %d", gap, l.cursor.Seq, test.at)
			}
			if applied, gap := l.catchUp(entries[l.cursor.Seq:], ""); gap || l.cursor != entries[len(entries)-1].Cursor {
				t.Errorf("after the answer: applied %d, gap %v, at %d", len(applied), gap, l.cursor.Seq)
			}
		})
	}
}

// TestTimeline_page: a page that is newer than the entries which come after it
// is not changed by them twice.
func TestTimeline_page(t *testing.T) {
	entries := talk()
	full := newTimeline(Room{}, 0)
	for _, e := range entries {
		full.offer(e, "u-a")
	}
	b, err := json.Marshal(page{Items: full.items, Head: full.cursor})
	if err != nil {
		t.Fatal(err)
	}
	var p page
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	behind := newTimeline(Room{Head: entries[8].Cursor}, 0)
	behind.prepend(p)
	for _, e := range entries[9:] {
		behind.offer(e, "u-a")
	}
	for i := range behind.items {
		behind.items[i].asOf = 0
	}
	if !reflect.DeepEqual(behind.items, full.items) {
		t.Errorf("got\n%+v\nwant\n%+v", behind.items, full.items)
	}
}

func TestTimeline_keep(t *testing.T) {
	l := newTimeline(Room{}, 2)
	for _, e := range talk() {
		l.offer(e, "")
	}
	if len(l.items) != 2 || l.items[1].Text != "Bread!" {
		t.Errorf("got %+v, want the last two items", l.items)
	}
}

func ExampleCursor_Next() {
	var at Cursor
	at = at.Next("0199f2c4-5f0e-7c3a-9d0b-0242ac120001")
	at = at.Next("0199f2c4-5f0e-7c3a-9d0b-0242ac120002")
	fmt.Println(at.Seq, at.FP)
	// Output: 2 419abfe2280eb19e
}
