package main

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// run runs the program as a shell would and returns its exit code and what it
// printed.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	p := program{environ: []string{"HOME=" + t.TempDir()}, stdout: &out, stderr: &err}
	code = p.run(t.Context(), args)
	return code, out.String(), err.String()
}

func TestProgram(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string // a part of it
		stderr string // a part of it
	}{
		{"nothing", nil, 2, "", "Usage: causerie COMMAND"},
		{"an unknown command", []string{"sevre"}, 2, "", "causerie: there is no command \"sevre\": see causerie help\n"},
		{"help", []string{"help"}, 0, "  serve     run the chat server", ""},
		{"--help", []string{"--help"}, 0, "Usage: causerie COMMAND", ""},
		{"help about a command", []string{"help", "serve"}, 0, "--addr HOST:PORT (default 127.0.0.1:3000)", ""},
		{"serve --help", []string{"serve", "--help"}, 0, "--drain DURATION (default 10s)", ""},
		{"an unknown option", []string{"serve", "--colour", "red"}, 2, "", "causerie: there is no option --colour: see causerie serve --help\n"},
		{"a bad value", []string{"serve", "--lease", "long"}, 2, "", "causerie: --lease \"long\" must be a time from 1s to 1h, such as 500ms, 20s or 2m\n"},
		{"version", []string{"version"}, 0, "causerie ", ""},
		{"--version", []string{"--version"}, 0, "ui: " + ui(), ""},
		{"docs options", []string{"docs", "options"}, 0, "| `--addr HOST:PORT` | `CAUSERIE_ADDR` | `127.0.0.1:3000` |", ""},
		{"docs --help", []string{"docs", "--help"}, 0, "Usage: causerie docs PAGE", ""},
		{"docs", []string{"docs"}, 2, "", "Usage: causerie docs PAGE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := run(t, test.args...)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
				t.Errorf("got  %d\n%s%s\nwant %d, %q, %q", code, stdout, stderr, test.code, test.stdout, test.stderr)
			}
			if test.stderr == "" && stderr != "" {
				t.Errorf("standard error is not empty: %s", stderr)
			}
		})
	}
}

func TestProgram_refusesBeforeAnythingHasStarted(t *testing.T) {
	dir := t.TempDir()
	code, _, stderr := run(t, "serve", "--data", dir+"/chat", "--send-rate", "fast")
	if code != exitUsage || strings.Count(stderr, "\n") != 1 {
		t.Errorf("got %d and %q, want %d and one line", code, stderr, exitUsage)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("it left %v (%v)", entries, err)
	}
}

func TestVersionOf(t *testing.T) {
	tests := []struct {
		name, module string
		settings     []debug.BuildSetting
		want         string
	}{
		{"installed by version", "v1.2.3", nil, "v1.2.3"},
		{"built in a repository", "(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}}, "0123456789ab"},
		{"built with changes", "(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"}}, "0123456789ab-dirty"},
		{"built without knowing", "(devel)", nil, "devel"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := versionOf(&debug.BuildInfo{Main: debug.Module{Version: test.module}, Settings: test.settings})
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
