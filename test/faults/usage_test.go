package faults

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/test/node"
)

const connections = `causerie_connections{transport="websocket"}`

// A usage is what a node holds, by the names of its metrics.
type usage map[string]float64

// spare is how much more of each a node may hold after a fault than before:
// pools, caches and connections to the store that are kept for the next time.
var spare = usage{
	"go_goroutines":                20,
	"process_open_fds":             10,
	"go_memstats_heap_inuse_bytes": 32 << 20,
	connections:                    0,
}

func usageOf(t *testing.T, n *node.Node) usage {
	t.Helper()
	resp, err := http.Get(n.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	u := make(usage)
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if _, asked := spare[name]; !asked {
			continue
		}
		if u[name], err = strconv.ParseFloat(text, 64); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
	}
	if err := lines.Err(); err != nil || len(u) != len(spare) {
		t.Fatalf("metrics of %s: got %v, %v, want all of %v", n.URL, u, err, spare)
	}
	return u
}

// awaitAgain waits until n holds no more than before the fault.
func (u usage) awaitAgain(t *testing.T, n *node.Node) {
	t.Helper()
	deadline := time.After(patience)
	for {
		now := usageOf(t, n)
		more := ""
		for name, most := range spare {
			if now[name] > u[name]+most {
				more += " " + name
			}
		}
		if more == "" {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("the node holds more than before of%s: got %v, want %v", more, now, u)
		case <-time.After(retryAfter):
		}
	}
}
