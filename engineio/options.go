package engineio

import (
	"log/slog"
	"net/http"
	"time"
)

// The names of the transports, as in [Options.Transports] and
// [Session.Transport].
const (
	Polling   = "polling"
	Websocket = "websocket"
)

// Options configure a [Server]. The zero value is useful: every field states
// its default. A Server copies the struct; changing it later has no effect.
type Options struct {
	// PingInterval is how long after the handshake, or after the last answer,
	// the server pings a client. Clients are told. Defaults to 25 seconds.
	PingInterval time.Duration
	// PingTimeout is how long a client may take to answer a ping before it is
	// closed with [ReasonPingTimeout]. Clients are told, and give up on a
	// server that stays silent for PingInterval + PingTimeout. Defaults to 20
	// seconds.
	PingTimeout time.Duration
	// UpgradeTimeout is how long a websocket that joins a polling session may
	// take to replace it. After that it is closed and the polling session
	// lives on. Defaults to 10 seconds.
	UpgradeTimeout time.Duration
	// CloseTimeout bounds everything that happens to a session after it has
	// been closed: flushing its queue, waiting for the client's part of the
	// closing handshake or for its next poll. Defaults to 10 seconds.
	CloseTimeout time.Duration
	// ReadTimeout is how long the body of one POST may take to arrive.
	// Defaults to 20 seconds.
	ReadTimeout time.Duration
	// WriteTimeout is how long a client may take to accept the answer to one
	// poll, or of a handshake. Defaults to 20 seconds.
	WriteTimeout time.Duration

	// MaxPayload is the largest POST body and websocket message accepted, in
	// bytes, and about the largest answer to a poll (which holds at least one
	// message whatever its size). Clients are told. Defaults to 1,000,000.
	MaxPayload int
	// MaxQueue is how many bytes may wait for one client. A session whose
	// queue would grow beyond it is closed with [ReasonSlow]; a single message
	// is always accepted by an empty queue. Defaults to 1 MiB.
	MaxQueue int

	// ClaimTimeout is how long a new polling session waits for its second
	// request. Defaults to 10 seconds.
	ClaimTimeout time.Duration
	// MaxUnclaimed is how many polling sessions may wait for their second
	// request, in all; beyond it the oldest is closed with [ReasonUnclaimed],
	// so that a flood of handshakes cannot lock others out. Defaults to 32,768.
	MaxUnclaimed int
	// MaxUnclaimedPerAddress is the same for one client address. Defaults to
	// 4,096.
	MaxUnclaimedPerAddress int
	// ClientAddress returns the address that handshakes are counted by and
	// that [Handshake.RemoteAddr] shows. Defaults to the RemoteAddr of the
	// request; behind a reverse proxy, read the header that it sets.
	ClientAddress func(*http.Request) string

	// Transports lists what clients may use, out of [Polling] and [Websocket].
	// Defaults to both.
	Transports []string
	// NoUpgrade keeps polling sessions on polling.
	NoUpgrade bool

	// CORS, if not nil, lets pages of other origins poll. Websockets are not
	// subject to it; see CheckOrigin.
	CORS *CORS
	// CheckOrigin decides about every request of every transport; those it
	// refuses are answered with 403. [SameOrigin] and [AllowOrigins] return
	// what most programs need. Defaults to allowing all origins, like other
	// servers of the protocol: a program that trusts cookies must set it.
	CheckOrigin func(*http.Request) bool
	// AllowRequest, if not nil, is asked about every handshake and upgrade,
	// after the checks of the protocol. The text of an error is sent to the
	// client with status 403.
	AllowRequest func(*http.Request) error
	// Header, if not nil, may add to the header of every answer, for example
	// a cookie. initial tells the answer to a handshake from later ones.
	Header func(h http.Header, r *http.Request, initial bool)
	// KeepHeaders names the request headers of the handshake that
	// [Session.Handshake] keeps, at the price of memory per session. Defaults
	// to none.
	KeepHeaders []string

	// Logger is told at level Debug why clients are refused or closed, and at
	// level Error about panics of receivers. Defaults to silence, but for
	// panics, which go to [slog.Default].
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	setDefault(&o.PingInterval, 25*time.Second)
	setDefault(&o.PingTimeout, 20*time.Second)
	setDefault(&o.UpgradeTimeout, 10*time.Second)
	setDefault(&o.CloseTimeout, 10*time.Second)
	setDefault(&o.ReadTimeout, 20*time.Second)
	setDefault(&o.WriteTimeout, 20*time.Second)
	setDefault(&o.ClaimTimeout, 10*time.Second)
	setDefault(&o.MaxPayload, 1_000_000)
	setDefault(&o.MaxQueue, 1<<20)
	setDefault(&o.MaxUnclaimed, 32_768)
	setDefault(&o.MaxUnclaimedPerAddress, 4_096)
	if o.ClientAddress == nil {
		o.ClientAddress = func(r *http.Request) string { return r.RemoteAddr }
	}
	if o.Transports == nil {
		o.Transports = []string{Polling, Websocket}
	}
	return o
}

func setDefault[T ~int | ~int64](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
