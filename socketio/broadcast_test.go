package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// crowd connects clients a, b, c … whose rooms are given; each socket is in
// the room of its own name too.
func crowd(t *testing.T, s *fixture, rooms ...string) []*client {
	ns := s.Of("/")
	echo(ns)
	ns.Use(func(_ context.Context, s *socketio.Socket) error {
		var auth struct{ Rooms string }
		if err := json.Unmarshal(s.Handshake().Auth, &auth); err != nil {
			return err
		}
		return s.Join(strings.Fields(auth.Rooms)...)
	})
	clients := make([]*client, len(rooms))
	for i, r := range rooms {
		clients[i], _ = s.connect(t, fmt.Sprintf(`0{"rooms":"%c %s"}`, 'A'+i, r))
	}
	return clients
}

// heard returns which clients got event, in letters; all get a last event.
func heard(t *testing.T, ns *socketio.Namespace, clients []*client) string {
	t.Helper()
	if err := ns.Emit("end"); err != nil {
		t.Fatal(err)
	}
	var who strings.Builder
	for i, c := range clients {
		for {
			got := c.next()
			if got == `2["end"]` {
				break
			}
			who.WriteByte(byte('A' + i))
		}
	}
	return who.String()
}

// TestBroadcast_Emit checks who receives what.
func TestBroadcast_Emit(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		clients := crowd(t, s, "red", "red blue", "blue", "")
		a := ns.To("A").Sockets()[0]
		for _, test := range []struct {
			name string
			to   socketio.Broadcast
			want string
		}{
			{"all", ns.All(), "ABCD"},
			{"a room", ns.To("red"), "AB"},
			{"two rooms, once each", ns.To("red", "blue"), "ABC"},
			{"two rooms in two steps", ns.To("red").To("blue"), "ABC"},
			{"an empty room", ns.To("green"), ""},
			{"a room and an empty one", ns.To("green", "blue"), "BC"},
			{"all but a room", ns.Except("red"), "CD"},
			{"a room but another", ns.To("red").Except("blue"), "A"},
			{"a room but itself", ns.To("red").Except("red"), ""},
			{"a socket by id", ns.To(a.ID()), "A"},
			{"a socket by id and its room", ns.To(a.ID(), "red"), "AB"},
			{"all but a socket", ns.Except(a.ID()), "BCD"},
			{"others", a.To(), "BCD"},
			{"others in a room", a.To("red"), "B"},
			{"others in rooms but one", a.To("red", "blue").Except("C"), "B"},
			{"here", ns.Local().To("blue"), "BC"},
		} {
			t.Run(test.name, func(t *testing.T) {
				if err := test.to.Emit("event"); err != nil {
					t.Fatal(err)
				}
				if got := heard(t, ns, clients); got != test.want {
					t.Errorf("received by:\n got %s\nwant %s", got, test.want)
				}
				if got := len(test.to.Sockets()); got != len(test.want) {
					t.Errorf("sockets: got %d, want %d", got, len(test.want))
				}
			})
		}
	})
}

// TestBroadcast_Join checks that sockets can be moved from outside.
func TestBroadcast_Join(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		clients := crowd(t, s, "red", "red blue", "blue")
		check := func(err error, want string) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if err := ns.To("green").Emit("event"); err != nil {
				t.Fatal(err)
			}
			if got := heard(t, ns, clients); got != want {
				t.Errorf("in the room:\n got %s\nwant %s", got, want)
			}
		}
		check(ns.To("red").Join("green", "yellow"), "AB")
		check(ns.All().Join("green"), "ABC")
		check(ns.To("blue").Leave("green"), "A")
		check(ns.All().Leave("green", "nowhere"), "")
		rooms := ns.To("A").Sockets()[0].Rooms()
		sort.Strings(rooms)
		if want := []string{"A", "red", "yellow"}; !slices.Equal(rooms, want) {
			t.Errorf("rooms:\n got %v\nwant %v", rooms, want)
		}
		peers, err := ns.To("A").Fetch(t.Context())
		if err != nil || len(peers) != 1 || len(peers[0].Rooms) != 3 || len(peers[0].ID) != 20 {
			t.Errorf("Fetch: %+v, %v", peers, err)
		}
		if err := ns.To("red").Disconnect(false); err != nil {
			t.Fatal(err)
		}
		clients[0].want("1")
		clients[1].want("1")
		clients[0].join("0")
		clients[2].send(`2["message"]`)
		clients[2].want(`2["message-back"]`)
	})
}

