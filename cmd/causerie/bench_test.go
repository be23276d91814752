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
		{"an unknown scenario", []string{"--scenario", "rain"}, exitUsage, "", "causerie: scenario must be one of fanout, sends, idle, storm, rooms, not \"rain\"\n"},
		{"rooms without a secret", []string{"--profile", "rooms"}, exitUsage, "", "start the server with --jwt-issuer bench --jwt-secret SECRET"},
		{"rooms with what it does not take", []string{"--profile", "rooms", "--jwt-secret", "s", "--slow", "3"}, exitUsage, "", "rooms uses whole clients"},
		{"too many in a room", []string{"--profile", "rooms", "--jwt-secret", "s", "--connections", "5", "--members", "6"}, exitUsage, "", "members must be from 2 to 5, not 6"},
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

// A server that does not trust the tokens is told of at once.
func TestBench_roomsOfStrangers(t *testing.T) {
	server := serve(t, "--jwt-issuer", "bench", "--jwt-secret", strings.Repeat("s", 32))
	code, _, stderr := run(t, "bench", "--quiet", "--profile", "rooms", "--jwt-secret", strings.Repeat("x", 32), server.url)
	if code != exitFailed || !strings.Contains(stderr, "does not trust our tokens") {
		t.Errorf("got %d %s, want a sentence about the secret", code, stderr)
	}
}

// The chat itself, measured over each transport and in each scenario: nothing
// may be lost, and everything is acknowledged.
func TestBench_ofThisVeryProgram(t *testing.T) {
	secret := strings.Repeat("s", 32)
	server := serve(t, "--send-rate", "0", "--jwt-issuer", "bench", "--jwt-secret", secret)
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
		{"rooms", []string{"--profile", "rooms", "--jwt-secret", secret, "--rooms", "4", "--members", "5"}, func(t *testing.T, r bench.Report) {
			if r.Rooms == nil || r.Rooms.Acknowledged == 0 || r.Rooms.Views != 20 || len(r.Rooms.Breaches) > 0 {
				t.Errorf("got %+v, want 20 views without a broken promise", r.Rooms)
			}
		}},
		{"rooms, on schedule", []string{"--profile", "rooms", "--jwt-secret", secret, "--rooms", "4", "--members", "5", "--rate", "100"}, nil},
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
