package sqlite

import (
	"context"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/store/storetest"
)

// factory keeps each set of data in a folder of its own. Nodes share a handle
// because one process owns the folder.
var factory = storetest.Factory{
	Clock: true,
	New: func(t testing.TB, now func() time.Time) storetest.Open {
		dir := t.TempDir()
		return func() (chat.Store, error) {
			return Open(context.Background(), Options{Dir: dir, Now: now})
		}
	},
}

func TestStore(t *testing.T) {
	t.Parallel() // with TestStore_RealTime: both wait for the disk most of the time
	storetest.Run(t, factory)
}

func TestStore_RealTime(t *testing.T) {
	t.Parallel()
	real := factory
	real.Clock = false
	storetest.Run(t, real)
}

func TestRandom(t *testing.T) { storetest.Random(t, factory) }

func BenchmarkStore(b *testing.B) { storetest.Bench(b, factory) }
