package httpapi

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// serve runs h on one end of an in-memory connection and returns the other.
func serve(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	l := &oneConn{conn: server, done: make(chan struct{})}
	srv := NewServer(h, slog.New(slog.DiscardHandler))
	stopped := make(chan error, 1)
	go func() { stopped <- srv.Serve(l) }()
	t.Cleanup(func() {
		client.Close()
		srv.Close()
		<-stopped
	})
	return client
}

// oneConn is a listener that accepts one connection.
type oneConn struct {
	conn net.Conn
	done chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error   { close(l.done); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func TestServer_closesWhoeverSendsHeadersSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, says("never"))
		start := time.Now()
		go fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: chat\r\nX-Slow: ")
		io.ReadAll(conn)
		if got := time.Since(start); got != readHeaderTimeout {
			t.Errorf("closed after %v, want %v", got, readHeaderTimeout)
		}
	})
}

func TestServer_closesIdleConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, says("hello"))
		go fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: chat\r\n\r\n")
		answers := bufio.NewReader(conn)
		r, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.ReadAll(r.Body)
		start := time.Now()
		io.ReadAll(answers)
		if got := time.Since(start); got != idleTimeout {
			t.Errorf("closed after %v, want %v", got, idleTimeout)
		}
	})
}

func TestServer_refusesHugeHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, says("never"))
		go func() {
			fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: chat\r\n")
			for range 10_000 {
				if _, err := fmt.Fprint(conn, "X-More: and more\r\n"); err != nil {
					return
				}
			}
		}()
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if got, want := r.StatusCode, http.StatusRequestHeaderFieldsTooLarge; got != want {
			t.Errorf("got %d, want %d", got, want)
		}
		io.Copy(io.Discard, conn) // until the server has closed it
	})
}

// A client that asks for a page and never takes it must not keep a goroutine.
func TestServer_dropsWhoeverNeverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite(func(r *Routes) {
			r.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				start := time.Now()
				_, err := io.Copy(w, strings.NewReader(strings.Repeat("x", 1<<20)))
				if err == nil || time.Since(start) != requestTimeout {
					t.Errorf("got %v after %v, want an error after %v", err, time.Since(start), requestTimeout)
				}
			})
		})
		conn := serve(t, site)
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: chat\r\n\r\n")
		time.Sleep(2 * requestTimeout)
	})
}

// The deadline of one request must not end a long poll that follows on the
// same connection.
func TestServer_deadlinesEndWithTheirRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := newSite(func(r *Routes) {
			r.SocketIO = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(2 * requestTimeout)
				fmt.Fprint(w, "2")
			})
		})
		conn := serve(t, site)
		answers := bufio.NewReader(conn)
		for _, target := range []string{"/", "/socket.io/?sid=x"} {
			go fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: chat\r\n\r\n", target)
			r, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatalf("%s: %v", target, err)
			}
			if _, err := io.ReadAll(r.Body); err != nil {
				t.Fatalf("%s: %v", target, err)
			}
		}
	})
}
