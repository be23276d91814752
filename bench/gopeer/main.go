// The program gopeer is the strongest Go peer that causerie is measured
// against: a chat room on the centrifuge library with its Redis engine, which
// keeps each message in a stream before it is published, over its JSON
// protocol on websockets. The choices are those that make it fast and small.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/centrifugal/centrifuge"
)

// channel is the room that every connection is in.
const channel = "lobby"

func main() {
	addr := flag.String("addr", "127.0.0.1:3000", "where to listen")
	redis := flag.String("redis", "127.0.0.1:6379", "the Redis server")
	flag.Parse()
	if err := serve(*addr, *redis); err != nil {
		log.Fatal(err)
	}
}

func serve(addr, redis string) error {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return err
	}
	shard, err := centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: redis})
	if err != nil {
		return err
	}
	broker, err := centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{Shards: []*centrifuge.RedisShard{shard}})
	if err != nil {
		return err
	}
	node.SetBroker(broker)
	node.OnConnecting(enter)
	node.OnConnect(converse)
	if err := node.Run(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		ReadBufferSize:     256,
		UseWriteBufferPool: true,
		CheckOrigin:        func(*http.Request) bool { return true },
	}))
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// enter puts every connection into the room, with what it missed if it says
// where it was.
func enter(_ context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: e.Name},
		Subscriptions: map[string]centrifuge.SubscribeOptions{
			channel: {EnableRecovery: true},
		},
	}, nil
}

// converse lets a connection publish: kept in the history first, then
// acknowledged and delivered.
func converse(client *centrifuge.Client) {
	client.OnPublish(func(e centrifuge.PublishEvent, done centrifuge.PublishCallback) {
		if e.Channel != channel || strings.TrimSpace(string(e.Data)) == "" {
			done(centrifuge.PublishReply{}, centrifuge.ErrorBadRequest)
			return
		}
		done(centrifuge.PublishReply{
			Options: centrifuge.PublishOptions{
				HistorySize: 1000, HistoryTTL: 24 * time.Hour, ClientInfo: e.ClientInfo,
			},
		}, nil)
	})
}
