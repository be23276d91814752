package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	samples "github.com/causerie-chat/causerie/testdata/events"
)

// Samples fit the forms: they have what is needed and nothing that is unknown,
// and reading and writing them loses nothing.
func TestSamples(t *testing.T) {
	used := make(map[string]bool)
	check := func(name string, form reflect.Type, pick string) {
		t.Helper()
		used[name] = true
		b, err := samples.Files.ReadFile(name)
		if err != nil {
			t.Errorf("%s: there is no sample", name)
			return
		}
		if pick != "" {
			var parts map[string]json.RawMessage
			if err := json.Unmarshal(b, &parts); err != nil {
				t.Fatal(err)
			}
			b = parts[pick]
		}
		fits(t, name+" "+pick, form, b)
	}
	for _, a := range append([]*Act{resuming}, Table()...) {
		check("acts/"+a.Name+".json", a.In, "in")
		if !a.Silent {
			check("acts/"+a.Name+".json", a.Out, "out")
		}
	}
	for _, e := range Events() {
		check("told/"+e.Event+".json", e.Payload, "")
	}
	err := fs.WalkDir(samples.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && name != "chain.json" && !used[name] {
			t.Errorf("%s is the sample of nothing", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fits(t *testing.T, name string, form reflect.Type, b []byte) {
	t.Helper()
	s := newSchemas("")
	described := s.of(form)
	var value any
	if err := json.Unmarshal(b, &value); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, wrong := range violations(s, described, value, "$") {
		t.Errorf("%s: %s", name, wrong)
	}
	read := reflect.New(form)
	if err := json.Unmarshal(b, read.Interface()); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var again any
	written, err := json.Marshal(read.Interface())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, value) {
		t.Errorf("%s is not the same after reading and writing it: got %s", name, written)
	}
}

// violations says where value breaks the schema. Unlike the schema, which lets
// fields be added later, it takes no unknown ones.
func violations(s *schemas, at schema, value any, path string) []string {
	if ref, ok := at["$ref"].(string); ok {
		at = s.named[ref]
	}
	wrong := func(what string, args ...any) []string { return []string{path + " " + fmt.Sprintf(what, args...)} }
	switch at["type"] {
	case "object":
		object, ok := value.(map[string]any)
		if !ok {
			return wrong("is no object")
		}
		return objectViolations(s, at, object, path)
	case "array":
		list, ok := value.([]any)
		if !ok {
			return wrong("is no list")
		}
		var all []string
		for i, v := range list {
			all = append(all, violations(s, at["items"].(schema), v, fmt.Sprintf("%s[%d]", path, i))...)
		}
		return all
	case "string":
		text, ok := value.(string)
		if enum, has := at["enum"].([]string); !ok || has && !slices.Contains(enum, text) {
			return wrong("is none of the texts: %v", value)
		}
		if p, has := at["pattern"].(string); has && !regexp.MustCompile(p).MatchString(text) {
			return wrong("does not match %s", p)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			return wrong("is not true or false")
		}
	default:
		n, ok := value.(float64)
		if least, has := at["minimum"].(int); !ok || has && n < float64(least) {
			return wrong("is no such number: %v", value)
		}
		if most, has := at["maximum"].(int); has && n > float64(most) {
			return wrong("is too large: %v", value)
		}
	}
	return nil
}

func objectViolations(s *schemas, at schema, object map[string]any, path string) (all []string) {
	properties, closed := at["properties"].(schema)
	required, _ := at["required"].([]string)
	for _, name := range required {
		if _, there := object[name]; !there {
			all = append(all, path+"."+name+" is missing")
		}
	}
	for name, v := range object {
		switch p, known := properties[name].(schema); {
		case known:
			all = append(all, violations(s, p, v, path+"."+name)...)
		case closed:
			all = append(all, path+"."+name+" is unknown")
		case at["additionalProperties"] != nil:
			all = append(all, violations(s, at["additionalProperties"].(schema), v, path+"."+name)...)
		}
	}
	return all
}

// The test of the test: what is wrong is found.
func TestViolations(t *testing.T) {
	for _, test := range []struct{ name, json, want string }{
		{"missing", `{"seq":1}`, "$.fp is missing"},
		{"unknown", `{"seq":1,"fp":"9b1c04f0a2d37e55","x":1}`, "$.x is unknown"},
		{"pattern", `{"seq":1,"fp":"9B"}`, "$.fp does not match"},
		{"type", `{"seq":"1","fp":"9b1c04f0a2d37e55"}`, "$.seq is no such number"},
		{"right", `{"seq":1,"fp":"9b1c04f0a2d37e55"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSchemas("")
			described := s.of(reflect.TypeFor[Cursor]())
			var value any
			if err := json.NewDecoder(bytes.NewReader([]byte(test.json))).Decode(&value); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(violations(s, described, value, "$"), "; ")
			if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
