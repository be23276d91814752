package archtest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// Prose may make a person do something: code is between backticks or at
	// the beginning of a line.
	makeTarget = regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)")
)

// A page that sends its reader to nothing is worse than no page.
func TestDocs_linksLeadSomewhere(t *testing.T) {
	pages := 0
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		pages++
		for _, m := range markdownLink.FindAllStringSubmatch(read(t, name), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path.Join(path.Dir(name), target))); err != nil {
				t.Errorf("%s: there is nothing at %s", name, m[1])
			}
		}
	})
	if pages < 5 {
		t.Fatalf("found %d pages: this test does not see the repository", pages)
	}
}

// Commands that pages tell people to run exist.
func TestDocs_makeTargetsExist(t *testing.T) {
	makefile := read(t, "Makefile")
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range makeTarget.FindAllStringSubmatch(read(t, name), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s: there is no make %s", name, m[1])
			}
		}
	})
}

// What the container image is built from is there, and its Go is new enough.
func TestDeploy_dockerfile(t *testing.T) {
	dockerfile := read(t, "deploy/Dockerfile")
	for _, m := range regexp.MustCompile(`(?m)^COPY ([^-\n].*) \S+$`).FindAllStringSubmatch(dockerfile, -1) {
		for source := range strings.FieldsSeq(m[1]) {
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("it copies %s, which is not there", source)
			}
		}
	}
	goLine := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if goLine == nil || !strings.Contains(dockerfile, "FROM golang:"+goLine[1]+"-") {
		t.Errorf("it does not build with the Go of go.mod, %v", goLine)
	}
	last := dockerfile[strings.LastIndex(dockerfile, "\nFROM "):]
	if user := regexp.MustCompile(`(?m)^USER (\d+)`).FindStringSubmatch(last); user == nil || user[1] == "0" {
		t.Error("the program would run as root")
	}
}

// provenIn are the pages whose claims are tests.
var provenIn = []string{"docs/security.md", "docs/faults.md"}

var testName = regexp.MustCompile("`(Test\\w+)(…?)`")

// A test that a page names as its proof is there.
func TestDocs_testsExist(t *testing.T) {
	var code strings.Builder
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".go") {
			code.WriteString(read(t, name))
		}
	})
	tests := code.String()
	for _, page := range provenIn {
		named := testName.FindAllStringSubmatch(read(t, page), -1)
		if len(named) < 20 {
			t.Errorf("%s: found %d tests named: this test does not see them", page, len(named))
		}
		for _, m := range named {
			begin := "\nfunc " + m[1]
			if m[2] == "" {
				begin += "("
			}
			if !strings.Contains(tests, begin) {
				t.Errorf("%s: there is no test %s", page, m[0])
			}
		}
	}
}
