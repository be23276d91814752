package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// maxAppend bounds one Append: Lua can hand about 4,000 values to one command,
// and a longer script would hold up everybody else.
const maxAppend = 1900

// maxChunks bounds what one append declares: more is needed only where a room
// grows by half a million entries between question and answer.
const maxChunks = 4096

// appendScript keeps the drafts of one room as one step: it drops those whose
// id is known, numbers and chains the others, keeps them and announces them.
// Nothing is written when the declared chunks are not those needed: only the
// script sees the head, and every key has to be declared before.
//
// KEYS[1]  -> {r:<room>}:head
// KEYS[2]  -> {r:<room>}:d:0
// KEYS[3]  -> {r:<room>}:d:1
// KEYS[4…] -> {r:<room>}:m:<chunk>, consecutive
// ARGV[1]  -> number of the chunk KEYS[4]
// ARGV[2]  -> chunk size
// ARGV[3]  -> dedupe period in ms
// ARGV[4]  -> PUBLISH or SPUBLISH
// ARGV[5]  -> channel
// ARGV[6]  -> 1: write something in any case, for WAIT to confirm
// ARGV[7…] -> bodies
//
// Output: {seq} when other chunks are needed, seq being the number of the
// newest entry; otherwise {seq, fp, outcome…} with the head as it was before
// and per body 0 when it was kept or the number of the entry that has its id.
//
// The id of a period goes to the hash of its parity, which lives until the
// end of the next period: when its parity comes round again it is gone.
var appendScript = newScript(`
local seq, fp = 0, '0000000000000000'
local head = redis.call('GET', KEYS[1])
if head then
  local s, f = string.match(head, '^(%d+) (%x+)$')
  if not s or #f ~= 16 then
    return redis.error_reply('DAMAGED head')
  end
  seq, fp = tonumber(s), f
end

local first, size, bodies = tonumber(ARGV[1]), tonumber(ARGV[2]), #ARGV - 6
if math.floor(seq / size) < first or math.floor((seq + bodies - 1) / size) > first + #KEYS - 4 then
  return {seq}
end

local function raw(hex)
  return struct.pack('>I4I4', tonumber(string.sub(hex, 1, 8), 16), tonumber(string.sub(hex, 9, 16), 16))
end

local ids = {}
for i = 1, bodies do
  ids[i] = string.sub(ARGV[6 + i], 2, 17)
end
local even = redis.call('HMGET', KEYS[2], unpack(ids))
local odd = redis.call('HMGET', KEYS[3], unpack(ids))

local out, remember, records, frames, seen = {seq, fp}, {}, {}, {}, {}
local start, chain = seq, raw(fp)
for i = 1, bodies do
  local id = ids[i]
  local known = even[i] or odd[i] or seen[id]
  if known then
    out[i + 2] = tonumber(known)
  else
    out[i + 2] = 0
    seq = seq + 1
    fp = string.sub(redis.sha1hex(chain .. id), 1, 16)
    chain = raw(fp)
    seen[id] = seq
    remember[#remember + 1] = id
    remember[#remember + 1] = seq
    local record = ARGV[6 + i] .. chain
    records[#records + 1] = record
    frames[#frames + 1] = struct.pack('>I4', #record) .. record
  end
end

if #records == 0 then
  if ARGV[6] ~= '1' then
    return out
  end
  remember = {ids[1], out[3]}
end

local period = tonumber(ARGV[3])
local now = redis.call('TIME')
local current = math.floor((now[1] * 1000 + math.floor(now[2] / 1000)) / period)
local dedupe = KEYS[2 + current % 2]
if #records > 0 then
  if redis.call('LLEN', KEYS[4 + math.floor(start / size) - first]) ~= start % size then
    return redis.error_reply('DAMAGED chunk')
  end
  local done = 0
  while done < #records do
    local at = start + done
    local n = math.min(#records - done, size - at % size)
    redis.call('RPUSH', KEYS[4 + math.floor(at / size) - first], unpack(records, done + 1, done + n))
    done = done + n
  end
  redis.call('SET', KEYS[1], string.format('%.0f', seq) .. ' ' .. fp)
end
redis.call('HSET', dedupe, unpack(remember))
if redis.call('PTTL', dedupe) < period then
  redis.call('PEXPIREAT', dedupe, (current + 2) * period)
end
if #records > 0 then
  redis.call(ARGV[4], ARGV[5], '\17' .. struct.pack('>I8', start + 1) .. table.concat(frames))
end
return out
`)

// Append implements chat.Log.
func (s *Store) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := make([]chat.Appended, len(drafts))
	if len(drafts) == 0 {
		return out
	}
	if err := s.append(ctx, room, drafts, out); err != nil {
		for i := range out {
			out[i] = chat.Appended{Err: err}
		}
	}
	return out
}

