package bench

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A way is one way of connecting; each must count the same.
type way struct {
	name   string
	start  func(*httptest.Server)
	change func(*Options)
}

var ways = []way{
	{"epoll", (*httptest.Server).Start, func(*Options) {}},
	{"goroutines", (*httptest.Server).Start, func(o *Options) { o.Goroutines = true }},
	{"tls", (*httptest.Server).StartTLS, func(o *Options) { o.Insecure = true }},
	{"polling", (*httptest.Server).Start, func(o *Options) { o.Transport = Polling }},
}

// quick is a short run that waits as long as it takes for what is under way.
func quick() Options {
	return Options{
		Connections: crew, Senders: 4, Window: 2,
		Warmup: 20 * time.Millisecond, Duration: 200 * time.Millisecond, Settle: -1,
		Drain: time.Minute, patience: time.Minute,
	}
}

// crew is how many connections there are.
const crew = 6

func mustRun(t *testing.T, o Options) *Report {
	t.Helper()
	rep, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return rep
}

func TestCountsExactlyWhatTheServerDid(t *testing.T) {
	cases := []struct {
		name   string
		change func(*fake)
		check  func(t *testing.T, f *fake, r *TrafficReport)
	}{
		{"clean", nil, func(t *testing.T, f *fake, r *TrafficReport) {
			if r.Sent == 0 || r.Acked != r.Sent {
				t.Errorf("acked %d of %d sent, want all of some", r.Acked, r.Sent)
			}
			if r.Deliveries != r.Expected || r.Expected != r.Sent*crew {
				t.Errorf("deliveries %d, expected %d, want both %d", r.Deliveries, r.Expected, r.Sent*crew)
			}
		}},
		{"loses", func(f *fake) {
			f.fault = func(to string, n int) (int, bool) {
				if indexOf(to) == 5 && n%5 == 1 {
					return 0, false
				}
				return 1, false
			}
		}, nil},
		{"repeats", func(f *fake) {
			f.fault = func(to string, n int) (int, bool) {
				if indexOf(to) == 3 && n%4 == 1 && n < 30 {
					return 3, false
				}
				return 1, false
			}
		}, nil},
		{"never acknowledges", func(f *fake) { f.noAcks = true }, func(t *testing.T, f *fake, r *TrafficReport) {
			if r.Acked != 0 || r.Sent < 2 {
				t.Errorf("acked %d, sent %d, want 0 and some", r.Acked, r.Sent)
			}
		}},
		{"refuses", func(f *fake) { f.refuse = func(n int) bool { return n%3 == 2 } },
			func(t *testing.T, f *fake, r *TrafficReport) {
				if r.Refused == 0 || r.Acked+r.Refused != r.Sent || !strings.Contains(r.Refusal, "rate-limited") {
					t.Errorf("sent %d, acked %d, refused %d (%s)", r.Sent, r.Acked, r.Refused, r.Refusal)
				}
			}},
	}
	for _, w := range ways {
		for _, c := range cases {
			t.Run(w.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				f := newFake(t, w.start, c.change)
				o := quick()
				o.URL = f.URL
				w.change(&o)
				if c.name == "loses" {
					o.patience = 5 * time.Second
				}
				r := mustRun(t, o).Traffic
				f.mu.Lock()
				defer f.mu.Unlock()
				if r.Lost != f.lost || r.Duplicates != f.twice || r.OutOfOrder != 0 {
					t.Errorf("got %d lost, %d twice, %d out of order, want %d, %d, 0",
						r.Lost, r.Duplicates, r.OutOfOrder, f.lost, f.twice)
				}
				if c.check != nil {
					c.check(t, f, r)
				}
			})
		}
	}
}

