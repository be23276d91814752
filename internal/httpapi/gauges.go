package httpapi

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Gauges are what other packages count anyway. Each func is called at every
// scrape: it must be cheap and safe to call from any goroutine.
type Gauges struct {
	// Connections are those that are open, by transport.
	Connections func() (polling, websocket int)
	// People are those who are here, over all processes.
	People func() int
	// Transport is what the transport has counted since the start.
	Transport func() TransportCounts
	// Ready is Readiness.Status.
	Ready func() error
}

// TransportCounts are sums since the start of the process.
type TransportCounts struct {
	// Handshakes were taken, Refused were not (limits, Origin, bad requests).
	Handshakes, Refused uint64
	// QueueDrops are volatile packets, such as typing, that a connection
	// which was behind did not get.
	QueueDrops uint64
	// SlowCloses are connections closed because they read too slowly.
	SlowCloses uint64
}

// Watch adds g to the set. It may be called once.
func (m *Metrics) Watch(g Gauges) {
	connections := func(name string, pick func(polling, websocket int) int) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "causerie_connections", Help: "Open connections, by transport.",
			ConstLabels: prometheus.Labels{"transport": name},
		}, func() float64 { return float64(pick(g.Connections())) }))
	}
	connections("polling", func(polling, _ int) int { return polling })
	connections("websocket", func(_, websocket int) int { return websocket })

	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "causerie_people", Help: "People who are here, over all processes of this chat.",
		}, func() float64 { return float64(g.People()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "causerie_ready", Help: "1 while /readyz is green.",
		}, func() float64 {
			if g.Ready() != nil {
				return 0
			}
			return 1
		}),
	)

	counter := func(name, help string, pick func(TransportCounts) uint64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(pick(g.Transport())) }))
	}
	counter("causerie_handshakes_total", "Connections begun.",
		func(c TransportCounts) uint64 { return c.Handshakes })
	counter("causerie_handshakes_refused_total", "Connections refused: limits, Origin, bad requests.",
		func(c TransportCounts) uint64 { return c.Refused })
	counter("causerie_queue_drops_total", "Packets worth nothing a second later that a slow connection did not get.",
		func(c TransportCounts) uint64 { return c.QueueDrops })
	counter("causerie_slow_closes_total", "Connections closed because they read too slowly.",
		func(c TransportCounts) uint64 { return c.SlowCloses })
}
