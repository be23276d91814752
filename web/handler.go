package web

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// NewHandler serves a built page from files, which it reads once and whole.
//
//   - Files below /assets/ carry a hash of their content in their name and may
//     be cached for ever; what is not there is 404.
//   - Files below /socket.io/ are the stock client, for pages of any origin.
//   - Other files (icons) and the shell are revalidated by ETag.
//   - Any other path whose last element has no dot is the shell, so that a
//     page can have addresses of its own; with a dot it is 404.
//   - The best encoding of br, gzip and none that the client accepts and the
//     build prepared is sent.
//   - Methods other than GET and HEAD are 405.
//
// The error says which part of the build is missing.
func NewHandler(files fs.FS) (http.Handler, error) {
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("failed to read the page: %w", err)
	}
	shell, err := newShell(index)
	if err != nil {
		return nil, err
	}
	assets, err := readAssets(files)
	if err != nil {
		return nil, fmt.Errorf("failed to read the page's files: %w", err)
	}
	return &handler{shell: shell, assets: assets}, nil
}

type handler struct {
	shell  *shell
	assets map[string]*asset // by path below the root, without the slash
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header())
	if !readOnly(w, r) {
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if a := h.assets[name]; a != nil {
		cache := "no-cache"
		if strings.HasPrefix(name, "assets/") {
			cache = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", cache)
		if strings.HasPrefix(name, "socket.io/") {
			shareWithAnyone(w.Header())
		}
		a.serve(w, r)
		return
	}
	if strings.HasPrefix(name, "assets/") || strings.Contains(path.Base("/"+name), ".") && name != "index.html" {
		w.Header().Set("Cache-Control", "no-cache")
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h.shell.serve(w, r)
}

func readOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "This page can only be read.", http.StatusMethodNotAllowed)
	return false
}

// notBuilt answers in place of the page when there is none.
type notBuilt struct {
	detail string
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Causerie: the page was not built</title>
<h1>The page was not built</h1>
<p>This binary was compiled without its web page. Run <code>make build</code>, or use a released binary.
<p>The server itself works: any Socket.IO client can connect and chat.
<p lang="zh-CN">这个程序编译时没有包含网页。请运行 <code>make build</code>，或使用发布的版本。服务本身正常，任何 Socket.IO 客户端都可以连接。
`

func (n notBuilt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header())
	if !readOnly(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write([]byte(notBuiltPage))
	if n.detail != "" {
		_, _ = fmt.Fprintf(w, "<p>%s\n", htmlEscaper.Replace(n.detail))
	}
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
