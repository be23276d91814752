package redis_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var lastPrefix atomic.Uint64

// newPrefix makes one server as many empty sets of data as are needed.
func newPrefix() string { return fmt.Sprintf("t%d", lastPrefix.Add(1)) }

// factory opens stores on the server at url.
func factory(url string, o redis.Options) storetest.Factory {
	return storetest.Factory{
		Peers: true,
		New: func(testing.TB, func() time.Time) storetest.Open {
			o := o
			o.URL, o.Prefix, o.Logger = url, newPrefix(), slog.New(slog.DiscardHandler)
			return func() (chat.Store, error) { return redis.Open(context.Background(), o) }
		},
	}
}

func TestStore(t *testing.T) {
	storetest.Run(t, factory(redistest.Start(t).URL(), redis.Options{}))
}

func TestStore_Cluster(t *testing.T) {
	storetest.Run(t, factory(redistest.StartCluster(t).URL(), redis.Options{}))
}

func TestStore_Replicated(t *testing.T) {
	server := redistest.Start(t)
	server.Replica()
	storetest.Run(t, factory(server.URL(), redis.Options{Durability: redis.Replicated}))
}

func TestRandom(t *testing.T) {
	storetest.Random(t, factory(redistest.Start(t).URL(), redis.Options{}))
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, factory(redistest.Start(b).URL(), redis.Options{}))
}
