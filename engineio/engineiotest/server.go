// Package engineiotest helps to test programs that use engineio: a listener in
// memory, and a client that speaks in raw packets and frames, right or wrong
// ones, over polling, websockets and the upgrade between them.
//
// Everything works inside a testing/synctest bubble if it is created there and
// the server is started with [Start].
package engineiotest

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
)

// A Server serves a handler to clients of the same test.
type Server struct {
	// URL is where the handler is, without a slash at the end.
	URL string

	http   http.Server
	dial   func(ctx context.Context) (net.Conn, error)
	client *http.Client
	done   chan struct{}
}

// Start serves h in memory.
func Start(h http.Handler) *Server {
	l := Listen()
	return serve(h, l, "http://engineio.test", l.Dial)
}

// StartTCP serves h on a free port of 127.0.0.1.
func StartTCP(h http.Handler) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	return serve(h, l, "http://"+address, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}), nil
}

func serve(h http.Handler, l net.Listener, url string, dial func(context.Context) (net.Conn, error)) *Server {
	s := &Server{URL: url, dial: dial, done: make(chan struct{})}
	s.http.Handler = h
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
	}}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // ErrServerClosed after Close
	}()
	return s
}

// Close ends the HTTP server and its connections, but not websockets, which
// have left it.
func (s *Server) Close() {
	s.client.CloseIdleConnections()
	_ = s.http.Close()
	<-s.done
}

// Dial opens a connection for whatever bytes a test wants to send.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) { return s.dial(ctx) }

// Client returns an HTTP client that reaches the server.
func (s *Server) Client() *http.Client { return s.client }

// An Answer is a response whose body has been read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request with the given query and returns the answer.
func (s *Server) Do(ctx context.Context, method, query, body string, header ...string) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+"/?"+query, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	response, err := s.client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, string(data)}, err
}
