package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A running is causerie serve in this process.
type running struct {
	url    string
	log    *lockedBuffer
	stop   func() // as SIGTERM does
	exited chan int
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve runs the program until the test ends and waits until it is ready.
func serve(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	addr := freeAddr(t)
	scheme := "http://"
	if slices.Contains(args, "--tls-cert") {
		scheme = "https://"
	}
	r := &running{url: scheme + addr, log: new(lockedBuffer), stop: stop, exited: make(chan int, 1)}
	p := program{environ: []string{"HOME=" + t.TempDir()}, stdout: io.Discard, stderr: r.log}
	go func() { r.exited <- p.run(ctx, append([]string{"serve", "--addr", addr, "--drain", "100ms"}, args...)) }()
	t.Cleanup(func() {
		stop()
		if code := <-r.exited; code != exitOK {
			t.Errorf("exit code %d", code)
		}
		r.exited <- exitOK
		if t.Failed() {
			t.Log(r.log)
		}
	})
	r.await(t, "/readyz", http.StatusOK)
	return r
}

// wait waits until the program has ended.
func (r *running) wait(t *testing.T) int {
	t.Helper()
	code := <-r.exited
	r.exited <- code
	return code
}

// await asks until the answer has the status.
func (r *running) await(t *testing.T, path string, status int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		if resp, err := client.Get(r.url + path); err == nil {
			resp.Body.Close()
			if resp.StatusCode == status {
				return
			}
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case code := <-r.exited:
			r.exited <- code
			t.Fatalf("it ended with code %d:\n%s", code, r.log)
		case <-deadline:
			t.Fatalf("%s is not %d:\n%s", path, status, r.log)
		}
	}
}

// client keeps no connection, so that none outlives its test, and believes the
// certificates that tests make.
var client = &http.Client{Transport: &http.Transport{
	DisableKeepAlives: true,
	ForceAttemptHTTP2: true,
	TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
}}

func (r *running) get(t *testing.T, path string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

const handshake = "/socket.io/?EIO=4&transport=polling"

func TestServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "chat")
	r := serve(t, "--data", data, "--origins", "https://friend.example")

	page := http.StatusServiceUnavailable
	if ui() == "built" {
		page = http.StatusOK
	}
	tests := []struct {
		name    string
		path    string
		headers []string
		status  int
		body    string // a part of it
	}{
		{"alive", "/healthz", nil, 200, `"ok":true`},
		{"ready", "/readyz", nil, 200, `{"ready":true}`},
		{"metrics", "/metrics", nil, 200, "\ncauserie_connections{transport=\"websocket\"} 0\n"},
		{"store latency", "/metrics", nil, 200, `causerie_store_seconds_count{operation="before"} `},
		{"page", "/", nil, page, "<!doctype html>"},
		{"a stock client", handshake, nil, 200, `0{"sid":`},
		{"our own page", handshake, []string{"Origin", r.url}, 200, `0{"sid":`},
		{"a page that is allowed", handshake, []string{"Origin", "https://friend.example"}, 200, `0{"sid":`},
		{"a page of a stranger", handshake, []string{"Origin", "https://evil.example"}, 403, "Forbidden"},
		{"a page without origin", handshake, []string{"Origin", "null"}, 403, "Forbidden"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, body := r.get(t, test.path, test.headers...)
			if status != test.status || !strings.Contains(body, test.body) {
				t.Errorf("got  %d %.300s\nwant %d %s", status, body, test.status, test.body)
			}
		})
	}

	t.Run("the first line tells where everything is", func(t *testing.T) {
		first, _, _ := strings.Cut(r.log.String(), "\n")
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(r.url, "http://"))
		for _, want := range []string{"data=" + data, "url=http://localhost:" + port, "version="} {
			if !strings.Contains(first, want) {
				t.Errorf("got %s, want it to hold %s", first, want)
			}
		}
	})
}

func TestServe_metricsElsewhere(t *testing.T) {
	metrics := freeAddr(t)
	r := serve(t, "--metrics-addr", metrics)
	if _, body := r.get(t, "/metrics"); strings.Contains(body, "causerie_connections") {
		t.Error("the main listener serves the metrics all the same")
	}
	elsewhere := &running{url: "http://" + metrics}
	if status, body := elsewhere.get(t, "/metrics"); status != 200 || !strings.Contains(body, "causerie_connections") {
		t.Errorf("got %d %.100s", status, body)
	}
}

func TestServe_tls(t *testing.T) {
	cert, key := certificate(t)
	r := serve(t, "--tls-cert", cert, "--tls-key", key)
	if status, body := r.get(t, handshake, "Origin", r.url); status != 200 || !strings.HasPrefix(body, `0{"sid":`) {
		t.Errorf("got %d %s", status, body)
	}
	if first, _, _ := strings.Cut(r.log.String(), "\n"); !strings.Contains(first, "url=https://localhost:") {
		t.Errorf("the first line does not say https: %s", first)
	}
}

// certificate writes the pair that httptest serves with.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair := server.TLS.Certificates[0]
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return write("cert.pem", "CERTIFICATE", pair.Certificate[0]), write("key.pem", "PRIVATE KEY", private)
}

