package engineiotest_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The pipe keeps the contract of net.Conn.
func TestPipe_Conn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2 = engineiotest.Pipe()
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	})
}

func TestPipe_CloseWrite(t *testing.T) {
	a, b := engineiotest.Pipe()
	defer a.Close()
	defer b.Close()
	_, _ = io.WriteString(a, "last")
	_ = a.(interface{ CloseWrite() error }).CloseWrite()
	if got, err := io.ReadAll(b); string(got) != "last" || err != nil {
		t.Errorf("got %q, %v, want %q and the end", got, err, "last")
	}
	_, _ = io.WriteString(b, "answer")
	got := make([]byte, 6)
	if _, err := io.ReadFull(a, got); string(got) != "answer" || err != nil {
		t.Errorf("other direction: got %q, %v", got, err)
	}
}

func TestPipe_WriterWaitsForReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := engineiotest.Pipe()
		defer a.Close()
		defer b.Close()
		began := time.Now()
		_ = a.SetWriteDeadline(began.Add(time.Hour))
		n, err := a.Write(make([]byte, 1<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 1<<20 {
			t.Errorf("got %d, %v, want some bytes and a deadline", n, err)
		}
		if got := time.Since(began); got != time.Hour {
			t.Errorf("waited %v, want 1 h", got)
		}
	})
}
