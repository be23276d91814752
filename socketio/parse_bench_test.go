package socketio

import "testing"

// BenchmarkParse decodes an event as it comes from a client.
func BenchmarkParse(b *testing.B) {
	for _, test := range []struct{ name, in string }{
		{"message", `2["chat-message",{"message":"the quick brown fox jumps over the lazy dog"}]`},
		{"ack", `2/chat,17["send",{"room":"lobby","text":"the quick brown fox","id":"0193d1a5-7d5e-7cc0-8000-0123456789ab"}]`},
	} {
		b.Run(test.name, func(b *testing.B) {
			data := []byte(test.in)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var e Event
			for b.Loop() {
				p, err := parsePacket(data)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := scanArray(e.inline[:0], p.payload, 128); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