func TestServe_maxConnections(t *testing.T) {
	r := serve(t, "--max-connections", "2")
	for i := range 2 {
		if status, body := r.get(t, handshake); status != 200 {
			t.Fatalf("connection %d: got %d %s", i, status, body)
		}
	}
	if status, _ := r.get(t, handshake); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: got %d, want 503", status)
	}
}

// A stopping server is red and lets nobody in for as long as somebody it holds
// takes to go, and then ends.
func TestServe_drain(t *testing.T) {
	r := serve(t, "--drain", "20s")
	_, open := r.get(t, handshake)
	_, sid, _ := strings.Cut(open, `"sid":"`)
	sid = sid[:20]
	r.stop()
	r.await(t, "/readyz", http.StatusServiceUnavailable)
	if status, body := r.get(t, "/readyz"); status != 503 || !strings.Contains(body, "stopping") {
		t.Errorf("got %d %s", status, body)
	}
	if status, _ := r.get(t, handshake); status != http.StatusServiceUnavailable {
		t.Errorf("a handshake while stopping: got %d, want 503", status)
	}
	if status, body := r.get(t, handshake+"&sid="+sid); status != 200 || body != "1" {
		t.Errorf("the last poll: got %d %q, want 200 and a close packet", status, body)
	}
	if code := r.wait(t); code != exitOK {
		t.Errorf("got exit code %d", code)
	}
	if log := r.log.String(); !strings.Contains(log, "msg=stopped") || strings.Contains(log, "level=WARN msg=\"stopping did not go well\"") {
		t.Errorf("it did not stop well:\n%s", log)
	}
}

func TestServe_endsWithTheDrainTime(t *testing.T) {
	r := serve(t, "--drain", "100ms")
	r.get(t, handshake) // and never comes back
	start := time.Now()
	r.stop()
	if code := r.wait(t); code != exitOK {
		t.Errorf("got exit code %d", code)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestServe_failures(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	busy := taken.Addr().String()
	damaged := filepath.Join(dir, "damaged")
	if err := os.Mkdir(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(damaged, "causerie.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	nobody := freeAddr(t)

	tests := []struct {
		name string
		args []string
		want string // a part of the one line
	}{
		{"port taken", []string{"--addr", busy}, "the address " + busy + " is in use: stop the program that listens there, or choose another address with --addr"},
		{"metrics port taken", []string{"--metrics-addr", busy}, "or choose another address with --metrics-addr"},
		{"no such address", []string{"--addr", "192.0.2.1:3000"}, "cannot listen on 192.0.2.1:3000, which --addr names"},
		{"no certificate", []string{"--tls-cert", file, "--tls-key", file}, "cannot use --tls-cert " + file},
		{"data folder is a file", []string{"--data", file}, "the data folder " + file + " is a file"},
		{"data folder below nothing", []string{"--data", dir + "/a/b"}, "does not exist"},
		{"damaged database", []string{"--data", damaged}, "causerie.db"},
		{"nobody at the Redis address", []string{"--redis", "redis://:canary@" + nobody}, nobody},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			addr := freeAddr(t)
			code, _, stderr := run(t, append([]string{"serve", "--addr", addr}, test.args...)...)
			var lines []string
			for line := range strings.Lines(stderr) {
				if strings.HasPrefix(line, "causerie: ") {
					lines = append(lines, line)
				}
			}
			if code != exitFailed || len(lines) != 1 || !strings.Contains(lines[0], test.want) {
				t.Errorf("got  %d %q\nwant %d and one line with %q", code, lines, exitFailed, test.want)
			}
			if strings.Contains(stderr, "canary") {
				t.Errorf("it shows the password: %s", stderr)
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				t.Fatalf("it still listens: %v", err)
			}
			l.Close()
		})
	}
}

// Two servers on one folder would each be right and together wrong.
func TestServe_folderInUse(t *testing.T) {
	data := filepath.Join(t.TempDir(), "chat")
	serve(t, "--data", data)
	code, _, stderr := run(t, "serve", "--addr", freeAddr(t), "--data", data)
	if want := fmt.Sprintf("another causerie (process %d) uses the data folder %s", os.Getpid(), data); code != exitFailed || !strings.Contains(stderr, want) {
		t.Errorf("got  %d %s\nwant %d %s", code, stderr, exitFailed, want)
	}
}

func TestShownURL(t *testing.T) {
	tests := []struct {
		host   string
		secure bool
		want   string
	}{
		{"", false, "http://localhost:3000"},
		{"chat.example.org", true, "https://chat.example.org:3000"},
		{"127.0.0.1", false, "http://localhost:3000"},
		{"::1", false, "http://localhost:3000"},
		{"0.0.0.0", true, "https://localhost:3000"},
		{"::", false, "http://localhost:3000"},
		{"192.0.2.7", true, "https://192.0.2.7:3000"},
		{"2001:db8::7", false, "http://[2001:db8::7]:3000"},
	}
	for _, test := range tests {
		if got := shownURL(net.JoinHostPort(test.host, "3000"), test.secure); got != test.want {
			t.Errorf("%s: got %s, want %s", test.host, got, test.want)
		}
	}
}
