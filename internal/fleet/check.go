package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/causerie-chat/causerie/client"
)

// A Verdict is what Check has found.
type Verdict struct {
	// Acknowledged is how many messages were acknowledged and looked for.
	Acknowledged int `json:"acknowledged"`
	// Items is how many messages and notices the rooms have.
	Items int `json:"items"`
	// Views is how many timelines of clients were compared with the server's.
	Views int `json:"views"`
	// Breaches say which promises were broken, beginning with their numbers
	// (see docs/faults.md). There are at most a few of each room.
	Breaches []string `json:"breaches,omitempty"`
}

// breachesPerRoom bounds what a broken server makes a report of.
const breachesPerRoom = 5

// Check holds what everybody sees against what a server tells a new device of
// the host, once nobody acts any more. It waits until all have heard
// everything, at most until ctx ends; what is missing then is a breach. The
// error says that the new device could not read the rooms.
func (f *Fleet) Check(ctx context.Context, url string) (Verdict, error) {
	var v Verdict
	for i, c := range f.Clients {
		if !until(ctx, func() bool { return len(c.Pending()) == 0 }) {
			v.Breaches = append(v.Breaches, fmt.Sprintf("P5: the outbox of client %d still has %d messages", i, len(c.Pending())))
		}
	}
	if len(v.Breaches) > 0 {
		return v, nil // no view is final before
	}
	full := *f
	full.options.Client.Keep = 1 << 30
	reader, err := full.Device(ctx, 0, url)
	if err != nil {
		return v, err
	}
	defer reader.Close()
	truths := make([]truth, len(f.Rooms))
	err = each(len(f.Rooms), func(i int) (err error) {
		truths[i], err = read(ctx, reader, f.Rooms[i].ID)
		return err
	})
	if err != nil {
		return v, err
	}
	var mu sync.Mutex
	_ = each(len(f.Rooms), func(i int) error {
		told := f.compare(ctx, f.Rooms[i], truths[i])
		mu.Lock()
		defer mu.Unlock()
		v.Acknowledged += told.Acknowledged
		v.Items += told.Items
		v.Views += told.Views
		v.Breaches = append(v.Breaches, told.Breaches[:min(len(told.Breaches), breachesPerRoom)]...)
		return nil
	})
	return v, nil
}

// A truth is what a server tells of a room: everything, and who is in.
type truth struct {
	log client.Timeline
	in  map[string]bool
}

func read(ctx context.Context, reader *client.Client, room string) (now truth, err error) {
	for more := true; more; {
		if more, err = reader.Older(ctx, room, 200); err != nil {
			return now, fmt.Errorf("%s cannot be read: %w", room, err)
		}
	}
	if now.in, err = members(ctx, reader, room); err != nil {
		return now, fmt.Errorf("the members of %s cannot be read: %w", room, err)
	}
	there := false
	if now.log, there = reader.Timeline(room); !there {
		return now, fmt.Errorf("the host is not in %s any more", room)
	}
	return now, nil
}

// compare holds everybody's view of a room against the truth.
func (f *Fleet) compare(ctx context.Context, r *Room, now truth) (v Verdict) {
	breach := func(format string, args ...any) {
		v.Breaches = append(v.Breaches, fmt.Sprintf(format, args...)+" in "+r.ID)
	}
	v.Items = len(now.log.Items)
	r.checkLog(now.log, &v, breach)
	want := lines(now.log.Items)
	for i, c := range f.Clients {
		in := now.in[c.Me().ID]
		held, there := c.Timeline(r.ID)
		if !there && !in {
			continue
		}
		together := until(ctx, func() bool {
			held, there = c.Timeline(r.ID)
			return there == in && (!there || held.Cursor == now.log.Cursor)
		})
		v.Views++
		got := lines(held.Items)
		switch {
		case there != in:
			breach("P4: client %d thinks that it is in: %v; the server: %v", i, there, in)
		case !together:
			breach("P4: client %d is at %v, the server at %v", i, held.Cursor, now.log.Cursor)
		case len(got) > len(want) || !slices.Equal(got, want[len(want)-len(got):]):
			breach("P4: client %d shows something else than the server: %s", i, difference(got, want))
		}
	}
	return v
}

// checkLog looks for what was acknowledged in what the server tells.
func (r *Room) checkLog(log client.Timeline, v *Verdict, breach func(string, ...any)) {
	place := make(map[string]client.Cursor, len(log.Items))
	before := uint64(0)
	for _, e := range log.Items {
		if e.Seq <= before {
			breach("P2: number %d comes after %d", e.Seq, before)
		}
		if first, twice := place[e.ID]; twice {
			breach("P3: %s is there as %d and as %d", e.ID, first.Seq, e.Seq)
		}
		place[e.ID], before = e.Cursor, e.Seq
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v.Acknowledged = len(r.said)
	newest := make(map[*client.Client]uint64)
	for _, m := range r.said {
		at, there := place[m.ID]
		switch {
		case !there:
			breach("P1: %s was acknowledged as number %d and is lost", m.ID, m.Seq)
		case m.anywhere:
			continue
		case at != m.Cursor:
			breach("P3: %s was acknowledged as %v and is %v", m.ID, m.Cursor, at)
		case at.Seq < newest[m.by]:
			breach("I5: number %d was said after number %d by the same client", at.Seq, newest[m.by])
		}
		newest[m.by] = at.Seq
	}
}

// members returns who is in a room.
func members(ctx context.Context, c *client.Client, room string) (map[string]bool, error) {
	in := make(map[string]bool)
	for cursor := ""; ; {
		var page struct {
			Members []struct{ Person client.Person }
			Next    string
		}
		if err := c.Do(ctx, "members", map[string]any{"room": room, "cursor": cursor, "limit": 200}, &page); err != nil {
			return nil, err
		}
		for _, m := range page.Members {
			in[m.Person.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			return in, nil
		}
	}
}

// lines are what people see of items. A page names the first 20 people of a
// reaction only, so those are counted.
func lines(items []client.Entry) []string {
	lines := make([]string, len(items))
	for i, e := range items {
		var b strings.Builder
		fmt.Fprintf(&b, "%d %v %s %s %q deleted %v replies %d", e.Seq, e.FP, e.Type, e.Author.ID, e.Text, e.Deleted, e.Replies)
		if e.Edited != nil {
			fmt.Fprintf(&b, " edited by %d", e.Edited.Seq)
		}
		for _, r := range e.Reactions {
			fmt.Fprintf(&b, " %s %d", r.Emoji, r.Count)
		}
		lines[i] = b.String()
	}
	return lines
}

// difference tells the first line that is not the same.
func difference(got, want []string) string {
	if len(got) > len(want) {
		return fmt.Sprintf("%d items, not %d", len(got), len(want))
	}
	want = want[len(want)-len(got):]
	for i := range got {
		if got[i] != want[i] {
			return fmt.Sprintf("got %s, want %s", got[i], want[i])
		}
	}
	return "nothing"
}
