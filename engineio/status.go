package engineio

import "encoding/binary"

// Websocket status codes (RFC 6455 §7.4.1).
const (
	statusNormal         = 1000
	statusGoingAway      = 1001
	statusProtocolError  = 1002
	statusNone           = 1005 // never on the wire
	statusInvalidPayload = 1007
	statusPolicy         = 1008
	statusTooBig         = 1009
	statusExtension      = 1010
	statusTryAgainLater  = 1013
	statusBadGateway     = 1014
)

// closeCode is the status code that tells a client why it is being closed.
func closeCode(r Reason) uint16 {
	switch r {
	case ReasonShutdown:
		return statusGoingAway
	case ReasonParseError:
		return statusPolicy
	case ReasonPingTimeout, ReasonSlow:
		return statusTryAgainLater
	default:
		return statusNormal
	}
}

// closeStatus reads the payload of a close frame (RFC 6455 §5.5.1, §7.4.2).
func closeStatus(payload []byte) (uint16, error) {
	if len(payload) == 0 {
		return statusNone, nil
	}
	if len(payload) == 1 {
		return 0, errCloseFrame
	}
	code := binary.BigEndian.Uint16(payload)
	switch {
	case code >= 3000 && code <= 4999:
	case code >= statusNormal && code <= 1003:
	case code >= statusInvalidPayload && code <= statusBadGateway:
	default:
		return 0, errCloseFrame
	}
	if !validText(payload[2:]) {
		return 0, errInvalidText
	}
	return code, nil
}
