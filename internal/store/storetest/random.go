package storetest

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Random drives random sequences of operations, over two nodes and restarts,
// against a model and fails at the first answer that differs. A failing
// sequence is shrunk and printed with the seed that repeats it.
func Random(t *testing.T, factory Factory) {
	boundChecks(t)
	t.Run("log", func(t *testing.T) {
		s := newSite(t, factory, longest)
		defer s.close()
		rounds := 0
		rapid.Check(t, func(t *rapid.T) {
			// Rooms of its own make a fresh log out of one set of data.
			rounds++
			m := &logMachine{site: s, model: newLogModel()}
			for i := range 3 {
				m.rooms = append(m.rooms, chat.RoomID(fmt.Sprintf("room-%d-%d", rounds, i)))
			}
			t.Repeat(rapid.StateMachineActions(m))
		})
	})
	t.Run("presence", func(t *testing.T) {
		outer := t
		rapid.Check(t, func(t *rapid.T) {
			s := newSite(outer, factory, longest)
			defer s.close()
			m := &presenceMachine{site: s, model: newPresenceModel(), now: time.UnixMilli(0)}
			t.Repeat(rapid.StateMachineActions(m))
		})
	})
}

// boundChecks sets how many sequences rapid tries, unless -rapid.checks says so.
func boundChecks(t *testing.T) {
	const name = "rapid.checks"
	checks := flag.Lookup(name)
	if checks.Value.String() != checks.DefValue {
		return
	}
	if err := flag.Set(name, strconv.Itoa(Rounds(15, 300))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, checks.DefValue) })
}

// longest bounds a whole series of random runs, also on a machine that has
// much else to do.
const longest = 30 * time.Minute

// A logMachine is one random run over a chat.Log.
type logMachine struct {
	site  *site
	model logModel
	rooms []chat.RoomID
	ids   []chat.ID
}

func (m *logMachine) node(t *rapid.T) chat.Store {
	return m.site.node(rapid.IntRange(0, 1).Draw(t, "node"))
}

func (m *logMachine) room(t *rapid.T) chat.RoomID { return rapid.SampledFrom(m.rooms).Draw(t, "room") }

// draft draws a draft whose id is new in half of the cases.
func (m *logMachine) draft(t *rapid.T, room chat.RoomID) chat.Draft {
	d := draft(room, rapid.SampledFrom([]chat.PersonID{ada, ada, ada, boole}).Draw(t, "author"), rapid.String().Draw(t, "text"))
	if n := rapid.IntRange(0, 2*len(m.ids)+1).Draw(t, "id"); n < len(m.ids) {
		d.ID = m.ids[n]
	} else {
		m.ids = append(m.ids, d.ID)
	}
	d.At = time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "at")).UTC()
	if rapid.Bool().Draw(t, "full") {
		d.Ref, d.Thread = rapid.Uint64().Draw(t, "ref"), rapid.Uint64Range(0, 9).Draw(t, "thread")
		d.Subject, d.Data = boole, rapid.String().Draw(t, "data")
	}
	if rapid.IntRange(0, 2).Draw(t, "effects") == 0 {
		d.Effects = &chat.Effects{Commit: m.commit(t, room), Erase: m.numbers(t, m.model.rooms[room])}
		if rapid.Bool().Draw(t, "own number") {
			d.Effects.Do = append(d.Effects.Do, chat.Index("index/", "1"), chat.Stamp("a"), chat.Stamp("n"))
		}
	}
	return d
}

// recordKeys are few, so that commits meet, and numbers and texts have their
// own: to count with a text would refuse most of what is drawn.
var recordKeys, numberKeys = []string{"a", "a\x00", "ab", "b", "\xff"}, []string{"n", "n/1"}

// commit draws a commit whose conditions mostly hold before the call.
func (m *logMachine) commit(t *rapid.T, room chat.RoomID) (c chat.Commit) {
	keys := append(slices.Clone(recordKeys), numberKeys...)
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		r := chat.Record{Key: rapid.SampledFrom(keys).Draw(t, "key")}
		if r.Value = m.model.records.get(chat.RoomShelf(room), r.Key)[0]; rapid.IntRange(0, 5).Draw(t, "wrong") == 0 {
			r.Value = rapid.SampledFrom([]string{"", "1", "x"}).Draw(t, "value")
		}
		c.If = append(c.If, r)
	}
	for range rapid.IntRange(0, 4).Draw(t, "writes") {
		w := chat.Put(rapid.SampledFrom(recordKeys).Draw(t, "key"), rapid.SampledFrom([]string{"", "1", "x", "\x00\xff"}).Draw(t, "value"))
		if rapid.Bool().Draw(t, "count") {
			w = chat.Write{
				Key: rapid.SampledFrom(numberKeys).Draw(t, "key"),
				Op:  rapid.SampledFrom([]chat.Op{chat.OpAdd, chat.OpMax}).Draw(t, "op"),
				N:   rapid.Int64Range(-3, 3).Draw(t, "n"),
			}
		}
		c.Do = append(c.Do, w)
	}
	return c
}

