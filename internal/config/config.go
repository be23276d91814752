// Package config is the one table of options: the name, default, check and
// help of everything an operator can set, by flag or by environment. The
// `--help` text and docs/options.md are printed from the same table.
package config

import (
	"log/slog"
	"net/netip"
	"regexp"
	"time"
)

// A Config holds checked values: whatever Load returns can be used as it is.
type Config struct {
	// Addr is where to listen, in the form of net.Listen("tcp", Addr).
	Addr string
	// URL is the origin that people reach the server by, without a slash at
	// its end, or empty.
	URL string
	// Data is the folder of the embedded store. It is not used with Redis.
	Data string
	// DataByDefault says that nobody named the folder, so that its parents may
	// be made without following a typing error.
	DataByDefault bool
	// Redis is the shared store, or empty for the embedded one.
	Redis           RedisURL
	RedisPrefix     string
	RedisDurability string

	// Origins are the sites, besides our own, whose pages may connect.
	// AnyOrigin is set when the list held "*".
	Origins   []string
	AnyOrigin bool
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// SendRate is in messages per second and connection; 0 means no limit.
	SendRate float64
	// MaxMessage is in Unicode code points.
	MaxMessage int
	// MaxConnections is for this process; 0 means no limit.
	MaxConnections int

	// GuestDays is how many days a guest who does not come back is kept; 0 is
	// for ever.
	GuestDays int

	// JWT says whose logins count here as well.
	JWT JWT

	// Absence is how long somebody who holds a nickname may be away before
	// the others are told that they left.
	Absence time.Duration
	// Lease is how long people stay listed after their node died.
	Lease        time.Duration
	PingInterval time.Duration
	PingTimeout  time.Duration
	// Drain bounds a graceful stop.
	Drain time.Duration

	// MetricsAddr is a listener of its own for /metrics; empty means that
	// the main listener serves it.
	MetricsAddr     string
	TLSCert, TLSKey string
	LogFormat       string
	LogLevel        slog.Level

	// Unknown lists CAUSERIE_ variables that no option has. They may be
	// typing errors, or somebody else's: Kubernetes makes CAUSERIE_SERVICE_HOST
	// and others out of a service's name. So they are reported, not refused.
	Unknown []string
}

// A JWT describes another site whose signed tokens let its users in. Without
// an Issuer there is none.
type JWT struct {
	Issuer, Audience string
	Secret           Secret // of HS256, or empty
	Keys             string // URL of a JWKS document, or a PEM file, or empty
	Roles            bool
}

// A Secret is text that neither prints nor logs itself.
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString masks the secret for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue masks the secret for slog, whatever the handler.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks the secret for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the secret, for whoever checks signatures only.
func (s Secret) Reveal() string { return string(s) }

// A RedisURL may hold a password. It prints and logs itself with the password
// masked, so that no log statement can give it away by accident.
type RedisURL string

var password = regexp.MustCompile(`(://[^:/@]*):.*@|((?i:password)=)[^&]*`)

func (u RedisURL) String() string {
	return password.ReplaceAllStringFunc(string(u), func(s string) string {
		m := password.FindStringSubmatch(s)
		if m[2] != "" {
			return m[2] + "***"
		}
		return m[1] + ":***@"
	})
}

// GoString masks the password for %#v.
func (u RedisURL) GoString() string { return u.String() }

// LogValue masks the password for slog, whatever the handler.
func (u RedisURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText masks the password for JSON.
func (u RedisURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Reveal returns the URL with its password, for the client library only.
func (u RedisURL) Reveal() string { return string(u) }
