package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// A package's first line in `go doc` is its doc comment: two are read as one
// text, none leaves a name.
func TestPackages_haveOneDocComment(t *testing.T) {
	docs := make(map[string][]string)
	for _, f := range goFiles(t) {
		if f.isTest {
			continue
		}
		if _, ok := docs[f.dir]; !ok {
			docs[f.dir] = nil
		}
		if f.syntax.Doc != nil {
			docs[f.dir] = append(docs[f.dir], f.name)
		}
	}
	for dir, files := range docs {
		switch len(files) {
		case 0:
			t.Errorf("%s: no file has a package doc comment", dir)
		case 1:
		default:
			t.Errorf("%s: more than one file has a package doc comment: %s", dir, strings.Join(files, ", "))
		}
	}
}

func TestPackages_areNamedAfterWhatTheyDo(t *testing.T) {
	for _, f := range goFiles(t) {
		if name := f.syntax.Name.Name; slices.Contains(drawers, name) || slices.Contains(drawers, path.Base(f.dir)) {
			t.Errorf("%s: %q says nothing about what the package does", f.name, name)
		}
	}
}

func TestFiles_areShort(t *testing.T) {
	walk(t, func(name string) {
		if !slices.Contains(written, path.Ext(name)) {
			return
		}
		if n := strings.Count(read(t, name), "\n"); n > maxLines {
			t.Errorf("%s has %d lines, more than %d: look for the second noun in it", name, n, maxLines)
		}
	})
}

// A test that sleeps is slow on a fast machine and flaky on a slow one. In a
// bubble of testing/synctest a sleep takes no time and is exact.
func TestTests_doNotSleep(t *testing.T) {
	for _, f := range goFiles(t) {
		if !f.isTest || slices.Contains(f.imports(), "testing/synctest") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Sleep" {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
				t.Errorf("%s: wait for an event, or use testing/synctest", f.tokens.Position(sel.Pos()))
			}
			return true
		})
	}
}
