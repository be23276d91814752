package redis_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
)

var discard = slog.New(slog.DiscardHandler)

// wantRefused checks that Open fails with one line that contains the texts.
func wantRefused(t *testing.T, o redis.Options, texts ...string) {
	t.Helper()
	o.Logger = discard
	o.Timeout = 2 * time.Second
	s, err := redis.Open(t.Context(), o)
	if err == nil {
		s.Close()
		t.Fatalf("Open: got nil, want an error with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("Open: got %q, want it to contain %q", err, text)
		}
	}
	if strings.ContainsAny(err.Error(), "\r\n") {
		t.Errorf("Open: the error has more than one line: %q", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Open: the error shows the password: %q", err)
	}
}

func TestOpen_BadOptions(t *testing.T) {
	for name, c := range map[string]struct {
		options redis.Options
		want    string
	}{
		"no scheme":   {redis.Options{URL: "127.0.0.1:6379"}, "like redis://127.0.0.1:6379/0"},
		"scheme":      {redis.Options{URL: "http://127.0.0.1"}, "cannot be read"},
		"database":    {redis.Options{URL: "redis://:hunter2@127.0.0.1/x"}, "cannot be read"},
		"port":        {redis.Options{URL: "redis://:hunter2@127.0.0.1:port"}, "cannot be read"},
		"parameter":   {redis.Options{URL: "redis://127.0.0.1?pasword=hunter2"}, `"pasword"`},
		"prefix":      {redis.Options{URL: "redis://127.0.0.1", Prefix: "a{b"}, "prefix"},
		"durability":  {redis.Options{URL: "redis://127.0.0.1", Durability: "fast"}, "durability"},
		"dedupe time": {redis.Options{URL: "redis://127.0.0.1", DedupeFor: time.Hour}, "24h"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, c.options, c.want) })
	}
}

func TestOpen_Unreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	wantRefused(t, redis.Options{URL: "redis://" + addr}, addr, "cannot be reached", "start it")
}

func TestOpen_NotRedis(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	addr := web.Listener.Addr().String()
	wantRefused(t, redis.Options{URL: "redis://" + addr}, addr, "is a Redis server")
}

func TestOpen_Silent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	wantRefused(t, redis.Options{URL: "redis://" + l.Addr().String()}, "cannot be reached")
}

func TestOpen_Password(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "hunter2!")
	addr := server.Addr()
	wantRefused(t, redis.Options{URL: "redis://" + addr}, addr, "refuses the login", "password")
	wantRefused(t, redis.Options{URL: "redis://:hunter2@" + addr}, addr, "refuses the login", "password")
	keep(t, open(t, "redis://:hunter2%21@"+addr+"/3", redis.Options{}), "a", "in")
}

func TestOpen_UnixSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "redis.sock")
	redistest.Start(t, "--unixsocket", socket)
	keep(t, open(t, "unix://"+socket+"?db=1", redis.Options{}), "a", "in")
}

func TestOpen_Replica(t *testing.T) {
	primary := redistest.Start(t)
	wantRefused(t, redis.Options{URL: primary.Replica().URL()}, "read-only replica of "+primary.Addr(), "primary")
}

func TestOpen_Eviction(t *testing.T) {
	server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	wantRefused(t, redis.Options{URL: server.URL()}, "allkeys-lru", "noeviction")
}

func TestOpen_OneAddressOfCluster(t *testing.T) {
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.Primaries[1].URL(), redis.Options{})
	for _, room := range []chat.RoomID{"a", "b", "c", "d"} {
		keep(t, s, room, "in")
	}
	wantRefused(t, redis.Options{URL: cluster.URL() + "/1"}, "database 0")
}

func TestOpen_Durability(t *testing.T) {
	always := redistest.Start(t)
	keep(t, open(t, always.URL(), redis.Options{Durability: redis.Fsynced}), "a", "in")
	volatile := redistest.Start(t, "--appendonly", "no")
	wantRefused(t, redis.Options{URL: volatile.URL(), Durability: redis.Fsynced}, "cannot confirm fsyncs", "appendonly yes")
}

func TestOpen_Warnings(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		acl  string
		want string
	}{
		"always":       {nil, "", ""},
		"everysec":     {[]string{"--appendfsync", "everysec"}, "", "appendfsync=everysec"},
		"memory only":  {[]string{"--appendonly", "no"}, "", "no append-only file"},
		"no CONFIG":    {nil, "-config", "CONFIG GET is not permitted"},
		"no INFO":      {nil, "-info", "INFO is not permitted"},
		"few commands": {nil, "-@all +@connection +@read +@write +@scripting +@pubsub +time +cluster", "INFO is not permitted"},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t, c.args...)
			url := server.URL()
			if c.acl != "" {
				server.Do(append([]string{"ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all"}, strings.Fields(c.acl)...)...)
				url = "redis://app:secret@" + server.Addr()
			}
			var log bytes.Buffer
			s := open(t, url, redis.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			keep(t, s, "a", "in")
			if c.want == "" && log.Len() > 0 || !strings.Contains(log.String(), c.want) {
				t.Errorf("log: got %q, want %q", log.String(), c.want)
			}
		})
	}
}

func TestOpen_NoPubSub(t *testing.T) {
	server := redistest.Start(t)
	server.Do("ACL", "SETUSER", "app", "on", ">secret", "~*", "resetchannels", "+@all")
	wantRefused(t, redis.Options{URL: "redis://app:secret@" + server.Addr()}, "Pub/Sub")
}

func TestReplicated_WaitsForReplica(t *testing.T) {
	server := redistest.Start(t)
	replica := server.Replica()
	s := open(t, server.URL(), redis.Options{Durability: redis.Replicated, Timeout: 500 * time.Millisecond})
	first := draft("a", "before")
	await(t, "the replica confirms", func() bool {
		return s.Append(context.Background(), "a", []chat.Draft{first})[0].Err == nil
	})

	replica.Pause()
	d := draft("a", "unconfirmed")
	wantUnavailable(t, "Append without a replica", s.Append(context.Background(), "a", []chat.Draft{d})[0].Err)
	// The entry is there; what is missing is the confirmation.
	wantUnavailable(t, "Append again without a replica", s.Append(context.Background(), "a", []chat.Draft{d})[0].Err)

	replica.Resume()
	await(t, "the duplicate is confirmed", func() bool {
		a := s.Append(context.Background(), "a", []chat.Draft{d})[0]
		return a.Err == nil && a.Duplicate && a.Entry.Seq == 2
	})
}
