package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/causerie-chat/causerie/internal/contract"
)

// A description is openapi.json as a stranger reads it.
type description struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas   map[string]*form
		Responses map[string]response
	}
}

type operation struct {
	OperationID string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   *form
	}
	RequestBody struct {
		Required bool
		Content  map[string]struct{ Schema *form }
	}
	Responses map[string]response
}

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct{ Schema *form }
	Headers map[string]any
}

// A form is the part of JSON Schema that the description uses.
type form struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Properties           map[string]*form
	AdditionalProperties *form
	Items                *form
	Required, Enum       []string
	Pattern, Format      string
	Minimum, Maximum     *float64
	MinItems, MaxItems   *int
	Examples             []any
}

func describe(t *testing.T) *description {
	t.Helper()
	var b bytes.Buffer
	if err := contract.WriteOpenAPI(&b); err != nil {
		t.Fatal(err)
	}
	var d description
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func (d *description) form(f *form) *form {
	if name, ok := strings.CutPrefix(f.Ref, "#/components/schemas/"); ok {
		return d.Components.Schemas[name]
	}
	return f
}

func (d *description) response(r response) response {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		return d.Components.Responses[name]
	}
	return r
}

// wrong says where v breaks the form f, or returns "".
func (d *description) wrong(f *form, v any, at string) string {
	f = d.form(f)
	bad := func(want string) string { return fmt.Sprintf("%s is %v, and no %s", at, v, want) }
	switch f.Type {
	case "object":
		object, ok := v.(map[string]any)
		if !ok {
			return bad("object")
		}
		return d.wrongObject(f, object, at)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return bad("list")
		}
		for i, inner := range list {
			if w := d.wrong(f.Items, inner, fmt.Sprintf("%s[%d]", at, i)); w != "" {
				return w
			}
		}
	case "string":
		s, ok := v.(string)
		if !ok || len(f.Enum) > 0 && !slices.Contains(f.Enum, s) || f.Pattern != "" && !regexp.MustCompile(f.Pattern).MatchString(s) {
			return bad("such text")
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return bad("truth")
		}
	case "integer", "number":
		n, ok := v.(float64)
		if !ok || f.Minimum != nil && n < *f.Minimum || f.Maximum != nil && n > *f.Maximum {
			return bad("such number")
		}
	default:
		return bad("type that this test knows")
	}
	return ""
}

func (d *description) wrongObject(f *form, object map[string]any, at string) string {
	for _, name := range f.Required {
		if _, there := object[name]; !there {
			return at + "." + name + " is missing"
		}
	}
	for name, inner := range object {
		p := f.Properties[name]
		if p == nil {
			p = f.AdditionalProperties
		}
		if p == nil {
			if f.Properties != nil {
				return at + "." + name + " is not described"
			}
			continue // an object of somebody else's
		}
		if w := d.wrong(p, inner, at+"."+name); w != "" {
			return w
		}
	}
	return ""
}

// A maker makes values by their forms.
type maker struct {
	*rand.Rand
	d *description
	// known are values that are there, by the name of a field.
	known map[string][]any
}

// odd are texts that programs stumble over.
var odd = []any{
	"", " ", "x", "0", "-1", "null", "\x00", "a\u0000b", "\u202e", "ﷺ", "🦊👍🏽", "../..", "'; DROP TABLE x; --", "<b>", "%00", "~", "u-", "r-",
	strings.Repeat("x", 5000), strings.Repeat("é", 300), "correct horse battery", "01890a5d-ac96-774b-bcce-b302099a8057",
}

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

// value makes one, which breaks its form now and then.
func (m *maker) value(name string, f *form) any {
	f = m.d.form(f)
	if known := m.known[name]; known != nil && m.IntN(3) > 0 {
		return pick(m, known)
	}
	switch m.IntN(12) {
	case 0:
		return pick(m, []any{nil, true, 7, -1, 1.5, 1e300, "text", []any{}, map[string]any{}, []any{nil}, map[string]any{"": nil}})
	case 1, 2, 3:
		if len(f.Examples) > 0 {
			return f.Examples[0]
		}
	}
	switch f.Type {
	case "object":
		return m.object(f)
	case "array":
		list := make([]any, m.IntN(4))
		for i := range list {
			list[i] = m.value(name, f.Items)
		}
		return list
	case "string":
		if len(f.Enum) > 0 {
			return pick(m, f.Enum)
		}
		return pick(m, odd)
	case "boolean":
		return m.IntN(2) == 0
	}
	return pick(m, []any{0, 1, 2, 3, 50, 200, 1 << 31, int64(1) << 53, uint64(1) << 63})
}

func (m *maker) object(f *form) map[string]any {
	object := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(f.Properties)) {
		if slices.Contains(f.Required, name) && m.IntN(10) > 0 || m.IntN(2) == 0 {
			object[name] = m.value(name, f.Properties[name])
		}
	}
	return object
}
