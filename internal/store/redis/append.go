package redis

// The append scripts keep the drafts of one room as one step: they drop those
// whose id is known or whose conditions do not hold, number and chain the
// others, keep them, do their effects and announce them. Nothing is written
// when the declared chunks are not those needed: only the script sees the head,
// and every key has to be declared before.
//
// There are two, so that drafts without effects do not pay for those of others.
//
// KEYS[1]  -> {r:<room>}:head
// KEYS[2]  -> {r:<room>}:d:0
// KEYS[3]  -> {r:<room>}:d:1
// KEYS[4…] -> {r:<room>}:m:<chunk>, consecutive
// and, when there are effects:
// KEYS[…]  -> {r:<room>}:v
// KEYS[…]  -> {r:<room>}:k
// KEYS[…]  -> {r:<room>}:m:<chunk>, those with something to erase
// ARGV[1]  -> number of the chunk KEYS[4]
// ARGV[2]  -> chunk size
// ARGV[3]  -> dedupe period in ms
// ARGV[4]  -> PUBLISH or SPUBLISH
// ARGV[5]  -> channel
// ARGV[6]  -> 1: write something for a known id, for WAIT to confirm
// ARGV[7]  -> number of consecutive chunks
// ARGV[8…] -> bodies, and then, when there are effects, as many blobs: see
// appendEffects; an empty one is none
//
// Output: {seq} when other chunks are needed, seq being the number of the
// newest entry; otherwise {seq, fp, outcome…} with the head as it was before
// and per body 0 when it was kept, the number of the entry that has its id, or
// why its effects cannot be done. Of several bodies with something to erase
// follow {seq, body, record}: what the body has erased, as it was before.
//
// The id of a period goes to the hash of its parity, which lives until the
// end of the next period: when its parity comes round again it is gone.
var (
	appendScript        = newScript(listsLua + appendBegin + appendEach(`0`, ``) + appendWrite + appendTell)
	appendEffectsScript = newScript(listsLua + effectsLua + appendBegin + `
load(hash, set, 8 + bodies, #ARGV)
` + eraseLua + appendEach(`effects[i] and attempt(effects[i], seq + 1, hash) or 0`, `
      if effects[i] and not erase(i, effects[i].erasures) then
        return redis.error_reply('DAMAGED entry')
      end`) + appendWrite + storeEffects + appendTell)
)

const appendBegin = `
local seq, fp = 0, '0000000000000000'
local head = redis.call('GET', KEYS[1])
if head then
  local s, f = string.match(head, '^(%d+) (%x+)$')
  if not s or #f ~= 16 then
    return redis.error_reply('DAMAGED head')
  end
  seq, fp = tonumber(s), f
end

local first, size, chunks = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[7])
local hash, set, bodies = KEYS[4 + chunks], KEYS[5 + chunks], #ARGV - 7
if hash then
  bodies = bodies / 2
end
if math.floor(seq / size) < first or math.floor((seq + bodies - 1) / size) >= first + chunks then
  return {seq}
end

local function raw(hex)
  return struct.pack('>I4I4', tonumber(string.sub(hex, 1, 8), 16), tonumber(string.sub(hex, 9, 16), 16))
end

local ids = {}
for i = 1, bodies do
  ids[i] = string.sub(ARGV[7 + i], 2, 17)
end
local even, odd = fields(KEYS[2], ids), fields(KEYS[3], ids)

local start, chain, kept, remember, seen = seq, raw(fp), {}, {}, {}
`

// appendEach is the part that decides about each draft: outcome is an
// expression that is 0 where draft i can be kept, then what follows on that.
func appendEach(outcome, then string) string {
	return `
local out, again = {seq, fp}, nil
for i = 1, bodies do
  local id = ids[i]
  local known = even[i] or odd[i] or seen[id]
  if known then
    out[i + 2] = tonumber(known)
    again = again or {id, out[i + 2]}
  else
    local outcome = ` + outcome + `
    out[i + 2] = outcome
    if outcome == 0 then
      seq = seq + 1
      fp = string.sub(redis.sha1hex(chain .. id), 1, 16)
      chain = raw(fp)
      seen[id] = seq
      remember[#remember + 1] = id
      remember[#remember + 1] = seq
      kept[#kept + 1] = ARGV[7 + i] .. chain` + then + `
    end
  end
end
`
}

const appendWrite = `
if #kept == 0 then
  if ARGV[6] ~= '1' or not again then
    return out
  end
  remember = again
end

local period = tonumber(ARGV[3])
local now = redis.call('TIME')
local current = math.floor((now[1] * 1000 + math.floor(now[2] / 1000)) / period)
local dedupe = KEYS[2 + current % 2]
if #kept > 0 then
  if redis.call('LLEN', KEYS[4 + math.floor(start / size) - first]) ~= start % size then
    return redis.error_reply('DAMAGED chunk')
  end
  local done = 0
  while done < #kept do
    local at = start + done
    local n = math.min(#kept - done, size - at % size)
    redis.call('RPUSH', KEYS[4 + math.floor(at / size) - first], unpack(kept, done + 1, done + n))
    done = done + n
  end
  redis.call('SET', KEYS[1], string.format('%.0f', seq) .. ' ' .. fp)
end
each('HSET', dedupe, remember)
if redis.call('PTTL', dedupe) < period then
  redis.call('PEXPIREAT', dedupe, (current + 2) * period)
end
`

const storeEffects = `
store(hash, set)
for i = 1, #blanks do
  redis.call('LSET', unpack(blanks[i]))
end
for i = 1, #before do
  out[#out + 1] = before[i]
end
`

const appendTell = `
if #kept > 0 then
  local frames = {}
  for i = 1, #kept do
    frames[i] = struct.pack('>I4', #kept[i]) .. kept[i]
  end
  redis.call(ARGV[4], ARGV[5], '\17' .. struct.pack('>I8', start + 1) .. table.concat(frames))
end
return out
`
