package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	samples "github.com/causerie-chat/causerie/testdata/events"
)

// The pages are what people read without the program at hand.
func TestDocsAreUpToDate(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{
		"events.md": WriteEvents, "asyncapi.yaml": WriteAsyncAPI, "openapi.json": WriteOpenAPI,
	} {
		page, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := write(&want); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(page, want.Bytes()) {
			t.Errorf("docs/%s is not what the table says: run make docs", name)
		}
	}
}

// Whoever gets a code finds it in the table, with its status.
func TestDocs_everyCodeIsExplained(t *testing.T) {
	codes := maps.Clone(Statuses)
	codes[CodeUnknownEvent] = 0
	for code, status := range codes {
		line := fmt.Sprintf("| `%s` | %d |", code, status)
		if status == 0 {
			line = fmt.Sprintf("| `%s` | – |", code)
		}
		if !strings.Contains(conclusion, line) {
			t.Errorf("the table of codes lacks %s", line)
		}
	}
	if got, want := strings.Count(conclusion, "\n| `"), len(codes); got != want {
		t.Errorf("the table has %d codes, want %d", got, want)
	}
}

// Every reference in the documents leads to something in them.
func TestDocs_referencesLeadSomewhere(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{"asyncapi": WriteAsyncAPI, "openapi": WriteOpenAPI} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		root := readYAML(t, b.Bytes()) // JSON is YAML too
		refs := 0
		eachRef(root, func(ref string) {
			refs++
			at := root
			for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				object, _ := at.(map[string]any)
				at = object[part]
			}
			if at == nil {
				t.Errorf("%s: nothing at %s", name, ref)
			}
		})
		if refs < 50 {
			t.Errorf("%s: found %d references: this test does not see the document", name, refs)
		}
	}
}

func eachRef(v any, f func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if ref, ok := inner.(string); ok && key == "$ref" {
				f(ref)
			}
			eachRef(inner, f)
		}
	case []any:
		for _, inner := range v {
			eachRef(inner, f)
		}
	}
}

// Whoever checks a client against the worked example must be right to do so.
func TestChainExample(t *testing.T) {
	b, err := samples.Files.ReadFile("chain.json")
	if err != nil {
		t.Fatal(err)
	}
	var links []struct {
		chat.Cursor
		ID string `json:"id"`
	}
	if err := json.Unmarshal(b, &links); err != nil {
		t.Fatal(err)
	}
	if len(links) < 3 {
		t.Fatalf("%d links are no example", len(links))
	}
	var at chat.Cursor
	for _, l := range links {
		id, err := chat.ParseID(l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if at = at.Next(id); at != l.Cursor {
			t.Errorf("seq %d: got %v, want %v", l.Seq, l.Cursor, at)
		}
	}
}