// append fills out, or returns the error of the whole step.
func (s *Store) append(ctx context.Context, room chat.RoomID, drafts []chat.Draft, out []chat.Appended) error {
	switch {
	case !validRoom(room):
		return errRoom
	case len(drafts) > maxAppend:
		return invalid(fmt.Sprintf("At most %d messages can be kept in one step.", maxAppend))
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	before, outcomes, err := s.runAppend(ctx, room, drafts)
	if err != nil {
		return err
	}
	at := before
	var known []int
	for i, d := range drafts {
		if outcomes[i] != 0 {
			known = append(known, i)
			continue
		}
		at = at.Next(d.ID)
		d.Room, d.At = room, time.UnixMilli(d.At.UnixMilli()).UTC()
		out[i] = chat.Appended{Entry: chat.Entry{Draft: d, Cursor: at}}
	}
	s.hints.set(room, at.Seq)
	if len(known) > 0 {
		s.settleKnown(ctx, room, drafts, out, known, outcomes)
	}
	return nil
}

// runAppend runs the script, again where the chunks that were declared did not
// hold the head, and returns the head before the step and one outcome per
// draft.
func (s *Store) runAppend(ctx context.Context, room chat.RoomID, drafts []chat.Draft) (chat.Cursor, []uint64, error) {
	args := make([]string, 6, 6+len(drafts))
	args[1] = strconv.Itoa(chunkSize)
	args[2] = strconv.FormatInt(s.dedupeFor.Milliseconds(), 10)
	args[3] = s.publish
	args[4] = s.keys.roomChannel(room)
	args[5] = s.touch
	args = append(args, bodies(drafts)...)
	chunks := (len(drafts)-1)/chunkSize + 2
	// The head moves on between two attempts, the further the longer the way to
	// Redis is and the more others write. So each attempt declares more chunks
	// than the one before: a node that is far away must not starve.
	for ; chunks <= maxChunks; chunks *= 4 {
		first := s.hints.get(room) / chunkSize
		args[0] = strconv.FormatUint(first, 10)
		keys := make([]string, 0, 3+chunks)
		keys = append(keys, s.keys.head(room), s.keys.dedupe(room, 0), s.keys.dedupe(room, 1))
		for i := range uint64(chunks) {
			keys = append(keys, s.keys.chunk(room, first+i))
		}
		reply, err := s.runDurably(ctx, appendScript, keys, args).ToArray()
		if err != nil {
			return chat.Cursor{}, nil, s.appendError(room, err)
		}
		head, outcomes, err := parseAppend(reply, len(drafts))
		if err != nil {
			return chat.Cursor{}, nil, damaged(s.keys.head(room), err)
		}
		if outcomes != nil {
			return head, outcomes, nil
		}
		s.hints.set(room, head.Seq)
	}
	return chat.Cursor{}, nil, unavailable(errors.New("the room grows faster than it can be followed"))
}

func (s *Store) appendError(room chat.RoomID, err error) error {
	if reply, ok := rueidis.IsRedisErr(err); ok && strings.HasPrefix(reply.Error(), "DAMAGED") {
		return damaged(s.keys.room(room, "*"), errors.New(reply.Error()))
	}
	return unavailable(err)
}

// bodies encodes the drafts into one allocation.
func bodies(drafts []chat.Draft) []string {
	size := 0
	for i := range drafts {
		size += len(drafts[i].Author) + len(drafts[i].Name) + len(drafts[i].Text) + 48
	}
	buf := make([]byte, 0, size)
	out := make([]string, len(drafts))
	for i := range drafts {
		start := len(buf)
		buf = appendBody(buf, drafts[i])
		// buf is only ever appended to, so what was written stays.
		out[i] = unsafe.String(&buf[start], len(buf)-start)
	}
	return out
}

// parseAppend reads the script's output; outcomes is nil where other chunks
// are needed.
func parseAppend(reply []rueidis.RedisMessage, n int) (head chat.Cursor, outcomes []uint64, err error) {
	if len(reply) != 1 && len(reply) != 2+n {
		return head, nil, fmt.Errorf("reply of %d values", len(reply))
	}
	if head.Seq, err = reply[0].AsUint64(); err != nil || len(reply) == 1 {
		return head, nil, err
	}
	fp, err := reply[1].ToString()
	if err != nil {
		return head, nil, err
	}
	if head.FP, err = chat.ParseFingerprint(fp); err != nil {
		return head, nil, err
	}
	outcomes = make([]uint64, n)
	for i := range outcomes {
		if outcomes[i], err = reply[2+i].AsUint64(); err != nil {
			return head, nil, err
		}
	}
	return head, outcomes, nil
}

// settleKnown answers the drafts whose id the room already has with the entry
// that has it, or with ErrIDTaken when it is somebody else's.
func (s *Store) settleKnown(ctx context.Context, room chat.RoomID, drafts []chat.Draft, out []chat.Appended, known []int, outcomes []uint64) {
	entries := make(map[uint64]chat.Entry, len(drafts))
	for _, a := range out {
		if a.Entry.Seq != 0 {
			entries[a.Entry.Seq] = a.Entry
		}
	}
	var missing []uint64
	for _, i := range known {
		if _, ok := entries[outcomes[i]]; !ok {
			missing = append(missing, outcomes[i])
		}
	}
	err := s.fetch(ctx, room, missing, entries)
	for _, i := range known {
		first, ok := entries[outcomes[i]]
		switch {
		case !ok && err != nil:
			out[i] = chat.Appended{Err: err}
		case !ok || first.ID != drafts[i].ID:
			out[i] = chat.Appended{Err: damaged(s.keys.dedupe(room, 0), fmt.Errorf("entry %d does not have the id it is known by", outcomes[i]))}
		case first.Author != drafts[i].Author:
			out[i] = chat.Appended{Err: chat.ErrIDTaken}
		default:
			out[i] = chat.Appended{Entry: first, Duplicate: true}
		}
	}
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
