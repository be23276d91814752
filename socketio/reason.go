package socketio

import "github.com/causerie-chat/causerie/engineio"

// A Reason says why a socket was disconnected. The strings are those of the
// JavaScript server where it has one for the case.
type Reason string

const (
	// ReasonTransportClose: the client closed the connection, or lost it.
	ReasonTransportClose Reason = "transport close"
	// ReasonTransportError: the connection broke.
	ReasonTransportError Reason = "transport error"
	// ReasonPingTimeout: the client did not answer a ping in time.
	ReasonPingTimeout Reason = "ping timeout"
	// ReasonParseError: the client sent what the protocol forbids.
	ReasonParseError Reason = "parse error"
	// ReasonClientDisconnect: the client left the namespace.
	ReasonClientDisconnect Reason = "client namespace disconnect"
	// ReasonServerDisconnect: [Socket.Disconnect] or [Broadcast.Disconnect].
	ReasonServerDisconnect Reason = "server namespace disconnect"
	// ReasonForcedClose: the connection was closed by this server, with
	// [Socket.CloseConnection] or, for example, because an attachment did not
	// come in time.
	ReasonForcedClose Reason = "forced close"
	// ReasonForcedServerClose: a handler of the connection panicked.
	ReasonForcedServerClose Reason = "forced server close"
	// ReasonShutdown: [Server.Shutdown] or [Server.Close].
	ReasonShutdown Reason = "server shutting down"
	// ReasonSlow: the client read so slowly that its queue passed
	// engineio.Options.MaxQueue. The JavaScript server has no such limit.
	ReasonSlow Reason = "slow reader"
)

// recoverable reports whether a client cut off for this reason may come back
// for its session (connection state recovery).
func (r Reason) recoverable() bool {
	switch r {
	case ReasonTransportClose, ReasonTransportError, ReasonPingTimeout,
		ReasonForcedClose, ReasonShutdown, ReasonSlow:
		return true
	}
	return false
}

// forcedServerClose is the engine's word for ReasonForcedServerClose.
const forcedServerClose = engineio.Reason(ReasonForcedServerClose)
