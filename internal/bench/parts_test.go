package bench

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"pgregory.net/rapid"
)

// The ledger against the simplest thing that could be right: a set.
func TestLedgerAgainstASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const receivers, senders = 2, 3
		l := newLedger(receivers, senders)
		type key struct {
			receiver int
			marker
		}
		seen := map[key]bool{}
		highest := map[[2]int]int{}
		var unique, duplicates, late uint64
		for range rapid.IntRange(0, 300).Draw(t, "deliveries") {
			k := key{rapid.IntRange(0, receivers-1).Draw(t, "receiver"), marker{
				sender: rapid.IntRange(0, senders-1).Draw(t, "sender"),
				number: rapid.Uint32Range(0, 40).Draw(t, "number"),
			}}
			stream := [2]int{k.receiver, k.sender}
			top, any := highest[stream]
			switch {
			case seen[k]:
				duplicates++
			case any && int(k.number) < top:
				late++
				fallthrough
			default:
				unique++
			}
			seen[k] = true
			highest[stream] = max(top, int(k.number))
			l.enter(k.receiver, k.marker)
		}
		if l.unique != unique || l.duplicates != duplicates || l.late != late {
			t.Fatalf("got %d unique, %d twice, %d late, want %d, %d, %d",
				l.unique, l.duplicates, l.late, unique, duplicates, late)
		}
		for stream, top := range highest {
			missing := 0
			for n := range top {
				if !seen[key{stream[0], marker{sender: stream[1], number: uint32(n)}}] {
					missing++
				}
			}
			got := 0
			for _, g := range l.gaps[stream[0]*senders+stream[1]] {
				got += int(g.hi - g.lo)
			}
			if got != missing {
				t.Fatalf("stream %v: got %d missing, want %d", stream, got, missing)
			}
		}
	})
}

func TestHistoryIsNeitherTwiceNorLate(t *testing.T) {
	l := newLedger(1, 1)
	for _, n := range []uint32{0, 3} {
		l.enter(0, marker{number: n})
	}
	for n := range uint32(5) {
		l.enterHistory(0, marker{number: n})
	}
	if l.unique != 5 || l.duplicates != 0 || l.late != 0 || len(l.gaps) != 0 {
		t.Errorf("got %d unique, %d twice, %d late, %d gaps, want 5, 0, 0, 0", l.unique, l.duplicates, l.late, len(l.gaps))
	}
}

func TestMarkerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := marker{
			sender: rapid.IntRange(0, maxSenders-1).Draw(t, "sender"),
			number: rapid.Uint32Range(0, maxNumber-1).Draw(t, "number"),
			micros: rapid.Int64Range(0, 1<<36-1).Draw(t, "micros"),
		}
		run := tag(rapid.Uint64().Draw(t, "run"))
		b := bytes.Repeat([]byte{'~'}, markerLen+9)
		want.put(b[5:], run)
		got, rest, ok := nextMarker(b, &run)
		if !ok || got != want || len(rest) != 4 {
			t.Fatalf("got %+v, %d bytes left, %v, want %+v and 4", got, len(rest), ok, want)
		}
	})
}

func FuzzNextMarker(f *testing.F) {
	run := tag(77)
	b := make([]byte, markerLen)
	marker{1, 2, 3}.put(b, run)
	f.Add(b)
	f.Add([]byte("~~~~~~~~~~~~~~~~~~~~"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for n := 0; ; n++ {
			m, rest, ok := nextMarker(b, &run)
			if !ok {
				return
			}
			if m.sender >= maxSenders || m.number >= maxNumber || len(rest) > len(b)-markerLen {
				t.Fatalf("got %+v with %d of %d bytes left", m, len(rest), len(b))
			}
			b = rest
		}
	})
}

func FuzzCutFrame(f *testing.F) {
	f.Add([]byte{0x81, 2, 'h', 'i'})
	f.Add([]byte{0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0x81, 126, 0, 1, 'x', 0x89, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, payload, n, err := cutFrame(b)
		if err != nil || n == 0 {
			return
		}
		h, want := ws.ReadHeader(bytes.NewReader(b))
		if want != nil || int(h.Length) != len(payload) || n > len(b) || !bytes.HasSuffix(b[:n], payload) {
			t.Fatalf("cut %d bytes with %d of payload, want header %+v, %v", n, len(payload), h, want)
		}
	})
}

func TestFramesAreReadableByOthers(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, 100_000} {
		want := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
		r := bytes.NewReader(appendFrame(nil, opText, want))
		h, err := ws.ReadHeader(r)
		if err != nil || !h.Masked || h.OpCode != ws.OpText || h.Length != int64(size) {
			t.Fatalf("%d bytes: %+v, %v", size, h, err)
		}
		got, err := io.ReadAll(r)
		if ws.Cipher(got, h.Mask, 0); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: payload differs, %v", size, err)
		}
	}
}