// TestBroadcast_Send checks events that were encoded beforehand.
func TestBroadcast_Send(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		clients := crowd(t, s, "red", "blue")
		var encs []*socketio.Encoded
		for _, args := range [][]any{{1}, {[]byte("two")}, {"three"}} {
			enc, err := socketio.Encode("/", "event", args...)
			if err != nil {
				t.Fatal(err)
			}
			encs = append(encs, enc)
		}
		batch := socketio.Batch(encs...)
		for _, err := range []error{ns.Send(batch), ns.To("red").Send(encs[0]), ns.To("A").Sockets()[0].Send(encs[2])} {
			if err != nil {
				t.Fatal(err)
			}
		}
		all := []string{`2["event",1]`, `51-["event",{"_placeholder":true,"num":0}]`, "two", `2["event","three"]`}
		clients[0].want(append(all, all[0], all[3])...)
		clients[1].want(all...)
		other, err := socketio.Encode("/other", "event")
		if err != nil {
			t.Fatal(err)
		}
		if err := ns.Send(other); !errors.Is(err, socketio.ErrNamespace) {
			t.Errorf("wrong namespace: got %v, want %v", err, socketio.ErrNamespace)
		}
	})
}

// TestBroadcast_order checks that broadcasts and direct events of one goroutine
// arrive in order, among joins, leaves and departures.
func TestBroadcast_order(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		clients := crowd(t, s, "red", "red", "red")
		stop := make(chan struct{})
		var busy sync.WaitGroup
		busy.Go(func() {
			s := ns.To("C").Sockets()[0]
			for {
				select {
				case <-stop:
					return
				default:
					s.Leave("red")
					_ = s.Join("red", "blue")
				}
			}
		})
		a := ns.To("A").Sockets()[0]
		for i := 0; i < 200; i += 2 {
			if err := errors.Join(ns.To("red").Emit("n", i), a.Emit("n", i+1)); err != nil {
				t.Fatal(err)
			}
		}
		close(stop)
		busy.Wait()
		for i := range 200 {
			clients[0].want(fmt.Sprintf(`2["n",%d]`, i))
		}
		for i := 0; i < 200; i += 2 {
			clients[1].want(fmt.Sprintf(`2["n",%d]`, i))
		}
	})
}

// TestBroadcast_EmitAck gathers acknowledgements.
func TestBroadcast_EmitAck(t *testing.T) {
	run(t, socketio.Options{}, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		clients := crowd(t, s, "red", "red", "blue")
		type result struct {
			answers []socketio.Answer
			err     error
		}
		ask := func(b socketio.Broadcast) <-chan result {
			results := make(chan result, 1)
			go func() {
				answers, err := b.EmitAck(t.Context(), "question")
				results <- result{answers, err}
			}()
			return results
		}
		results := ask(ns.To("red"))
		id := strings.TrimSuffix(strings.TrimPrefix(clients[0].next(), "2"), `["question"]`)
		clients[1].want(`2` + id + `["question"]`) // one id for all
		clients[2].send(`3` + id + `["not asked"]`)
		clients[0].send(`3`+id+`[1]`, `3`+id+`["again"]`)
		clients[1].send(`61-`+id+`[{"_placeholder":true,"num":0}]`, []byte{1, 2, 3})
		r := receive(t, results)
		var got []string
		for _, a := range r.answers {
			got = append(got, string(a.Args[0]))
		}
		sort.Strings(got)
		if want := []string{`"AQID"`, `1`}; r.err != nil || !slices.Equal(got, want) {
			t.Errorf("answers:\n got %v, %v\nwant %v", got, r.err, want)
		}

		results = ask(ns.To("red").Timeout(50 * time.Millisecond))
		packet := clients[0].next()
		clients[1].next()
		clients[0].send(`3` + strings.TrimSuffix(packet[1:], `["question"]`) + `[1]`)
		if r := receive(t, results); !errors.Is(r.err, socketio.ErrAckTimeout) || len(r.answers) != 1 {
			t.Errorf("one silent: got %v, %v", r.answers, r.err)
		}

		results = ask(ns.To("red"))
		packet = clients[0].next()
		clients[1].next()
		clients[0].send(`3` + strings.TrimSuffix(packet[1:], `["question"]`) + `[1]`)
		clients[1].send(`1`)
		if r := receive(t, results); r.err != nil || len(r.answers) != 1 {
			t.Errorf("one gone: got %v, %v", r.answers, r.err)
		}
		if r := receive(t, ask(ns.To("nobody"))); r.err != nil || len(r.answers) != 0 {
			t.Errorf("nobody: got %v, %v", r.answers, r.err)
		}
	})
}

