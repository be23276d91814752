package storetest

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A logModel is what a chat.Log and its records are, without everything that
// makes a store difficult: one thread, no disk, no network.
type logModel struct {
	rooms   map[chat.RoomID][]chat.Entry
	records recordModel
}

func newLogModel() logModel {
	return logModel{rooms: map[chat.RoomID][]chat.Entry{}, records: recordModel{}}
}

func (m logModel) append(room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := make([]chat.Appended, len(drafts))
	for i, d := range drafts {
		first := slices.IndexFunc(m.rooms[room], func(e chat.Entry) bool { return e.ID == d.ID })
		switch {
		case d.Effects != nil && !validCommit(chat.RoomShelf(room), d.Effects.At(1)):
			out[i].Err = errInvalid
		case first < 0:
			out[i] = m.keep(room, d)
		case m.rooms[room][first].Author == d.Author:
			out[i] = chat.Appended{Entry: m.rooms[room][first], Duplicate: true}
		default:
			out[i].Err = chat.ErrIDTaken
		}
	}
	return out
}

func (m logModel) keep(room chat.RoomID, d chat.Draft) chat.Appended {
	effects := d.Effects
	if effects == nil {
		effects = &chat.Effects{}
	}
	e := chat.Entry{Draft: d, Cursor: m.head(room).Next(d.ID)}
	if _, err := m.records.commit(chat.RoomShelf(room), effects.At(e.Seq)); err != nil {
		return chat.Appended{Err: err}
	}
	e.At, e.Effects = d.At.Truncate(time.Millisecond), nil
	m.rooms[room] = append(m.rooms[room], e)
	for _, seq := range effects.Erase {
		if 1 <= seq && seq <= e.Seq {
			m.rooms[room][seq-1] = erased(m.rooms[room][seq-1])
		}
	}
	return chat.Appended{Entry: e}
}

// erased is what is left of e.
func erased(e chat.Entry) chat.Entry {
	e.Text, e.Data = "", ""
	return e
}

func (m logModel) after(room chat.RoomID, seq uint64, limit int) []chat.Entry {
	from := min(seq, uint64(len(m.rooms[room])))
	rest := m.rooms[room][from:]
	return rest[:min(max(limit, 0), len(rest))]
}

func (m logModel) before(room chat.RoomID, seq uint64, limit int) []chat.Entry {
	rest := m.rooms[room]
	if seq > 0 {
		rest = rest[:min(seq-1, uint64(len(rest)))]
	}
	return rest[len(rest)-min(max(limit, 0), len(rest)):]
}

func (m logModel) pick(room chat.RoomID, numbers []uint64) (picked []chat.Entry) {
	for _, seq := range numbers {
		if 1 <= seq && seq <= uint64(len(m.rooms[room])) {
			picked = append(picked, m.rooms[room][seq-1])
		}
	}
	return picked
}

func (m logModel) head(room chat.RoomID) chat.Cursor {
	if len(m.rooms[room]) == 0 {
		return chat.Cursor{}
	}
	return m.rooms[room][len(m.rooms[room])-1].Cursor
}

// A recordModel is what a chat.Records is.
type recordModel map[chat.Shelf]map[string]string

// commit does c and returns the records of it as they are afterwards.
func (m recordModel) commit(shelf chat.Shelf, c chat.Commit) (changed []chat.Record, err error) {
	if !validCommit(shelf, c) {
		return nil, errInvalid
	}
	for _, r := range c.If {
		if m[shelf][r.Key] != r.Value {
			return nil, chat.ErrConflict
		}
	}
	after := maps.Clone(m[shelf])
	if after == nil {
		after = map[string]string{}
	}
	written := map[string]bool{}
	for _, w := range c.Do {
		value, err := change(w, after[w.Key])
		if err != nil {
			return nil, err
		}
		after[w.Key] = value
		written[w.Key] = true
	}
	for key := range written {
		changed = append(changed, chat.Record{Key: key, Value: after[key]})
		if after[key] == "" {
			delete(after, key)
		}
	}
	m[shelf] = after
	return changed, nil
}

// change is the value that w makes of value.
func change(w chat.Write, value string) (string, error) {
	if w.Op == chat.OpPut {
		return w.Value, nil
	}
	n, err := strconv.ParseInt(cmp.Or(value, "0"), 10, 64)
	if err != nil || !countable(n) {
		return "", chat.ErrNumber
	}
	if w.Op == chat.OpMax {
		if value != "" {
			n = max(n, w.N)
		} else {
			n = w.N
		}
		return strconv.FormatInt(n, 10), nil
	}
	switch n += w.N; {
	case !countable(n):
		return "", chat.ErrNumber
	case n == 0:
		return "", nil
	}
	return strconv.FormatInt(n, 10), nil
}

func countable(n int64) bool { return -largestNumber <= n && n <= largestNumber }

func (m recordModel) get(shelf chat.Shelf, keys ...string) []string {
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = m[shelf][key]
	}
	return values
}

func (m recordModel) list(shelf chat.Shelf, r chat.Range) (records []chat.Record) {
	for _, key := range slices.Sorted(maps.Keys(m[shelf])) {
		if r.From <= key && (r.To == "" || key < r.To) {
			records = append(records, chat.Record{Key: key, Value: m[shelf][key]})
		}
	}
	if r.Reverse {
		slices.Reverse(records)
	}
	return records[:min(max(r.Limit, 0), len(records))]
}

