package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/causerie-chat/causerie/internal/chat"
)

// listScript returns the records of a range at one moment.
//
// KEYS[1] -> {<shelf>}:v
// KEYS[2] -> {<shelf>}:k
// ARGV[1] -> ZRANGEBYLEX or ZREVRANGEBYLEX
// ARGV[2] -> where the range begins, as that command wants it
// ARGV[3] -> where it ends
// ARGV[4] -> the most records to return
//
// Output: {key, value, …}
var listScript = newScript(`
local keys = redis.call(ARGV[1], KEYS[2], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
local out = {}
for i = 1, #keys, 3800 do
  local values = redis.call('HMGET', KEYS[1], unpack(keys, i, math.min(i + 3799, #keys)))
  for j = 1, #values do
    if not values[j] then
      return redis.error_reply('DAMAGED records')
    end
    out[#out + 1] = keys[i + j - 1]
    out[#out + 1] = values[j]
  end
end
return out
`)

// commitScript does one Commit and announces what has changed.
//
// KEYS[1] -> {<shelf>}:v
// KEYS[2] -> {<shelf>}:k
// KEYS[3] -> {<shelf>}:t
// ARGV[1] -> effects
// ARGV[2] -> PUBLISH or SPUBLISH
// ARGV[3] -> channel
// ARGV[4] -> 1: write something even where all is as it should be, for WAIT
// ARGV[5] -> the longest announcement; a longer one says only that there was one
//
// Output: 0, or why nothing was done.
var commitScript = newScript(listsLua + effectsLua + `
load(KEYS[1], KEYS[2], 1, 1)
local outcome = attempt(effects[1])
if outcome ~= 0 or #written == 0 then
  return outcome
end
if not store(KEYS[1], KEYS[2]) and ARGV[4] == '1' then
  redis.call('SET', KEYS[3], '', 'PX', 1)
end
local frames, size = {}, 0
for i = 1, #written do
  local key, value = written[i], record[written[i]]
  frames[i] = struct.pack('>I4', #key) .. key .. struct.pack('>I4', #value) .. value
  size = size + #frames[i]
end
redis.call(ARGV[2], ARGV[3], '\20' .. (size <= tonumber(ARGV[5]) and table.concat(frames) or ''))
return 0
`)

// maxAnnouncement bounds what a Commit tells its watchers: one that is told
// too much at once loses its connection.
const maxAnnouncement = 1 << 20

// Get implements chat.Records.
func (s *Store) Get(ctx context.Context, shelf chat.Shelf, keys ...string) ([]string, error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if err := chat.CheckKey(key); err != nil {
			return nil, err
		}
	}
	values := make([]string, len(keys))
	if len(keys) == 0 {
		return values, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	reply, err := s.client.Do(ctx, s.client.B().Hmget().Key(s.keys.values(shelf)).Field(keys...).Build()).ToArray()
	if err != nil {
		return nil, unavailable(err)
	}
	if len(reply) != len(keys) {
		return nil, unavailable(fmt.Errorf("HMGET of %d fields: a reply of %d values", len(keys), len(reply)))
	}
	for i := range reply {
		if !reply[i].IsNil() {
			if values[i], err = reply[i].ToString(); err != nil {
				return nil, unavailable(err)
			}
		}
	}
	return values, nil
}

// List implements chat.Records.
func (s *Store) List(ctx context.Context, shelf chat.Shelf, r chat.Range) ([]chat.Record, error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	if r.Limit < 1 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	args := []string{"ZRANGEBYLEX", "[" + r.From, "+", strconv.Itoa(r.Limit)}
	if r.To != "" {
		args[2] = "(" + r.To
	}
	if r.Reverse {
		args[0], args[1], args[2] = "ZREVRANGEBYLEX", args[2], args[1]
	}
	keys := []string{s.keys.values(shelf), s.keys.order(shelf)}
	reply, err := listScript.run(ctx, s.client, keys, args).AsStrSlice()
	if err != nil {
		return nil, s.scriptError(keys[1], err)
	}
	records := make([]chat.Record, len(reply)/2)
	for i := range records {
		records[i] = chat.Record{Key: reply[2*i], Value: reply[2*i+1]}
	}
	return records, nil
}

// Commit implements chat.Records.
func (s *Store) Commit(ctx context.Context, shelf chat.Shelf, c chat.Commit) error {
	if err := shelf.Check(); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if len(c.If)+len(c.Do) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	keys := []string{s.keys.values(shelf), s.keys.order(shelf), s.keys.touched(shelf)}
	args := []string{string(appendEffects(nil, c, nil, nil)), s.publish, s.keys.shelfChannel(shelf), s.touch, strconv.Itoa(maxAnnouncement)}
	outcome, err := s.runDurably(ctx, commitScript, keys, args).AsInt64()
	switch {
	case err != nil:
		return s.scriptError(keys[0], err)
	case outcome != 0:
		return effectsError(outcome)
	}
	return nil
}

// WatchShelf implements chat.Records.
func (s *Store) WatchShelf(ctx context.Context, shelf chat.Shelf, f func([]chat.Record)) (stop func(), err error) {
	if err := shelf.Check(); err != nil {
		return nil, err
	}
	channel := s.keys.shelfChannel(shelf)
	return s.watch(ctx, channel, func(payload string) {
		records, err := decodeRecords(payload)
		if err != nil {
			s.garbage.note(channel, err)
			return
		}
		f(records)
	}, func() { f(nil) })
}

// decodeRecords reads the announcement made by the commit script:
//
//	recordsV1 | per record: length, 4 bytes | key | length, 4 bytes | value
//
// with numbers big-endian. It is nil where the announcement leaves the records
// out.
func decodeRecords(payload string) ([]chat.Record, error) {
	r := reader{s: payload}
	if v := r.byte(); v != recordsV1 {
		return nil, fmt.Errorf("announcement version %d: %w", v, errMalformed)
	}
	var records []chat.Record
	for r.err == nil && len(r.s) > 0 {
		key := r.take(int(r.uint32()))
		value := r.take(int(r.uint32()))
		records = append(records, chat.Record{Key: key, Value: value})
	}
	if r.err != nil {
		return nil, r.err
	}
	return records, nil
}

// scriptError is the error of a script that found what it cannot read, or
// that could not be run.
func (s *Store) scriptError(key string, err error) error {
	if text, ok := damageReply(err); ok {
		return damaged(key, errors.New(text))
	}
	return unavailable(err)
}
