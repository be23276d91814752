package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// MasterSet is the name under which a sentinel watches its primary.
const MasterSet = "causerie-test"

// StartSentinel starts a sentinel that watches the primary alone, finds it
// dead after half a second and then promotes a replica.
func StartSentinel(t testing.TB, primary *Server) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), up: "+monitor master", args: []string{"--sentinel"}}
	s.config = filepath.Join(s.dir, "sentinel.conf")
	config := fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1\nsentinel down-after-milliseconds %[1]s 500\nsentinel failover-timeout %[1]s 2000\n", MasterSet, primary.port)
	if err := os.WriteFile(s.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	// It asks the primary for its replicas, and can promote only those it
	// knows.
	replicas := field(primary.Do("INFO", "replication"), "connected_slaves:")
	await(t, "the sentinel to know the replicas", func() bool {
		return strings.Contains(s.Do("INFO", "sentinel"), "status=ok,address="+primary.Addr()+",slaves="+replicas)
	})
	return s
}

// field returns what follows name in a line of INFO.
func field(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name); ok {
			return value
		}
	}
	return ""
}
