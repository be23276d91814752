package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// trimInterval is how often the memory is looked at, and trimPause how
	// long after giving some back it is left alone.
	trimInterval = time.Second
	trimPause    = 15 * time.Second
	// quietBytes is how much may be allocated between two looks for the
	// process to be quiet: collecting then delays nobody.
	quietBytes = 4 << 20
	// worthBytes is the least that is worth a collection.
	worthBytes = 8 << 20
	// collectAt lets the heap grow by half before it is collected. The default
	// doubles it, and most of ours is what idle connections hold.
	collectAt = 50
)

// keepMemorySmall gives memory back to the system once the process is quiet
// again after a crowd has come or gone. The runtime by itself keeps what its
// last peak needed, which after a reconnect storm is many times what the
// connections hold.
func keepMemorySmall(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	var allocated, trimmed uint64
	var rested time.Time
	tick := time.NewTicker(trimInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			metrics.Read(samples)
			total, objects, free := samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64()
			quiet := total-allocated < quietBytes
			allocated = total
			worth := max(worthBytes, trimmed/8)
			if quiet && now.After(rested) && (free > worth || objects > trimmed+worth) {
				debug.FreeOSMemory()
				metrics.Read(samples)
				trimmed, rested = samples[1].Value.Uint64(), now.Add(trimPause)
			}
		}
	}
}
