package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	chatclient "github.com/causerie-chat/causerie/client"
	"github.com/causerie-chat/causerie/internal/fleet"
)

// A RoomsReport is about whole clients in many rooms.
type RoomsReport struct {
	Rooms     int    `json:"rooms"`
	Members   int    `json:"members"` // of each
	Edits     uint64 `json:"edits"`
	Reactions uint64 `json:"reactions"`
	// Unread is how many times a client's events came faster than they were
	// counted, which makes the deliveries too few.
	Unread uint64 `json:"unread"`
	// Verdict is what became of everybody's view in the end.
	fleet.Verdict
}

func (h *RoomsReport) print(p *printer) {
	p.line("  acts        %s edits and %s reactions among the sends", count(float64(h.Edits)), count(float64(h.Reactions)))
	p.line("  at the end  %s acknowledged messages looked for, %s views compared: %d promises broken",
		count(float64(h.Acknowledged)), count(float64(h.Views)), len(h.Breaches))
	for _, b := range h.Breaches {
		p.line("  broken      %s", b)
	}
}

// A hive is the state of one run of Rooms. Of what its clients share, all is
// atomic or under mu.
type hive struct {
	o     Options
	fleet *fleet.Fleet
	start time.Time

	deliveries, sends, acks, edits, reactions, expected, refused, unread atomic.Uint64
	measuring                                                            atomic.Bool

	mu         sync.Mutex
	latency    histogram // guarded by mu
	ackLatency histogram // guarded by mu
	refusal    string    // guarded by mu

	stage    string
	reported moment
}

// hiveKeep is how many items of each room a client holds. All of them are
// compared in the end; the chain vouches for those before.
const hiveKeep = 20

func runRooms(ctx context.Context, o Options) (*Report, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &hive{o: o, start: time.Now()}
	rep := &Report{
		Scenario: o.Scenario, URL: o.URL, Protocol: o.Protocol, Transport: o.Transport, Connections: o.Connections,
		Senders: o.Senders, Window: 1, Wait: WaitAck, Rate: o.Rate, Size: o.Size,
		Rooms: &RoomsReport{Rooms: o.Rooms, Members: o.Members},
	}
	var base size
	if o.PID != 0 {
		rep.Server = &ServerReport{}
		if base, err = sizeOf(o.PID); err != nil {
			return nil, fmt.Errorf("the server's process: %w", err)
		}
	}
	if err := h.launch(ctx, rep); err != nil {
		return nil, err
	}
	var counting sync.WaitGroup
	defer counting.Wait()
	defer h.fleet.Close()
	for _, c := range h.fleet.Clients {
		counting.Go(func() { h.count(ctx, c) })
	}
	if err := h.wait(ctx, "settling", o.Settle); err != nil {
		return nil, err
	}
	if rep.Server != nil {
		if err := rep.Server.memory(o, base); err != nil {
			return nil, err
		}
	}
	if err := h.talk(ctx, rep); err != nil {
		return nil, err
	}
	return rep, h.judge(ctx, rep)
}

// launch has everybody come and join.
func (h *hive) launch(ctx context.Context, rep *Report) error {
	before, err := h.moment()
	if err != nil {
		return err
	}
	if err := h.there(ctx); err != nil {
		return err
	}
	if err := h.join(ctx); err != nil {
		return err
	}
	after, err := h.moment()
	seconds := (after.at - before.at).Seconds()
	rep.Connect = ConnectReport{Seconds: seconds, PerSecond: float64(h.o.Connections) / seconds}
	if rep.Server != nil {
		rep.Server.ConnectSeconds = (after.server - before.server).Seconds()
	}
	return err
}

