package faults

import (
	"fmt"
	"slices"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
)

// check holds what the crew saw against the history that every node tells.
// Call it after finish.
func (c *crew) check(t *testing.T) {
	t.Helper()
	log := history(t, c.urls[0])
	place := checkLog(t, log)
	for id, ack := range c.acks {
		switch at, ok := place[id]; {
		case !ok:
			t.Errorf("P1: %q was acknowledged as number %d and is lost", c.sent[id], ack.Seq)
		case at.Cursor != (chat.Cursor{Seq: ack.Seq, FP: ack.FP}):
			t.Errorf("P3: %q was acknowledged as %d %v and is %d %v", c.sent[id], ack.Seq, ack.FP, at.Seq, at.FP)
		}
	}
	c.checkOrder(t, log)
	c.checkHeard(t, place)
	for _, url := range c.urls[1:] {
		// What was in flight when the crew stopped may have come meanwhile.
		other := history(t, url)
		if n := min(len(log), len(other)); n < len(log) || !slices.Equal(other[:n], log) {
			t.Errorf("P2: %s tells another history than %s", url, c.urls[0])
		}
	}
	t.Logf("%d messages acknowledged, %d in the history, %d live connections listened to", len(c.acks), len(log), len(c.heard))
}

type placed struct {
	chat.Cursor
}

// checkLog checks numbers and ids and returns the cursor of each id.
func checkLog(t *testing.T, log []message) map[string]placed {
	t.Helper()
	place := make(map[string]placed, len(log))
	var at chat.Cursor
	for i, m := range log {
		if m.Seq != uint64(i)+1 {
			t.Fatalf("P2: after number %d comes %d", i, m.Seq)
		}
		if first, twice := place[m.ID]; twice {
			t.Errorf("P3: %q is in the history as %d and as %d", m.Message, first.Seq, m.Seq)
		}
		id, err := chat.ParseID(m.ID)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Next(id)
		place[m.ID] = placed{at}
	}
	return place
}

func (c *crew) checkOrder(t *testing.T, log []message) {
	t.Helper()
	last := map[string]int{}
	for _, m := range log {
		if want, ours := c.sent[m.ID]; !ours || want != m.Message {
			t.Errorf("the history has %q, sent was %q", m.Message, want)
		}
		var n int
		if _, err := fmt.Sscanf(m.Message, m.Nickname+" %d", &n); err != nil {
			t.Errorf("%q by %s: %v", m.Message, m.Nickname, err)
		}
		if n != last[m.Nickname]+1 {
			t.Errorf("%s: number %d comes after %d", m.Nickname, n, last[m.Nickname])
		}
		last[m.Nickname] = n
	}
}

func (c *crew) checkHeard(t *testing.T, place map[string]placed) {
	t.Helper()
	for _, ids := range c.heard {
		before := uint64(0)
		for _, id := range ids {
			at, ok := place[id]
			switch {
			case !ok:
				t.Errorf("P4: %q was told and is not in the history", c.sent[id])
			case before != 0 && at.Seq != before+1:
				t.Errorf("P4: a connection was told number %d after %d", at.Seq, before)
			}
			before = at.Seq
		}
	}
}
