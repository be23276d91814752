package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var home = []string{"HOME=/home/kevin"}

func TestLoad_defaults(t *testing.T) {
	got, err := Load(nil, home)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr:            "127.0.0.1:3000",
		Data:            got.Data, // differs by system, see TestUserDataFolder
		DataByDefault:   true,
		RedisPrefix:     "causerie",
		RedisDurability: "accepted",
		SendRate:        10,
		MaxMessage:      4000,
		GuestDays:       90,
		Absence:         10 * time.Second,
		Lease:           10 * time.Second,
		PingInterval:    25 * time.Second,
		PingTimeout:     20 * time.Second,
		Drain:           10 * time.Second,
		LogFormat:       "text",
		LogLevel:        slog.LevelInfo,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !filepath.IsAbs(got.Data) {
		t.Errorf("got data folder %q, want an absolute path", got.Data)
	}
}

func TestLoad_sources(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "redis-url")
	if err := os.WriteFile(secret, []byte("redis://:from-file@db:6379\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		args    string
		environ []string
		got     func(Config) any
		want    any
	}{
		{"a flag", "--addr :80", nil, func(c Config) any { return c.Addr }, ":80"},
		{"a flag with =", "--addr=:80", nil, func(c Config) any { return c.Addr }, ":80"},
		{"a flag with one dash", "-addr :80", nil, func(c Config) any { return c.Addr }, ":80"},
		{"the last of two", "--addr :80 --addr :81", nil, func(c Config) any { return c.Addr }, ":81"},
		{"the environment", "", []string{"CAUSERIE_SEND_RATE=0.5"}, func(c Config) any { return c.SendRate }, 0.5},
		{"a flag over the environment", "--send-rate 3", []string{"CAUSERIE_SEND_RATE=x"}, func(c Config) any { return c.SendRate }, 3.0},
		{"an empty variable", "", []string{"CAUSERIE_DRAIN="}, func(c Config) any { return c.Drain }, 10 * time.Second},
		{"PORT", "", []string{"PORT=8080"}, func(c Config) any { return c.Addr }, ":8080"},
		{"CAUSERIE_ADDR over PORT", "", []string{"PORT=8080", "CAUSERIE_ADDR=[::1]:81"}, func(c Config) any { return c.Addr }, "[::1]:81"},
		{"a secret from a file", "", []string{"CAUSERIE_REDIS_FILE=" + secret}, func(c Config) any { return c.Redis.Reveal() }, "redis://:from-file@db:6379"},
		{"no file for what is no secret", "", []string{"CAUSERIE_ADDR_FILE=" + secret}, func(c Config) any { return c.Addr }, "127.0.0.1:3000"},
		{"no data folder with Redis", "--redis redis://db", nil, func(c Config) any { return c.Data }, ""},
		{"origins as browsers send them", "--origins HTTPS://Example.org:443/,http://localhost:5173", nil, func(c Config) any { return c.Origins }, []string{"https://example.org", "http://localhost:5173"}},
		{"every origin", "--origins *", nil, func(c Config) any { return c.AnyOrigin }, true},
		{"proxies", "--trusted-proxies 127.0.0.1,10.1.2.3/8,fd00::1", nil, func(c Config) any { return fmt.Sprint(c.TrustedProxies) }, "[127.0.0.1/32 10.0.0.0/8 fd00::1/128]"},
		{"a URL as browsers write it", "--url HTTPS://Chat.example.org:443/", nil, func(c Config) any { return c.URL }, "https://chat.example.org"},
		{"another site's logins", "--jwt-issuer site --jwt-keys https://site.example/jwks.json --jwt-roles yes", nil, func(c Config) any { return c.JWT }, JWT{Issuer: "site", Keys: "https://site.example/jwks.json", Roles: true}},
		{"a masked secret", "--jwt-issuer site --jwt-secret 0123456789abcdef0123456789abcdef", nil, func(c Config) any { return fmt.Sprintf("%v %#v", c.JWT.Secret, c.JWT.Secret) }, "*** ***"},
		{"log level", "--log-level debug", nil, func(c Config) any { return c.LogLevel }, slog.LevelDebug},
		{"no limit", "--send-rate 0", nil, func(c Config) any { return c.SendRate }, 0.0},
		{"variables nobody knows", "", []string{"CAUSERIE_ADDRES=x", "CAUSERIE_SERVICE_HOST=y"}, func(c Config) any { return c.Unknown }, []string{"CAUSERIE_ADDRES", "CAUSERIE_SERVICE_HOST"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Load(strings.Fields(test.args), append(test.environ, home...))
			if err != nil {
				t.Fatal(err)
			}
			if got := test.got(c); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
		})
	}
}

