package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
)

// newHouse puts together what the acts of the contract work on. held reports
// whether a guest of the namespace / has a nickname at the moment.
func newHouse(cfg config.Config, url string, store chat.Store, s *chat.Service, held func(key string) bool, l *slog.Logger) (*contract.House, error) {
	issuers, err := issuersOf(cfg.JWT)
	if err != nil {
		return nil, err
	}
	accounts := auth.New(store, auth.Options{Logger: l, Names: held, Issuers: issuers})
	rooms := chat.NewRooms(s, accounts)
	messages := chat.NewMessages(s, rooms, accounts)
	version := buildVersion()
	return &contract.House{
		Service:   s,
		Rooms:     rooms,
		Messages:  messages,
		Desks:     chat.NewDesks(s, rooms, messages),
		Order:     chat.NewOrder(s, rooms),
		States:    chat.NewStates(s),
		Accounts:  accounts,
		Version:   version,
		Build:     version,
		Limits:    contract.LimitsOf(cfg.MaxMessage, cfg.SendRate, int(rate.BurstSeconds*cfg.SendRate)),
		PublicURL: url,
		Logger:    l,
	}, nil
}

// collector takes away what nobody in the house can use any more.
func collector(h *contract.House, guestDays int) *auth.Collector {
	return auth.NewCollector(h.Accounts, time.Duration(guestDays)*24*time.Hour, h.Rooms.Forget)
}

// issuersOf returns the site whose logins count here as well, if there is one.
func issuersOf(j config.JWT) ([]*auth.Issuer, error) {
	if j.Issuer == "" {
		return nil, nil
	}
	o := auth.IssuerOptions{Issuer: j.Issuer, Audience: j.Audience, Secret: []byte(j.Secret.Reveal()), Roles: j.Roles}
	switch {
	case strings.HasPrefix(j.Keys, "https://"), strings.HasPrefix(j.Keys, "http://"):
		o.KeysURL = j.Keys
	case j.Keys != "":
		pem, err := os.ReadFile(j.Keys)
		if err != nil {
			return nil, fmt.Errorf("--jwt-keys cannot be read: %w", err)
		}
		o.PublicKey = string(pem)
	}
	issuer, err := auth.NewIssuer(o)
	if err != nil {
		return nil, fmt.Errorf("the --jwt options do not work: %w", err)
	}
	return []*auth.Issuer{issuer}, nil
}

// reserved reports whether somebody with an account has a nickname.
func reserved(a *auth.Accounts) func(context.Context, string) (bool, error) {
	return func(ctx context.Context, nickname string) (bool, error) {
		key, err := chat.NameKey(nickname)
		if err != nil {
			return false, err
		}
		named, err := a.Named(ctx, []string{key})
		return len(named) > 0, err
	}
}

// setupURL is where the first person makes this server their own, or "" when
// somebody has.
func setupURL(ctx context.Context, h *contract.House) (string, error) {
	code, needed, err := h.Accounts.SetupCode(ctx)
	if err != nil || !needed {
		return "", err
	}
	return h.PublicURL + "/setup#" + code, nil
}
