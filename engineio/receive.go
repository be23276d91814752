package engineio

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"unicode/utf8"
)

func validText(b []byte) bool { return utf8.Valid(b) }

// receivePayload takes a polling payload: packets joined by a separator
// ("Packet encoding"). It is false when the session ended over it, and not just
// while it was received: a client does not hear of the end by a failed POST.
func (s *Session) receivePayload(body []byte) bool {
	s.receiving.Lock()
	defer s.receiving.Unlock()
	for more := true; more; {
		var packet []byte
		packet, body, more = bytes.Cut(body, []byte{separator})
		if !s.receiveText(packet) {
			// A client that says goodbye has done nothing wrong, nor has one
			// that the program closes in answer to a message.
			goodbye := len(packet) == 1 && packetType(packet[0]) == typeClose
			return goodbye || s.state.Load() == stateClosing && !s.objected
		}
	}
	return true
}

// receiveText takes one packet in its text form. It is false when the session
// has ended. receiving is held.
func (s *Session) receiveText(packet []byte) bool {
	if len(packet) == 0 || !validText(packet) {
		return s.refuse("malformed packet")
	}
	kind, data := packet[0], packet[1:]
	if kind == binaryPrefix {
		binary, err := decodeBase64(data)
		if err != nil {
			return s.refuse("malformed base64")
		}
		return s.receiveBinary(binary)
	}
	switch packetType(kind) {
	case typeMessage:
		s.alive()
		return s.deliver(data, false)
	case typePong:
		s.pong()
		return s.open()
	case typeNoop:
		s.alive()
		return s.open()
	case typeClose:
		s.leave()
		return false
	case typePing:
		return s.refuse("invalid heartbeat direction")
	default:
		return s.refuse("unexpected packet")
	}
}

func (s *Session) receiveBinary(data []byte) bool {
	s.alive()
	return s.deliver(data, true)
}

// refuse closes the session over a packet that is not allowed.
func (s *Session) refuse(why string) bool {
	s.server.log(slog.LevelDebug, "packet refused", s, slog.String("error", why))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ws == nil {
		s.abort(ReasonParseError)
	} else {
		s.ws.violated(ReasonParseError, statusProtocolError)
	}
	return false
}

// leave ends the session because the client said so. On polling its current
// poll, or the next if that one is still under way, gets a last noop.
func (s *Session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open() {
		return
	}
	if s.ws != nil {
		s.shut(ReasonTransportClose, statusNormal)
		return
	}
	s.retire(ReasonTransportClose)
	s.queue = nil
	s.beginClosePolling(noopMessage)
}

// decodeBase64 reads the standard alphabet in place, with padding or without.
func decodeBase64(b []byte) ([]byte, error) {
	encoding := base64.RawStdEncoding
	if len(b) > 0 && b[len(b)-1] == '=' {
		encoding = base64.StdEncoding
	}
	// The decoder ignores line breaks; the protocol knows none.
	if bytes.ContainsAny(b, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	n, err := encoding.Decode(b, b)
	return b[:n], err
}
