package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	loadgen "github.com/causerie-chat/causerie/internal/bench"
)

// runLimit ends a load generator that hangs.
const runLimit = 3 * time.Minute

// measure makes all rounds of one row. A server that fails is named in the
// table and does not end the others' measurements.
func (b *bench) measure(r row, t *table) error {
	rounds := b.rounds
	if r.once {
		rounds = 1
	}
	reports := map[string][]*loadgen.Report{}
	failures := map[string]string{}
	for n := range rounds {
		for _, name := range r.on {
			if failures[name] != "" {
				continue
			}
			rep, err := b.round(r, serverNamed(name))
			if b.ctx.Err() != nil {
				return b.ctx.Err()
			}
			if err != nil {
				failures[name] = err.Error()
				fmt.Fprintf(os.Stderr, "%s, %s: %v\n", r.Name, name, err)
				continue
			}
			fmt.Fprintf(os.Stderr, "%s, round %d of %d, %s: %s\n", r.Name, n+1, rounds, name, brief(rep))
			reports[name] = append(reports[name], rep)
		}
	}
	t.add(r, reports, failures)
	return nil
}

// round is one measurement with a server that has just been started.
func (b *bench) round(r row, s server) (*loadgen.Report, error) {
	fsync := r.fsync
	if fsync == "" {
		fsync = "always"
	}
	running, err := b.launch(s, fsync)
	if err != nil {
		return nil, err
	}
	defer running.stop()
	args := append([]string{"bench", "-json", "-quiet", "-protocol", s.protocol,
		"-pid", strconv.Itoa(running.cmd.Process.Pid)}, r.args...)
	args = append(append(args, r.change[s.Name]...), running.url)
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(b.ctx, runLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, "causerie"), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := startOn(loadCore, cmd); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	select {
	case <-running.done:
		return nil, errors.New("the server ended during the measurement: " + strings.TrimSpace(running.log.String()))
	default:
	}
	rep := new(loadgen.Report)
	return rep, json.Unmarshal(stdout.Bytes(), rep)
}

func brief(r *loadgen.Report) string {
	var parts []string
	if t := r.Traffic; t != nil && r.Storm == nil {
		parts = append(parts, fmt.Sprintf("%.0f deliveries/s, p99 %.1f ms, %.0f sends/s, lost %d, twice %d",
			t.DeliveriesPerSecond, t.Latency.P99, t.SendsPerSecond, t.Lost, t.Duplicates))
	}
	if s := r.Storm; s != nil {
		parts = append(parts, fmt.Sprintf("all current in %.2f s, %.2f missed each", s.AllCurrent, s.MissedEach))
	}
	if s := r.Server; s != nil {
		parts = append(parts, fmt.Sprintf("%.2f µs per delivery, %.2f KB per connection", s.PerDelivery, s.RSSPerConn/1024))
	}
	return strings.Join(parts, ", ") + fmt.Sprintf(" (load %.0f %% of a core)", r.Load.CPU)
}