// numbers draws numbers of entries that are in the log, or far from it.
func (m *logMachine) numbers(t *rapid.T, log []chat.Entry) (numbers []uint64) {
	for range rapid.IntRange(0, 3).Draw(t, "numbers") {
		n := rapid.Uint64Range(0, uint64(len(log))).Draw(t, "number")
		if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
			n = math.MaxUint64 - n
		}
		numbers = append(numbers, n)
	}
	return numbers
}

func (m *logMachine) Append(t *rapid.T) {
	room := m.room(t)
	drafts := make([]chat.Draft, rapid.IntRange(1, 5).Draw(t, "drafts"))
	for i := range drafts {
		drafts[i] = m.draft(t, room)
	}
	got, want := m.node(t).Append(m.site.ctx, room, drafts), m.model.append(room, drafts)
	if len(got) != len(want) {
		t.Fatalf("Append: got %d outcomes, want %d", len(got), len(want))
	}
	for i := range got {
		if chat.CodeOf(got[i].Err) != chat.CodeOf(want[i].Err) || (got[i].Err == nil) != (want[i].Err == nil) {
			t.Fatalf("Append: draft %d: got error %v, want %v", i, got[i].Err, want[i].Err)
		}
		if want[i].Err == nil && (!sameEntry(got[i].Entry, want[i].Entry) || got[i].Duplicate != want[i].Duplicate) {
			t.Fatalf("Append: draft %d: got %s duplicate %t, want %s duplicate %t",
				i, show(got[i].Entry), got[i].Duplicate, show(want[i].Entry), want[i].Duplicate)
		}
	}
}

func (m *logMachine) place(t *rapid.T, room chat.RoomID) (seq uint64, limit int) {
	seq = rapid.Uint64Range(0, uint64(len(m.model.rooms[room]))+2).Draw(t, "seq")
	if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
		seq = math.MaxUint64 - seq
	}
	return seq, rapid.IntRange(0, 10).Draw(t, "limit")
}

func (m *logMachine) After(t *rapid.T) {
	room := m.room(t)
	seq, limit := m.place(t, room)
	got, err := m.node(t).After(m.site.ctx, room, seq, limit)
	wantSame(t, "After", got, err, m.model.after(room, seq, limit))
}

func (m *logMachine) Before(t *rapid.T) {
	room := m.room(t)
	seq, limit := m.place(t, room)
	got, err := m.node(t).Before(m.site.ctx, room, seq, limit)
	wantSame(t, "Before", got, err, m.model.before(room, seq, limit))
}

func (m *logMachine) Pick(t *rapid.T) {
	room := m.room(t)
	numbers := m.numbers(t, m.model.rooms[room])
	got, err := m.node(t).Pick(m.site.ctx, room, numbers)
	wantSame(t, "Pick", got, err, m.model.pick(room, numbers))
}

func (m *logMachine) Commit(t *rapid.T) {
	room := m.room(t)
	c := m.commit(t, room)
	_, want := m.model.records.commit(chat.RoomShelf(room), c)
	if got := m.node(t).Commit(m.site.ctx, chat.RoomShelf(room), c); chat.CodeOf(got) != chat.CodeOf(want) || (got == nil) != (want == nil) {
		t.Fatalf("Commit: got %v, want %v", got, want)
	}
}

func (m *logMachine) Get(t *rapid.T) {
	shelf := chat.RoomShelf(m.room(t))
	keys := append(slices.Clone(numberKeys), recordKeys...)
	got, err := m.node(t).Get(m.site.ctx, shelf, keys...)
	if want := m.model.records.get(shelf, keys...); err != nil || !slices.Equal(got, want) {
		t.Fatalf("Get: got %q, %v, want %q", got, err, want)
	}
}

func (m *logMachine) List(t *rapid.T) {
	shelf := chat.RoomShelf(m.room(t))
	edges := append([]string{"", "a", "n"}, recordKeys...)
	r := chat.Range{
		From:    rapid.SampledFrom(edges).Draw(t, "from"),
		To:      rapid.SampledFrom(edges).Draw(t, "to"),
		Limit:   rapid.IntRange(0, 8).Draw(t, "limit"),
		Reverse: rapid.Bool().Draw(t, "reverse"),
	}
	got, err := m.node(t).List(m.site.ctx, shelf, r)
	if want := m.model.records.list(shelf, r); err != nil || !slices.Equal(got, want) {
		t.Fatalf("List %+v: got %q, %v, want %q", r, got, err, want)
	}
}

func wantSame(t *rapid.T, what string, got []chat.Entry, err error, want []chat.Entry) {
	if err != nil || len(got) != len(want) {
		t.Fatalf("%s: got %v, %v, want %v", what, seqs(got), err, seqs(want))
	}
	for i := range got {
		if !sameEntry(got[i], want[i]) {
			t.Fatalf("%s: got %s, want %s", what, show(got[i]), show(want[i]))
		}
	}
}

