package archtest

import (
	"slices"
	"strings"
	"testing"
)

// A rule is one line of importRules or libraries.
type rule struct {
	left         string
	right, tests []string
	used         bool
}

func parseRules(t *testing.T, text string) []*rule {
	t.Helper()
	list := func(s string) []string {
		names := strings.Split(s, ",")
		for i := range names {
			names[i] = strings.TrimSpace(names[i])
		}
		return names
	}
	var rules []*rule
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		left, rest, ok := strings.Cut(line, "→")
		if !ok {
			t.Fatalf("no arrow in %q", line)
		}
		right, tests, _ := strings.Cut(rest, "·")
		rules = append(rules, &rule{left: strings.TrimSpace(left), right: list(right), tests: list(tests)})
	}
	return rules
}

// covers reports whether pattern names dir.
func covers(pattern, dir string) bool {
	if pattern == "everything" {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(dir, below+"/")
	}
	return pattern == dir
}

func allows(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, dir) })
}

// ruleFor returns the most exact line that covers dir, or nil.
func ruleFor(rules []*rule, dir string) *rule {
	var best *rule
	for _, r := range rules {
		if covers(r.left, dir) && (best == nil || len(r.left) > len(best.left)) {
			best = r
		}
	}
	return best
}

func TestImports(t *testing.T) {
	rules := parseRules(t, importRules)
	for _, f := range goFiles(t) {
		r := ruleFor(rules, f.dir)
		if r == nil {
			t.Errorf("%s: the package %s has no line in importRules", f.name, f.dir)
			continue
		}
		r.used = true
		for _, p := range f.imports() {
			dir, ours := strings.CutPrefix(p, module+"/")
			if !ours || dir == f.dir || allows(r.right, dir) {
				continue
			}
			if f.isTest && (allows(r.tests, dir) || strings.HasPrefix(dir, f.dir+"/")) {
				continue
			}
			t.Errorf("%s: %s may not import %s", f.name, f.dir, dir)
		}
	}
	reportUnused(t, rules)
}

func reportUnused(t *testing.T, rules []*rule) {
	t.Helper()
	for _, r := range rules {
		if !r.used && !strings.HasSuffix(r.left, "/*") {
			t.Errorf("the rule about %s is about nothing: take it away", r.left)
		}
	}
}

func TestImports_libraries(t *testing.T) {
	rules := parseRules(t, libraries)
	for _, f := range goFiles(t) {
		for _, p := range f.imports() {
			for _, r := range rules {
				if p != r.left && !strings.HasPrefix(p, r.left+"/") {
					continue
				}
				r.used = true
				if !allows(r.right, f.dir) && !(f.isTest && allows(r.tests, f.dir)) {
					t.Errorf("%s: only %s may import %s", f.name, strings.Join(r.right, ", "), r.left)
				}
			}
		}
	}
	reportUnused(t, rules)
}

// The test of the test: what the rule forbids is what a reader thinks.
func TestImports_ruleText(t *testing.T) {
	rules := parseRules(t, importRules)
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"engineio", "socketio", false},
		{"socketio", "engineio", true},
		{"socketio", "internal/chat", false},
		{"internal/chat", "internal/store/sqlite", false},
		{"internal/store/sqlite", "internal/chat", true},
		{"internal/store/sqlite", "internal/store/redis", false},
		{"internal/store/redis", "internal/store/redis/redistest", false},
		{"internal/realtime", "internal/store/redis", false},
		{"internal/httpapi", "internal/realtime", false},
		{"web", "internal/config", false},
		{"cmd/causerie", "internal/store/redis", true},
		{"examples/hello", "internal/chat", false},
	} {
		r := ruleFor(rules, test.from)
		if r == nil {
			t.Errorf("%s has no line", test.from)
		} else if got := allows(r.right, test.to); got != test.want {
			t.Errorf("%s → %s: got %t, want %t", test.from, test.to, got, test.want)
		}
	}
}
