package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/httpapi"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/web"
)

// closeTimeout is for what a stopping process still tells its store, beyond
// the time that --drain gives to people.
const closeTimeout = 3 * time.Second

// An app is the running server: everything that newApp has opened.
type app struct {
	cfg    config.Config
	logger *slog.Logger

	listener  net.Listener
	tls       *tls.Config
	metrics   *httpapi.Metrics
	ready     *httpapi.Readiness
	admission *httpapi.Admission
	house     *contract.House
	rates     *rate.Keeper
	realtime  *realtimeServer
	setup     string // URL for the first owner, or ""
	server    *http.Server
	scraped   *http.Server // nil without --metrics-addr
	scrapes   net.Listener

	closers []func(context.Context) // of what was opened, in that order
	closing sync.Once
}

// newApp opens everything, in the order config → logger → store → chat →
// realtime → HTTP. When one part fails, those before it are closed again and
// the error is one sentence that says what to do. ctx bounds the opening only.
func newApp(ctx context.Context, cfg config.Config, l *slog.Logger) (_ *app, err error) {
	a := &app{cfg: cfg, logger: l, metrics: httpapi.NewMetrics(buildVersion()), rates: rate.NewKeeper(nil)}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	// Listening first reserves the address and lets the first line of the log
	// tell it; nobody is answered before Run.
	if err := a.listen(); err != nil {
		return nil, err
	}
	l.Info("causerie starts", slog.String("version", buildVersion()), storeName(cfg),
		slog.String("url", a.URL()))
	a.warn()

	node := chat.NewNodeID()
	store, err := openStore(ctx, cfg, node, l)
	if err != nil {
		return nil, err
	}
	a.onClose(func(context.Context) { a.report("closing the store", store.Close()) })
	if err := archive.Whole(ctx, store); err != nil {
		return nil, err
	}

	metered := meteredStore{store, a.metrics, new(appends)}
	service := chat.New(metered, chat.Options{
		Node: node, MaxMessage: cfg.MaxMessage, Absence: cfg.Absence, Lease: cfg.Lease, Logger: l,
	})
	a.onClose(func(ctx context.Context) { a.report("leaving the chat", service.Close(ctx)) })

	if a.house, err = newHouse(cfg, a.publicURL(), metered, service, a.holds, l); err != nil {
		return nil, err
	}
	a.onClose(func(ctx context.Context) { a.report("writing what people have read", a.house.Messages.Flush(ctx)) })
	if a.realtime, err = newRealtime(ctx, cfg, a.house, a.rates, a.metrics, l); err != nil {
		return nil, err
	}
	a.onClose(func(context.Context) { a.realtime.Close() })
	if a.setup, err = setupURL(ctx, a.house); err != nil {
		return nil, err
	}
	if a.setup != "" {
		l.Warn("nobody owns this server yet: whoever opens the link on standard error first does")
	}

	a.background(keepMemorySmall)
	a.background(collector(a.house, cfg.GuestDays).Run)
	a.watch(metered.Check)
	a.serveHTTP()
	return a, nil
}

func (a *app) listen() (err error) {
	if a.tls, err = tlsConfig(a.cfg); err != nil {
		return err
	}
	if a.listener, err = listen("addr", a.cfg.Addr); err != nil {
		return err
	}
	a.onClose(func(context.Context) { a.listener.Close() })
	if a.cfg.MetricsAddr == "" {
		return nil
	}
	if a.scrapes, err = listen("metrics-addr", a.cfg.MetricsAddr); err != nil {
		return err
	}
	a.onClose(func(context.Context) { a.scrapes.Close() })
	return nil
}

// warn says what an operator may not have meant.
func (a *app) warn() {
	for _, name := range a.cfg.Unknown {
		a.logger.Warn("no option has this variable", slog.String("name", name))
	}
	if a.cfg.AnyOrigin {
		a.logger.Warn("pages of every site may connect, because --origins holds *")
	}
	if !web.Built() {
		a.logger.Warn("the page was not built: run make build, or use a released binary; everything else works")
	}
}

// watch starts asking the store whether it answers.
func (a *app) watch(check func(context.Context) error) {
	a.ready = httpapi.NewReadiness(check, a.logger)
	a.background(a.ready.Run)
	a.metrics.Watch(a.realtime.gauges(a.ready))
}

