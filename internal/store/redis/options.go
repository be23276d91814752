package redis

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// A Durability says when an append counts as kept.
type Durability string

const (
	// Accepted: Redis has executed the write and replied. With appendfsync
	// always the reply comes after the fsync.
	Accepted Durability = "accepted"
	// Fsynced: the write is in the append-only file, on disk. Needs Redis 7.2
	// (WAITAOF) or appendfsync always.
	Fsynced Durability = "fsynced"
	// Replicated: Options.Replicas replicas have received the write too.
	Replicated Durability = "replicated"
)

// Options says where the store is and how it is used. Only URL is required.
type Options struct {
	// URL names the server:
	//
	//	redis://user:password@host:6379/0
	//	rediss://host:6379                      TLS
	//	unix:///run/redis/redis.sock?db=0
	//	redis://a:6379,b:6379,c:6379            cluster
	//	redis://a:26379,b:26379/0?master_set=m  Sentinel, with &sentinel_password=
	//
	// One address of a cluster is enough; it is recognised.
	URL string
	// Prefix begins every key and channel, so that several installations may
	// share a server. Default "causerie". Letters, digits, '-', '_', '.', ':'.
	Prefix string
	// Node is the name of this node's connections in CLIENT LIST.
	Node chat.NodeID
	// Durability is Accepted by default.
	Durability Durability
	// Replicas that must confirm when Durability is Replicated. Default 1.
	Replicas int
	// DedupeFor is how long an id is recognised at least. Default and minimum
	// 24 hours; an id is kept for at most twice as long.
	DedupeFor time.Duration
	// Timeout bounds every call to Redis, also where the caller's context has
	// no deadline. Default 5 s.
	Timeout time.Duration
	// Logger takes warnings about unsafe settings and lost connections.
	// Default slog.Default().
	Logger *slog.Logger

	// probeEvery is the time between two probes of a feed, probeLate how old
	// the last one that came back may be.
	probeEvery, probeLate time.Duration
}

const (
	minDedupe      = 24 * time.Hour
	defaultTimeout = 5 * time.Second
)

var validPrefix = regexp.MustCompile(`^[0-9A-Za-z_.:-]{1,64}$`)

// withDefaults fills in what is not set and checks the rest.
func (o Options) withDefaults() (Options, error) {
	o.Prefix = cmp.Or(o.Prefix, "causerie")
	o.Durability = cmp.Or(o.Durability, Accepted)
	o.Replicas = cmp.Or(o.Replicas, 1)
	o.DedupeFor = cmp.Or(o.DedupeFor, minDedupe)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	o.probeEvery = cmp.Or(o.probeEvery, time.Second)
	o.probeLate = cmp.Or(o.probeLate, 3*time.Second)
	switch {
	case !validPrefix.MatchString(o.Prefix):
		return o, fmt.Errorf("the key prefix %q is not allowed: use 1 to 64 letters, digits, '-', '_', '.' and ':'", o.Prefix)
	case !slices.Contains([]Durability{Accepted, Fsynced, Replicated}, o.Durability):
		return o, fmt.Errorf("the durability %q is unknown: use %s, %s or %s", o.Durability, Accepted, Fsynced, Replicated)
	case o.DedupeFor < minDedupe:
		return o, fmt.Errorf("ids must be remembered for at least %v, not %v", minDedupe, o.DedupeFor)
	case o.Replicas < 1 || o.Timeout < 0:
		return o, errors.New("the number of replicas and the timeout must be positive")
	}
	return o, nil
}

// client turns the URL into what the client library is told.
func (o Options) client() (rueidis.ClientOption, error) {
	rewritten, err := rewriteURL(o.URL)
	if err != nil {
		return rueidis.ClientOption{}, err
	}
	c, err := rueidis.ParseURL(rewritten)
	if err != nil {
		return c, badURL(err)
	}
	if c.ClientName == "" && o.Node != "" {
		c.ClientName = "causerie-" + string(o.Node)
	}
	if c.Sentinel.MasterSet != "" {
		q, _ := url.Parse(rewritten)
		c.Sentinel.Username = q.Query().Get("sentinel_username")
		c.Sentinel.Password = q.Query().Get("sentinel_password")
		c.Sentinel.TLSConfig = c.TLSConfig
		// Without it a missed event binds the client to the old primary.
		c.Sentinel.TopologyRefreshInterval = 5 * time.Second
	}
	c.ClusterOption.ShardsRefreshInterval = 5 * time.Second
	c.ClusterOption.MaxMovedRedirections = 5
	// A write that is sent again by the library could be one that the caller
	// was already told has failed.
	c.DisableRetry = true
	c.DisableCache = true
	// Every command shares the pipeline: concurrent callers share round trips
	// and a cancelled one returns at once.
	c.AlwaysPipelining = true
	c.PipelineMultiplex = -1
	c.Dialer.Timeout = o.Timeout
	c.ConnWriteTimeout = o.Timeout
	c.ReadBufferEachConn = 64 << 10
	c.WriteBufferEachConn = 64 << 10
	return c, nil
}

var knownQuery = []string{"addr", "client_name", "db", "master_set", "sentinel_password", "sentinel_username", "skip_verify"}

// rewriteURL turns a comma-separated list of hosts, which net/url does not
// know, into addr= parameters, and refuses parameters that would be ignored.
func rewriteURL(raw string) (string, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "", errors.New("the Redis URL has no scheme: write it like redis://127.0.0.1:6379/0")
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	user := ""
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		user, authority = authority[:at+1], authority[at+1:]
	}
	hosts := strings.Split(authority, ",")
	u, err := url.Parse(scheme + "://" + user + hosts[0] + tail)
	if err != nil {
		return "", badURL(err)
	}
	q := u.Query()
	for name := range q {
		if !slices.Contains(knownQuery, name) {
			return "", fmt.Errorf("the Redis URL has an unknown parameter %q: use %s", name, strings.Join(knownQuery, ", "))
		}
	}
	for _, host := range hosts[1:] {
		q.Add("addr", host)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// badURL never quotes the URL: it holds the password.
func badURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return fmt.Errorf("the Redis URL cannot be read (%w): write it like redis://user:password@127.0.0.1:6379/0", err)
}
