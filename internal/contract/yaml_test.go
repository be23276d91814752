package contract

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// Whatever is printed is read back as what it was, by a reader that is not ours.
func TestYAML_isReadBack(t *testing.T) {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.IntRange(-1<<53, 1<<53).AsAny(), rapid.String().AsAny(),
		rapid.SampledFrom([]any{
			"", " ", "x ", "- x", "a: b", "a #b", "#a", "true", "No", "y", "null", "~", "1", "1.5e3", "0x1f", "2026-12-01", "<<",
			"a\nb", "\"", "'", "'a'", "@a", "*a", "&a", "!a", "%a", "|", ">", "[a]", "{a}", "a, b", "👍", "\u2028", "\ufeff", "$ref", "=",
		}),
	)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf,
			rapid.MapOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", "$ref", "x-may", "no"})), value(depth-1), 0, 4).AsAny(),
			rapid.SliceOfN(value(depth-1), 0, 4).AsAny())
	}
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{"it": value(4).Draw(t, "value")}
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var want any
		if err := json.Unmarshal(asJSON, &want); err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := writeYAML(&page, v); err != nil {
			t.Fatal(err)
		}
		if got := readYAML(t, page.Bytes()); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis read as %#v\nand was %#v", page.Bytes(), got, want)
		}
	})
}

// readYAML returns what a page says, in the types of encoding/json.
func readYAML(t interface{ Fatalf(string, ...any) }, page []byte) any {
	var v, read any
	if err := yaml.Unmarshal(page, &v); err != nil {
		t.Fatalf("%s\nis no YAML: %v", page, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s\nis not what JSON can hold: %v", page, err)
	}
	if err := json.Unmarshal(b, &read); err != nil {
		t.Fatalf("%v", err)
	}
	return read
}
