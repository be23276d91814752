package redis

import (
	"fmt"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// An erasure is what an append has taken from an entry. A draft before that
// one, with the same id, is still answered with all of the entry.
type erasure struct {
	by    int        // index of the draft that erased it first
	entry chat.Entry // as it was before
}

// parseErasures reads what the append script says after its outcomes.
func parseErasures(room chat.RoomID, reply []rueidis.RedisMessage) (map[uint64]erasure, error) {
	if len(reply)%3 != 0 {
		return nil, fmt.Errorf("erasures of %d values", len(reply))
	}
	var erased map[uint64]erasure
	for ; len(reply) > 0; reply = reply[3:] {
		seq, err := reply[0].AsUint64()
		if err != nil {
			return nil, err
		}
		body, err := reply[1].AsInt64()
		if err != nil {
			return nil, err
		}
		record, err := reply[2].ToString()
		if err != nil {
			return nil, err
		}
		if _, again := erased[seq]; again {
			continue
		}
		entry, err := decodeRecord(room, seq, record)
		if err != nil {
			return nil, err
		}
		if erased == nil {
			erased = make(map[uint64]erasure)
		}
		erased[seq] = erasure{by: int(body) - 1, entry: entry}
	}
	return erased, nil
}

// eraseLua takes text and data out of entries. They are at the end of a record,
// before its fingerprint: see appendBody. What is announced of an entry that is
// erased in the step that keeps it is what is left of it.
const eraseLua = `
-- varint returns a number and where it ends; beyond the end there are zeros.
local function varint(entry, at)
  local n, unit = 0, 1
  while true do
    local b = string.byte(entry, at) or 0
    n, unit, at = n + b % 128 * unit, unit * 128, at + 1
    if b < 128 then
      return n, at
    end
  end
end

-- blank returns an entry's record without text and data, or nil.
local function blank(entry)
  local version, at, n = string.byte(entry, 1), 19
  local function skip(texts)
    n, at = varint(entry, at)
    if texts then
      at = at + n
    end
  end
  skip() skip(true) skip(true)
  if version == 2 then
    skip() skip() skip(true)
  end
  if version ~= 1 and version ~= 2 or not (at <= #entry - 7) then
    return nil
  end
  return string.sub(entry, 1, at - 1) .. (version == 2 and '\0' or '') .. string.sub(entry, -8)
end

-- erase notes what is to be put in the places of entries, and returns false
-- where one cannot be read.
local blanks, before = {}, {}
local function erase(body, erasures)
  for i = 1, #erasures, 2 do
    local number, entry = erasures[i + 1], nil
    if number > start then
      entry = kept[number - start]
      if entry then
        kept[number - start] = blank(entry)
      end
    else
      local chunk = KEYS[6 + chunks + erasures[i]]
      entry = redis.call('LINDEX', chunk, (number - 1) % size)
      local blanked = entry and blank(entry)
      if not blanked then
        return false
      end
      blanks[#blanks + 1] = {chunk, (number - 1) % size, blanked}
    end
    if entry and bodies > 1 then
      before[#before + 1] = number
      before[#before + 1] = body
      before[#before + 1] = entry
    end
  end
  return true
end
`
