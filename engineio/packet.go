package engineio

// A packetType is the first character of every packet but a binary one
// (Engine.IO protocol 4, "Packet encoding").
type packetType byte

const (
	typeOpen    packetType = '0'
	typeClose   packetType = '1'
	typePing    packetType = '2'
	typePong    packetType = '3'
	typeMessage packetType = '4'
	typeUpgrade packetType = '5'
	typeNoop    packetType = '6'

	// binaryPrefix takes the place of the type before base64 data.
	binaryPrefix = 'b'
	// separator stands between the packets of a polling payload.
	separator = 0x1e
)

// The packets that are the same for everybody.
var (
	pingMessage  = control("2")
	noopMessage  = control("6")
	closeMessage = control("1")
	probeAnswer  = control("3probe")
)