func (m *logMachine) Restart(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") != 0 {
		t.Skip("restarts cost much and show little, one at a time")
	}
	m.site.restart()
}

// Check compares the heads of all rooms after every operation.
func (m *logMachine) Check(t *rapid.T) {
	for _, room := range m.rooms {
		got, err := m.site.node(0).Head(m.site.ctx, room)
		if want := m.model.head(room); err != nil || got != want {
			t.Fatalf("Head of %s: got %+v, %v, want %+v", room, got, err, want)
		}
	}
}

// A presenceMachine is one random run over a chat.Presence. Where the store
// lives by the real time, leases and graces are none or long, and no time
// passes for the model.
type presenceMachine struct {
	site  *site
	model *presenceModel
	now   time.Time
}

func (m *presenceMachine) node(t *rapid.T) (chat.Store, chat.NodeID) {
	id := rapid.SampledFrom([]chat.NodeID{"n1", "n2", "n3"}).Draw(t, "node")
	return m.site.node(int(id[1]-'1') % 2), id
}

// grace draws a span for Depart, Release and Expire.
func (m *presenceMachine) grace(t *rapid.T) time.Duration {
	if m.site.time.fake {
		return time.Duration(rapid.IntRange(0, 8).Draw(t, "grace")) * time.Millisecond
	}
	return rapid.SampledFrom([]time.Duration{0, long}).Draw(t, "grace")
}

func (m *presenceMachine) ttl(t *rapid.T) time.Duration {
	if m.site.time.fake {
		return time.Duration(rapid.IntRange(1, 12).Draw(t, "ttl")) * time.Millisecond
	}
	return long
}

func (m *presenceMachine) Arrive(t *rapid.T) {
	store, node := m.node(t)
	arrivals := make([]chat.Arrival, rapid.IntRange(1, 3).Draw(t, "arrivals"))
	for i := range arrivals {
		p := person(rapid.IntRange(1, 4).Draw(t, "person"))
		p.Nickname += rapid.SampledFrom([]string{"", "!"}).Draw(t, "spelling")
		if arrivals[i] = arrival(p, node); rapid.IntRange(0, 5).Draw(t, "stranger") == 0 {
			arrivals[i] = stranger(p, node)
		}
	}
	ttl := m.ttl(t)
	got, want := store.Arrive(m.site.ctx, arrivals, ttl), m.model.arrive(m.now, arrivals, ttl)
	if len(got) != len(want) {
		t.Fatalf("Arrive: got %d errors, want %d", len(got), len(want))
	}
	for i := range got {
		if (got[i] == nil) != (want[i] == nil) || want[i] != nil && chat.CodeOf(got[i]) != chat.CodeTaken {
			t.Fatalf("Arrive: arrival %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func (m *presenceMachine) Depart(t *rapid.T) {
	store, node := m.node(t)
	id, grace := person(rapid.IntRange(1, 4).Draw(t, "person")).ID, m.grace(t)
	if err := store.Depart(m.site.ctx, id, node, grace); err != nil {
		t.Fatalf("Depart: %v", err)
	}
	m.model.depart(m.now, id, node, grace)
}

func (m *presenceMachine) Renew(t *rapid.T) {
	store, node := m.node(t)
	ttl := m.ttl(t)
	got, err := store.Renew(m.site.ctx, node, ttl)
	if want := m.model.renew(m.now, node, ttl); err != nil || got != want {
		t.Fatalf("Renew %s: got %t, %v, want %t", node, got, err, want)
	}
}

func (m *presenceMachine) Release(t *rapid.T) {
	store, node := m.node(t)
	grace := m.grace(t)
	if err := store.Release(m.site.ctx, node, grace); err != nil {
		t.Fatalf("Release: %v", err)
	}
	m.model.release(m.now, node, grace)
}

func (m *presenceMachine) Expire(t *rapid.T) {
	store, _ := m.node(t)
	grace := m.grace(t)
	if err := store.Expire(m.site.ctx, grace); err != nil {
		t.Fatalf("Expire: %v", err)
	}
	m.model.expire(m.now, grace)
}

func (m *presenceMachine) Wait(t *rapid.T) {
	if !m.site.time.fake {
		t.Skip("the store lives by the real time")
	}
	d := time.Duration(rapid.IntRange(1, 6).Draw(t, "milliseconds")) * time.Millisecond
	m.site.time.advance(d)
	m.now = m.now.Add(d)
}

func (m *presenceMachine) Restart(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") != 0 {
		t.Skip("restarts cost much and show little, one at a time")
	}
	m.site.restart()
}

// Check compares the roster after every operation.
func (m *presenceMachine) Check(t *rapid.T) {
	got, err := m.site.node(1).Roster(m.site.ctx)
	if want := m.model.roster(); err != nil || got.Version != want.Version || !samePeople(got.People, want.People) {
		t.Fatalf("Roster: got version %d %v, %v, want version %d %v",
			got.Version, sorted(got.People), err, want.Version, want.People)
	}
}
