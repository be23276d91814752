package auth

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// canary is in every password that these tests set.
const canary = "canary-7f3a"

// logged is all that this package's tests have logged, at every level.
var logged lockedBuffer

var testLogger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))

var secretText = regexp.MustCompile(`c[stiru]_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{10,}`)

// A run is all tests, and then a look at what they have logged.
type run struct{ *testing.M }

func (r run) Run() int {
	code := r.M.Run()
	text := logged.String()
	if strings.Contains(text, canary) || secretText.MatchString(text) {
		fmt.Fprintln(os.Stderr, "a password or a token is in the log:\n"+text)
		return 1
	}
	return code
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(run{m}) }

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
