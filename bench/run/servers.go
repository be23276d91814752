package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A server is one column of the table.
type server struct {
	Name     string // short, for flags and JSON
	Title    string
	protocol string
	redis    bool
	command  func(place) (env, args []string)
}

// A place is where a server finds its files and listens.
type place struct {
	bin, article, data, redis string
	port                      int
}

func (p place) addr() string { return fmt.Sprintf("127.0.0.1:%d", p.port) }

// Names of the servers.
const (
	causerieRedis  = "causerie-redis"
	causerieSQLite = "causerie-sqlite"
	article        = "article"
	gopeer         = "centrifuge"
	floor          = "floor"
	floorBatched   = "floor-batched"
)

var allServers = []server{
	{causerieRedis, "Causerie, Redis", "socketio", true, func(p place) ([]string, []string) {
		return nil, causerie(p, "--redis", "redis://"+p.redis+"/0")
	}},
	{causerieSQLite, "Causerie, SQLite", "socketio", false, func(p place) ([]string, []string) {
		return nil, causerie(p, "--data", p.data)
	}},
	{article, "the article's Node code, Redis", "socketio", true, func(p place) ([]string, []string) {
		return []string{"PORT=" + strconv.Itoa(p.port), "REDIS_URL=redis://" + p.redis, "NODE_ENV=production"},
			[]string{"node", filepath.Join(p.article, "server.js")}
	}},
	{gopeer, "centrifuge (Go), Redis", "centrifuge", true, func(p place) ([]string, []string) {
		return nil, []string{filepath.Join(p.bin, "gopeer"), "-addr", p.addr(), "-redis", p.redis}
	}},
	{floor, "bare loop, a write per delivery", "socketio", false, func(p place) ([]string, []string) {
		return nil, []string{filepath.Join(p.bin, "floor"), "-addr", p.addr()}
	}},
	{floorBatched, "bare loop, a write per connection and turn", "socketio", false, func(p place) ([]string, []string) {
		return nil, []string{filepath.Join(p.bin, "floor"), "-addr", p.addr(), "-batch"}
	}},
}

// jwtSecret lets the load generator sign for the people of the rows with rooms.
const jwtSecret = "the benchmark's own people, and nobody else"

func causerie(p place, store ...string) []string {
	return append([]string{filepath.Join(p.bin, "causerie"), "serve", "--addr", p.addr(),
		"--send-rate", "0", "--jwt-issuer", "bench", "--jwt-secret", jwtSecret, "--log-level", "warn", "--drain", "1s"}, store...)
}

func serverNamed(name string) server {
	return allServers[slices.IndexFunc(allServers, func(s server) bool { return s.Name == name })]
}

func listOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
