package redis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// presenceStep bounds the people that one script takes off, so that a node
// with thousands of them does not hold up everybody's messages.
const presenceStep = 500

// presencePrelude begins every script of this file. All of them have
//
//	KEYS[1] -> {p}:leases
//	KEYS[2] -> {p}:roster
//	KEYS[3] -> {p}:people
//	KEYS[4] -> {p}:absent
//	KEYS[5] -> {p}:lost
//	KEYS[6] -> {p}:renewed
//	ARGV[1] -> PUBLISH or SPUBLISH
//	ARGV[2] -> {p}:c
//
// and further ones of their own.
const presencePrelude = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local told = {}

local function tell(how, id, nickname)
  told[#told + 1] = how .. struct.pack('>I4', #id) .. id .. struct.pack('>I4', #nickname) .. nickname
end

local function announce()
  if #told > 0 then
    local version = redis.call('HINCRBY', KEYS[2], 'version', #told)
    redis.call(ARGV[1], ARGV[2], '\19' .. struct.pack('>I8', version - #told + 1) .. table.concat(told))
  end
end

-- gone takes a person off the roster.
local function gone(id)
  local nickname = redis.call('HGET', KEYS[2], 'p' .. id)
  redis.call('HDEL', KEYS[2], 'p' .. id)
  redis.call('HDEL', KEYS[3], id)
  redis.call('ZREM', KEYS[4], id)
  redis.call('ZREM', KEYS[5], id)
  if nickname then
    tell('l', id, nickname)
  end
end

-- unhold takes one node from a person and reports whether none is left.
local function unhold(id)
  local person = redis.call('HGET', KEYS[3], id)
  if not person then
    return false
  end
  local nodes = (tonumber(string.sub(person, 33)) or 1) - 1
  redis.call('HSET', KEYS[3], id, string.sub(person, 1, 32) .. nodes)
  return nodes <= 0
end
`

// lapsedFirst returns the node whose lease ended first, if any has: its holds
// must be ended, in the order of the leases' ends, before anything else is
// done. That takes a key the script was not given.
const lapsedFirst = `
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)
if lapsed[1] then
  return lapsed[1]
end
`

// arriveScript puts people on the roster or adds a hold to them.
//
// KEYS[7…] -> {p}:n:<node>, for each node named
// ARGV[3]  -> lease in ms
// ARGV[4…] -> the nodes, in the order of their keys; then per arrival the
// position of its node, person, secret and nickname
//
// Output: per arrival 1 when the nickname is taken, else 0; or a lapsed node.
var arriveScript = newScript(presencePrelude + lapsedFirst + `
local nodes = #KEYS - 6
for i = 1, nodes do
  redis.call('ZADD', KEYS[1], 'GT', now + tonumber(ARGV[3]), ARGV[3 + i])
end
local out = {}
for i = 4 + nodes, #ARGV, 4 do
  local held, id, secret, nickname = KEYS[6 + tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local person = redis.call('HGET', KEYS[3], id)
  local taken = 0
  if not person then
    redis.call('SADD', held, id)
    redis.call('HSET', KEYS[3], id, secret .. '1')
    redis.call('HSET', KEYS[2], 'p' .. id, nickname)
    tell('j', id, nickname)
  elseif string.sub(person, 1, 32) ~= secret then
    taken = 1
  elseif redis.call('SADD', held, id) == 1 then
    local before = tonumber(string.sub(person, 33)) or 0
    redis.call('HSET', KEYS[3], id, secret .. (before + 1))
    if before <= 0 then
      redis.call('ZREM', KEYS[4], id)
      redis.call('ZREM', KEYS[5], id)
    end
  end
  out[#out + 1] = taken
end
announce()
return out
`)

// Arrive implements chat.Presence.
func (s *Store) Arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) []error {
	errs := make([]error, len(arrivals))
	if len(arrivals) == 0 {
		return errs
	}
	taken, err := s.arrive(ctx, arrivals, ttl)
	for i := range errs {
		switch {
		case err != nil:
			errs[i] = err
		case taken[i] == 1:
			errs[i] = chat.ErrTaken
		}
	}
	return errs
}

func (s *Store) arrive(ctx context.Context, arrivals []chat.Arrival, ttl time.Duration) ([]int64, error) {
	var nodes []chat.NodeID
	people := make([]string, 0, 4*len(arrivals))
	for i := range arrivals {
		a := &arrivals[i]
		at := slices.Index(nodes, a.Node)
		if at < 0 {
			at = len(nodes)
			nodes = append(nodes, a.Node)
		}
		people = append(people, strconv.Itoa(at+1), string(a.Person.ID), string(a.Secret[:]), a.Person.Nickname)
	}
	args := make([]string, 0, 1+len(nodes)+len(people))
	args = append(args, milliseconds(ttl))
	for _, node := range nodes {
		args = append(args, string(node))
	}
	reply, err := s.runPresence(ctx, arriveScript, nodes, append(args, people...)...)
	if err != nil {
		return nil, err
	}
	taken, err := reply.AsIntSlice()
	if err == nil && len(taken) != len(arrivals) {
		err = errors.New("a reply of the wrong length")
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return taken, nil
}

// departScript ends one hold.
//
// KEYS[7] -> {p}:n:<node>
// ARGV[3] -> person
// ARGV[4] -> grace in ms
//
// Output: 0, or a lapsed node.
var departScript = newScript(presencePrelude + lapsedFirst + `
local id, grace = ARGV[3], tonumber(ARGV[4])
if redis.call('SREM', KEYS[7], id) == 1 and unhold(id) then
  if grace <= 0 then
    gone(id)
  else
    redis.call('ZADD', KEYS[4], now + grace, id)
  end
end
announce()
return 0
`)

// Depart implements chat.Presence.
func (s *Store) Depart(ctx context.Context, id chat.PersonID, node chat.NodeID, grace time.Duration) error {
	_, err := s.runPresence(ctx, departScript, []chat.NodeID{node}, string(id), milliseconds(grace))
	return err
}

// renewScript begins or extends a lease.
//
// ARGV[3] -> node
// ARGV[4] -> lease in ms
//
// Output: 1 when the lease was held since the last time, else 0; or a lapsed
// node.
var renewScript = newScript(presencePrelude + lapsedFirst + `
redis.call('ZADD', KEYS[1], 'GT', now + tonumber(ARGV[4]), ARGV[3])
return 1 - redis.call('SADD', KEYS[6], ARGV[3])
`)

// Renew implements chat.Presence.
func (s *Store) Renew(ctx context.Context, node chat.NodeID, ttl time.Duration) (held bool, err error) {
	reply, err := s.runPresence(ctx, renewScript, nil, string(node), milliseconds(ttl))
	if err != nil {
		return false, err
	}
	n, err := reply.ToInt64()
	if err != nil {
		return false, unavailable(err)
	}
	return n == 1, nil
}

// releaseScript ends some holds of a node, and its lease with the last.
//
// KEYS[7] -> {p}:n:<node>
// ARGV[3] -> node
// ARGV[4] -> grace in ms
// ARGV[5] -> number of people to take at most
//
// Output: 1 when there are more, else 0; or a lapsed node.
var releaseScript = newScript(presencePrelude + lapsedFirst + `
local grace = tonumber(ARGV[4])
if not redis.call('ZSCORE', KEYS[1], ARGV[3]) then
  return 0
end
for _, id in ipairs(redis.call('SPOP', KEYS[7], ARGV[5])) do
  if unhold(id) then
    if grace <= 0 then
      gone(id)
    else
      redis.call('ZADD', KEYS[4], now + grace, id)
    end
  end
end
announce()
if redis.call('SCARD', KEYS[7]) > 0 then
  return 1
end
redis.call('ZREM', KEYS[1], ARGV[3])
redis.call('SREM', KEYS[6], ARGV[3])
return 0
`)

// Release implements chat.Presence.
func (s *Store) Release(ctx context.Context, node chat.NodeID, grace time.Duration) error {
	return s.repeatPresence(ctx, releaseScript, []chat.NodeID{node}, string(node), milliseconds(grace), strconv.Itoa(presenceStep))
}

// expireScript takes off some of those who are overdue.
//
// ARGV[3] -> grace in ms of those whose lease ended
// ARGV[4] -> number of people to take at most, of each kind
//
// Output: 1 when there may be more, else 0; or a lapsed node.
var expireScript = newScript(presencePrelude + lapsedFirst + `
local limit = tonumber(ARGV[4])
local absent = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, limit)
local lost = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now - tonumber(ARGV[3]), 'LIMIT', 0, limit)
for _, id in ipairs(absent) do
  gone(id)
end
for _, id in ipairs(lost) do
  gone(id)
end
announce()
return (#absent == limit or #lost == limit) and 1 or 0
`)

// Expire implements chat.Presence.
func (s *Store) Expire(ctx context.Context, grace time.Duration) error {
	return s.repeatPresence(ctx, expireScript, nil, milliseconds(grace), strconv.Itoa(presenceStep))
}

// lapseScript ends some holds of a node whose lease has ended, and forgets the
// lease with the last. It is right whoever runs it and however often.
//
// KEYS[7] -> {p}:n:<node>
// ARGV[3] -> node
// ARGV[4] -> number of people to take at most
//
// Output: 1 when there are more, else 0.
var lapseScript = newScript(presencePrelude + `
local ended = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[3]) or now + 1)
if ended > now then
  return 0
end
for _, id in ipairs(redis.call('SPOP', KEYS[7], ARGV[4])) do
  if unhold(id) then
    redis.call('ZADD', KEYS[5], ended, id)
  end
end
if redis.call('SCARD', KEYS[7]) > 0 then
  return 1
end
redis.call('ZREM', KEYS[1], ARGV[3])
redis.call('SREM', KEYS[6], ARGV[3])
return 0
`)

// repeatPresence runs a script until it has nothing left to do.
func (s *Store) repeatPresence(ctx context.Context, script *script, nodes []chat.NodeID, args ...string) error {
	for {
		reply, err := s.runPresence(ctx, script, nodes, args...)
		if err != nil {
			return err
		}
		if more, err := reply.ToInt64(); err != nil || more == 0 {
			return nil
		}
	}
}

// runPresence runs a script of presence, ending the holds of lapsed nodes
// first where it asks for that.
func (s *Store) runPresence(ctx context.Context, script *script, nodes []chat.NodeID, args ...string) (rueidis.RedisMessage, error) {
	if slices.ContainsFunc(nodes, func(n chat.NodeID) bool { return !validNode(n) }) {
		return rueidis.RedisMessage{}, errNode
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	for {
		reply, err := s.runPresenceOnce(ctx, script, nodes, args)
		if err != nil {
			return reply, unavailable(err)
		}
		node, err := reply.ToString()
		if err != nil {
			return reply, nil
		}
		lapsed := []chat.NodeID{chat.NodeID(node)}
		for more := true; more; {
			reply, err := s.runPresenceOnce(ctx, lapseScript, lapsed, []string{node, strconv.Itoa(presenceStep)})
			if err != nil {
				return reply, unavailable(err)
			}
			n, err := reply.ToInt64()
			more = err == nil && n == 1
		}
	}
}

func (s *Store) runPresenceOnce(ctx context.Context, script *script, nodes []chat.NodeID, args []string) (rueidis.RedisMessage, error) {
	keys := []string{s.keys.leases(), s.keys.roster(), s.keys.people(), s.keys.absent(), s.keys.lost(), s.keys.renewed()}
	for _, node := range nodes {
		keys = append(keys, s.keys.held(node))
	}
	return script.run(ctx, s.client, keys, append([]string{s.publish, s.keys.rosterChannel()}, args...)).ToMessage()
}

// Roster implements chat.Presence.
func (s *Store) Roster(ctx context.Context) (chat.Roster, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	key := s.keys.roster()
	fields, err := s.client.Do(ctx, s.client.B().Hgetall().Key(key).Build()).AsStrMap()
	if err != nil {
		return chat.Roster{}, unavailable(err)
	}
	var roster chat.Roster
	if len(fields) > 1 {
		roster.People = make([]chat.Person, 0, len(fields)-1)
	}
	for field, value := range fields {
		if id, isPerson := strings.CutPrefix(field, "p"); isPerson {
			roster.People = append(roster.People, chat.Person{ID: chat.PersonID(id), Nickname: value})
		} else if roster.Version, err = strconv.ParseUint(value, 10, 64); err != nil {
			return chat.Roster{}, damaged(key, err)
		}
	}
	return roster, nil
}

// WatchRoster implements chat.Presence.
func (s *Store) WatchRoster(ctx context.Context, f func([]chat.Change)) (stop func(), err error) {
	return s.watch(ctx, s.keys.rosterChannel(), func(payload string) {
		changes, err := decodeChanges(payload)
		if err != nil {
			s.garbage.note(s.keys.rosterChannel(), err)
			return
		}
		f(changes)
	}, func() { f(nil) })
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(max(0, d.Milliseconds()), 10) }
