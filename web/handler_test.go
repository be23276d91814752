package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const builtIndex = "<!doctype html>\n" + rootTag + "\n<title>Causerie</title>\n<script type=module src=/assets/app-1a2b.js></script>\n"

func build() fstest.MapFS {
	return fstest.MapFS{
		"index.html":             {Data: []byte(builtIndex)},
		"index.html.br":          {Data: []byte("not to be served")},
		"favicon.svg":            {Data: []byte("<svg/>")},
		"assets/app-1a2b.js":     {Data: []byte("plain script")},
		"assets/app-1a2b.js.br":  {Data: []byte("brotli script")},
		"assets/app-1a2b.js.gz":  {Data: []byte("gzip script")},
		"assets/app-1a2b.css":    {Data: []byte("plain style")},
		"assets/app-1a2b.css.gz": {Data: []byte("gzip style")},
		"socket.io/socket.io.js": {Data: []byte("stock client")},
	}
}

func request(t *testing.T, h http.Handler, method, target string, header map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func newHandler(t *testing.T) http.Handler {
	t.Helper()
	h, err := NewHandler(build())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func content(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestHandler_Paths(t *testing.T) {
	h := newHandler(t)
	const immutable = "public, max-age=31536000, immutable"
	tests := []struct {
		name, method, path string
		status             int
		contentType, cache string
	}{
		{"the shell", "GET", "/", 200, "text/html; charset=utf-8", "no-cache"},
		{"the shell by its file name", "GET", "/index.html", 200, "text/html; charset=utf-8", "no-cache"},
		{"an address of the page's own", "GET", "/r/lobby", 200, "text/html; charset=utf-8", "no-cache"},
		{"a hashed script", "GET", "/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", immutable},
		{"a hashed style", "GET", "/assets/app-1a2b.css", 200, "text/css; charset=utf-8", immutable},
		{"an icon", "GET", "/favicon.svg", 200, "image/svg+xml", "no-cache"},
		{"the stock client", "GET", "/socket.io/socket.io.js", 200, "text/javascript; charset=utf-8", "no-cache"},
		{"only the header", "HEAD", "/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", immutable},
		{"an asset of another build", "GET", "/assets/app-0000.js", 404, "text/plain; charset=utf-8", "no-cache"},
		{"an asset without a dot", "GET", "/assets/nothing", 404, "text/plain; charset=utf-8", "no-cache"},
		{"a compressed file by its own name", "GET", "/assets/app-1a2b.js.br", 404, "text/plain; charset=utf-8", "no-cache"},
		{"the compressed shell by its own name", "GET", "/index.html.br", 404, "text/plain; charset=utf-8", "no-cache"},
		{"a file that is not there", "GET", "/robots.txt", 404, "text/plain; charset=utf-8", "no-cache"},
		{"out of the root", "GET", "/../../etc/passwd.txt", 404, "text/plain; charset=utf-8", "no-cache"},
		{"a form sent to the page", "POST", "/", 405, "text/plain; charset=utf-8", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, h, tt.method, tt.path, nil)
			if got := r.StatusCode; got != tt.status {
				t.Errorf("status: got %d, want %d", got, tt.status)
			}
			if got := r.Header.Get("Content-Type"); got != tt.contentType {
				t.Errorf("Content-Type: got %q, want %q", got, tt.contentType)
			}
			if got := r.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control: got %q, want %q", got, tt.cache)
			}
			if got := r.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options: got %q, want nosniff", got)
			}
			if tt.method == "HEAD" && content(t, r) != "" {
				t.Error("HEAD was answered with content")
			}
		})
	}
}

// TestHandler_StockClient checks that pages of other sites may load the client
// that speaks to us, and nothing else.
func TestHandler_StockClient(t *testing.T) {
	h := newHandler(t)
	for path, want := range map[string]string{"/socket.io/socket.io.js": "*", "/assets/app-1a2b.js": "", "/": ""} {
		header := request(t, h, "GET", path, nil).Header
		if got := header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: Access-Control-Allow-Origin: got %q, want %q", path, got, want)
		}
		if got, shared := header.Get("Cross-Origin-Resource-Policy"), want != ""; shared != (got == "cross-origin") {
			t.Errorf("%s: Cross-Origin-Resource-Policy: got %q", path, got)
		}
	}
}

func TestHandler_Encoding(t *testing.T) {
	h := newHandler(t)
	tests := []struct {
		name, path, accept string
		coding, body       string
	}{
		{"the smallest of what is liked equally", "/assets/app-1a2b.js", "gzip, deflate, br, zstd", "br", "brotli script"},
		{"what is liked better", "/assets/app-1a2b.js", "gzip;q=1.0, br;q=0.5", "gzip", "gzip script"},
		{"refused by weight", "/assets/app-1a2b.js", "br;q=0, gzip", "gzip", "gzip script"},
		{"anything", "/assets/app-1a2b.js", "*", "br", "brotli script"},
		{"anything but one", "/assets/app-1a2b.js", "*, br;q=0", "gzip", "gzip script"},
		{"not prepared", "/assets/app-1a2b.css", "br", "", "plain style"},
		{"nothing accepted", "/assets/app-1a2b.js", "", "", "plain script"},
		{"only identity", "/assets/app-1a2b.js", "identity", "", "plain script"},
		{"a weight out of bounds", "/assets/app-1a2b.js", "br;q=7", "", "plain script"},
		{"another case", "/assets/app-1a2b.js", "GZIP", "gzip", "gzip script"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, h, "GET", tt.path, map[string]string{"Accept-Encoding": tt.accept})
			if got := r.Header.Get("Content-Encoding"); got != tt.coding {
				t.Errorf("Content-Encoding: got %q, want %q", got, tt.coding)
			}
			if got := content(t, r); got != tt.body {
				t.Errorf("content: got %q, want %q", got, tt.body)
			}
			if got := r.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("Vary: got %q, want Accept-Encoding", got)
			}
		})
	}
}

