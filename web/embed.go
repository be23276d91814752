// Package web carries the page people use, compiled by Vite into dist/app and
// embedded into the binary, and serves it over HTTP. A binary that was built
// without Node is complete but for the page: it answers with a plain 503 that
// says what to do, and everything else of the server works.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"sync"
)

// The directive needs a match in a fresh clone: dist/PLACEHOLDER.txt. Vite
// empties its output folder before each build, hence dist/app beside it.
//
//go:embed all:dist
var dist embed.FS

// FS returns the files of the built page, index.html at the root, and whether
// there are any: built is false when the binary was compiled before the page.
// The file system is never nil.
func FS() (files fs.FS, built bool) {
	files, err := fs.Sub(dist, "dist/app")
	if err != nil {
		return dist, false
	}
	_, err = fs.Stat(files, "index.html")
	return files, err == nil
}

// Built reports whether the page is part of this binary.
func Built() bool {
	_, built := FS()
	return built
}

// Handler serves the embedded page; see NewHandler for what it answers. The
// same handler is returned to every caller, and any number of requests may use
// it at once.
func Handler() http.Handler { return embedded() }

var embedded = sync.OnceValue(func() http.Handler {
	files, built := FS()
	if !built {
		return notBuilt{}
	}
	h, err := NewHandler(files)
	if err != nil {
		// Only a damaged build gets here; the message is for whoever made it.
		return notBuilt{detail: err.Error()}
	}
	return h
})
