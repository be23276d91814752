package bench

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A Scenario is what a run does once its connections stand.
type Scenario string

const (
	// Fanout sends into the one room that every connection is in.
	Fanout Scenario = "fanout"
	// Sends asks how many messages a second few connections can have kept: 10
	// connections with 50 messages in flight each, unless told otherwise.
	Sends Scenario = "sends"
	// Idle sends nothing and looks at the server's memory and processor time.
	Idle Scenario = "idle"
	// Storm is Idle first, and then cuts every connection at once, lets them
	// come back like stock clients, and waits until each has everything again.
	Storm Scenario = "storm"
	// Rooms has whole clients, which keep timelines and an outbox, talk in many
	// rooms of the namespace /chat, and compares their views at the end.
	Rooms Scenario = "rooms"
)

// Protocols that Options.Protocol names.
const (
	SocketIO   = "socketio"
	Centrifuge = "centrifuge"
)

// Transports that Options.Transport names.
const (
	WebSocket = "websocket"
	Polling   = "polling"
)

// What the closed loop waits for before it sends the next message.
const (
	WaitEcho = "echo" // the sender's own message comes back
	WaitAck  = "ack"  // the server acknowledges it
	WaitAuto = "auto" // the acknowledgement where the server gives one
)

// Options say what a run does. The zero value of each field means its default.
type Options struct {
	// URL is the server: http, https, ws or wss. Without a path it is
	// /socket.io/, or /connection/websocket for centrifuge.
	URL      string
	Protocol string // SocketIO (default) or Centrifuge
	// Transport is WebSocket (default) or Polling, Socket.IO only.
	Transport string
	Scenario  Scenario // Fanout by default

	Connections int // all of them receive; default 1000, for Sends 10, for Rooms 500
	Senders     int // how many of them send; default 20, for Sends all, for Storm 1, for Rooms one in each
	// Rooms and Members, how many of the connections each room has, are for
	// Rooms; defaults 200 and 50, at most Connections.
	Rooms, Members int
	// JWTIssuer and JWTSecret are what the server was started with, so that it
	// takes the members of Rooms for people. The issuer's default is "bench".
	JWTIssuer, JWTSecret string
	// Window is how many messages each sender has in flight (default 1, for
	// Sends 50). It is not used with a Rate.
	Window int
	// Rate is messages per second over all senders, sent on schedule whatever
	// the server does; latency counts from the schedule. Storm's default is 2.
	Rate float64
	Wait string // WaitEcho (default), WaitAck or WaitAuto (default for Sends)
	// Size is the length of a message's text in bytes: 16 to 100,000, default
	// 100.
	Size int
	// NoAck leaves out the acknowledgement ids, as the article's client does.
	NoAck bool

	Warmup   time.Duration // default 2s; negative means none
	Duration time.Duration // default 10s
	// Settle is how long the server is left alone before its memory is read.
	// Default 1s, for Idle and Storm 5s.
	Settle time.Duration
	// Drain is the longest wait for what is still under way at the end.
	Drain time.Duration // default 15s

	// patience is how long Drain waits while nothing arrives at all.
	patience time.Duration

	// Slow adds connections that join and then read SlowRate bytes a second.
	// They are outside of all counts.
	Slow     int
	SlowRate int // default 0: they never read

	// Handshakes is how many connections are being opened at a time; default
	// 200.
	Handshakes int
	// Back is the mean delay after which a cut connection of Storm comes back,
	// each at a random moment between half of it and one and a half: the stock
	// client's 1s by default.
	Back time.Duration

	// Goroutines forces the portable client where the epoll loop would do.
	Goroutines bool
	// Insecure accepts any TLS certificate.
	Insecure bool
	// PID is the server's process on this machine, 0 for none.
	PID int
	// Progress is called about once a second, on the goroutine of Run.
	Progress func(Progress)
}

// Check returns what is wrong with o, in one sentence, or nil.
func (o Options) Check() error {
	_, err := o.withDefaults()
	return err
}

