package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/bench"
)

func TestBench_commandLine(t *testing.T) {
	nobody := "http://" + freeAddr(t)
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string // a part of it
		stderr string // a part of it
	}{
		{"--help", []string{"--help"}, exitOK, "--connections NUMBER", ""},
		{"an unknown option", []string{"--colour", "red"}, exitUsage, "", "colour"},
		{"an unknown scenario", []string{"--scenario", "rain"}, exitUsage, "", "causerie: scenario must be one of fanout, sends, idle, storm, not \"rain\"\n"},
		{"a bad url", []string{"ftp://localhost"}, exitUsage, "", "causerie: url \"ftp://localhost\": the scheme must be http, https, ws or wss\n"},
		{"two urls", []string{"http://a", "http://b"}, exitUsage, "", "causerie: bench takes one url"},
		{"nobody is there", []string{"--quiet", nobody}, exitFailed, "", "causerie: cannot join " + nobody},
		{"no such process", []string{"--quiet", "--pid", "1073741823", nobody}, exitFailed, "", "causerie: the server's process"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := run(t, append([]string{"bench"}, test.args...)...)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
				t.Errorf("got  %d\n%s%s\nwant %d, %q, %q", code, stdout, stderr, test.code, test.stdout, test.stderr)
			}
		})
	}
}

// The chat itself, measured over each transport and in each scenario: nothing
// may be lost, and everything is acknowledged.
func TestBench_ofThisVeryProgram(t *testing.T) {
	server := serve(t, "--send-rate", "0")
	tests := []struct {
		name  string
		args  []string
		check func(t *testing.T, r bench.Report)
	}{
		{"websocket", []string{"--slow", "1"}, nil},
		{"portable client", []string{"--goroutines"}, nil},
		{"polling", []string{"--transport", "polling"}, nil},
		{"sends", []string{"--scenario", "sends"}, func(t *testing.T, r bench.Report) {
			if r.Wait != bench.WaitAck {
				t.Errorf("got wait %q, want %q", r.Wait, bench.WaitAck)
			}
		}},
		{"storm", []string{"--scenario", "storm", "--back", "100ms", "--rate", "50", "--senders", "1"}, func(t *testing.T, r bench.Report) {
			if r.Storm == nil || r.Storm.NotCurrent != 0 || r.Storm.MissedEach != 0 {
				t.Errorf("got %+v, want everybody back with everything", r.Storm)
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"bench", "--json", "--quiet", "--connections", "10", "--senders", "5",
				"--warmup", "-1s", "--duration", "300ms", "--settle", "-1s", "--pid", strconv.Itoa(os.Getpid())}, test.args...)
			code, stdout, stderr := run(t, append(args, server.url)...)
			var report bench.Report
			if err := json.Unmarshal([]byte(stdout), &report); code != exitOK || err != nil {
				t.Fatalf("exit code %d, %v: %s", code, err, stderr)
			}
			traffic := report.Traffic
			if traffic == nil || traffic.Sent == 0 || traffic.Acked != traffic.Sent || traffic.Lost != 0 || traffic.Dropped != 0 {
				t.Errorf("got %+v, want all of some messages acknowledged and delivered", traffic)
			}
			if report.Storm == nil && traffic.Duplicates != 0 {
				t.Errorf("%d deliveries came twice", traffic.Duplicates)
			}
			if test.check != nil {
				test.check(t, report)
			}
		})
	}
}
