package redistest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// busOffset is how far above its port a cluster node has its second port.
const busOffset = 10000

// freePort returns a port that is free, and whose cluster bus port is free.
// Both lie below the range from which systems give ports to outgoing
// connections, so that a connection cannot take the port of a killed server
// before it is started again.
func freePort(t testing.TB) int {
	t.Helper()
	for range 200 {
		port := 11000 + rand.IntN(11000)
		if isFree(port) && isFree(port+busOffset) {
			return port
		}
	}
	t.Fatal("no free port for redis-server between 11000 and 22000")
	return 0
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