// One sender, so that every message that is held is one that a later message
// of the same sender overtakes.
func TestCountsWhatComesLate(t *testing.T) {
	t.Parallel() // it waits most of the time
	f := newFake(t, (*httptest.Server).Start, func(f *fake) {
		f.fault = func(to string, n int) (int, bool) { return 1, indexOf(to) == 3 && n%6 == 1 }
	})
	o := quick()
	o.URL, o.Senders, o.patience = f.URL, 1, 5*time.Second
	r := mustRun(t, o).Traffic
	f.mu.Lock()
	defer f.mu.Unlock()
	held := uint64(0)
	for _, m := range f.members {
		held += uint64(len(m.held))
	}
	if r.OutOfOrder != f.late || f.late == 0 || r.Lost != held || r.Duplicates != 0 {
		t.Errorf("got %d out of order, %d lost, %d twice, want %d, %d, 0",
			r.OutOfOrder, r.Lost, r.Duplicates, f.late, held)
	}
}

func TestCentrifugeProtocol(t *testing.T) {
	f := newFake(t, (*httptest.Server).Start, nil)
	o := quick()
	o.URL, o.Protocol, o.Scenario, o.Connections, o.Senders = f.URL, Centrifuge, Sends, 4, 4
	rep := mustRun(t, o)
	r := rep.Traffic
	if r.Deliveries != r.Sent*4 || r.Lost != 0 || r.Acked != r.Sent || rep.Wait != WaitAck {
		t.Errorf("sent %d, acked %d, deliveries %d, lost %d, waited for %q", r.Sent, r.Acked, r.Deliveries, r.Lost, rep.Wait)
	}
}

func TestRateSends(t *testing.T) {
	f := newFake(t, (*httptest.Server).Start, nil)
	o := quick()
	o.URL, o.Rate, o.Duration = f.URL, 200, 500*time.Millisecond
	r := mustRun(t, o).Traffic
	// On a busy machine the last messages of the schedule may be late.
	if r.SendsPerSecond < 50 || r.SendsPerSecond > 350 || r.Lost != 0 {
		t.Errorf("got %.1f sends/s and %d lost, want about 200 and 0", r.SendsPerSecond, r.Lost)
	}
}

func TestRatesAreOfTheMeasuredTime(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			f := newFake(t, w.start, nil)
			o := quick()
			o.URL, o.Duration = f.URL, time.Second
			w.change(&o)
			r := mustRun(t, o).Traffic
			if r.Seconds < 1 || r.SendsPerSecond <= 0 || r.DeliveriesPerSecond <= 0 || r.AckedPerSecond <= 0 {
				t.Errorf("no rates: %+v", r)
			}
			if most := float64(r.Deliveries) / r.Seconds; r.DeliveriesPerSecond > most {
				t.Errorf("got %v deliveries/s, but no more than %v came in all", r.DeliveriesPerSecond, most)
			}
			if r.Latency.P50 == 0 || r.AckLatency.P50 == 0 {
				t.Errorf("no latencies: %+v", r)
			}
		})
	}
}

func TestLatencyIsTheServersDelay(t *testing.T) {
	f := newFake(t, (*httptest.Server).Start, func(f *fake) { f.delay = 30 * time.Millisecond })
	o := quick()
	o.URL, o.Senders, o.Window = f.URL, 1, 1
	r := mustRun(t, o).Traffic
	if r.Latency.P50 < 30 || r.Latency.Max < r.Latency.P99 || r.Latency.P99 < r.Latency.P50 {
		t.Errorf("latency %+v, want at least 30 ms and in order", r.Latency)
	}
}

