package redis

import (
	"encoding/binary"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

// maxEffects bounds the conditions, writes and erasures of one step: more
// would hold up everybody else on the server.
const maxEffects = 100_000

// What a script answers for effects that were not done.
const (
	outcomeConflict = -1
	outcomeNoNumber = -2
)

// listsLua are commands with lists that may be longer than Lua can hand over at
// once, which is about 4,000 values.
const listsLua = `
-- fields returns the values of a hash under a list of names.
local function fields(hash, names)
  if #names <= 3800 then
    return redis.call('HMGET', hash, unpack(names))
  end
  local all = {}
  for i = 1, #names, 3800 do
    local some = redis.call('HMGET', hash, unpack(names, i, math.min(i + 3799, #names)))
    for j = 1, #some do
      all[#all + 1] = some[j]
    end
  end
  return all
end

-- each calls a command with a list that may be longer than Lua can hand over
-- at once.
local function each(command, key, list)
  for i = 1, #list, 3800 do
    redis.call(command, key, unpack(list, i, math.min(i + 3799, #list)))
  end
end
`

// effectsLua is what the scripts that change records share. A script first
// reads everything with load, then decides with attempt what each record is
// afterwards, and writes with store when nothing can fail any more: what a
// script has written stays written.
const effectsLua = `
local record, written, effects, none = {}, {}, {}, {}

local function parse(blob)
  local conditions, writes, erasures, at = struct.unpack('>I2I2I4', blob)
  local e = {
    conditions = conditions > 0 and {} or none,
    writes = writes > 0 and {} or none,
    erasures = erasures > 0 and {} or none,
  }
  for i = 1, 2 * conditions, 2 do
    e.conditions[i], e.conditions[i + 1], at = struct.unpack('>I4c0I4c0', blob, at)
  end
  for i = 1, 3 * writes, 3 do
    e.writes[i], e.writes[i + 1], e.writes[i + 2], at = struct.unpack('>BI4c0I4c0', blob, at)
  end
  for i = 1, 2 * erasures, 2 do
    e.erasures[i], e.erasures[i + 1], at = struct.unpack('>I4I8', blob, at)
  end
  return e
end

-- load reads every record that the blobs speak of: record[key] is its value,
-- '' where there is none.
local function load(hash, set, first, last)
  local wanted, writes = {}, false
  local function want(list, from, step)
    for i = from, #list, step do
      if not record[list[i]] then
        record[list[i]] = ''
        wanted[#wanted + 1] = list[i]
      end
    end
  end
  for i = first, last do
    if ARGV[i] ~= '' then
      local e = parse(ARGV[i])
      want(e.conditions, 1, 2)
      want(e.writes, 2, 3)
      writes = writes or #e.writes > 0
      effects[i - first + 1] = e
    end
  end
  if #wanted > 0 then
    local values = fields(hash, wanted)
    for i = 1, #wanted do
      record[wanted[i]] = values[i] or ''
    end
  end
  if writes then
    redis.call('ZCARD', set) -- fails now, not halfway, where the key is not ours
  end
end

-- as far as a record counts: chat.MaxNumber
local most = 9007199254740992

-- number returns nil for what no Add or Max has written.
local function number(text)
  local n = text == '' and 0 or tonumber(text)
  if n and (text == '' or string.format('%.0f', n) == text) and math.abs(n) <= most then
    return n
  end
end

-- change returns what a write makes of a value, or nil.
local function change(op, value, argument)
  if op == 0 then
    return argument
  end
  local old, n = number(value), tonumber(argument)
  if not old then
    return nil
  end
  if op == 2 then
    return (value == '' or n > old) and argument or value
  end
  if n > 0 and old > most - n or n < 0 and old < -most - n then
    return nil
  end
  return old + n == 0 and '' or string.format('%.0f', old + n)
end

-- stamp spells out the writes that hold the number of their entry, as
-- chat.Commit.At does. Their keys could not be loaded. What is put there needs
-- no old value; what is taken away must be known to be there.
local function stamp(e, seq, hash)
  for i = 1, #e.writes, 3 do
    if e.writes[i] == 3 then
      local key = e.writes[i + 1] .. string.format('%016x', seq)
      e.writes[i], e.writes[i + 1] = 0, key
      if not record[key] then
        record[key] = e.writes[i + 2] == '' and redis.call('HGET', hash, key) or ''
      end
    elseif e.writes[i] == 4 then
      e.writes[i], e.writes[i + 2] = 0, string.format('%.0f', seq)
    end
  end
end

-- attempt does the effects of entry seq to record, or nothing, and returns 0 or
-- why not.
local function attempt(e, seq, hash)
  for i = 1, #e.conditions, 2 do
    if record[e.conditions[i]] ~= e.conditions[i + 1] then
      return -1
    end
  end
  if e.writes == none then
    return 0
  end
  if seq then
    stamp(e, seq, hash)
  end
  local after = {}
  for i = 1, #e.writes, 3 do
    local key = e.writes[i + 1]
    after[key] = change(e.writes[i], after[key] or record[key], e.writes[i + 2])
    if not after[key] then
      return -2
    end
  end
  for i = 2, #e.writes, 3 do
    local key = e.writes[i]
    if not written[key] then
      written[key] = record[key]
      written[#written + 1] = key
    end
    record[key] = after[key]
  end
  return 0
end

-- store writes what the attempts have left, and reports whether that was
-- anything.
local function store(hash, set)
  local put, add, drop = {}, {}, {}
  for i = 1, #written do
    local key = written[i]
    local old, new = written[key], record[key]
    if new ~= '' then
      put[#put + 1] = key
      put[#put + 1] = new
      if old == '' then
        add[#add + 1] = 0
        add[#add + 1] = key
      end
    elseif old ~= '' then
      drop[#drop + 1] = key
    end
  end
  each('HSET', hash, put)
  each('ZADD', set, add)
  each('HDEL', hash, drop)
  each('ZREM', set, drop)
  return #put + #drop > 0
end
`

// appendEffects appends what effectsLua calls a blob, with numbers big-endian:
//
//	number of conditions, 2 bytes | of writes, 2 bytes | of erasures, 4 bytes
//	| per condition: key | value
//	| per write: op, 1 byte | key | value, or the number in decimal
//	| per erasure: chunk, 4 bytes, as chunks counts | seq, 8 bytes
//
// where key and value are a length of 4 bytes followed by that many bytes.
func appendEffects(b []byte, c chat.Commit, erase []uint64, chunks *eraseChunks) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(c.If)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(c.Do)))
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	for _, r := range c.If {
		b = appendLong(appendLong(b, r.Key), r.Value)
	}
	for _, w := range c.Do {
		b = appendLong(append(b, byte(w.Op)), w.Key)
		if w.Op == chat.OpPut || w.Op == chat.OpIndex {
			b = appendLong(b, w.Value)
		} else {
			b = appendLong(b, strconv.FormatInt(w.N, 10))
		}
	}
	erasures := 0
	for _, seq := range erase {
		if !canExist(seq) {
			continue
		}
		erasures++
		b = binary.BigEndian.AppendUint32(b, uint32(chunks.index(chunkOf(seq))))
		b = binary.BigEndian.AppendUint64(b, seq)
	}
	binary.BigEndian.PutUint32(b[at:], uint32(erasures))
	return b
}

func appendLong(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// eraseChunks numbers the chunks that erasures declare, from 0.
type eraseChunks struct {
	order  []uint64
	number map[uint64]int
}

func (c *eraseChunks) index(chunk uint64) int {
	i, ok := c.number[chunk]
	if !ok {
		if c.number == nil {
			c.number = make(map[uint64]int)
		}
		i = len(c.order)
		c.number[chunk] = i
		c.order = append(c.order, chunk)
	}
	return i
}

// effectsError is the error of an outcome below 0.
func effectsError(outcome int64) error {
	if outcome == outcomeConflict {
		return chat.ErrConflict
	}
	return chat.ErrNumber
}
