package engineio

import "errors"

// A Reason says why a session ended. The strings are those of the JavaScript
// implementation where it has one for the case.
type Reason string

const (
	// ReasonTransportClose: the client closed the connection or the session.
	ReasonTransportClose Reason = "transport close"
	// ReasonTransportError: the connection broke, or the client violated the
	// rules of the transport (two requests at once, a broken websocket frame).
	ReasonTransportError Reason = "transport error"
	// ReasonPingTimeout: the client did not answer a ping in time.
	ReasonPingTimeout Reason = "ping timeout"
	// ReasonParseError: the client sent a packet that is malformed or not
	// allowed, or [Receiver].Receive refused one.
	ReasonParseError Reason = "parse error"
	// ReasonForcedClose: the program closed the session.
	ReasonForcedClose Reason = "forced close"
	// ReasonShutdown: the server is closing.
	ReasonShutdown Reason = "server shutting down"
	// ReasonSlow: the client read so slowly that the queue passed
	// [Options.MaxQueue].
	ReasonSlow Reason = "slow reader"
	// ReasonUnclaimed: the client opened a polling session and did not come
	// back for it in time, or had too many of those.
	ReasonUnclaimed Reason = "unclaimed"
)

var (
	// ErrClosed is returned by Send on a session that has been closed.
	ErrClosed = errors.New("engineio: session closed")
	// ErrSlow is returned by the Send that made the queue of a session pass
	// [Options.MaxQueue]. The session is closed with [ReasonSlow].
	ErrSlow = errors.New("engineio: slow reader")
)