// TestBroadcast_Volatile fills a reader that does not read.
func TestBroadcast_Volatile(t *testing.T) {
	s := start(t, socketio.Options{}, engineiotest.ModePolling)
	ns := s.Of("/")
	clients := crowd(t, s, "")
	// No poll waits: the first queued event makes the connection busy.
	if err := errors.Join(ns.Emit("kept", 1), ns.Volatile().Emit("dropped"), ns.Emit("kept", 2)); err != nil {
		t.Fatal(err)
	}
	if ns.To("A").Sockets()[0].EmitVolatile("dropped") {
		t.Error("EmitVolatile says that it was sent")
	}
	clients[0].want(`2["kept",1]`, `2["kept",2]`)
}

// TestBroadcast_slow checks that a reader who never reads ends alone.
func TestBroadcast_slow(t *testing.T) {
	options := socketio.Options{}
	options.Engine.MaxQueue = 100_000
	run(t, options, func(t *testing.T, s *fixture) {
		ns := s.Of("/")
		reasons := make(chan socketio.Reason, 2)
		ns.OnDisconnect(func(s *socketio.Socket, r socketio.Reason) {
			_ = ns.To("red").Emit("left") // from inside: must not deadlock
			reasons <- r
		})
		clients := crowd(t, s, "red", "red")
		text := strings.Repeat("x", 10_000)
		for left := false; !left; {
			if err := ns.To("red").Emit("n", text); err != nil {
				t.Fatal(err)
			}
			got := clients[0].next()
			if left = got == `2["left"]`; left {
				got = clients[0].next()
			}
			if want := `2["n","` + text + `"]`; got != want {
				t.Fatalf("the reader beside it:\n got %.40s…\nwant %.40s…", got, want)
			}
		}
		if got := receive(t, reasons); got != socketio.ReasonSlow {
			t.Errorf("reason:\n got %q\nwant %q", got, socketio.ReasonSlow)
		}
	})
}

// keeper is an adapter that sends later what it was given.
type keeper struct{ published chan socketio.Command }

func (k keeper) Attach(string, func(context.Context, socketio.Command) socketio.Reply) (socketio.Link, error) {
	return k, nil
}

func (k keeper) Publish(_ context.Context, c socketio.Command) error {
	k.published <- c
	return nil
}

func (k keeper) Request(_ context.Context, c socketio.Command) ([]socketio.Reply, error) {
	return nil, k.Publish(context.Background(), c)
}

func (k keeper) Close() error { return nil }

// TestBroadcast_keptByAdapter reuses a byte slice after it was sent.
func TestBroadcast_keptByAdapter(t *testing.T) {
	k := keeper{make(chan socketio.Command, 2)}
	srv := socketio.NewServer(socketio.Options{Adapter: k})
	defer srv.Close()
	data := []byte("first")
	if err := srv.Of("/").Emit("bytes", data); err != nil {
		t.Fatal(err)
	}
	if _, err := srv.Of("/").All().EmitAck(t.Context(), "bytes", data); err != nil {
		t.Fatal(err)
	}
	copy(data, "later")
	for range 2 {
		if got := string(receive(t, k.published).Attachments[0]); got != "first" {
			t.Errorf("attachment: got %q, want %q", got, "first")
		}
	}
}
