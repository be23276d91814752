package redis_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/redis"
	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"github.com/causerie-chat/causerie/internal/store/storetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// When a cluster's slots have moved the client library keeps replaced
		// connections for five seconds, and puts off reading the topology
		// again, in goroutines that Close does not wait for. They end by
		// themselves.
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient).redirectOrNew.func1"),
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2"),
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"),
	)
}

var lastPrefix atomic.Uint64

// newPrefix makes one server as many empty sets of data as are needed.
func newPrefix() string { return fmt.Sprintf("t%d", lastPrefix.Add(1)) }

// factory opens stores on the server at url.
func factory(url string, o redis.Options) storetest.Factory {
	return storetest.Factory{
		Peers: true,
		New: func(testing.TB, func() time.Time) storetest.Open {
			o := o
			// The suite says how long its calls may take.
			o.Timeout = storetest.CallLimit
			o.URL, o.Prefix, o.Logger = url, newPrefix(), discard
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

// Without a replica nothing fails over, however busy the machine is: that is
// TestSentinelFailover's.
func TestStore_Sentinel(t *testing.T) {
	sentinel := redistest.StartSentinel(t, redistest.Start(t))
	storetest.Run(t, factory(sentinel.URL()+"/0?master_set="+redistest.MasterSet, redis.Options{}))
}

func TestRandom(t *testing.T) {
	storetest.Random(t, factory(redistest.Start(t).URL(), redis.Options{}))
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, factory(redistest.Start(b).URL(), redis.Options{}))
}
