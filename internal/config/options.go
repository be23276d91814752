package config

import (
	"time"
)

// An Option is one line of the table.
type Option struct {
	// Name is the flag without its dashes. The environment variable is
	// CAUSERIE_ and the name in capitals, with _ for -.
	Name string
	// Value says what kind of value it takes, for the help text.
	Value   string
	Default string
	// Help is one or more full sentences.
	Help string
	// Secret values are also read from the file that CAUSERIE_<NAME>_FILE
	// names, and are never printed.
	Secret bool

	set func(c *Config, value string) error
}

// A Section is a heading of the help text and its options.
type Section struct {
	Title   string
	Options []Option
}

// Sections returns the table, in the order of the help text.
func Sections() []Section {
	return []Section{
		{"Where it listens", []Option{
			{
				Name: "addr", Value: "HOST:PORT", Default: "127.0.0.1:3000",
				Help: "Address to serve on. Without a host it is every address of the machine. " +
					"Where neither this nor CAUSERIE_ADDR is set, the variable PORT means :PORT.",
				set: text(func(c *Config) *string { return &c.Addr }, isAddr),
			},
			{
				Name: "url", Value: "URL",
				Help: "Where people reach this server, such as https://chat.example.org, for the links of invitations and " +
					"for cookies behind a proxy. Without it links name the address that is served on.",
				set: setURL,
			},
			{
				Name: "tls-cert", Value: "FILE",
				Help: "Certificate chain (PEM) to serve HTTPS with. Needs --tls-key.",
				set:  text(func(c *Config) *string { return &c.TLSCert }, isAny),
			},
			{
				Name: "tls-key", Value: "FILE",
				Help: "Private key (PEM) of --tls-cert.",
				set:  text(func(c *Config) *string { return &c.TLSKey }, isAny),
			},
			{
				Name: "metrics-addr", Value: "HOST:PORT",
				Help: "Address of a listener of its own for /metrics, and for profiles under /debug/pprof/. Without it the main listener serves /metrics to everyone.",
				set:  text(func(c *Config) *string { return &c.MetricsAddr }, optional(isAddr)),
			},
			{
				Name: "origins", Value: "LIST",
				Help: "Sites besides our own whose pages may connect, with commas between: https://example.org,https://www.example.org. " +
					"* allows every site.",
				set: setOrigins,
			},
			{
				Name: "trusted-proxies", Value: "LIST",
				Help: "Addresses or networks of your reverse proxies, with commas between: 127.0.0.1,10.0.0.0/8. " +
					"From these, and from nobody else, X-Forwarded-For tells the address of a client, " +
					"for the log and for the limits per address.",
				set: setTrustedProxies,
			},
		}},
		{"Where it keeps the chat", []Option{
			{
				Name: "data", Value: "FOLDER",
				Help: "Folder of the embedded store. Without it the folder for user data that is usual on this system; " +
					"the first line of the log names it.",
				set: text(func(c *Config) *string { return &c.Data }, isAny),
			},
			{
				Name: "redis", Value: "URL", Secret: true,
				Help: "Redis (7.0 or newer) to keep everything in, such as redis://:password@127.0.0.1:6379/0. " +
					"Hosts of a cluster may be listed with commas, and Sentinels with ?master_set=NAME. Any number of processes with the same Redis are one chat. A command line can be seen by other users of the machine: " +
					"give a password by CAUSERIE_REDIS or CAUSERIE_REDIS_FILE.",
				set: setRedis,
			},
			{
				Name: "redis-prefix", Value: "NAME", Default: "causerie",
				Help: "Beginning of every key and channel, for several chats on one Redis.",
				set:  text(func(c *Config) *string { return &c.RedisPrefix }, isPrefix),
			},
			{
				Name: "redis-durability", Value: "LEVEL", Default: "accepted",
				Help: "When a message is acknowledged: accepted by Redis (with appendfsync always this is on disk), " +
					"fsynced (WAITAOF, Redis 7.2 or newer) or replicated (WAIT for one replica).",
				set: text(func(c *Config) *string { return &c.RedisDurability }, oneOf("accepted", "fsynced", "replicated")),
			},
		}},
		{"What people may do", []Option{
			{
				Name: "max-message", Value: "CHARACTERS", Default: "4000",
				Help: "Longest message, in Unicode code points.",
				set:  whole(func(c *Config) *int { return &c.MaxMessage }, 1, 100_000),
			},
			{
				Name: "send-rate", Value: "NUMBER", Default: "10",
				Help: "Messages per second and person (in the namespace /, and connection), in bursts of up to ten times as many. " +
					"Who sends more is told so, and is disconnected if it goes on. Small acts have 5 times that, questions 10 times. 0 means no limit.",
				set: setSendRate,
			},
			{
				Name: "max-connections", Value: "NUMBER", Default: "0",
				Help: "Connections this process takes at once; more are told to try again later. 0 means no limit.",
				set:  whole(func(c *Config) *int { return &c.MaxConnections }, 0, 100_000_000),
			},
			{
				Name: "guest-days", Value: "DAYS", Default: "90",
				Help: "Days after which guests who have not come back are forgotten: they leave their rooms and their nickname is free again. " +
					"What they wrote stays, and so does who is in a conversation between two. 0 keeps them for ever.",
				set: whole(func(c *Config) *int { return &c.GuestDays }, 0, 36_500),
			},
		}},
		{"Logins of another site", []Option{
			{
				Name: "jwt-issuer", Value: "NAME",
				Help: "Site whose signed tokens (JWT) let its users in here: the iss of the tokens. Needs --jwt-secret or --jwt-keys.",
				set:  text(func(c *Config) *string { return &c.JWT.Issuer }, isAny),
			},
			{
				Name: "jwt-audience", Value: "NAME",
				Help: "What the aud of such a token must name. Without it any aud will do.",
				set:  text(func(c *Config) *string { return &c.JWT.Audience }, isAny),
			},
			{
				Name: "jwt-secret", Value: "SECRET", Secret: true,
				Help: "Secret of at least 32 bytes that the tokens are signed with (HS256).",
				set:  setJWTSecret,
			},
			{
				Name: "jwt-keys", Value: "URL-OR-FILE",
				Help: "Public keys that the tokens are signed with (RS256 or EdDSA): the https URL of a JWKS document, or a PEM file.",
				set:  text(func(c *Config) *string { return &c.JWT.Keys }, isAny),
			},
			{
				Name: "jwt-roles", Value: "YES-OR-NO", Default: "no",
				Help: "Whether the role of a token (admin, member or guest) is the person's role here.",
				set:  yesOrNo(func(c *Config) *bool { return &c.JWT.Roles }),
			},
		}},
		{"Timing", []Option{
			{
				Name: "absence", Value: "DURATION", Default: "10s",
				Help: "How long somebody may be away, to reload or reconnect, before the others are told that they left.",
				set:  duration(func(c *Config) *time.Duration { return &c.Absence }, 0, time.Hour),
			},
			{
				Name: "lease", Value: "DURATION", Default: "10s",
				Help: "How long after a process has died its people are taken to be away. They are told as left after --absence more.",
				set:  duration(func(c *Config) *time.Duration { return &c.Lease }, time.Second, time.Hour),
			},
			{
				Name: "ping-interval", Value: "DURATION", Default: "25s",
				Help: "How often each connection is asked whether it is still there.",
				set:  duration(func(c *Config) *time.Duration { return &c.PingInterval }, 100*time.Millisecond, time.Hour),
			},
			{
				Name: "ping-timeout", Value: "DURATION", Default: "20s",
				Help: "How long a connection may take to answer.",
				set:  duration(func(c *Config) *time.Duration { return &c.PingTimeout }, 100*time.Millisecond, time.Hour),
			},
			{
				Name: "drain", Value: "DURATION", Default: "10s",
				Help: "How long SIGTERM or Ctrl-C may take to acknowledge what is in flight and to send everyone elsewhere. " +
					"A second signal stops at once.",
				set: duration(func(c *Config) *time.Duration { return &c.Drain }, 0, time.Hour),
			},
		}},
		{"Log", []Option{
			{
				Name: "log-format", Value: "FORMAT", Default: "text",
				Help: "text or json. The log goes to standard error.",
				set:  text(func(c *Config) *string { return &c.LogFormat }, oneOf("text", "json")),
			},
			{
				Name: "log-level", Value: "LEVEL", Default: "info",
				Help: "debug, info, warn or error.",
				set:  setLogLevel,
			},
		}},
	}
}

func setLogLevel(c *Config, value string) error {
	if err := oneOf("debug", "info", "warn", "error")(value); err != nil {
		return err
	}
	return c.LogLevel.UnmarshalText([]byte(value))
}