// withDefaults returns o completed and checked.
func (o Options) withDefaults() (Options, error) {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	wait := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
		*v = max(*v, 0)
	}
	if o.Scenario == "" {
		o.Scenario = Fanout
	}
	if o.Protocol == "" {
		o.Protocol = SocketIO
	}
	if o.Transport == "" {
		o.Transport = WebSocket
	}
	settle := time.Second
	switch o.Scenario {
	case Sends:
		or(&o.Connections, 10)
		or(&o.Senders, o.Connections)
		or(&o.Window, 50)
		if o.Wait == "" {
			o.Wait = WaitAuto
		}
	case Storm:
		or(&o.Senders, 1)
		if o.Rate == 0 {
			o.Rate = 2
		}
		settle = 5 * time.Second
	case Rooms:
		or(&o.Connections, 500)
		or(&o.Rooms, 200)
		or(&o.Members, min(50, o.Connections))
		or(&o.Senders, min(o.Rooms, o.Rooms*max(0, o.Members-1)))
		o.Wait = WaitAck
		if o.JWTIssuer == "" {
			o.JWTIssuer = "bench"
		}
	case Idle:
		or(&o.Senders, 1)
		settle = 5 * time.Second
	}
	or(&o.Connections, 1000)
	or(&o.Senders, min(20, o.Connections))
	or(&o.Window, 1)
	or(&o.Size, 100)
	or(&o.Handshakes, 200)
	if o.Wait == "" {
		o.Wait = WaitEcho
	}
	wait(&o.Warmup, 2*time.Second)
	wait(&o.Duration, 10*time.Second)
	wait(&o.Settle, settle)
	wait(&o.Drain, 15*time.Second)
	wait(&o.Back, time.Second)
	wait(&o.patience, 3*time.Second)
	return o, o.check()
}

func inside(name string, v, lo, hi int) error {
	if v < lo || v > hi {
		return fmt.Errorf("%s must be from %d to %d, not %d", name, lo, hi, v)
	}
	return nil
}

func (o Options) check() error {
	among := func(name, v string, all ...string) error {
		for _, a := range all {
			if v == a {
				return nil
			}
		}
		return fmt.Errorf("%s must be one of %s, not %q", name, strings.Join(all, ", "), v)
	}
	_, err := o.target()
	errs := []error{
		err,
		among("scenario", string(o.Scenario), string(Fanout), string(Sends), string(Idle), string(Storm), string(Rooms)),
		among("protocol", o.Protocol, SocketIO, Centrifuge),
		among("transport", o.Transport, WebSocket, Polling),
		among("wait", o.Wait, WaitEcho, WaitAck, WaitAuto),
		inside("connections", o.Connections, 1, 1_000_000),
		inside("window", o.Window, 1, ringSize),
		inside("size", o.Size, markerLen, 100_000),
		inside("slow", o.Slow, 0, 100_000),
		inside("slow-rate", o.SlowRate, 0, 1<<30),
		inside("handshakes", o.Handshakes, 1, 100_000),
		inside("pid", o.PID, 0, 1<<30),
	}
	if o.Scenario == Rooms {
		errs = append(errs, o.checkRooms()...)
	} else {
		errs = append(errs, inside("senders", o.Senders, 1, min(o.Connections, maxSenders)))
	}
	if o.Scenario == Storm && o.Senders != 1 {
		errs = append(errs, errors.New("a storm has exactly one sender"))
	}
	if o.Rate < 0 || o.Rate > 1e6 {
		errs = append(errs, fmt.Errorf("rate must be from 0 to 1,000,000 messages a second, not %v", o.Rate))
	}
	if o.Protocol == Centrifuge && o.Transport == Polling {
		errs = append(errs, errors.New("protocol centrifuge works over websockets only"))
	}
	if o.NoAck && o.Wait == WaitAck {
		errs = append(errs, errors.New("wait ack needs acknowledgements, which no-ack leaves out"))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkRooms returns what is wrong with the options of Rooms.
func (o Options) checkRooms() []error {
	errs := []error{
		inside("connections", o.Connections, 2, 100_000),
		inside("rooms", o.Rooms, 1, 499), // and the lobby: what a person can be in
		inside("members", o.Members, 2, o.Connections),
		inside("senders", o.Senders, 1, o.Rooms*(o.Members-1)),
	}
	if o.Protocol != SocketIO || o.Transport != WebSocket || o.Window != 1 || o.Slow > 0 || o.NoAck || o.Goroutines || o.Insecure {
		errs = append(errs, errors.New("rooms uses whole clients with one message in flight each: protocol, transport, window, slow, no-ack, goroutines and insecure are for other scenarios"))
	}
	if o.JWTSecret == "" {
		errs = append(errs, errors.New("rooms needs people: start the server with --jwt-issuer "+o.JWTIssuer+" --jwt-secret SECRET and give the same --jwt-secret here"))
	}
	return errs
}

// target returns where to connect: scheme http or https, host with port, and
// the path.
func (o Options) target() (*url.URL, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("url %q: want something like http://127.0.0.1:3000", o.URL)
	}
	switch u.Scheme {
	case "http", "ws":
		u.Scheme = "http"
	case "https", "wss":
		u.Scheme = "https"
	default:
		return nil, fmt.Errorf("url %q: the scheme must be http, https, ws or wss", o.URL)
	}
	if u.Port() == "" {
		u.Host = u.Hostname() + map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/socket.io/"
		if o.Protocol == Centrifuge {
			u.Path = "/connection/websocket"
		}
	}
	u.RawQuery = ""
	if o.Protocol == SocketIO {
		u.RawQuery = "EIO=4&transport=" + o.Transport
	}
	return u, nil
}