// join makes the fleet and tells how far it is.
func (h *hive) join(ctx context.Context) error {
	var joined atomic.Int64
	done := make(chan error, 1)
	go func() {
		var err error
		h.fleet, err = fleet.Launch(ctx, fleet.Options{
			URLs: []string{strings.TrimSuffix(h.o.URL, "/")}, Clients: h.o.Connections, Rooms: h.o.Rooms, Members: h.o.Members,
			Issuer: fleet.Issuer{Name: h.o.JWTIssuer, Secret: h.o.JWTSecret}, Prefix: fmt.Sprintf("b%x-", rand.Uint32()),
			Client: chatclient.Options{Keep: hiveKeep}, Joined: func() { joined.Add(1) },
		})
		done <- err
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			h.stage = fmt.Sprintf("joining, %d %%", 100*joined.Load()/int64(h.o.Rooms*h.o.Members))
			h.progress()
		}
	}
}

// firstWithin is how long the first client may take. The clients try for ever,
// which is no good when there is no server.
const firstWithin = 10 * time.Second

func (h *hive) there(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, firstWithin)
	defer cancel()
	issuer := fleet.Issuer{Name: h.o.JWTIssuer, Secret: h.o.JWTSecret}
	c, err := chatclient.Dial(ctx, chatclient.Options{URL: h.o.URL, Token: issuer.Token("bench")})
	if err == nil {
		c.Close()
		return nil
	}
	if chatclient.CodeOf(err) == "unauthorized" {
		return fmt.Errorf("the server at %s does not trust our tokens: give it --jwt-issuer %s and the same --jwt-secret", h.o.URL, h.o.JWTIssuer)
	}
	return fmt.Errorf("cannot join %s: %w", h.o.URL, err)
}

// talk has the senders at work for the warm-up and the measurement.
func (h *hive) talk(ctx context.Context, rep *Report) error {
	talking, stop := context.WithCancel(ctx)
	var senders sync.WaitGroup
	for i := range h.o.Senders {
		senders.Go(func() { h.sender(ctx, talking, i) })
	}
	defer senders.Wait()
	defer stop()
	if err := h.wait(ctx, "warming up", h.o.Warmup); err != nil {
		return err
	}
	from, err := h.moment()
	if err != nil {
		return err
	}
	h.measuring.Store(true)
	if err := h.wait(ctx, "measuring", h.o.Duration); err != nil {
		return err
	}
	h.measuring.Store(false)
	to, err := h.moment()
	rep.span(from, to)
	return err
}

// sender writes, edits and reacts in one room until talking ends; what it has
// begun then it ends all the same.
func (h *hive) sender(ctx, talking context.Context, i int) {
	room := h.fleet.Rooms[i%h.o.Rooms]
	c := room.Members[1+i/h.o.Rooms]
	every := time.Duration(0)
	if h.o.Rate > 0 {
		every = time.Duration(float64(h.o.Senders) / h.o.Rate * float64(time.Second))
	}
	due := time.Since(h.start) + time.Duration(rand.Float64()*float64(every))
	var last uint64
	for n := 0; ; n++ {
		if every == 0 {
			due = time.Since(h.start)
		}
		if !h.until(talking, due) {
			return
		}
		h.sends.Add(1)
		err := h.act(ctx, room, c, n, due, &last)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			h.refused.Add(1)
			h.mu.Lock()
			h.refusal = err.Error()
			h.mu.Unlock()
		} else {
			h.acks.Add(1)
			h.expected.Add(uint64(len(room.Members)))
			if h.measuring.Load() {
				h.mu.Lock()
				h.ackLatency.add((time.Since(h.start) - due).Microseconds())
				h.mu.Unlock()
			}
		}
		due += every
	}
}

// act is one thing that a sender does: of ten, eight are messages, one is an
// edit and one a reaction.
func (h *hive) act(ctx context.Context, room *fleet.Room, c *chatclient.Client, n int, due time.Duration, last *uint64) error {
	switch {
	case n%10 == 4 && *last > 0:
		h.edits.Add(1)
		return c.Edit(ctx, room.ID, *last, "edited "+strconv.Itoa(n))
	case n%10 == 9 && *last > 0:
		h.reactions.Add(1)
		return c.React(ctx, room.ID, *last, "👍")
	}
	stamp := strconv.FormatInt(due.Microseconds(), 36) + " "
	kept, err := room.Say(ctx, c, stamp+strings.Repeat("x", h.o.Size-len(stamp)))
	if err == nil {
		*last = kept.Seq
	}
	return err
}