func TestLoad_refusals(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    string
	}{
		{"unknown flag", []string{"--colour", "red"}, nil, "there is no option --colour: see causerie serve --help"},
		{"nearly a flag", []string{"--cert", "x"}, nil, "there is no option --cert, perhaps you mean --tls-cert: see causerie serve --help"},
		{"a word", []string{"now"}, nil, `"now" is not an option: options begin with --, see causerie serve --help`},
		{"no value", []string{"--addr"}, nil, "--addr needs a value: see causerie serve --help"},
		{"an empty value", []string{"--addr", ""}, nil, `--addr "" must be an address with a port, such as 127.0.0.1:3000 or :3000`},
		{"address without a port", []string{"--addr", "localhost"}, nil, `--addr "localhost" must be an address with a port, such as 127.0.0.1:3000 or :3000`},
		{"port too high", nil, []string{"PORT=70000"}, `PORT "70000" must be a port number`},
		{"not a number", nil, []string{"CAUSERIE_MAX_MESSAGE=many"}, `CAUSERIE_MAX_MESSAGE "many" must be a whole number from 1 to 100000`},
		{"rate below zero", []string{"--send-rate", "-1"}, nil, `--send-rate "-1" must be messages per second, such as 10 or 0.5, or 0 for no limit`},
		{"rate is NaN", []string{"--send-rate", "NaN"}, nil, `--send-rate "NaN" must be messages per second, such as 10 or 0.5, or 0 for no limit`},
		{"a time without unit", []string{"--lease", "30"}, nil, `--lease "30" must be a time from 1s to 1h, such as 500ms, 20s or 2m`},
		{"an origin with a path", []string{"--origins", "https://example.org/chat"}, nil, `--origins "https://example.org/chat" must be a list of sites such as https://example.org,http://localhost:5173 (scheme, host and port only), or *`},
		{"a pattern of origins", []string{"--origins", "https://*.example.org"}, nil, `--origins "https://*.example.org" must be a list of sites such as https://example.org,http://localhost:5173 (scheme, host and port only), or *`},
		{"a proxy by name", []string{"--trusted-proxies", "127.0.0.1,proxy"}, nil, `--trusted-proxies "127.0.0.1,proxy" must be a list of addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8`},
		{"a word of a list", []string{"--redis-durability", "yes"}, nil, `--redis-durability "yes" must be accepted, fsynced or replicated`},
		{"a log level", []string{"--log-level", "loud"}, nil, `--log-level "loud" must be debug, info, warn or error`},
		{"a secret is not repeated", []string{"--redis", "hunter2@db"}, nil, "--redis must be a URL such as redis://127.0.0.1:6379/0"},
		{"a key without a certificate", []string{"--tls-key", "key.pem"}, nil, "--tls-cert and --tls-key belong together: set both or neither"},
		{"a URL with a path", []string{"--url", "https://example.org/chat"}, nil, `--url "https://example.org/chat" must be a URL such as https://chat.example.org (scheme, host and port only)`},
		{"a short secret is not repeated", []string{"--jwt-secret", "hunter2"}, nil, "--jwt-secret must be at least 32 bytes long, such as what `openssl rand -base64 32` prints"},
		{"tokens that nothing checks", []string{"--jwt-issuer", "site"}, nil, "--jwt-issuer needs --jwt-secret or --jwt-keys to check the site's signatures with"},
		{"keys of nobody", []string{"--jwt-keys", "keys.pem"}, nil, "--jwt-issuer is missing: name the site that the other --jwt options are about"},
		{"a secret file that is not there", nil, []string{"CAUSERIE_REDIS_FILE=/no/such/file"}, "CAUSERIE_REDIS_FILE cannot be read: open /no/such/file: no such file or directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(test.args, append(test.environ, home...))
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestLoad_help(t *testing.T) {
	for _, arg := range []string{"-h", "-help", "--help"} {
		if _, err := Load([]string{"--addr", ":1", arg}, nil); !errors.Is(err, ErrHelp) {
			t.Errorf("%s: got %v, want ErrHelp", arg, err)
		}
	}
}

func TestUserDataFolder(t *testing.T) {
	tests := []struct {
		name, system string
		env          variables
		want         string
	}{
		{"Linux", "linux", variables{"HOME": "/home/kevin"}, "/home/kevin/.local/share/causerie"},
		{"XDG", "linux", variables{"HOME": "/home/kevin", "XDG_DATA_HOME": "/big"}, "/big/causerie"},
		{"XDG, relative and so ignored", "linux", variables{"HOME": "/home/kevin", "XDG_DATA_HOME": "big"}, "/home/kevin/.local/share/causerie"},
		{"macOS", "darwin", variables{"HOME": "/Users/kevin"}, "/Users/kevin/Library/Application Support/causerie"},
		{"Windows", "windows", variables{"LOCALAPPDATA": "/Local"}, "/Local/causerie"},
		{"nobody's home", "linux", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := userDataFolder(test.system, test.env)
			if got != filepath.FromSlash(test.want) || (err == nil) != (test.want != "") {
				t.Errorf("got  %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

func TestRedisURL_hidesItsPassword(t *testing.T) {
	tests := []struct{ url, want string }{
		{"redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"},
		{"redis://:hunter2@db:6379/0", "redis://:***@db:6379/0"},
		{"rediss://kevin:hunter2@db", "rediss://kevin:***@db"},
		{"redis://:hunter2@hunter2@db", "redis://:***@db"},
		{"redis://:hunter2/@db", "redis://:***@db"},
		{"unix:///run/redis.sock?password=hunter2&db=1", "unix:///run/redis.sock?password=***&db=1"},
	}
	for _, test := range tests {
		u := RedisURL(test.url)
		if got := u.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.url, got, test.want)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "redis", u, "config", Config{Redis: u})
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "redis", u, "config", Config{Redis: u})
		j, err := json.Marshal(Config{Redis: u})
		if err != nil {
			t.Fatal(err)
		}
		if out := log.String() + string(j) + fmt.Sprintf("%v %#v %q %v %+v", u, u, u, Config{Redis: u}, Config{Redis: u}); strings.Contains(out, "hunter2") {
			t.Errorf("%s: the password is shown in %s", test.url, out)
		}
	}
}
