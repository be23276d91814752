package realtime

import (
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Options configure the doors of this package. The zero value of each field
// means its default.
type Options struct {
	// SendRate is how many messages per second a connection may send, with a
	// burst of ten times that. Default 0: no limit.
	SendRate float64
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
	// Delivered: entries were handed to all connections of this node.
	Delivered func(entries int, took time.Duration)
	// Refused: an event was refused with this code.
	Refused func(code chat.Code)
}