// background runs f until the app is closed.
func (a *app) background(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	a.onClose(func(context.Context) {
		cancel()
		<-done
	})
}

func (a *app) serveHTTP() {
	a.admission = &httpapi.Admission{Limit: a.cfg.MaxConnections, Open: a.realtime.Open}
	proxies := httpapi.Proxies(a.cfg.TrustedProxies)
	cookies := httpapi.Cookies{Origin: a.cfg.URL, Proxies: proxies}
	routes := httpapi.Routes{
		SocketIO:  a.realtime,
		API:       &httpapi.API{House: a.house, Rates: a.rates, Cookies: cookies, Proxies: proxies, Logger: a.logger},
		Origins:   httpapi.Origins{List: a.cfg.Origins, Any: a.cfg.AnyOrigin},
		Cookies:   cookies,
		Admission: a.admission,
		Page:      web.Handler(),
		Ready:     a.ready,
		PageBuilt: web.Built(),
		Proxies:   proxies,
		Logger:    a.logger,
	}
	if a.scrapes == nil {
		routes.Metrics = a.metrics.Handler()
	} else {
		a.scraped = httpapi.NewServer(operatorRoutes(a.metrics), a.logger)
		a.onClose(func(context.Context) { a.scraped.Close() })
	}
	a.server = httpapi.NewServer(routes.Handler(), a.logger)
	a.server.TLSConfig = a.tls
	a.onClose(func(context.Context) { a.server.Close() })
}

// operatorRoutes are for whoever may reach --metrics-addr: profiles tell more
// than strangers should know, so the public listener never has them.
func operatorRoutes(m *httpapi.Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// URL is where a person on this machine finds the page.
func (a *app) URL() string { return shownURL(a.listener.Addr().String(), a.tls != nil) }

// publicURL is where everybody finds the page.
func (a *app) publicURL() string {
	if a.cfg.URL != "" {
		return a.cfg.URL
	}
	return a.URL()
}

// holds reports whether a guest of the namespace / has the nickname with this
// key now.
func (a *app) holds(key string) bool { return a.realtime.chat.Here(chat.PersonID("~" + key)) }

// Run answers until ctx ends, then drains and closes everything. The error
// says why it could not go on.
func (a *app) Run(ctx context.Context) error {
	defer a.Close()
	failed := make(chan error, 2)
	go func() {
		if a.tls != nil {
			failed <- a.server.ServeTLS(a.listener, "", "")
		} else {
			failed <- a.server.Serve(a.listener)
		}
	}()
	if a.scraped != nil {
		go func() { failed <- a.scraped.Serve(a.scrapes) }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		start := time.Now()
		a.drain()
		a.Close()
		a.logger.Info("stopped", slog.Duration("duration", time.Since(start)))
		return nil
	}
}

// drain sends everyone elsewhere, within --drain: nobody new is let in, what
// is being sent is kept and acknowledged, then connections are closed in
// slices. The listener stays open for that time: probes see the red light, and
// polling clients take their last answer.
func (a *app) drain() {
	a.logger.Info("stopping", slog.Duration("within", a.cfg.Drain))
	a.ready.Drain()
	a.admission.Close()
	ctx, cancel := context.WithTimeout(context.Background(), a.cfg.Drain)
	defer cancel()
	a.report("closing connections", a.realtime.Drain(ctx))
	a.report("finishing requests", a.server.Shutdown(ctx))
}

// Close closes whatever newApp has opened, last first. It may be called again.
// A store that hangs does not hang the process: after closeTimeout Close leaves
// the rest to the end of the process, which every store survives.
func (a *app) Close() {
	a.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			for _, closer := range slices.Backward(a.closers) {
				closer(ctx)
			}
		}()
		select {
		case <-closed:
		case <-ctx.Done():
			a.report("closing", ctx.Err())
		}
	})
}

func (a *app) onClose(f func(context.Context)) { a.closers = append(a.closers, f) }

// report logs what went wrong while stopping, where nobody else can be told.
func (a *app) report(doing string, err error) {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		a.logger.Warn("stopping did not go well", slog.String("at", doing), slog.Any("error", err))
	}
}
