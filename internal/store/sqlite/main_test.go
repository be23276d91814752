package sqlite

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// processes is what this binary does when it is started again by a test, by
// the environment variable that names the data folder.
var processes = map[string]func(dir string) error{crashDir: appendUntilKilled}

// TestMain runs the tests, or the process that a test needs.
func TestMain(m *testing.M) {
	for variable, run := range processes {
		if dir := os.Getenv(variable); dir != "" {
			if err := run(dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}
