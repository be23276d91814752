package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/causerie-chat/causerie"
)

// A file is one Go source file of ours.
type file struct {
	name   string // from the root, with slashes
	dir    string // its package's folder, "." for the root
	isTest bool
	syntax *ast.File
	tokens *token.FileSet
}

// imports returns the paths that f imports.
func (f file) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "`\""))
	}
	return paths
}

// skipped are folders that hold nothing of ours.
var skipped = []string{".git", "node_modules", "dist", "bin", "out", "testdata", "test-results"}

// walk calls f with every file of ours, by its name from the root.
func walk(t *testing.T, f func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(skipped, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(root, p)
		if err == nil {
			f(filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goFiles returns the Go files of this module, parsed.
func goFiles(t *testing.T) []file {
	t.Helper()
	others := otherModules(t)
	var files []file
	walk(t, func(name string) {
		if path.Ext(name) != ".go" || slices.ContainsFunc(others, func(dir string) bool { return strings.HasPrefix(name, dir+"/") }) {
			return
		}
		tokens := token.NewFileSet()
		syntax, err := parser.ParseFile(tokens, filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			t.Error(err)
			return
		}
		files = append(files, file{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), syntax, tokens})
	})
	if len(files) < 10 {
		t.Fatalf("found %d Go files: this test does not see the repository", len(files))
	}
	return files
}

// otherModules returns the folders below the root with a go.mod of their own.
func otherModules(t *testing.T) []string {
	t.Helper()
	var dirs []string
	walk(t, func(name string) {
		if path.Base(name) == "go.mod" && name != "go.mod" {
			dirs = append(dirs, path.Dir(name))
		}
	})
	return dirs
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
