package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The checks below return an error that completes the sentence
// `--name "value" must be …`.

type check func(value string) error

func isAny(string) error { return nil }

func optional(c check) check {
	return func(value string) error {
		if value == "" {
			return nil
		}
		return c(value)
	}
}

func oneOf(words ...string) check {
	return func(value string) error {
		if slices.Contains(words, value) {
			return nil
		}
		last := len(words) - 1
		return errors.New(strings.Join(words[:last], ", ") + " or " + words[last])
	}
}

func isAddr(value string) error {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		if n, convErr := strconv.ParseUint(port, 10, 16); convErr == nil && n <= math.MaxUint16 {
			return nil
		}
	}
	return errors.New("an address with a port, such as 127.0.0.1:3000 or :3000")
}

var prefix = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)

// isPrefix keeps braces and colons out: in a Redis key they have a meaning.
func isPrefix(value string) error {
	if prefix.MatchString(value) {
		return nil
	}
	return errors.New("1 to 64 letters, digits, dots, dashes or underscores")
}

func text(field func(*Config) *string, ok check) func(*Config, string) error {
	return func(c *Config, value string) error {
		if err := ok(value); err != nil {
			return err
		}
		*field(c) = value
		return nil
	}
}

func whole(field func(*Config) *int, least, most int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("a whole number from %d to %d", least, most)
		}
		*field(c) = n
		return nil
	}
}

func duration(field func(*Config) *time.Duration, least, most time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < least || d > most {
			return fmt.Errorf("a time from %s to %s, such as 500ms, 20s or 2m", short(least), short(most))
		}
		*field(c) = d
		return nil
	}
}

// short prints 1h instead of 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func setSendRate(c *Config, value string) error {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || !(n >= 0 && n <= 1e6) {
		return errors.New("messages per second, such as 10 or 0.5, or 0 for no limit")
	}
	c.SendRate = n
	return nil
}

func yesOrNo(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value != "yes" && value != "no" {
			return errors.New("yes or no")
		}
		*field(c) = value == "yes"
		return nil
	}
}

func setURL(c *Config, value string) error {
	if value == "" {
		c.URL = ""
		return nil
	}
	origin, ok := canonicalOrigin(value)
	if !ok {
		return errors.New("a URL such as https://chat.example.org (scheme, host and port only)")
	}
	c.URL = origin
	return nil
}

// minJWTSecret is what RFC 7518 (3.2) asks of a key for HS256, in bytes.
const minJWTSecret = 32

func setJWTSecret(c *Config, value string) error {
	if value != "" && len(value) < minJWTSecret {
		return fmt.Errorf("at least %d bytes long, such as what `openssl rand -base64 32` prints", minJWTSecret)
	}
	c.JWT.Secret = Secret(value)
	return nil
}

func setOrigins(c *Config, value string) error {
	c.Origins, c.AnyOrigin = nil, false
	for item := range strings.SplitSeq(value, ",") {
		item = strings.TrimSpace(item)
		switch {
		case item == "":
			continue
		case item == "*":
			c.AnyOrigin = true
			continue
		}
		origin, ok := canonicalOrigin(item)
		if !ok {
			return errors.New("a list of sites such as https://example.org,http://localhost:5173 (scheme, host and port only), or *")
		}
		c.Origins = append(c.Origins, origin)
	}
	return nil
}

func setTrustedProxies(c *Config, value string) error {
	c.TrustedProxies = nil
	for item := range strings.SplitSeq(value, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		network, ok := parseNetwork(item)
		if !ok {
			return errors.New("a list of addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8")
		}
		c.TrustedProxies = append(c.TrustedProxies, network)
	}
	return nil
}

// parseNetwork takes an address for the network that holds only it.
func parseNetwork(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		addr, err := netip.ParseAddr(s)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, false
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	network, err := netip.ParsePrefix(s)
	return network.Masked(), err == nil && !network.Addr().Is4In6()
}

// canonicalOrigin returns the form a browser sends: lower case, no port that
// is the scheme's own, nothing after the host.
func canonicalOrigin(s string) (string, bool) {
	u, err := url.Parse(strings.ToLower(strings.TrimSuffix(s, "/")))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Host, "*") {
		return "", false
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", false
	case u.Scheme == "http" && u.Port() == "80", u.Scheme == "https" && u.Port() == "443":
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return u.Scheme + "://" + u.Host, true
}

var redisSchemes = []string{"redis", "rediss", "unix"}

// setRedis looks at the scheme only: what else a Redis URL may hold is the
// store's to know, and the store says so when it opens.
func setRedis(c *Config, value string) error {
	scheme, rest, ok := strings.Cut(value, "://")
	if value != "" && (!ok || rest == "" || !slices.Contains(redisSchemes, scheme)) {
		return errors.New("a URL such as redis://127.0.0.1:6379/0")
	}
	c.Redis = RedisURL(value)
	return nil
}
