package redis

import (
	"context"
	"crypto/sha1"
	"encoding/hex"

	"github.com/redis/rueidis"
)

// A script is a Lua script that Redis is asked for by its hash. Redis forgets
// scripts at any restart or failover and at SCRIPT FLUSH; then it gets the
// source, and remembers it again.
type script struct{ source, sha string }

func newScript(source string) *script {
	sum := sha1.Sum([]byte(source))
	return &script{source: source, sha: hex.EncodeToString(sum[:])}
}

// run runs the script once, as one atomic step.
func (s *script) run(ctx context.Context, c rueidis.CommandClient, keys, args []string) rueidis.RedisResult {
	res := c.Do(ctx, s.bySHA(c.B(), keys, args))
	if isNoScript(res) {
		// NOSCRIPT means that nothing was executed.
		res = c.Do(ctx, s.bySource(c.B(), keys, args))
	}
	return res
}

func (s *script) bySHA(b rueidis.Builder, keys, args []string) rueidis.Completed {
	return b.Evalsha().Sha1(s.sha).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build()
}

func (s *script) bySource(b rueidis.Builder, keys, args []string) rueidis.Completed {
	return b.Eval().Script(s.source).Numkeys(int64(len(keys))).Key(keys...).Arg(args...).Build()
}

func isNoScript(res rueidis.RedisResult) bool {
	err, ok := rueidis.IsRedisErr(res.Error())
	return ok && err.IsNoScript()
}
