package chat

import "context"

// A Store is everything one keeper offers. Consumers in this package take the
// interface they need; only the wiring handles a Store whole.
type Store interface {
	Log
	Presence
	Signals
	Records

	// Check returns nil when the store answers and its subscriptions deliver,
	// proven end to end within the last few seconds, and otherwise the reason
	// for people who run the server. It does not wait longer than ctx allows.
	Check(ctx context.Context) error

	// Close stops all watches and releases everything. No other method may be
	// running or called afterwards.
	Close() error
}
