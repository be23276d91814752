package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/causerie-chat/causerie/engineio"
)

// A packetType is the first character of a packet (Socket.IO protocol 5,
// "Packet encoding").
type packetType byte

const (
	typeConnect      packetType = '0'
	typeDisconnect   packetType = '1'
	typeEvent        packetType = '2'
	typeAck          packetType = '3'
	typeConnectError packetType = '4'
	typeBinaryEvent  packetType = '5'
	typeBinaryAck    packetType = '6'
)

const (
	// MaxAttachments is how many byte slices one packet may carry, both ways.
	// The stock JavaScript client closes the connection on more.
	MaxAttachments = 10

	maxNamespaceLength = 256
	// maxIDLength is far beyond what any counter reaches, and short enough to
	// be kept for an acknowledgement that never comes.
	maxIDLength = 1024
)

var errPacket = errors.New("malformed packet")

// A packet is a decoded packet. All slices share the bytes it was read from.
type packet struct {
	typ         packetType
	namespace   []byte // "/" if the packet names none
	id          []byte // decimal digits, nil without an id
	attachments int    // of binary packets: how many follow
	payload     []byte // raw JSON, not checked yet
}

var rootNamespace = []byte("/")

// parsePacket splits the text of a packet:
//
//	<type>[<attachments>-][<namespace>,][<id>][JSON payload]
func parsePacket(data []byte) (packet, error) {
	p := packet{namespace: rootNamespace}
	if len(data) == 0 {
		return p, errPacket
	}
	p.typ = packetType(data[0])
	rest := data[1:]
	var err error
	switch p.typ {
	case typeConnect, typeDisconnect, typeEvent, typeAck:
	case typeBinaryEvent, typeBinaryAck:
		if p.attachments, rest, err = parseAttachments(rest); err != nil {
			return p, err
		}
	default:
		// A CONNECT_ERROR is the server's to send.
		return p, errPacket
	}
	if p.namespace, rest, err = parseNamespace(rest); err != nil {
		return p, err
	}
	digits := skipDigits(rest, 0)
	if digits > maxIDLength {
		return p, errPacket
	}
	if digits > 0 {
		p.id, rest = trimZeros(rest[:digits]), rest[digits:]
	}
	p.payload = rest
	return p, nil
}

// parseAttachments reads `<digits>-`, 1 to MaxAttachments, no other notation:
// 1e1 and +1 are numbers to some decoders and not to others.
func parseAttachments(data []byte) (n int, rest []byte, err error) {
	digits := skipDigits(data, 0)
	if digits == 0 || digits > 2 || digits == len(data) || data[digits] != '-' {
		return 0, nil, errPacket
	}
	n = wholeNumber(data[:digits])
	if n < 1 || n > MaxAttachments {
		return 0, nil, errPacket
	}
	return n, data[digits+1:], nil
}

// parseNamespace reads `/name,`; the comma may be missing at the end of data.
func parseNamespace(data []byte) (name, rest []byte, err error) {
	if len(data) == 0 || data[0] != '/' {
		return rootNamespace, data, nil
	}
	name, rest, _ = bytes.Cut(data, []byte{','})
	if len(name) > maxNamespaceLength {
		return nil, nil, errPacket
	}
	for _, c := range name {
		if c < ' ' {
			return nil, nil, errPacket
		}
	}
	return name, rest, nil
}

func trimZeros(digits []byte) []byte {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

// reserved are the event names that mean something to the JavaScript client
// itself; protocol 5 forbids them on the wire.
func reserved(name string) bool {
	switch name {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}

// eventName decodes the first element of an event: a string, or a number,
// whose digits are the name.
func eventName(raw json.RawMessage) (string, error) {
	switch c := raw[0]; {
	case c == '"':
		if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return string(inner), nil
		}
		var name string
		if err := json.Unmarshal(raw, &name); err != nil {
			return "", errPacket
		}
		return name, nil
	case c == '-' || isDigit(c):
		return string(raw), nil
	}
	return "", errPacket
}

// outgoing is an event or the arguments of an acknowledgement on the way out:
// a JSON array whose placeholders stand for the attachments.
type outgoing struct {
	data        []byte
	attachments [][]byte
}

// message encodes o once for any number of receivers. A nil id means none;
// offset, if not empty, becomes one more element of the array (connection
// state recovery).
func (o outgoing) message(typ packetType, namespace string, id []byte, offset string) *engineio.Message {
	text := make([]byte, 0, len(o.data)+len(namespace)+len(id)+len(offset)+8)
	if n := len(o.attachments); n > 0 {
		typ += typeBinaryEvent - typeEvent
		text = append(text, byte(typ))
		text = strconv.AppendInt(text, int64(n), 10)
		text = append(text, '-')
	} else {
		text = append(text, byte(typ))
	}
	text = appendNamespace(text, namespace)
	text = append(text, id...)
	if offset == "" {
		text = append(text, o.data...)
	} else {
		text = append(text, o.data[:len(o.data)-1]...)
		text = append(text, `,"`...)
		text = append(text, offset...)
		text = append(text, `"]`...)
	}
	if len(o.attachments) == 0 {
		return engineio.NewMessage(engineio.Packet{Data: text})
	}
	packets := make([]engineio.Packet, 1, 1+len(o.attachments))
	packets[0].Data = text
	for _, a := range o.attachments {
		packets = append(packets, engineio.Packet{Data: a, Binary: true})
	}
	return engineio.NewMessage(packets...)
}

// endsInString reports whether the JavaScript client would take the last
// element of the event for a recovery offset.
func (o outgoing) endsInString() bool {
	for i := len(o.data) - 2; i > 0; i-- {
		switch o.data[i] {
		case ' ', '\t', '\n', '\r':
		default:
			return o.data[i] == '"'
		}
	}
	return false
}

func appendNamespace(text []byte, namespace string) []byte {
	if namespace == "/" {
		return text
	}
	return append(append(text, namespace...), ',')
}

// controlMessage encodes CONNECT, DISCONNECT and CONNECT_ERROR.
func controlMessage(typ packetType, namespace string, payload []byte) *engineio.Message {
	text := appendNamespace([]byte{byte(typ)}, namespace)
	return engineio.NewMessage(engineio.Packet{Data: append(text, payload...)})
}

// connectReply is the payload of CONNECT; pid is empty without recovery.
func connectReply(sid, pid string) []byte {
	if pid == "" {
		return fmt.Appendf(nil, `{"sid":%q}`, sid)
	}
	return fmt.Appendf(nil, `{"sid":%q,"pid":%q}`, sid, pid)
}