func TestStorm(t *testing.T) {
	cases := []struct {
		name    string
		history int
		missed  bool
	}{
		{"history brings everything back", 1000, false},
		{"history in pages", 4, false},
		{"no history", 0, true},
	}
	for _, w := range ways {
		for _, c := range cases {
			t.Run(w.name+"/"+c.name, func(t *testing.T) {
				t.Parallel() // it waits most of the time
				f := newFake(t, w.start, func(f *fake) { f.history = c.history })
				o := quick()
				o.URL, o.Scenario, o.Senders, o.Rate = f.URL, Storm, 1, 20
				o.Back = 200 * time.Millisecond
				if c.missed {
					o.Drain = 100 * time.Millisecond
				}
				w.change(&o)
				rep := mustRun(t, o)
				s := rep.Storm
				if s.Cut != crew-1 || s.NotCurrent != 0 {
					t.Errorf("cut %d, not current %d, want %d and 0", s.Cut, s.NotCurrent, crew-1)
				}
				if missed := s.MissedEach > 0; missed != c.missed {
					t.Errorf("missed %v per client, want missed %v", s.MissedEach, c.missed)
				}
				if s.AllCurrent < 0.1 || s.AllCurrent < s.HalfCurrent || s.AllJoined > s.AllCurrent+0.001 {
					t.Errorf("joined after %v, half current %v, all current %v", s.AllJoined, s.HalfCurrent, s.AllCurrent)
				}
			})
		}
	}
}

func TestDroppedConnectionsAreTold(t *testing.T) {
	t.Parallel() // it waits most of the time
	f := newFake(t, (*httptest.Server).Start, func(f *fake) {
		f.drop = func(to string, n int) bool { return indexOf(to) == 5 && n == 5 }
	})
	o := quick()
	o.URL, o.patience = f.URL, 5*time.Second
	rep := mustRun(t, o)
	if rep.Traffic.Dropped != 1 || rep.Traffic.Lost == 0 || len(rep.Failures) != 1 {
		t.Errorf("dropped %d, lost %d, failures %v, want one dropped connection and its loss",
			rep.Traffic.Dropped, rep.Traffic.Lost, rep.Failures)
	}
}

func TestSlowReaders(t *testing.T) {
	for _, w := range ways[:3] {
		t.Run(w.name, func(t *testing.T) {
			f := newFake(t, w.start, nil)
			o := quick()
			o.URL, o.Slow, o.SlowRate = f.URL, 2, 1000
			w.change(&o)
			r := mustRun(t, o).Traffic
			if r.SlowOpen+r.SlowClosed != 2 || r.Lost != 0 || r.Expected != r.Sent*crew {
				t.Errorf("slow readers %d+%d, lost %d, expected %d of %d sent", r.SlowOpen, r.SlowClosed, r.Lost, r.Expected, r.Sent)
			}
		})
	}
}

func TestIdleReportsTheProcess(t *testing.T) {
	f := newFake(t, (*httptest.Server).Start, nil)
	o := quick()
	o.URL, o.Scenario, o.PID, o.Duration = f.URL, Idle, os.Getpid(), 50*time.Millisecond
	rep := mustRun(t, o)
	if rep.Traffic != nil || rep.Server == nil || rep.Server.RSS == 0 || rep.Server.BaseRSS == 0 {
		t.Errorf("got traffic %v and server %+v, want the process only", rep.Traffic, rep.Server)
	}
}

func TestFailuresAreErrors(t *testing.T) {
	mute := newFake(t, (*httptest.Server).Start, func(f *fake) { f.mute = true; f.refuse = func(int) bool { return true } })
	notFound := httptest.NewServer(nil)
	t.Cleanup(notFound.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	cases := []struct {
		name string
		url  string
		want string
	}{
		{"nobody listens", gone.URL, "refused"},
		{"not a chat", notFound.URL, "404"},
		{"every message refused", mute.URL, "rate-limited"},
	}
	for _, w := range ways[:2] {
		for _, c := range cases {
			t.Run(w.name+"/"+c.name, func(t *testing.T) {
				o := quick()
				o.URL = c.url
				w.change(&o)
				_, err := Run(t.Context(), o)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got error %v, want one with %q", err, c.want)
				}
			})
		}
	}
}

func TestCancel(t *testing.T) {
	f := newFake(t, (*httptest.Server).Start, nil)
	for _, w := range ways[:2] {
		ctx, cancel := context.WithCancel(t.Context())
		o := quick()
		o.URL, o.Duration = f.URL, time.Hour
		o.Progress = func(Progress) { cancel() }
		w.change(&o)
		if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", w.name, err)
		}
	}
}
