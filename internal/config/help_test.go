package config

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestWriteHelp_namesEveryOption(t *testing.T) {
	var help strings.Builder
	WriteHelp(&help)
	for _, s := range Sections() {
		for _, o := range s.Options {
			if !strings.Contains(help.String(), "  --"+o.Name+" "+o.Value) {
				t.Errorf("the help text has no --%s", o.Name)
			}
			if o.Default != "" && !strings.Contains(help.String(), "(default "+o.Default+")") {
				t.Errorf("the help text does not show the default of --%s", o.Name)
			}
		}
	}
	for line := range strings.Lines(help.String()) {
		if len(line) > 81 {
			t.Errorf("wider than a terminal: %q", line)
		}
	}
}

func TestSections_everyOptionIsWhole(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range Sections() {
		for _, o := range s.Options {
			if seen[o.Name] {
				t.Errorf("--%s is there twice", o.Name)
			}
			seen[o.Name] = true
			if o.Value == "" || o.set == nil || !strings.HasSuffix(o.Help, ".") {
				t.Errorf("--%s needs a kind of value, a setter and full sentences", o.Name)
			}
			if o.Default != "" {
				if err := o.set(new(Config), o.Default); err != nil {
					t.Errorf("the default of --%s is refused: %v", o.Name, err)
				}
			}
		}
	}
}

// The page in docs/ is what people read without the program at hand.
func TestOptionsPageIsUpToDate(t *testing.T) {
	page, err := os.ReadFile("../../docs/options.md")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	WriteMarkdown(&want)
	if !bytes.Equal(page, want.Bytes()) {
		t.Error("docs/options.md is not what the table says: run make docs")
	}
}
