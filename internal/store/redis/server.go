package redis

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// probeScript uses what the other scripts need of the server.
//
// KEYS[1] -> the key of Check
//
// Output: {SHA-1 of 00000001 00000002, seconds of the server's clock}
var probeScript = newScript(`
return {redis.sha1hex(struct.pack('>I4I4', 1, 2)), redis.call('TIME')[1]}
`)

// checkServers checks every primary. fsyncs says that all of them sync their
// append-only file before they reply.
func (s *Store) checkServers(ctx context.Context, addr string, o Options) (fsyncs bool, err error) {
	if !s.hub.sharded {
		return s.checkServer(ctx, addr, s.client, o)
	}
	ranges, err := s.hub.askSlots(ctx)
	if err != nil {
		return false, openError(addr, err)
	}
	fsyncs = true
	checked := make(map[string]bool)
	for _, r := range ranges {
		if checked[r.addr] {
			continue
		}
		checked[r.addr] = true
		node, err := s.hub.node(r.addr)
		if err != nil {
			return false, openError(r.addr, err)
		}
		one, err := s.checkServer(ctx, r.addr, node, o)
		if err != nil {
			return false, err
		}
		fsyncs = fsyncs && one
	}
	return fsyncs, s.probeScripts(ctx, addr, s.client)
}

func (s *Store) checkServer(ctx context.Context, addr string, c rueidis.Client, o Options) (fsyncs bool, err error) {
	text, err := c.Do(ctx, c.B().Info().Build()).ToString()
	if reply, ok := rueidis.IsRedisErr(err); ok && strings.HasPrefix(reply.Error(), "NOPERM") {
		o.Logger.Warn("INFO is not permitted: cannot check the server's version, role, eviction and persistence", addrAttr(addr))
		return false, nil
	}
	if err != nil {
		return false, openError(addr, err)
	}
	info := parseInfo(text)
	if err := refuse(addr, info); err != nil {
		return false, err
	}
	if !s.hub.sharded {
		if err := s.probeScripts(ctx, addr, c); err != nil {
			return false, err
		}
	}
	fsyncs = warnPersistence(ctx, addr, c, info, o.Logger)
	if o.Durability == Fsynced && !fsyncs && (info["aof_enabled"] == "0" || !atLeast(info["redis_version"], 7, 2)) {
		return false, fmt.Errorf("Redis at %s cannot confirm fsyncs: set appendonly yes, and appendfsync always or use Redis 7.2 or newer", addr)
	}
	return fsyncs, nil
}

// refuse returns why this server must not keep anybody's messages, or nil.
func refuse(addr string, info map[string]string) error {
	version := info["redis_version"]
	if !atLeast(version, 7, 0) {
		return fmt.Errorf("Redis at %s is version %s: use 7.0 or newer, or Valkey", addr, version)
	}
	if info["role"] == "slave" {
		return fmt.Errorf("Redis at %s is a read-only replica of %s:%s: give the address of the primary, or of the Sentinels with master_set", addr, info["master_host"], info["master_port"])
	}
	if policy, ok := info["maxmemory_policy"]; ok && policy != "noeviction" {
		return fmt.Errorf("Redis at %s evicts keys when memory is full (maxmemory-policy %s) and would lose messages silently: set maxmemory-policy noeviction", addr, policy)
	}
	return nil
}

// warnPersistence says what a crash of the server can lose.
func warnPersistence(ctx context.Context, addr string, c rueidis.Client, info map[string]string, logger *slog.Logger) (fsyncs bool) {
	if info["aof_enabled"] == "0" {
		logger.Warn("Redis keeps no append-only file: acknowledged messages are lost when it stops; set appendonly yes and appendfsync always", addrAttr(addr))
		return false
	}
	config, err := c.Do(ctx, c.B().ConfigGet().Parameter("appendfsync").Build()).AsStrMap()
	switch policy := config["appendfsync"]; {
	case err != nil:
		logger.Warn("CONFIG GET is not permitted: cannot check that appendfsync is always", addrAttr(addr))
		return false
	case policy != "always":
		logger.Warn("Redis replies before messages are on disk: a power failure can lose acknowledged messages; set appendfsync always", addrAttr(addr), slog.String("appendfsync", policy))
		return false
	}
	return true
}

func (s *Store) probeScripts(ctx context.Context, addr string, c rueidis.Client) error {
	reply, err := probeScript.run(ctx, c, []string{s.keys.check()}, nil).AsStrSlice()
	if err != nil {
		return openError(addr, err)
	}
	sum := sha1.Sum([]byte{0, 0, 0, 1, 0, 0, 0, 2})
	if len(reply) != 2 || reply[0] != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("Redis at %s runs Lua scripts differently: use Redis 7.0 or newer, or Valkey", addr)
	}
	return nil
}

func addrAttr(addr string) slog.Attr { return slog.String("redis", addr) }

func parseInfo(text string) map[string]string {
	info := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}

// atLeast compares versions like 7.0.15. One that cannot be read is old.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	if errors.Join(err1, err2) != nil {
		return false
	}
	return a > major || a == major && b >= minor
}
