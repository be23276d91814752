package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ErrHelp is returned by Load when the arguments ask for help.
var ErrHelp = errors.New("help was asked for")

// Load reads the arguments of `causerie serve` and the environment in the
// form of os.Environ. An argument wins over the environment, which wins over
// the default. The error is ErrHelp, or one sentence for the person who typed
// the value; it never holds a secret.
func Load(args, environ []string) (Config, error) {
	given, err := parseArgs(args)
	if err != nil {
		return Config{}, err
	}
	env := environment(environ)
	var c Config
	for _, section := range Sections() {
		for _, o := range section.Options {
			value, source, err := o.lookup(given, env)
			if err != nil {
				return Config{}, err
			}
			if value == "" && o.Default == "" {
				continue
			}
			if err := o.set(&c, value); err != nil {
				return Config{}, o.wrong(source, value, err)
			}
		}
	}
	c.Unknown = env.unknown()
	return c, c.complete(env)
}

// complete checks what concerns several options and fills in the data folder.
func (c *Config) complete(env variables) error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together: set both or neither")
	}
	if err := c.JWT.check(); err != nil {
		return err
	}
	if c.Redis != "" || c.Data != "" {
		return nil
	}
	var err error
	c.Data, err = userDataFolder(runtime.GOOS, env)
	c.DataByDefault = true
	return err
}

func (j JWT) check() error {
	keyed := j.Secret != "" || j.Keys != ""
	switch {
	case j.Issuer == "" && (keyed || j.Audience != ""):
		return errors.New("--jwt-issuer is missing: name the site that the other --jwt options are about")
	case j.Issuer != "" && !keyed:
		return errors.New("--jwt-issuer needs --jwt-secret or --jwt-keys to check the site's signatures with")
	case j.Secret != "" && j.Keys != "":
		return errors.New("--jwt-secret and --jwt-keys exclude each other: set the one that the site signs with")
	}
	return nil
}

// lookup returns the option's value and the name it was given by.
func (o Option) lookup(given map[string]string, env variables) (value, source string, err error) {
	if value, ok := given[o.Name]; ok {
		return value, "--" + o.Name, nil
	}
	if value, ok := env[o.Env()]; ok && value != "" {
		return value, o.Env(), nil
	}
	if file := env[o.Env()+"_FILE"]; o.Secret && file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", "", fmt.Errorf("%s_FILE cannot be read: %w", o.Env(), err)
		}
		return strings.TrimSpace(string(b)), o.Env() + "_FILE", nil
	}
	if port := env["PORT"]; o.Name == "addr" && port != "" {
		return ":" + port, "PORT", nil
	}
	return o.Default, "--" + o.Name, nil
}

func (o Option) wrong(source, value string, rule error) error {
	if o.Secret {
		return fmt.Errorf("%s must be %w", source, rule)
	}
	if source == "PORT" {
		value = strings.TrimPrefix(value, ":")
		rule = errors.New("a port number")
	}
	return fmt.Errorf("%s %q must be %w", source, value, rule)
}

// Env returns the name of the option's environment variable.
func (o Option) Env() string {
	return "CAUSERIE_" + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
}

// parseArgs takes --name value and --name=value, with one dash or two. Every
// option has a value, so there is nothing else to know.
func parseArgs(args []string) (map[string]string, error) {
	given := make(map[string]string)
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "-h" || arg == "-help" || arg == "--help" {
			return nil, ErrHelp
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		switch {
		case !strings.HasPrefix(arg, "-"):
			return nil, fmt.Errorf("%q is not an option: options begin with --, see causerie serve --help", arg)
		case !known(name):
			return nil, fmt.Errorf("there is no option --%s%s: see causerie serve --help", name, suggestion(name))
		case !hasValue && len(args) == 0:
			return nil, fmt.Errorf("--%s needs a value: see causerie serve --help", name)
		case !hasValue:
			value, args = args[0], args[1:]
		}
		given[name] = value
	}
	return given, nil
}

func names() []string {
	var names []string
	for _, s := range Sections() {
		for _, o := range s.Options {
			names = append(names, o.Name)
		}
	}
	return names
}

func known(name string) bool { return slices.Contains(names(), name) }

// suggestion returns the one option that contains what was typed, or is
// contained in it: --port finds nothing, --cert finds --tls-cert.
func suggestion(typed string) string {
	var found []string
	for _, name := range names() {
		if len(typed) >= 3 && (strings.Contains(name, typed) || strings.HasPrefix(typed, name)) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return ", perhaps you mean --" + found[0]
}

// variables is the environment by name.
type variables map[string]string

func environment(environ []string) variables {
	env := make(variables, len(environ))
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return env
}

func (env variables) unknown() []string {
	mine := make(map[string]bool)
	for _, s := range Sections() {
		for _, o := range s.Options {
			mine[o.Env()] = true
			mine[o.Env()+"_FILE"] = o.Secret
		}
	}
	var unknown []string
	for name := range env {
		if strings.HasPrefix(name, "CAUSERIE_") && !mine[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// userDataFolder is where programs of a user keep what the user would miss:
// the XDG Base Directory Specification, and its equals elsewhere.
func userDataFolder(system string, env variables) (string, error) {
	var base string
	switch home := env["HOME"]; {
	case system == "windows":
		base = env["LOCALAPPDATA"]
	case system == "darwin" && home != "":
		base = filepath.Join(home, "Library", "Application Support")
	case filepath.IsAbs(env["XDG_DATA_HOME"]):
		base = env["XDG_DATA_HOME"]
	case home != "":
		base = filepath.Join(home, ".local", "share")
	}
	if base == "" {
		return "", errors.New("this user has no home folder to keep the chat in: name a folder with --data")
	}
	return filepath.Join(base, "causerie"), nil
}
