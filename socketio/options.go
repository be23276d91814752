package socketio

import (
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/engineio"
)

// Options configure a [Server]. The zero value is useful: every field says its
// default.
type Options struct {
	// Engine configures the transports: heartbeat, payload limits, CORS,
	// queues. See [engineio.Options].
	Engine engineio.Options

	// ConnectTimeout is how long a connection may stay without joining its
	// first namespace, and how long a middleware may take. Defaults to 45
	// seconds.
	ConnectTimeout time.Duration

	// IdleTimeout is how long a connection may stay after it has left its last
	// namespace. Defaults to ConnectTimeout, and is never less than two ping
	// intervals: a client may leave one namespace in order to join another.
	IdleTimeout time.Duration

	// AttachmentTimeout is how long the attachments of a binary packet may
	// take after its text. Defaults to 30 seconds.
	AttachmentTimeout time.Duration

	// MaxAttachmentBytes limits the sum of the attachments of one packet.
	// Defaults to Engine.MaxPayload or, if that is zero too, to 1,000,000.
	MaxAttachmentBytes int

	// MaxDepth limits how deep the JSON of a packet may be nested; what is
	// deeper closes the connection. Defaults to 128, at most 1024.
	MaxDepth int

	// MaxAuth limits the auth payload of a CONNECT packet in bytes: it is kept
	// as long as the socket. Larger ones are refused. Defaults to 16 KiB.
	MaxAuth int

	// MaxNamespaces limits the namespaces that one connection is in at the
	// same time. Defaults to 64.
	MaxNamespaces int

	// MaxConnectErrors is how many CONNECT_ERROR answers one connection gets
	// before it is closed. Defaults to 20.
	MaxConnectErrors int

	// MaxRooms limits the rooms that one socket is in at the same time.
	// Defaults to 1000.
	MaxRooms int

	// Recovery turns connection state recovery on. Nil means off: then events
	// carry no offset and nothing is kept for clients that went away.
	Recovery *RecoveryOptions

	// Adapter joins this server to others. Nil means that it is alone.
	Adapter Adapter

	// ErrorReply makes the arguments of the acknowledgement when a handler
	// registered with [Handle] returns an error. The default answers
	// {"error":{"message":…,"data":…}} with the fields of a [*ReplyError], and
	// the message "Internal error." for any other error, which it logs.
	ErrorReply func(s *Socket, event string, err error) []any

	// Logger is told of panics, of failures of the adapter and, at level
	// debug, of clients that break the protocol. Never of contents. Nil means
	// silence. It is Engine.Logger too unless that is set.
	Logger *slog.Logger
}

// RecoveryOptions configure connection state recovery: a client that lost its
// connection comes back within a while as the same socket (same id, rooms and
// data) and receives what it missed.
//
// What is needed for it is kept in memory, within these limits and by this
// server alone: a client that comes back to another one starts anew. While
// recovery is on, events without acknowledgement carry one more argument, an
// offset, which stock clients pass to their handlers as the last argument.
// A stock client knows its offset only after the first event: send it one when
// it connects.
type RecoveryOptions struct {
	// MaxDisconnection is how long a session and the events it missed are
	// kept. Defaults to 2 minutes.
	MaxDisconnection time.Duration

	// MaxEvents limits the events kept per namespace. Defaults to 10,000.
	MaxEvents int

	// MaxBytes limits the sum of the events kept per namespace. Defaults to
	// 16 MiB.
	MaxBytes int

	// MaxReplay limits the bytes that a client may have missed; one that
	// missed more starts anew. Defaults to half of Engine.MaxQueue or, if that
	// is zero too, to 512 KiB.
	MaxReplay int

	// MaxSessions limits the sessions kept per namespace; beyond it the oldest
	// is forgotten. Defaults to 50,000.
	MaxSessions int

	// Middleware makes recovered sockets pass the middlewares of the
	// namespace, as new ones do. They are skipped by default: whoever lets
	// credentials expire should set it.
	Middleware bool
}

func (o Options) withDefaults() Options {
	o.ConnectTimeout = orDefault(o.ConnectTimeout, 45*time.Second)
	ping := orDefault(o.Engine.PingInterval, 25*time.Second)
	o.IdleTimeout = max(orDefault(o.IdleTimeout, o.ConnectTimeout), 2*ping)
	o.AttachmentTimeout = orDefault(o.AttachmentTimeout, 30*time.Second)
	o.MaxAttachmentBytes = orDefault(o.MaxAttachmentBytes, orDefault(o.Engine.MaxPayload, 1_000_000))
	o.MaxDepth = min(orDefault(o.MaxDepth, 128), maxNesting)
	o.MaxAuth = orDefault(o.MaxAuth, 16<<10)
	o.MaxNamespaces = orDefault(o.MaxNamespaces, 64)
	o.MaxConnectErrors = orDefault(o.MaxConnectErrors, 20)
	o.MaxRooms = orDefault(o.MaxRooms, 1000)
	if o.Engine.Logger == nil {
		o.Engine.Logger = o.Logger
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.ErrorReply == nil {
		o.ErrorReply = errorReply(o.Logger)
	}
	if o.Recovery != nil {
		r := *o.Recovery
		r.MaxDisconnection = orDefault(r.MaxDisconnection, 2*time.Minute)
		r.MaxEvents = orDefault(r.MaxEvents, 10_000)
		r.MaxBytes = orDefault(r.MaxBytes, 16<<20)
		r.MaxReplay = orDefault(r.MaxReplay, orDefault(o.Engine.MaxQueue, 1<<20)/2)
		r.MaxSessions = orDefault(r.MaxSessions, 50_000)
		o.Recovery = &r
	}
	return o
}

func orDefault[T int | time.Duration](v, preset T) T {
	if v <= 0 {
		return preset
	}
	return v
}