func TestHistogramQuantiles(t *testing.T) {
	var h histogram
	var all []float64
	for range 20_000 {
		v := int64(math.Exp(rand.Float64() * 16))
		h.add(v)
		all = append(all, float64(v))
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		got, want := float64(h.quantile(q)), all[int(math.Ceil(q*float64(len(all))))-1]
		if got < want || got > want*1.017+1 {
			t.Errorf("quantile %v: got %v, want %v to 1.7 %% more", q, got, want)
		}
	}
	if got := float64(h.max); got != all[len(all)-1] {
		t.Errorf("got max %v, want %v", got, all[len(all)-1])
	}
}

func TestAgendaIsInOrder(t *testing.T) {
	var a agenda
	var got []int
	for _, n := range rand.Perm(100) {
		a.add(time.Duration(n), func() { got = append(got, n) })
	}
	a.due(49)
	if len(got) != 50 || !slices.IsSorted(got) || a.next() != 50 {
		t.Errorf("got %v and next %d, want 0 to 49 and 50", got, a.next())
	}
}

func TestOptionsSayWhatIsWrong(t *testing.T) {
	good := Options{URL: "http://127.0.0.1:3000"}
	cases := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no url", func(o *Options) { o.URL = "" }, "want something like"},
		{"scheme", func(o *Options) { o.URL = "ftp://x" }, "scheme"},
		{"scenario", func(o *Options) { o.Scenario = "x" }, "scenario"},
		{"protocol", func(o *Options) { o.Protocol = "x" }, "protocol"},
		{"transport", func(o *Options) { o.Transport = "x" }, "transport"},
		{"wait", func(o *Options) { o.Wait = "x" }, "wait"},
		{"size", func(o *Options) { o.Size = 15 }, "size"},
		{"senders", func(o *Options) { o.Senders = 1001 }, "senders"},
		{"window", func(o *Options) { o.Window = ringSize + 1 }, "window"},
		{"rate", func(o *Options) { o.Rate = -1 }, "rate"},
		{"storm", func(o *Options) { o.Scenario, o.Senders = Storm, 2 }, "storm"},
		{"centrifuge polls", func(o *Options) { o.Protocol, o.Transport = Centrifuge, Polling }, "websockets only"},
		{"ack without ack", func(o *Options) { o.Wait, o.NoAck = WaitAck, true }, "no-ack"},
	}
	if err := good.Check(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := good
			c.change(&o)
			if err := o.Check(); err == nil || !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// batch is n deliveries as one read(2) would bring them.
func batch(r *run, n int) []byte {
	var b []byte
	for i := range n {
		marker{sender: 0, number: uint32(i), micros: 1}.put(r.text, r.tag)
		p := r.protocol.message(nil, 0, r.text, false)
		b = append(b, 0x81, 126, byte(len(p)>>8), byte(len(p)))
		b = append(b, p...)
	}
	return b
}

func offline(tb testing.TB) (*run, *client) {
	r, err := newRun(tb.Context(), Options{URL: "http://127.0.0.1:1", Connections: 2, Senders: 1})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.driver.close)
	r.measuring = true
	c := r.members[1]
	c.phase = joined
	return r, c
}

func TestRateKeepsItsSchedule(t *testing.T) {
	r, c := offline(t)
	sender := r.members[0]
	sender.phase, r.o.Rate, r.sending = joined, 200, true
	r.sendScheduled(time.Second) // late by a whole second: nothing is left out
	if r.sends != 201 {
		t.Fatalf("got %d messages from 0 s to 1 s, want 201", r.sends)
	}
	for n := range uint32(201) {
		if got, want := sender.sent.flight(n).micros, int64(n)*5000; got != want {
			t.Fatalf("message %d: due at %d µs, want %d", n, got, want)
		}
	}
	if r.schedule != 1005*time.Millisecond || c.sent.next != 0 {
		t.Errorf("next at %v, want 1.005s", r.schedule)
	}
}

func TestADeliveryAllocatesNothing(t *testing.T) {
	r, c := offline(t)
	b := batch(r, 200)
	got := testing.AllocsPerRun(100, func() {
		r.ledger.next[1] = 0
		if used, err := c.read(b); used != len(b) || err != nil {
			t.Fatalf("used %d of %d: %v", used, len(b), err)
		}
	})
	if got != 0 {
		t.Errorf("200 deliveries: got %v allocations, want 0", got)
	}
	if r.ledger.duplicates != 0 || r.ledger.unique != r.deliveries {
		t.Errorf("%d deliveries, %d unique, %d twice", r.deliveries, r.ledger.unique, r.ledger.duplicates)
	}
}

func BenchmarkDelivery(b *testing.B) {
	r, c := offline(b)
	const n = 200
	bytes := batch(r, n)
	b.SetBytes(int64(len(bytes) / n))
	b.ReportAllocs()
	for i := 0; i < b.N; i += n {
		r.ledger.next[1] = 0
		if _, err := c.read(bytes); err != nil {
			b.Fatal(err)
		}
	}
}
