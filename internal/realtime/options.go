package realtime

import (
	"context"
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Options configure the doors of this package. The zero value of each field
// means its default.
type Options struct {
	// SendRate is how many messages per second a connection to the namespace /
	// may send, with a burst of ten times that. Default 0: no limit.
	SendRate float64
	// Reserved reports whether a nickname belongs to somebody who has an
	// account, so that no guest of the namespace / can take it. It may wait
	// for the store. Default: none does.
	Reserved func(ctx context.Context, nickname string) (bool, error)
	// SessionHeader is the header of a handshake that carries the session of
	// the site's own pages, which clients of /chat without a token are known
	// by. Whoever serves HTTP makes sure that nobody else can set it, and the
	// Socket.IO server keeps it. Default: none.
	SessionHeader string
	// Logger receives connects, disconnects and what goes wrong. Default: none.
	Logger *slog.Logger
	// Observer is told what happens, for metrics.
	Observer Observer
	// Now tells the time. Default time.Now.
	Now func() time.Time
}

// An Observer is told what happens. Functions may be nil, may be called at
// once from many goroutines, and must not block.
type Observer struct {
	// Delivered: entries were handed to so many connections of this node.
	Delivered func(entries, connections int, took time.Duration)
	// Refused: an event was refused with this code.
	Refused func(code chat.Code)
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}