var errInvalid = &chat.Error{Code: chat.CodeInvalid, Message: "This breaks a rule of records."}

var validShelf = regexp.MustCompile(`^[a-z]{1,64}(:[0-9a-z-]{1,64})?$`)

func validCommit(shelf chat.Shelf, c chat.Commit) bool {
	valid := validShelf.MatchString(string(shelf)) && len(c.If) <= chat.MaxWrites && len(c.Do) <= chat.MaxWrites
	for _, r := range c.If {
		valid = valid && validKey(r.Key) && len(r.Value) <= chat.MaxRecordValue
	}
	for _, w := range c.Do {
		valid = valid && validKey(w.Key) && len(w.Value) <= chat.MaxRecordValue && w.Op <= chat.OpMax && countable(w.N)
	}
	return valid
}

func validKey(key string) bool { return 1 <= len(key) && len(key) <= chat.MaxRecordKey }

// largestNumber is how far numbers are exact in every store.
const largestNumber = 1 << 53

// A presenceModel is what a chat.Presence is.
type presenceModel struct {
	leases  map[chat.NodeID]time.Time // when each ends
	renewed map[chat.NodeID]bool      // those with a Renew since they began
	people  map[chat.PersonID]*guest
	changes []chat.Change // every step there ever was; the version is their number
}

// A guest is somebody on the roster.
type guest struct {
	chat.Person
	secret chat.Secret
	nodes  map[chat.NodeID]bool // who holds them; none means absent
	since  time.Time            // when the last hold ended
	grace  *time.Duration       // given by Depart; nil: whatever Expire says
}

func newPresenceModel() *presenceModel {
	return &presenceModel{
		leases:  map[chat.NodeID]time.Time{},
		renewed: map[chat.NodeID]bool{},
		people:  map[chat.PersonID]*guest{},
	}
}

// lapse ends the leases that are over at now, the oldest first, and the holds
// through them. Every operation begins with it.
func (m *presenceModel) lapse(now time.Time) {
	for _, node := range slices.SortedFunc(maps.Keys(m.leases), func(a, b chat.NodeID) int {
		return m.leases[a].Compare(m.leases[b])
	}) {
		end := m.leases[node]
		if end.After(now) {
			return
		}
		delete(m.leases, node)
		delete(m.renewed, node)
		for _, g := range m.people {
			g.unhold(node, end, nil)
		}
	}
}

func (g *guest) unhold(node chat.NodeID, at time.Time, grace *time.Duration) {
	if g.nodes[node] {
		delete(g.nodes, node)
		g.since, g.grace = at, grace
	}
}

func (m *presenceModel) step(p chat.Person, joined bool) {
	m.changes = append(m.changes, chat.Change{Version: uint64(len(m.changes)) + 1, Person: p, Joined: joined})
}

func (m *presenceModel) arrive(now time.Time, arrivals []chat.Arrival, ttl time.Duration) []error {
	m.lapse(now)
	errs := make([]error, len(arrivals))
	for i, a := range arrivals {
		m.extend(a.Node, now.Add(ttl))
		g := m.people[a.Person.ID]
		if g == nil {
			g = &guest{Person: a.Person, secret: a.Secret, nodes: map[chat.NodeID]bool{}}
			m.people[a.Person.ID] = g
			m.step(a.Person, true)
		}
		if g.secret != a.Secret {
			errs[i] = chat.ErrTaken
			continue
		}
		g.nodes[a.Node] = true
	}
	return errs
}

func (m *presenceModel) depart(now time.Time, id chat.PersonID, node chat.NodeID, grace time.Duration) {
	m.lapse(now)
	if g := m.people[id]; g != nil {
		m.unhold(g, node, now, grace)
	}
}

func (m *presenceModel) unhold(g *guest, node chat.NodeID, now time.Time, grace time.Duration) {
	held := g.nodes[node]
	g.unhold(node, now, &grace)
	if held && len(g.nodes) == 0 && grace <= 0 {
		m.remove(g)
	}
}

func (m *presenceModel) remove(g *guest) {
	delete(m.people, g.ID)
	m.step(g.Person, false)
}

func (m *presenceModel) renew(now time.Time, node chat.NodeID, ttl time.Duration) bool {
	m.lapse(now)
	held := m.renewed[node]
	m.extend(node, now.Add(ttl))
	m.renewed[node] = true
	return held
}

func (m *presenceModel) extend(node chat.NodeID, until time.Time) {
	if until.After(m.leases[node]) {
		m.leases[node] = until
	}
}

func (m *presenceModel) release(now time.Time, node chat.NodeID, grace time.Duration) {
	m.lapse(now)
	delete(m.leases, node)
	delete(m.renewed, node)
	for _, g := range m.sorted() {
		m.unhold(g, node, now, grace)
	}
}

func (m *presenceModel) expire(now time.Time, grace time.Duration) {
	m.lapse(now)
	for _, g := range m.sorted() {
		due := grace
		if g.grace != nil {
			due = *g.grace
		}
		if len(g.nodes) == 0 && !g.since.Add(due).After(now) {
			m.remove(g)
		}
	}
}

func (m *presenceModel) roster() chat.Roster {
	r := chat.Roster{Version: uint64(len(m.changes))}
	for _, g := range m.sorted() {
		r.People = append(r.People, g.Person)
	}
	return r
}

func (m *presenceModel) sorted() []*guest {
	return slices.SortedFunc(maps.Values(m.people), func(a, b *guest) int { return cmp.Compare(a.ID, b.ID) })
}
