package engineio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"net/http"
	"testing"
)

type sink struct{ bytes int }

func (*sink) Open(*Session, *http.Request) Receiver { return new(sink) }
func (*sink) Closed(Reason)                         {}
func (s *sink) Receive(data []byte, _ bool) error {
	s.bytes += len(data)
	return nil
}

func pollingSession(t testing.TB) (*Server, *Session) {
	server := NewServer(new(sink), Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { server.Close() })
	session := server.newSession(&http.Request{URL: mustURL("/")})
	session.poll = new(poller)
	if !server.register(session, 0) {
		t.Fatal("not registered")
	}
	session.start(nil)
	return server, session
}

// Whatever a client posts, the session takes it or ends.
func FuzzPayload(f *testing.F) {
	for _, s := range []string{"4hello", "4a\x1ebAQID\x1e3", "", "\x1e", "b", "b=", "1", "2", "4\xff", "6\x1e6"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, session := pollingSession(t)
		size := len(body)
		ok := session.receivePayload(body)
		if ended := !session.open(); ok && ended && !bytes.Contains(body, []byte{byte(typeClose)}) {
			t.Error("payload accepted, but the session has ended")
		} else if !ok && !ended {
			t.Error("payload refused, but the session lives on")
		}
		if got := session.receiver.(*sink).bytes; got > size {
			t.Errorf("%d bytes received out of %d", got, size)
		}
	})
}

// The messages of a stream of frames do not depend on how it is cut.
func FuzzFrameReader(f *testing.F) {
	mask := func(first byte, payload string) []byte {
		b := []byte{first, 0x80 | byte(len(payload)), 1, 2, 3, 4}
		for i := range len(payload) {
			b = append(b, payload[i]^byte(i%4+1))
		}
		return b
	}
	f.Add(mask(0x81, "4hello"), byte(1))
	f.Add(append(append(mask(0x01, "4he"), mask(0x89, "ping")...), mask(0x80, "llo")...), byte(3))
	f.Add([]byte{0x81, 0xfe, 0, 126, 0, 0, 0, 0}, byte(2))
	f.Add(append(mask(0x02, ""), mask(0x00, "")...), byte(7))
	f.Add(binary.BigEndian.AppendUint64([]byte{0x82, 0xff}, 1<<63), byte(5))
	f.Fuzz(func(t *testing.T, stream []byte, size byte) {
		whole, wholeErr := readAll(stream, len(stream)+1)
		cut, cutErr := readAll(stream, int(size)+1)
		if !errors.Is(cutErr, wholeErr) {
			t.Fatalf("error in pieces of %d: got %v, want %v", int(size)+1, cutErr, wholeErr)
		}
		if len(cut) != len(whole) {
			t.Fatalf("messages in pieces of %d: got %d, want %d", int(size)+1, len(cut), len(whole))
		}
		for i := range whole {
			if cut[i].op != whole[i].op || !bytes.Equal(cut[i].payload, whole[i].payload) {
				t.Errorf("message %d: got %v, want %v", i, cut[i], whole[i])
			}
		}
	})
}

func readAll(stream []byte, size int) (messages []frame, err error) {
	r := frameReader{limit: 1 << 12}
	stream = bytes.Clone(stream)
	for len(stream) > 0 {
		n := min(size, len(stream))
		chunk := stream[:n]
		stream = stream[n:]
		for {
			f, rest, ok, err := r.next(chunk)
			if err != nil {
				return messages, err
			}
			if !ok {
				break
			}
			if len(f.payload) > r.limit {
				return messages, errors.New("message longer than the limit")
			}
			messages = append(messages, frame{f.op, bytes.Clone(f.payload)})
			chunk = rest
		}
	}
	return messages, nil
}

// What is encoded for one transport is the same on the others.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("hello"), []byte{1, 2, 3})
	f.Add([]byte(""), []byte{})
	f.Add(bytes.Repeat([]byte("x"), 70_000), make([]byte, 200))
	f.Fuzz(func(t *testing.T, text, bin []byte) {
		m := Join(NewMessage(Packet{Data: text}), NewMessage(Packet{Data: bin, Binary: true}))
		parts := bytes.Split(m.polling(), []byte{separator})
		if len(parts) != 2 {
			t.Fatalf("payload of %d packets, want 2", len(parts))
		}
		want := append([]byte("4"), bytes.ReplaceAll(text, []byte{separator}, []byte(`\u001e`))...)
		if !bytes.Equal(parts[0], want) {
			t.Errorf("text: got %q, want %q", parts[0], want)
		}
		if got, err := decodeBase64(parts[1][1:]); err != nil || !bytes.Equal(got, bin) {
			t.Errorf("binary: got %x, %v, want %x", got, err, bin)
		}
		var ops []opcode
		for op := range frames(m.textFrames()) {
			ops = append(ops, op)
		}
		if len(ops) != 2 || ops[0] != opText || ops[1] != opText {
			t.Errorf("frames for b64: got %v, want two texts", ops)
		}
	})
}
