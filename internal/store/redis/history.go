package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// readChunks is the number of chunks that one round trip asks for.
const readChunks = 8

// Head implements chat.Log.
func (s *Store) Head(ctx context.Context, room chat.RoomID) (chat.Cursor, error) {
	if err := room.Check(); err != nil {
		return chat.Cursor{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	key := s.keys.head(room)
	text, err := s.client.Do(ctx, s.client.B().Get().Key(key).Build()).ToString()
	if rueidis.IsRedisNil(err) {
		return chat.Cursor{}, nil
	}
	if err != nil {
		return chat.Cursor{}, unavailable(err)
	}
	head, err := parseHead(text)
	if err != nil {
		return chat.Cursor{}, damaged(key, err)
	}
	return head, nil
}

func parseHead(text string) (chat.Cursor, error) {
	number, chain, _ := strings.Cut(text, " ")
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return chat.Cursor{}, err
	}
	fp, err := chat.ParseFingerprint(chain)
	if err != nil {
		return chat.Cursor{}, err
	}
	return chat.Cursor{Seq: seq, FP: fp}, nil
}

// After implements chat.Log.
func (s *Store) After(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	if err := room.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.read(ctx, room, seq, limit)
}

// Before implements chat.Log.
func (s *Store) Before(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	head, err := s.Head(ctx, room)
	if err != nil {
		return nil, err
	}
	if seq == 0 || seq > head.Seq {
		seq = head.Seq + 1
	}
	n := min(seq-1, uint64(max(limit, 0)))
	entries, err := s.read(ctx, room, seq-1-n, int(n))
	if err == nil && uint64(len(entries)) < n {
		// Entries are never taken away; somebody emptied the server between
		// the two reads, or it has lost some.
		err = unavailable(fmt.Errorf("room %s: entry %d is missing", room, seq-n+uint64(len(entries))))
	}
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// Pick implements chat.Log.
func (s *Store) Pick(ctx context.Context, room chat.RoomID, seqs []uint64) ([]chat.Entry, error) {
	if err := room.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	found := make(map[uint64]chat.Entry, len(seqs))
	if err := s.fetch(ctx, room, slices.DeleteFunc(slices.Clone(seqs), func(seq uint64) bool { return !canExist(seq) }), found); err != nil {
		return nil, err
	}
	entries := make([]chat.Entry, 0, len(found))
	for _, seq := range seqs {
		if e, ok := found[seq]; ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// read returns up to limit entries above seq. It never steps over a gap.
func (s *Store) read(ctx context.Context, room chat.RoomID, seq uint64, limit int) ([]chat.Entry, error) {
	var entries []chat.Entry
	for len(entries) < limit && seq < 1<<53 {
		first := seq / chunkSize
		last := min((seq+uint64(limit-len(entries))-1)/chunkSize, first+readChunks-1)
		got, whole, err := s.readSpan(ctx, room, seq, first, last, limit-len(entries))
		if err != nil {
			return nil, err
		}
		entries = append(entries, got...)
		seq += uint64(len(got))
		if !whole {
			break
		}
	}
	return entries, nil
}

// readSpan reads up to limit entries above seq from the chunks first to last,
// in one round trip. whole says that none of them ended early.
func (s *Store) readSpan(ctx context.Context, room chat.RoomID, seq, first, last uint64, limit int) (entries []chat.Entry, whole bool, err error) {
	commands := make([]rueidis.Completed, 0, last-first+1)
	wants := make([]int, 0, last-first+1)
	for chunk := first; chunk <= last; chunk++ {
		from := 0
		if chunk == first {
			from = int(seq % chunkSize)
		}
		n := min(limit, chunkSize-from)
		limit -= n
		wants = append(wants, n)
		commands = append(commands, s.client.B().Lrange().Key(s.keys.chunk(room, chunk)).Start(int64(from)).Stop(int64(from+n-1)).Build())
	}
	for i, res := range s.client.DoMulti(ctx, commands...) {
		records, err := res.AsStrSlice()
		if err != nil {
			return nil, false, unavailable(err)
		}
		for _, record := range records {
			seq++
			e, err := decodeRecord(room, seq, record)
			if err != nil {
				return nil, false, damaged(s.keys.chunk(room, first+uint64(i)), err)
			}
			entries = append(entries, e)
		}
		// The chunks are not read at one moment: what follows one that was not
		// full when it was read would leave a gap.
		if len(records) < wants[i] {
			return entries, false, nil
		}
	}
	return entries, true, nil
}

// fetch reads single entries into entries, in one round trip.
func (s *Store) fetch(ctx context.Context, room chat.RoomID, seqs []uint64, entries map[uint64]chat.Entry) error {
	if len(seqs) == 0 {
		return nil
	}
	commands := make([]rueidis.Completed, len(seqs))
	for i, seq := range seqs {
		commands[i] = s.client.B().Lindex().Key(s.keys.chunk(room, chunkOf(seq))).Index(int64((seq - 1) % chunkSize)).Build()
	}
	for i, res := range s.client.DoMulti(ctx, commands...) {
		record, err := res.ToString()
		if rueidis.IsRedisNil(err) {
			continue
		}
		if err != nil {
			return unavailable(err)
		}
		e, err := decodeRecord(room, seqs[i], record)
		if err != nil {
			return damaged(s.keys.chunk(room, chunkOf(seqs[i])), err)
		}
		entries[seqs[i]] = e
	}
	return nil
}
