// Package storetest is the promises of chat.Store as one suite. Every store
// joins it with a Factory, so that the two keepers cannot drift apart:
//
//	func TestStore(t *testing.T) { storetest.Run(t, factory) }
//	func TestRandom(t *testing.T) { storetest.Random(t, factory) }
//	func BenchmarkStore(b *testing.B) { storetest.Bench(b, factory) }
//
// Each case names the rule it checks: a promise of the design (P1 to P8) or a
// sentence of the interface. Random drives long sequences of operations
// against a model that a reader can check at a glance.
package storetest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Factory says how to make a store and what can be done with it.
type Factory struct {
	// New makes an empty set of data that is gone when t ends. It may be
	// called many times in one test and must be cheap. now is nil for the real
	// time, and otherwise what the store must take for the time of its leases
	// and graces; it is only set when Clock is true.
	New func(t testing.TB, now func() time.Time) Open

	// Clock says that the stores honour now. The suite then checks leases and
	// graces to the millisecond, and otherwise only what is safe to ask of a
	// machine that may stall at any moment.
	Clock bool

	// Peers says that several handles can be open on the same data at once,
	// one per node. Where it is false every node of a case shares one handle.
	Peers bool

	// patience is how long the suite waits for what must happen: it only
	// passes when something is broken. Defaults to defaultPatience.
	patience time.Duration
}

const (
	defaultPatience = 20 * time.Second
	// perCase is how many times that the calls of a case have together: the
	// largest take seconds where nothing else runs.
	perCase = 15

	// CallLimit is how long all calls of a case may take. A store that bounds
	// its calls is tested with no less, so that a busy machine is not taken
	// for a broken store.
	CallLimit = perCase * defaultPatience
)

// Rounds is how often a test repeats what takes long: short times where people
// wait for the result, long times where CAUSERIE_FAULTS=long is set, as
// `make faults` does.
func Rounds(short, long int) int {
	if os.Getenv("CAUSERIE_FAULTS") == "long" {
		return long
	}
	return short
}

// Open opens one more handle on a set of data. The suite closes it.
type Open func() (chat.Store, error)

// groups are all the cases of the suite, in the order of the interfaces.
var groups = []struct {
	name  string
	cases []testCase
}{
	{"log", logCases},
	{"read", readCases},
	{"pick", pickCases},
	{"effects", effectCases},
	{"erase", eraseCases},
	{"records", recordCases},
	{"shelf", shelfCases},
	{"fault", faultCases},
	{"watch", watchCases},
	{"roster", rosterCases},
	{"lease", leaseCases},
	{"signal", signalCases},
}

// Run checks every promise, each as a subtest of its own.
func Run(t *testing.T, factory Factory) {
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.check(t, factory) })
			}
		})
	}
}

// A testCase checks one rule on a fresh set of data.
type testCase struct {
	name string
	rule string // what a store that fails this case has broken
	run  func(s *site)
}

func (c testCase) check(t testing.TB, factory Factory) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the rule: %s", c.rule)
		}
	})
	if factory.patience == 0 {
		factory.patience = defaultPatience
	}
	s := newSite(t, factory, perCase*factory.patience)
	defer s.close()
	c.run(s)
}

// A site is one set of data, the nodes that are open on it, and its time.
type site struct {
	testing.TB
	factory Factory
	open    Open
	time    *clock
	ctx     context.Context
	cancel  context.CancelFunc
	handles []chat.Store // index is the number of the node; nil is not open
}

// newSite makes a site whose calls all end within limit.
func newSite(t testing.TB, factory Factory, limit time.Duration) *site {
	s := &site{TB: t, factory: factory, time: &clock{}}
	var now func() time.Time
	if factory.Clock {
		s.time = newFakeClock()
		now = s.time.now
	}
	s.open = factory.New(t, now)
	s.ctx, s.cancel = context.WithTimeout(context.Background(), limit)
	return s
}

// node returns the handle of node number i, opening it if need be.
func (s *site) node(i int) chat.Store {
	s.Helper()
	if !s.factory.Peers {
		i = 0
	}
	for len(s.handles) <= i {
		s.handles = append(s.handles, nil)
	}
	if s.handles[i] == nil {
		store, err := s.open()
		if err != nil {
			s.Fatalf("open node %d: %v", i, err)
		}
		s.handles[i] = store
	}
	return s.handles[i]
}

// restart closes every node; the next call of node opens a new handle on the
// same data.
func (s *site) restart() {
	s.Helper()
	for i, store := range s.handles {
		if store == nil {
			continue
		}
		s.handles[i] = nil
		if err := store.Close(); err != nil {
			s.Errorf("close node %d: %v", i, err)
		}
	}
}

func (s *site) close() {
	s.restart()
	s.cancel()
}

// until tries f until it is true, letting time pass in between.
func (s *site) until(what string, f func() bool) {
	s.Helper()
	deadline := time.Now().Add(s.factory.patience)
	for !f() {
		if time.Now().After(deadline) {
			s.Fatalf("waited in vain until %s", what)
		}
		s.time.tick()
	}
}
