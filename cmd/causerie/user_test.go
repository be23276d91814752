package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/store/sqlite"
)

var resetLink = regexp.MustCompile(`https://chat\.example\.org/reset#(\S+)`)

// emptyStore makes a data folder as a server's first start does.
func emptyStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// must runs the program, which has to succeed, and returns what it printed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := run(t, args...)
	if code != exitOK {
		t.Fatalf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// TestUser: an account that the console has made is let in with the password
// that its link has set.
func TestUser(t *testing.T) {
	data := emptyStore(t)
	out := must(t, "user", "add", "--data", data, "Ada", "--role", "owner", "--url", "https://chat.example.org/")
	if !strings.Contains(out, "Ada is here, as owner with the id u-") {
		t.Errorf("user add printed %q", out)
	}
	link := resetLink.FindStringSubmatch(out)
	if link == nil {
		t.Fatalf("no link:\n%s", out)
	}
	must(t, "user", "add", "--data", data, "Bob")
	again := resetLink.FindStringSubmatch(must(t, "user", "reset", "ada", "--data", data, "--url", "https://chat.example.org"))
	if out := must(t, "user", "promote", "Bob", "--data", data); out != "Bob is admin now.\n" {
		t.Errorf("user promote printed %q", out)
	}

	r := serve(t, "--data", data)
	if log := r.log.String(); strings.Contains(log, "/setup#") || strings.Contains(log, "nobody owns") {
		t.Errorf("a server with an owner offers to become it:\n%s", log)
	}
	for code, want := range map[string]int{link[1]: 410, again[1]: 200} {
		if resp, body := r.post(t, "/api/v1/resets", map[string]any{"code": code, "password": "correct horse"}); resp.StatusCode != want {
			t.Errorf("setting the password: got %s %s, want %d", resp.Status, body, want)
		}
	}
	if resp, body := r.post(t, "/api/v1/sessions", map[string]any{"name": "Ada", "password": "correct horse"}); resp.StatusCode != 200 {
		t.Errorf("logging in: %s %s", resp.Status, body)
	}
	// Beside the server people can be listed, and not changed.
	list := must(t, "user", "list", "--data", data)
	for _, want := range []string{"ID ", "Ada   owner", "Bob   admin"} {
		if !strings.Contains(list, want) {
			t.Errorf("user list lacks %q:\n%s", want, list)
		}
	}
	if code, _, stderr := run(t, "user", "promote", "Bob", "member", "--data", data); code != exitFailed || !strings.Contains(stderr, "stop it") {
		t.Errorf("beside the server: got %d %q, want a refusal that says to stop it", code, stderr)
	}
}

func TestUser_misuse(t *testing.T) {
	data := emptyStore(t)
	must(t, "user", "add", "--data", data, "Ada", "--role", "owner")
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nothing", []string{"user"}, exitUsage, "Usage: causerie user"},
		{"no name", []string{"user", "add"}, exitUsage, "Usage: causerie user"},
		{"an unknown word", []string{"user", "praise", "Ada", "--data", data}, exitUsage, "there is no causerie user praise"},
		{"an unknown word while the folder is away", []string{"user", "praise", "Ada", "--data", "/nowhere"}, exitUsage, "there is no causerie user praise"},
		{"a word too many", []string{"user", "list", "Ada", "--data", data}, exitUsage, "Usage: causerie user"},
		{"a URL that is none", []string{"user", "add", "Bob", "--data", data, "--url", "chat"}, exitUsage, "--url"},
		{"an unknown option", []string{"user", "list", "--colour", "red"}, exitUsage, "see causerie user --help"},
		{"a name that nobody has", []string{"user", "reset", "Eve", "--data", data}, exitFailed, `nobody with the name or id "Eve"`},
		{"a name that is taken", []string{"user", "add", "ada", "--data", data}, exitFailed, "taken"},
		{"the last owner", []string{"user", "promote", "Ada", "member", "--data", data}, exitFailed, "A server needs an owner."},
		{"a role that is none", []string{"user", "promote", "Ada", "king", "--data", data}, exitFailed, "The role must be"},
		{"a folder without a chat", []string{"user", "add", "Bob", "--data", t.TempDir()}, exitFailed, "name the data folder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := run(t, test.args...)
			if code != test.code || !strings.Contains(stderr, test.want) {
				t.Errorf("got %d %q, want %d and %q", code, stderr, test.code, test.want)
			}
		})
	}
}
