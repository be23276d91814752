package redistest_test

import (
	"testing"

	"github.com/causerie-chat/causerie/internal/store/redis/redistest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServerKeepsDataOverKill(t *testing.T) {
	s := redistest.Start(t)
	addr := s.Addr()
	s.Do("SET", "k", "v")
	s.Kill()
	s.Restart()
	if got := s.Do("GET", "k"); got != "v" {
		t.Errorf("GET after kill and restart: got %q, want %q", got, "v")
	}
	if s.Addr() != addr {
		t.Errorf("address after restart: got %s, want %s", s.Addr(), addr)
	}
}

func TestReplicaFollows(t *testing.T) {
	s := redistest.Start(t)
	s.Replica()
	s.Do("SET", "k", "v")
	if got := s.Do("WAIT", "1", "5000"); got != "1" {
		t.Errorf("replicas that have the write: got %s, want 1", got)
	}
}

func TestClusterMovesSlot(t *testing.T) {
	c := redistest.StartCluster(t)
	from := c.Owner("k")
	from.Do("SET", "k", "v")
	to := c.Move("k")
	if to == from {
		t.Fatal("the slot stayed where it was")
	}
	if got := to.Do("GET", "k"); got != "v" {
		t.Errorf("GET at the new owner: got %q, want %q", got, "v")
	}
}
