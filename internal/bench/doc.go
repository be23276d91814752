// Package bench is a load generator for chats that speak the four events of
// the namespace / over Socket.IO, and for centrifuge servers as a yardstick.
// The subcommand `causerie bench` is its face.
//
// # What is measured
//
// Every message carries a marker: who sent it, as which number, and when. A
// receiver finds the marker by searching bytes, so a delivery is counted,
// timed and checked against its sender's sequence without parsing JSON and
// without an allocation. Each delivery goes through a ledger: what is missing
// at the end is lost, what comes again is a duplicate, what comes late is out
// of order. Nothing is sampled.
//
// # What it costs
//
// A load generator that is dearer than the server measures itself. On Linux,
// plain websockets are served by one epoll loop with one shared buffer;
// elsewhere, and for TLS and HTTP long-polling, by goroutines. The report
// names the load's own share of a core, so that its reader can tell.
package bench