// until waits for a moment since start, or says that talking has ended.
func (h *hive) until(talking context.Context, due time.Duration) bool {
	if wait := due - time.Since(h.start); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-talking.Done():
		case <-timer.C:
		}
	}
	return talking.Err() == nil
}

// count hears what one client is told.
func (h *hive) count(ctx context.Context, c *chatclient.Client) {
	for e := range c.Events(ctx) {
		switch {
		case e.Name == chatclient.EventLost:
			h.unread.Add(1)
			continue
		case e.Name != chatclient.EventEntry:
			continue
		}
		switch e.Entry.Type {
		case "message":
			h.delivered(e.Entry.Text)
			h.deliveries.Add(1)
		case "edit", "react":
			h.deliveries.Add(1)
		}
	}
}

func (h *hive) delivered(text string) {
	now := time.Since(h.start).Microseconds()
	stamp, _, _ := strings.Cut(text, " ")
	due, err := strconv.ParseInt(stamp, 36, 64)
	if err != nil || !h.measuring.Load() {
		return
	}
	h.mu.Lock()
	h.latency.add(now - due)
	h.mu.Unlock()
}

// judge waits until all have heard everything and compares what they see.
func (h *hive) judge(ctx context.Context, rep *Report) error {
	h.stage = "comparing"
	limit, cancel := context.WithTimeout(ctx, h.o.Drain)
	defer cancel()
	var err error
	if rep.Rooms.Verdict, err = h.fleet.Check(limit, h.o.URL); err != nil {
		return errors.Join(err, ctx.Err())
	}
	h.heard(limit)
	rep.Rooms.Edits, rep.Rooms.Reactions, rep.Rooms.Unread = h.edits.Load(), h.reactions.Load(), h.unread.Load()
	if t := rep.Traffic; t != nil {
		h.mu.Lock()
		t.Latency, t.AckLatency, t.Refusal = h.latency.quantiles(), h.ackLatency.quantiles(), h.refusal
		h.mu.Unlock()
		t.Sent, t.Acked, t.Refused = h.sends.Load(), h.acks.Load(), h.refused.Load()
		t.Deliveries, t.Expected = h.deliveries.Load(), h.expected.Load()
		t.Lost, t.Duplicates = t.Expected-min(t.Expected, t.Deliveries), t.Deliveries-min(t.Expected, t.Deliveries)
	}
	if rep.Server != nil {
		end, err := sizeOf(h.o.PID)
		rep.Server.FinalRSS = end.rss
		return err
	}
	return nil
}

// heard waits until what was delivered has been counted too.
func (h *hive) heard(ctx context.Context) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for h.deliveries.Load() < h.expected.Load() && h.unread.Load() == 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *hive) moment() (moment, error) {
	m := moment{at: time.Since(h.start), deliveries: h.deliveries.Load(), sends: h.sends.Load(), acks: h.acks.Load()}
	return m.used(h.o.PID)
}

// wait lets d pass and tells how it goes.
func (h *hive) wait(ctx context.Context, stage string, d time.Duration) error {
	h.stage = stage
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	end := time.After(d)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-end:
			return nil
		case <-tick.C:
			h.progress()
		}
	}
}

func (h *hive) progress() {
	if h.o.Progress == nil {
		return
	}
	now := moment{at: time.Since(h.start), deliveries: h.deliveries.Load(), sends: h.sends.Load()}
	seconds := (now.at - h.reported.at).Seconds()
	h.o.Progress(Progress{
		Stage: h.stage, Elapsed: now.at, Connected: h.o.Connections,
		SendsPerSecond:      float64(now.sends-h.reported.sends) / seconds,
		DeliveriesPerSecond: float64(now.deliveries-h.reported.deliveries) / seconds,
	})
	h.reported = now
}
