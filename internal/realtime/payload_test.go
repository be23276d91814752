package realtime

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/causerie-chat/causerie/internal/contract"
)

// The events of /chat are those of the contract: every one is told somewhere
// here, and nothing else is.
func TestEvents_areThoseOfTheContract(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]string)
	told := make(map[string]bool)
	constant := regexp.MustCompile(`(event[A-Z]\w*)\s+= "([a-z-]+)"`)
	use := regexp.MustCompile(`event[A-Z]\w*`)
	for _, name := range []string{"payload.go", "events.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range constant.FindAllStringSubmatch(string(b), -1) {
			values[m[1]] = m[2]
		}
	}
	classic := []string{"payload.go", "events.go", "classic.go", "crowd.go", "member.go", "payload_test.go"}
	for _, name := range files {
		if slices.Contains(classic, name) {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, constant := range use.FindAllString(string(b), -1) {
			told[values[constant]] = true
		}
	}
	delete(told, eventResume)
	delete(told, "")
	for _, e := range contract.Events() {
		if !told[e.Event] {
			t.Errorf("%s is in the contract, and nobody tells it", e.Event)
		}
		delete(told, e.Event)
	}
	for event := range told {
		t.Errorf("%s is told, and not in the contract", event)
	}
}
