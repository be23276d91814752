package redis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// The first byte of every record and announcement says what it is and in
// which version. A program that meets a byte it does not know leaves the data
// alone.
const (
	recordV1  = 0x01
	recordV2  = 0x02
	entriesV1 = 0x11
	signalV1  = 0x12 // before there were threads
	changesV1 = 0x13
	recordsV1 = 0x14
	signalV2  = 0x15
)

var errMalformed = errors.New("malformed")

// appendBody appends what a node sends of a draft. The append script adds the
// fingerprint, and both together are the record:
//
//	recordV1 | id, 16 bytes | kind, 1 byte | at, zigzag varint of Unix ms
//	| author | name | text, the rest | fp, 8 bytes, big-endian
//
// or, where the draft has one of the fields that are in the middle,
//
//	recordV2 | id | kind | at | author | name
//	| ref, uvarint | thread, uvarint | subject | data | text | fp
//
// where author, name, subject and data are a uvarint length followed by that
// many bytes. What can be erased is at the end, so that the append script can
// cut it off.
func appendBody(b []byte, d chat.Draft) []byte {
	version := byte(recordV1)
	if d.Ref != 0 || d.Thread != 0 || d.Subject != "" || d.Data != "" {
		version = recordV2
	}
	b = append(b, version)
	b = append(b, d.ID[:]...)
	b = append(b, byte(d.Kind))
	b = binary.AppendVarint(b, d.At.UnixMilli())
	b = appendText(b, string(d.Author))
	b = appendText(b, d.Name)
	if version == recordV2 {
		b = binary.AppendUvarint(b, d.Ref)
		b = binary.AppendUvarint(b, d.Thread)
		b = appendText(b, string(d.Subject))
		b = appendText(b, d.Data)
	}
	return append(b, d.Text...)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// decodeRecord reads the record of entry seq. The entry's strings share the
// memory of record.
func decodeRecord(room chat.RoomID, seq uint64, record string) (chat.Entry, error) {
	e := chat.Entry{Draft: chat.Draft{Room: room}, Cursor: chat.Cursor{Seq: seq}}
	if len(record) < 8 {
		return e, fmt.Errorf("record of %d bytes: %w", len(record), errMalformed)
	}
	r := reader{s: record[:len(record)-8]}
	e.FP = chat.Fingerprint(binary.BigEndian.Uint64([]byte(record[len(record)-8:])))
	version := r.byte()
	if version != recordV1 && version != recordV2 {
		return e, fmt.Errorf("record version %d: %w", version, errMalformed)
	}
	copy(e.ID[:], r.take(len(e.ID)))
	e.Kind = chat.Kind(r.byte())
	e.At = time.UnixMilli(r.varint()).UTC()
	e.Author = chat.PersonID(r.text())
	e.Name = r.text()
	if version == recordV2 {
		e.Ref = r.uvarint()
		e.Thread = r.uvarint()
		e.Subject = chat.PersonID(r.text())
		e.Data = r.text()
	}
	e.Text = r.rest()
	return e, r.err
}

// decodeEntries reads the announcement made by the append script:
//
//	entriesV1 | seq of the first, 8 bytes | per entry: length, 4 bytes | record
//
// with numbers big-endian.
func decodeEntries(room chat.RoomID, payload string) ([]chat.Entry, error) {
	r := reader{s: payload}
	if v := r.byte(); v != entriesV1 {
		return nil, fmt.Errorf("announcement version %d: %w", v, errMalformed)
	}
	seq := r.uint64()
	var entries []chat.Entry
	for r.err == nil && len(r.s) > 0 {
		record := r.take(int(r.uint32()))
		if r.err != nil {
			break
		}
		e, err := decodeRecord(room, seq, record)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
		seq++
	}
	if r.err == nil && len(entries) == 0 {
		return nil, fmt.Errorf("announcement of nothing: %w", errMalformed)
	}
	return entries, r.err
}

// decodeChanges reads the announcement made by the presence scripts:
//
//	changesV1 | version of the first, 8 bytes
//	| per change: 'j' or 'l' | length, 4 bytes | person | length, 4 bytes | nickname
func decodeChanges(payload string) ([]chat.Change, error) {
	r := reader{s: payload}
	if v := r.byte(); v != changesV1 {
		return nil, fmt.Errorf("announcement version %d: %w", v, errMalformed)
	}
	version := r.uint64()
	var changes []chat.Change
	for r.err == nil && len(r.s) > 0 {
		joined := r.byte()
		id := r.take(int(r.uint32()))
		nickname := r.take(int(r.uint32()))
		if joined != 'j' && joined != 'l' {
			return nil, fmt.Errorf("change %q: %w", joined, errMalformed)
		}
		changes = append(changes, chat.Change{
			Version: version,
			Person:  chat.Person{ID: chat.PersonID(id), Nickname: nickname},
			Joined:  joined == 'j',
		})
		version++
	}
	if r.err == nil && len(changes) == 0 {
		return nil, fmt.Errorf("announcement of nothing: %w", errMalformed)
	}
	return changes, r.err
}

// encodeSignal writes signalV2 | kind | person | nickname, the last two as in
// a record | thread | seq, as uvarints.
func encodeSignal(s chat.Signal) string {
	b := append(make([]byte, 0, 64), signalV2, byte(s.Kind))
	b = appendText(b, string(s.Person.ID))
	b = appendText(b, s.Person.Nickname)
	b = binary.AppendUvarint(b, s.Thread)
	return string(binary.AppendUvarint(b, s.Seq))
}

func decodeSignal(room chat.RoomID, payload string) (chat.Signal, error) {
	r := reader{s: payload}
	v := r.byte()
	if v != signalV1 && v != signalV2 {
		return chat.Signal{}, fmt.Errorf("announcement version %d: %w", v, errMalformed)
	}
	s := chat.Signal{Room: room, Kind: chat.SignalKind(r.byte())}
	s.Person.ID = chat.PersonID(r.text())
	s.Person.Nickname = r.text()
	if v == signalV2 {
		s.Thread = r.uvarint()
		s.Seq = r.uvarint()
	}
	if r.err == nil && len(r.s) > 0 {
		return s, fmt.Errorf("%d bytes too many: %w", len(r.s), errMalformed)
	}
	return s, r.err
}

// A reader takes values from the front of s. After the first that is not
// there err is set and every value is zero.
type reader struct {
	s   string
	err error
}

func (r *reader) take(n int) string {
	if r.err != nil || n < 0 || n > len(r.s) {
		r.fail()
		return ""
	}
	head := r.s[:n]
	r.s = r.s[n:]
	return head
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("cut short: %w", errMalformed)
	}
	r.s = ""
}

func (r *reader) rest() string { return r.take(len(r.s)) }

func (r *reader) byte() byte {
	if b := r.take(1); b != "" {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != "" {
		return binary.BigEndian.Uint32([]byte(b))
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != "" {
		return binary.BigEndian.Uint64([]byte(b))
	}
	return 0
}

func (r *reader) varint() int64 {
	v, n := binary.Varint([]byte(r.s[:min(len(r.s), binary.MaxVarintLen64)]))
	if n <= 0 {
		r.fail()
		return 0
	}
	r.take(n)
	return v
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint([]byte(r.s[:min(len(r.s), binary.MaxVarintLen64)]))
	if n <= 0 {
		r.fail()
		return 0
	}
	r.take(n)
	return v
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.s)) {
		r.fail()
		return ""
	}
	return r.take(int(n))
}
