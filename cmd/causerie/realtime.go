package main

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/httpapi"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/internal/realtime"
	"github.com/causerie-chat/causerie/socketio"
)

// A realtimeServer is the Socket.IO endpoint with the chat behind it.
type realtimeServer struct {
	*socketio.Server
	service *chat.Service
	chat    *realtime.Chat
	people  atomic.Int64 // as last read by peopleHere
}

func newRealtime(ctx context.Context, cfg config.Config, h *contract.House, rates *rate.Keeper, m *httpapi.Metrics, l *slog.Logger) (*realtimeServer, error) {
	srv := socketio.NewServer(socketio.Options{Engine: engineOptions(cfg, l), Logger: l})
	o := realtime.Options{
		SendRate:      cfg.SendRate,
		Reserved:      reserved(h.Accounts),
		SessionHeader: httpapi.SessionHeader,
		Logger:        l,
		Observer:      realtime.Observer{Delivered: m.FannedOut, Refused: m.SendRefused},
	}
	if _, err := realtime.OpenClassic(ctx, srv, h.Service, o); err != nil {
		srv.Close()
		return nil, err
	}
	c, err := realtime.OpenChat(ctx, srv, h, rates, o)
	if err != nil {
		srv.Close()
		return nil, err
	}
	return &realtimeServer{Server: srv, service: h.Service, chat: c}, nil
}

// Close ends all connections at once.
func (r *realtimeServer) Close() error {
	err := r.Server.Close()
	r.chat.Close()
	return err
}

func engineOptions(cfg config.Config, l *slog.Logger) engineio.Options {
	o := engineio.Options{
		PingInterval: cfg.PingInterval,
		PingTimeout:  cfg.PingTimeout,
		CheckOrigin:  engineio.AllowOrigins(cfg.Origins...),
		KeepHeaders:  []string{httpapi.SessionHeader},
		Logger:       l,
	}
	if len(cfg.TrustedProxies) > 0 {
		o.ClientAddress = httpapi.Proxies(cfg.TrustedProxies).ClientAddress
	}
	switch {
	case cfg.AnyOrigin:
		o.CheckOrigin = nil
		o.CORS = &engineio.CORS{}
	case len(cfg.Origins) > 0:
		// A page of another site needs both: to be let in, and its browser to
		// hand it the answers.
		o.CORS = &engineio.CORS{AllowOrigin: func(origin string) bool { return slices.Contains(cfg.Origins, origin) }}
	}
	return o
}

// Drain has everything that is being sent kept and acknowledged, and moves
// the connections elsewhere.
func (r *realtimeServer) Drain(ctx context.Context) error {
	if err := r.service.Flush(ctx); err != nil {
		r.Server.Close()
		return err
	}
	return r.Server.Shutdown(ctx)
}

// Open is how many connections there are.
func (r *realtimeServer) Open() int {
	s := r.Stats().Engine
	return int(s.Polling + s.Websocket)
}

func (r *realtimeServer) gauges(ready *httpapi.Readiness) httpapi.Gauges {
	return httpapi.Gauges{
		Connections: func() (polling, websocket int) {
			s := r.Stats().Engine
			return int(s.Polling), int(s.Websocket)
		},
		People: r.peopleHere,
		Transport: func() httpapi.TransportCounts {
			s := r.Stats().Engine
			return httpapi.TransportCounts{
				Handshakes: uint64(s.Handshakes),
				Refused:    uint64(s.Refused),
				QueueDrops: uint64(s.VolatileDrops),
				SlowCloses: uint64(s.SlowCloses),
			}
		},
		Ready: ready.Status,
	}
}

// peopleHere asks for the roster, but not for long: one that is just being read
// from a slow store must not hold up a scrape, which then gets the last figure.
func (r *realtimeServer) peopleHere() int {
	read := make(chan struct{})
	r.service.Roster(func(people []chat.Person) {
		r.people.Store(int64(len(people)))
		close(read)
	})
	select {
	case <-read:
	case <-time.After(100 * time.Millisecond):
	}
	return int(r.people.Load())
}
