package client

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"
)

// Options say where to connect and as whom. URL and one of Token and Guest are
// required.
type Options struct {
	// URL is where the server is, such as https://chat.example.org.
	URL string
	// Token is a session token, a personal token, or a signed token of a site
	// that the server trusts.
	Token string
	// Renew returns another token for the same person when the one before has
	// expired or is refused: for signed tokens, which do not live long. Without
	// it, or where what it returns is refused too, the client ends. It is asked
	// by one goroutine, and ctx ends with the client.
	Renew func(ctx context.Context) (token string, err error)
	// Guest is the nickname of a guest who is made by the first connection.
	Guest string

	// Keep is how many items of each room's timeline stay in memory. Default
	// 1,000.
	Keep int
	// Outbox keeps what is not acknowledged over a restart. By default it is
	// lost with the process.
	Outbox Outbox
	// Backoff is the longest wait before the first attempt to come back, and
	// MaxBackoff before the later ones, each of which may wait twice as long as
	// the one before; how long it is, chance decides. Defaults 500 ms and 10 s.
	Backoff, MaxBackoff time.Duration

	// Header and TLS are for the handshake of each connection.
	Header http.Header
	TLS    *tls.Config
	// Logger is told of connections lost and found. Defaults to silence.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Keep == 0 {
		o.Keep = 1000
	}
	if o.Backoff == 0 {
		o.Backoff = 500 * time.Millisecond
	}
	if o.MaxBackoff == 0 {
		o.MaxBackoff = 10 * time.Second
	}
	if o.Outbox == nil {
		o.Outbox = forgetful{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
