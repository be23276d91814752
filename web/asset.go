package web

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// An asset is one file in every encoding there is of it.
type asset struct {
	contentType string
	plain       body
	encoded     map[string]body // by content coding: "br", "gzip"
}

type body struct {
	data []byte
	etag string
}

func newBody(data []byte) body {
	sum := sha256.Sum256(data)
	return body{data: data, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// codings are what scripts/precompress prepares, best first.
var codings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// readAssets reads all of the build but the shell. Everything stays in memory,
// where the embedded files are anyway.
func readAssets(files fs.FS) (map[string]*asset, error) {
	raw := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw[name], err = fs.ReadFile(files, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	assets := map[string]*asset{}
	for name, data := range raw {
		if name == "index.html" || isEncodingOf(raw, name) {
			continue
		}
		a := &asset{contentType: contentType(name), plain: newBody(data), encoded: map[string]body{}}
		for _, c := range codings {
			if data, ok := raw[name+c.suffix]; ok {
				a.encoded[c.name] = newBody(data)
			}
		}
		assets[name] = a
	}
	return assets, nil
}

func isEncodingOf(raw map[string][]byte, name string) bool {
	for _, c := range codings {
		if original, ok := strings.CutSuffix(name, c.suffix); ok {
			if _, ok := raw[original]; ok || original == "index.html" {
				return true
			}
		}
	}
	return false
}

// contentType does not ask the operating system, whose table differs from
// machine to machine: with nosniff a wrong answer means a dead page.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// serve sends the best encoding. Headers about caching are the caller's.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	chosen := a.plain
	if len(a.encoded) > 0 {
		header.Add("Vary", "Accept-Encoding")
		if coding := chooseCoding(r.Header.Get("Accept-Encoding"), a.encoded); coding != "" {
			header.Set("Content-Encoding", coding)
			chosen = a.encoded[coding]
		}
	}
	header.Set("ETag", chosen.etag)
	if matches(r.Header.Get("If-None-Match"), chosen.etag) {
		// RFC 9110 §15.4.5: no content, so nothing that describes one.
		header.Del("Content-Encoding")
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(chosen.data)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(chosen.data) // a failure here is the client's going away
}

// chooseCoding returns the coding of available that the client likes best, by
// RFC 9110 §12.5.3, or "" for none. Equal likes go to the smaller one.
func chooseCoding(accept string, available map[string]body) string {
	best, bestWeight := "", 0.0
	for _, c := range codings {
		if _, ok := available[c.name]; !ok {
			continue
		}
		if weight := codingWeight(accept, c.name); weight > bestWeight {
			best, bestWeight = c.name, weight
		}
	}
	return best
}

func codingWeight(accept, coding string) float64 {
	any := 0.0
	for item := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		name = strings.TrimSpace(name)
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			if err != nil || parsed < 0 || parsed > 1 {
				continue
			}
			weight = parsed
		}
		if strings.EqualFold(name, coding) {
			return weight
		}
		if name == "*" {
			any = weight
		}
	}
	return any
}

// matches compares weakly, by RFC 9110 §13.1.2.
func matches(ifNoneMatch, etag string) bool {
	for item := range strings.SplitSeq(ifNoneMatch, ",") {
		item = strings.TrimSpace(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == etag {
			return true
		}
	}
	return false
}
