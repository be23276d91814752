package main

import (
	"slices"
	"strconv"
)

// A row is one measurement of the table, made with each of its servers.
type row struct {
	Name   string
	Title  string
	fsync  string // of Redis; "always" unless said otherwise
	once   bool   // one round is enough
	args   []string
	change map[string][]string // further arguments for one server
	on     []string
}

// rows are the questions of the table, in its order.
func (b *bench) rows() []row {
	warm, measure, idle, many := "1s", "4s", "5s", 15_000
	if b.quick {
		warm, measure, idle, many = "500ms", "1s", "2s", 2_000
	}
	all := []string{causerieRedis, causerieSQLite, article, gopeer, floor, floorBatched}
	keepers := []string{causerieRedis, causerieSQLite, article, gopeer}
	crowd := []string{"-connections", strconv.Itoa(many), "-duration", idle}
	fanout := func(args ...string) []string {
		return append([]string{"-connections", "1000", "-settle", "300ms", "-warmup", warm, "-duration", measure}, args...)
	}
	sends := []string{"-scenario", "sends", "-settle", "300ms", "-warmup", warm, "-duration", measure}
	rows := []row{
		{Name: "one", Title: "1,000 members, 20 senders, 1 message in flight each", args: fanout("-senders", "20", "-window", "1"), on: all},
		{Name: "ten", Title: "1,000 members, 20 senders, 10 messages in flight each", args: fanout("-senders", "20", "-window", "10"), on: all},
		{Name: "rate", Title: "1,000 members, 50 messages a second", args: fanout("-senders", "20", "-rate", "50"), on: all},
		{Name: "sends", Title: "10 connections, 50 messages in flight each", args: sends, on: keepers},
		{Name: "sends-everysec", Title: "the same, appendfsync everysec", fsync: "everysec", once: true, args: sends,
			on: []string{causerieRedis, article, gopeer}},
		{Name: "storm", Title: strconv.Itoa(many) + " connections cut at once and back", args: append(crowd, "-scenario", "storm"),
			on: []string{causerieRedis, causerieSQLite}},
		{Name: "idle", Title: "idle connections", args: append(crowd, "-scenario", "idle"), on: []string{article, gopeer},
			// Everybody is told of every joiner, which is n² packets: more than
			// this and the article's code is at it for minutes.
			change: map[string][]string{article: {"-connections", "2000"}}},
	}
	house := []string{"-profile", "rooms", "-jwt-secret", jwtSecret, "-settle", "2s", "-warmup", warm, "-duration", measure}
	if b.quick {
		house = append(house, "-rooms", "20", "-connections", "100")
	}
	for _, v := range []struct {
		name, title string
		args        []string
	}{
		{"rooms", "500 whole clients, 200 rooms of 50, a sender in each", nil},
		{"rooms-rate", "the same, 300 acts a second", []string{"-rate", "300"}},
	} {
		rows = append(rows, row{Name: v.name, Title: v.title, once: true, on: []string{causerieRedis, causerieSQLite},
			args: append(house[:len(house):len(house)], v.args...)})
	}
	for _, v := range []struct {
		name, title string
		args        []string
	}{
		{"size-16", "16-byte messages", []string{"-size", "16"}},
		{"size-4000", "4,000-byte messages", []string{"-size", "4000"}},
		{"slow", "20 of the readers never read", []string{"-slow", "20"}},
		{"polling", "200 members over HTTP long-polling", []string{"-transport", "polling", "-connections", "200", "-window", "1"}},
	} {
		rows = append(rows, row{Name: v.name, Title: v.title, once: true, on: []string{causerieRedis},
			args: append(fanout("-senders", "20", "-window", "10"), v.args...)})
	}
	if b.quick && b.only == nil {
		return chosen(rows, []string{"one", "ten", "rate", "sends", "storm"}, b.servers)
	}
	return chosen(rows, b.only, b.servers)
}

// chosen keeps the rows and servers that were asked for.
func chosen(rows []row, names, servers []string) []row {
	var kept []row
	for _, r := range rows {
		if names != nil && !slices.Contains(names, r.Name) {
			continue
		}
		var on []string
		for _, s := range r.on {
			if servers == nil || slices.Contains(servers, s) {
				on = append(on, s)
			}
		}
		if r.on = on; len(on) > 0 {
			kept = append(kept, r)
		}
	}
	return kept
}