func TestHandler_Revalidation(t *testing.T) {
	h := newHandler(t)
	gzipped := map[string]string{"Accept-Encoding": "gzip"}
	first := request(t, h, "GET", "/", gzipped)
	etag := first.Header.Get("ETag")
	if etag == "" {
		t.Fatal("the shell has no ETag")
	}
	for _, tag := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		r := request(t, h, "GET", "/", map[string]string{"Accept-Encoding": "gzip", "If-None-Match": tag})
		if r.StatusCode != http.StatusNotModified || content(t, r) != "" {
			t.Errorf("If-None-Match %s: got %d, want 304 and no content", tag, r.StatusCode)
		}
		if got := r.Header.Get("Vary"); !strings.Contains(got, "Cookie") {
			t.Errorf("a 304 must vary like the 200, got %q", got)
		}
	}
	if other := request(t, h, "GET", "/", nil).Header.Get("ETag"); other == etag {
		t.Error("two encodings share one ETag")
	}
	dark := request(t, h, "GET", "/", map[string]string{"Accept-Encoding": "gzip", "Cookie": "causerie-theme=dark", "If-None-Match": etag})
	if dark.StatusCode != http.StatusOK {
		t.Errorf("another theme: got %d, want 200", dark.StatusCode)
	}
}

func TestHandler_LanguageAndTheme(t *testing.T) {
	h := newHandler(t)
	tests := []struct {
		name, cookie, accept, want string
	}{
		{"nothing said", "", "", `<html lang="en" data-theme="auto">`},
		{"the browser's Chinese", "", "zh-CN,zh;q=0.9,en;q=0.8", `<html lang="zh-CN" data-theme="auto">`},
		{"Chinese of another place", "", "zh-Hant-TW", `<html lang="zh-CN" data-theme="auto">`},
		{"English before Chinese", "", "en-GB, zh;q=0.5", `<html lang="en" data-theme="auto">`},
		{"a language we lack", "", "fr, zh;q=0.2", `<html lang="zh-CN" data-theme="auto">`},
		{"the choice beats the browser", "causerie-lang=en; causerie-theme=dark", "zh-CN", `<html lang="en" data-theme="dark">`},
		{"light", "causerie-theme=light", "", `<html lang="en" data-theme="light">`},
		{"hostile cookies", `causerie-lang="><script>; causerie-theme=x" onload=y`, "", `<html lang="en" data-theme="auto">`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, h, "GET", "/", map[string]string{"Cookie": tt.cookie, "Accept-Language": tt.accept})
			if got := content(t, r); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want it to contain %q", got, tt.want)
			}
		})
	}
}

func TestHandler_ShellIsCompressed(t *testing.T) {
	r := request(t, newHandler(t), "GET", "/", map[string]string{"Accept-Encoding": "gzip"})
	unzipped, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != builtIndex {
		t.Errorf("got %q, want %q", got, builtIndex)
	}
}

func TestHandler_ContentSecurityPolicy(t *testing.T) {
	for _, target := range []string{"/", "/assets/app-1a2b.js", "/missing.txt"} {
		got := request(t, newHandler(t), "GET", target, nil).Header.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
			"require-trusted-types-for 'script'",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want it to contain %q", target, got, want)
			}
		}
		if strings.Contains(got, "unsafe") || strings.Contains(got, "*") {
			t.Errorf("%s: the policy is open: %q", target, got)
		}
	}
}

func TestNewHandler_DamagedBuild(t *testing.T) {
	tests := []struct {
		name  string
		files fstest.MapFS
	}{
		{"nothing", fstest.MapFS{}},
		{"a shell that cannot be given a language", fstest.MapFS{"index.html": {Data: []byte("<html>")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewHandler(tt.files); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestNotBuilt(t *testing.T) {
	r := request(t, notBuilt{detail: "<b>detail"}, "GET", "/any/path", nil)
	if r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", r.StatusCode)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: got %q, want no-store", got)
	}
	page := content(t, r)
	for _, want := range []string{"make build", "&lt;b&gt;detail"} {
		if !strings.Contains(page, want) {
			t.Errorf("got %q, want it to contain %q", page, want)
		}
	}
	if head := request(t, notBuilt{}, "HEAD", "/", nil); head.StatusCode != 503 || content(t, head) != "" {
		t.Errorf("HEAD: got %d, want 503 and no content", head.StatusCode)
	}
}

func TestHandler_Embedded(t *testing.T) {
	want := http.StatusServiceUnavailable
	if Built() {
		want = http.StatusOK
	}
	if got := request(t, Handler(), "GET", "/", nil).StatusCode; got != want {
		t.Errorf("got %d, want %d with Built() = %t", got, want, Built())
	}
	if files, _ := FS(); files == nil {
		t.Error("FS() returned nil")
	}
}
