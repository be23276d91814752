package httpapi

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Metrics are what happens in the program, in numbers. The packages below
// know nothing of it: the wiring hands its methods to their hooks, and reads
// what they count anyway through Gauges. All methods may be called at once
// from many goroutines and are cheap.
type Metrics struct {
	registry *prometheus.Registry

	store       *prometheus.HistogramVec
	storeErrors *prometheus.CounterVec
	fanout      prometheus.Histogram
	deliveries  prometheus.Counter
	messages    prometheus.Counter
	refused     *prometheus.CounterVec
}

// latencies covers an in-process SQLite commit to a Redis that is about to
// time out.
var latencies = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// NewMetrics returns the set in a registry of its own. version is shown as a
// label of causerie_build_info.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "causerie_store_seconds", Buckets: latencies,
			Help: "Time the store took, by operation.",
		}, []string{"operation"}),
		storeErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "causerie_store_errors_total",
			Help: "Operations the store failed at, by operation.",
		}, []string{"operation"}),
		fanout: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "causerie_fanout_seconds", Buckets: latencies,
			Help: "Time to hand a batch of announced messages to every local connection.",
		}),
		deliveries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "causerie_deliveries_total",
			Help: "Messages handed to local connections: one message to a room of 100 counts 100.",
		}),
		messages: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "causerie_messages_total",
			Help: "Messages that this process took and the store kept. A repeated send counts once.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "causerie_sends_refused_total",
			Help: "Sends that were refused, by the code their sender got.",
		}, []string{"code"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "causerie_build_info", Help: "Always 1; the label says which program this is.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.store, m.storeErrors, m.fanout, m.deliveries, m.messages, m.refused, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// A series that appears with its first event cannot be alerted on before.
	for _, code := range []chat.Code{
		chat.CodeInvalid, chat.CodeNoNickname, chat.CodeIDTaken,
		chat.CodeRateLimited, chat.CodeUnavailable, chat.CodeInternal,
	} {
		m.refused.WithLabelValues(string(code))
	}
	return m
}

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// StoreDone counts one operation of the store. A refusal by the rules, such
// as a nickname that is taken, is no error of the store.
func (m *Metrics) StoreDone(operation string, d time.Duration, err error) {
	m.store.WithLabelValues(operation).Observe(d.Seconds())
	if err == nil {
		return
	}
	if code := chat.CodeOf(err); code == chat.CodeUnavailable || code == chat.CodeInternal {
		m.storeErrors.WithLabelValues(operation).Inc()
	}
}

// FannedOut counts messages handed to local connections: how many messages,
// to how many connections, in what time.
func (m *Metrics) FannedOut(messages, connections int, d time.Duration) {
	m.fanout.Observe(d.Seconds())
	m.deliveries.Add(float64(messages) * float64(connections))
}

// MessagesKept counts messages that the store took as new.
func (m *Metrics) MessagesKept(n int) { m.messages.Add(float64(n)) }

// SendRefused counts one send by the code its sender got.
func (m *Metrics) SendRefused(code chat.Code) { m.refused.WithLabelValues(string(code)).Inc() }
