package redistest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// slots is the number of hash slots of every Redis cluster.
const slots = 16384

// A Cluster is three primaries without replicas.
type Cluster struct {
	t         testing.TB
	Primaries []*Server
}

// StartCluster starts a cluster and waits until every primary serves. The
// args go to every redis-server, as in Start.
func StartCluster(t testing.TB, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	args = append([]string{
		// A server that a busy machine lets wait is not taken for one that is
		// gone: there is no replica that could take its place.
		"--cluster-enabled", "yes", "--cluster-node-timeout", "30000", "--cluster-config-file", "nodes.conf",
	}, args...)
	const n = 3
	for i := range n {
		s := Start(t, args...)
		s.Do("CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		s.Do("CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/n), strconv.Itoa((i+1)*slots/n-1))
		c.Primaries = append(c.Primaries, s)
	}
	for _, s := range c.Primaries[1:] {
		s.Do("CLUSTER", "MEET", "127.0.0.1", strconv.Itoa(c.Primaries[0].port))
	}
	for _, s := range c.Primaries {
		await(t, "the cluster", func() bool {
			info := s.Do("CLUSTER", "INFO")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_size:%d\r\n", n))
		})
	}
	return c
}

// URL names all primaries: redis://host:port,host:port,host:port.
func (c *Cluster) URL() string {
	addrs := make([]string, len(c.Primaries))
	for i, s := range c.Primaries {
		addrs[i] = s.Addr()
	}
	return "redis://" + strings.Join(addrs, ",")
}

// Owner returns the primary that owns the slot of key.
func (c *Cluster) Owner(key string) *Server {
	c.t.Helper()
	slot := c.Primaries[0].Do("CLUSTER", "KEYSLOT", key)
	for _, s := range c.Primaries {
		for line := range strings.Lines(s.Do("CLUSTER", "NODES")) {
			if strings.Contains(line, "myself") && owns(strings.Fields(line)[8:], slot) {
				return s
			}
		}
	}
	c.t.Fatalf("no primary owns slot %s", slot)
	return nil
}

func owns(ranges []string, slot string) bool {
	want, _ := strconv.Atoi(slot)
	for _, r := range ranges {
		from, to, isRange := strings.Cut(r, "-")
		if !isRange {
			to = from
		}
		low, err1 := strconv.Atoi(from)
		high, err2 := strconv.Atoi(to)
		if err1 == nil && err2 == nil && low <= want && want <= high {
			return true
		}
	}
	return false
}

// Move gives the slot of key, with all its keys, to another primary, which it
// returns. Clients keep working meanwhile.
func (c *Cluster) Move(key string) *Server {
	c.t.Helper()
	from := c.Owner(key)
	to := c.Primaries[0]
	if to == from {
		to = c.Primaries[1]
	}
	slot := from.Do("CLUSTER", "KEYSLOT", key)
	to.Do("CLUSTER", "SETSLOT", slot, "IMPORTING", from.Do("CLUSTER", "MYID"))
	from.Do("CLUSTER", "SETSLOT", slot, "MIGRATING", to.Do("CLUSTER", "MYID"))
	for _, k := range c.keys(from, slot) {
		from.Do("MIGRATE", "127.0.0.1", strconv.Itoa(to.port), k, "0", "5000")
	}
	for _, s := range append([]*Server{to, from}, c.Primaries...) {
		s.Do("CLUSTER", "SETSLOT", slot, "NODE", to.Do("CLUSTER", "MYID"))
	}
	return to
}

func (c *Cluster) keys(s *Server, slot string) []string {
	c.t.Helper()
	client := s.Client()
	keys, err := client.Do(c.t.Context(), client.B().Arbitrary("CLUSTER", "GETKEYSINSLOT", slot, "1000").Build()).AsStrSlice()
	if err != nil {
		c.t.Fatalf("keys of slot %s: %v", slot, err)
	}
	return keys
}
