package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/causerie-chat/causerie/internal/bench"
)

const benchUsage = `Usage: causerie bench [OPTIONS] [URL]

Opens many connections to a chat, sends messages, and counts and times every
delivery. The chat is any Socket.IO server with the events set-nickname and
chat-message on the namespace /, or for rooms a causerie; without a URL,
http://127.0.0.1:3000.
A causerie that is measured should run with --send-rate 0.

Scenarios:
  fanout  everybody is in one room, some send: deliveries, latency, loss
  sends   few connections with many messages in flight: kept messages a second
  idle    nobody sends: memory per connection, idle processor time
  storm   all are cut at once and come back: time until all are current again
  rooms   whole clients write, edit and react in many rooms; at the end all of
          them must see what the server has: needs --jwt-secret

rooms runs on the Go client, which parses every entry and keeps timelines and
an outbox. The others use a client that only counts: a whole one costs more
than the server, and would hide what that can do.

Options:
`

// bench is the load generator. It fails when it could not measure, not when
// what it measured is poor.
func (p program) bench(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o := bench.Options{URL: "http://127.0.0.1:3000"}
	benchFlags(flags, &o)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	quiet := flags.Bool("quiet", false, "no progress on standard error")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(p.stdout, benchUsage)
		flags.VisitAll(func(f *flag.Flag) {
			value, help := flag.UnquoteUsage(f)
			fmt.Fprintf(p.stdout, "  %-22s %s\n", "--"+f.Name+" "+value, help)
		})
		return exitOK
	case err != nil:
		return p.misused("%v: see causerie bench --help", err)
	case flags.NArg() > 1:
		return p.misused("bench takes one url, not %q", flags.Args())
	case flags.NArg() == 1:
		o.URL = flags.Arg(0)
	}
	if err := o.Check(); err != nil {
		return p.misused("%v", err)
	}
	if !*quiet {
		o.Progress = p.benchProgress
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := bench.Run(ctx, o)
	if err != nil {
		return p.failed(err)
	}
	if *asJSON {
		out := json.NewEncoder(p.stdout)
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		_, err = report.WriteTo(p.stdout)
	}
	if err != nil {
		return p.failed(err)
	}
	return exitOK
}

func (p program) benchProgress(now bench.Progress) {
	fmt.Fprintf(p.stderr, "%6.1f s  %-16s %6d connected  %8.0f sends/s  %10.0f deliveries/s\n",
		now.Elapsed.Seconds(), now.Stage, now.Connected, now.SendsPerSecond, now.DeliveriesPerSecond)
}

func benchFlags(flags *flag.FlagSet, o *bench.Options) {
	flags.StringVar((*string)(&o.Scenario), "scenario", "", "`NAME` of the scenario (default fanout)")
	flags.StringVar((*string)(&o.Scenario), "profile", "", "`NAME`: another word for --scenario")
	flags.StringVar(&o.Protocol, "protocol", "", "`NAME`: socketio, or centrifuge for a server of that library (default socketio)")
	flags.StringVar(&o.Transport, "transport", "", "`NAME`: websocket or polling (default websocket)")
	flags.IntVar(&o.Connections, "connections", 0, "`NUMBER` of connections, all in one room but for rooms (default 1000, for sends 10, for rooms 500)")
	flags.IntVar(&o.Senders, "senders", 0, "`NUMBER` of those that send (default 20, for sends all, for rooms one in each)")
	flags.IntVar(&o.Rooms, "rooms", 0, "`NUMBER` of rooms, for rooms (default 200)")
	flags.IntVar(&o.Members, "members", 0, "`NUMBER` of connections in each room, for rooms (default 50)")
	flags.StringVar(&o.JWTIssuer, "jwt-issuer", os.Getenv("CAUSERIE_JWT_ISSUER"), "`NAME` that the server was given as --jwt-issuer, for rooms (default bench)")
	flags.StringVar(&o.JWTSecret, "jwt-secret", os.Getenv("CAUSERIE_JWT_SECRET"), "`SECRET` that the server was given as --jwt-secret, for rooms; better by CAUSERIE_JWT_SECRET")
	flags.IntVar(&o.Window, "window", 0, "`NUMBER` of messages each sender has in flight (default 1, for sends 50)")
	flags.Float64Var(&o.Rate, "rate", 0, "`NUMBER` of messages per second, on schedule, in place of the window")
	flags.StringVar(&o.Wait, "wait", "", "`WHAT` lets a sender send the next: echo, ack or auto (default echo, for sends auto)")
	flags.IntVar(&o.Size, "size", 0, "`BYTES` of text in a message, at least 16 (default 100)")
	flags.BoolVar(&o.NoAck, "no-ack", false, "ask for no acknowledgements")
	flags.DurationVar(&o.Warmup, "warmup", 0, "`DURATION` of sending before the measurement; negative for none (default 2s)")
	flags.DurationVar(&o.Duration, "duration", 0, "`DURATION` of the measurement (default 10s)")
	flags.DurationVar(&o.Settle, "settle", 0, "`DURATION` of rest before the server's memory is read (default 1s, for idle and storm 5s)")
	flags.DurationVar(&o.Drain, "drain", 0, "longest `DURATION` of waiting at the end for what is under way (default 15s)")
	flags.IntVar(&o.Slow, "slow", 0, "`NUMBER` of further connections that hardly read, or never")
	flags.IntVar(&o.SlowRate, "slow-rate", 0, "`BYTES` a second that slow ones read (default none)")
	flags.IntVar(&o.Handshakes, "handshakes", 0, "`NUMBER` of connections being opened at a time (default 200)")
	flags.DurationVar(&o.Back, "back", 0, "mean `DURATION` before a cut connection comes back (default 1s)")
	flags.BoolVar(&o.Goroutines, "goroutines", false, "use the portable client in place of the epoll loop")
	flags.BoolVar(&o.Insecure, "insecure", false, "accept any TLS certificate")
	flags.IntVar(&o.PID, "pid", 0, "`ID` of the server's process, for its processor time and memory")
}
