package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build makes every server ready. Third-party code is fetched by the ordinary
// clients with the locks beside it.
func (b *bench) build() error {
	if err := os.MkdirAll(b.bin, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"go", "node", "npm", "redis-server"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not on the PATH; `make bench` installs what can be installed", name)
		}
	}
	steps := []struct {
		dir  string
		args []string
	}{
		{".", []string{"go", "build", "-o", filepath.Join(b.bin, "causerie"), "./cmd/causerie"}},
		{".", []string{"go", "build", "-o", filepath.Join(b.bin, "floor"), "./bench/floor"}},
		{"bench/gopeer", []string{"go", "build", "-o", filepath.Join(b.bin, "gopeer"), "."}},
	}
	if !b.installed() {
		steps = append(steps, struct {
			dir  string
			args []string
		}{"bench/article", []string{"npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"}})
	}
	for _, s := range steps {
		fmt.Fprintln(os.Stderr, "·", strings.Join(s.args, " "))
		cmd := exec.CommandContext(b.ctx, s.args[0], s.args[1:]...)
		cmd.Dir = filepath.Join(b.root, s.dir)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(s.args, " "), err, out)
		}
	}
	return nil
}

// installed reports whether node_modules is as new as its lock.
func (b *bench) installed() bool {
	dir := filepath.Join(b.root, "bench", "article")
	age := func(name string) time.Time {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	return age("node_modules/.package-lock.json").After(age("package-lock.json"))
}

// describeHost is one line about the machine.
func describeHost() string {
	model := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	version := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			return "?"
		}
		return strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s, Linux %s, %s, Node %s", model, strings.TrimSpace(string(kernel)),
		strings.Fields(version("go", "version"))[2], version("node", "--version"))
}
