package redis

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

var sampleDrafts = []chat.Draft{
	{},
	{ID: chat.ID{0: 1, 15: 2}, Kind: chat.KindMessage, Author: "ada", Name: "Ada", Text: "hello", At: time.UnixMilli(1_750_000_000_123)},
	{Kind: chat.KindEdit, Author: "ada", Name: "Ada", Text: "hello", Ref: 1, Thread: 1<<64 - 1, Subject: "boole", Data: `{"a":1}`},
	{Kind: chat.KindRank, Thread: 300, Data: strings.Repeat("d", 200)},
	{Author: "\x00", Name: strings.Repeat("n", 200), Text: "\xff\x00" + strings.Repeat("t", 5000), At: time.UnixMilli(-1)},
}

// record is what the append script makes of a body.
func record(d chat.Draft, fp uint64) string {
	return string(binary.BigEndian.AppendUint64(appendBody(nil, d), fp))
}

// announcement is what the append script publishes.
func announcement(seq uint64, records ...string) string {
	b := binary.BigEndian.AppendUint64([]byte{entriesV1}, seq)
	for _, r := range records {
		b = binary.BigEndian.AppendUint32(b, uint32(len(r)))
		b = append(b, r...)
	}
	return string(b)
}

func TestRecordRoundTrip(t *testing.T) {
	for i, d := range sampleDrafts {
		got, err := decodeRecord("a", 7, record(d, 0x0123456789abcdef))
		if err != nil {
			t.Fatalf("draft %d: %v", i, err)
		}
		want := chat.Entry{Draft: d, Cursor: chat.Cursor{Seq: 7, FP: 0x0123456789abcdef}}
		want.Room, want.At = "a", time.UnixMilli(d.At.UnixMilli()).UTC()
		if got != want {
			t.Errorf("draft %d: got %+v, want %+v", i, got, want)
		}
	}
}

func TestDecode_Malformed(t *testing.T) {
	whole := record(sampleDrafts[1], 1)
	cut := len(whole) - len(sampleDrafts[1].Text) // a record whose text is missing is a record
	for n := range cut {
		// Whatever is left, its last 8 bytes are taken for the fingerprint.
		if e, err := decodeRecord("a", 1, whole[:n]); err == nil && n < cut-8 {
			t.Errorf("first %d bytes of a record: got %+v, want an error", n, e)
		}
	}
	for name, payload := range map[string]string{
		"empty":           "",
		"of the future":   "\x21" + whole,
		"no entries":      announcement(1),
		"length too long": announcement(1, whole)[:20],
		"bad record":      announcement(1, "\x03"+whole[1:]),
	} {
		if got, err := decodeEntries("a", payload); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	for name, payload := range map[string]string{
		"empty":     "",
		"no value":  "\x14\x00\x00\x00\x01a",
		"cut short": "\x14\x00\x00\x00\x01a\x00\x00\x00\x02b",
		"huge":      "\x14\xff\xff\xff\xffa",
		"no record": "\x13\x00\x00\x00\x01a\x00\x00\x00\x01b",
	} {
		if got, err := decodeRecords(payload); err == nil || got != nil {
			t.Errorf("%s: got %+v, %v, want an error", name, got, err)
		}
	}
	for name, payload := range map[string]string{
		"empty":     "",
		"no change": "\x13\x00\x00\x00\x00\x00\x00\x00\x01",
		"bad kind":  "\x13\x00\x00\x00\x00\x00\x00\x00\x01x\x00\x00\x00\x01a\x00\x00\x00\x01a",
		"huge":      "\x13\x00\x00\x00\x00\x00\x00\x00\x01j\xff\xff\xff\xffa",
	} {
		if got, err := decodeChanges(payload); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	signal := encodeSignal(chat.Signal{Kind: chat.SignalTyping, Person: chat.Person{ID: "ada", Nickname: "Ada"}})
	for n := range len(signal) {
		if got, err := decodeSignal("a", signal[:n]); err == nil {
			t.Errorf("first %d bytes of a signal: got %+v, want an error", n, got)
		}
	}
	if got, err := decodeSignal("a", signal+"x"); err == nil {
		t.Errorf("a signal and more: got %+v, want an error", got)
	}
}

// FuzzDecode feeds the same bytes to every decoder: none may panic, and a
// record that decodes must encode to what it was.
func FuzzDecode(f *testing.F) {
	for _, d := range sampleDrafts {
		f.Add(record(d, 1))
		f.Add(announcement(1, record(d, 1), record(d, 2)))
	}
	f.Add(encodeSignal(chat.Signal{Kind: chat.SignalTyping, Person: chat.Person{ID: "ada", Nickname: "Ada"}}))
	f.Add("\x13\x00\x00\x00\x00\x00\x00\x00\x01j\x00\x00\x00\x01a\x00\x00\x00\x01A")
	f.Add("\x14\x00\x00\x00\x01a\x00\x00\x00\x01A")
	f.Add("3 0123456789abcdef")
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := decodeRecord("a", 1, s); err == nil {
			again, err := decodeRecord("a", 1, record(e.Draft, uint64(e.FP)))
			if err != nil || again != e {
				t.Fatalf("encoded again: got %+v, %v, want %+v", again, err, e)
			}
		}
		if entries, err := decodeEntries("a", s); err == nil && len(entries) == 0 {
			t.Fatal("an announcement of nothing was decoded")
		}
		if changes, err := decodeChanges(s); err == nil && len(changes) == 0 {
			t.Fatal("an announcement of nothing was decoded")
		}
		if records, err := decodeRecords(s); err == nil && len(records) == 0 && s != "\x14" {
			t.Fatal("an announcement of nothing was decoded")
		}
		if sig, err := decodeSignal("a", s); err == nil {
			if again, err := decodeSignal("a", encodeSignal(sig)); err != nil || again != sig {
				t.Fatalf("encoded again: got %+v, %v, want %+v", again, err, sig)
			}
		}
		if head, err := parseHead(s); err != nil && head != (chat.Cursor{}) {
			t.Fatalf("a head that cannot be read: got %+v", head)
		}
	})
}
