package contract

import (
	"reflect"
	"slices"
	"strconv"
)

// A schema is a JSON Schema (2020-12) as it is written down.
type schema map[string]any

// schemas are the forms that documents refer to by name.
type schemas struct {
	prefix string // of a reference, such as #/components/schemas/
	named  map[string]schema
}

func newSchemas(prefix string) *schemas {
	return &schemas{prefix: prefix, named: make(map[string]schema)}
}

// of returns the schema of a form: a reference for exported structs, which are
// described once, and the schema itself for all others.
func (s *schemas) of(t reflect.Type) schema {
	t = bare(t)
	switch {
	case t == fingerprintType:
		return schema{"type": "string", "pattern": "^[0-9a-f]{16}$"}
	case t == idType:
		return schema{"type": "string", "format": "uuid"}
	case t == objectType:
		return schema{"type": "object"}
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structure(t)
	case reflect.Slice:
		return schema{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Float64:
		return schema{"type": "number", "minimum": 0}
	}
	return schema{"type": "integer", "minimum": 0}
}

func (s *schemas) structure(t reflect.Type) schema {
	name := t.Name()
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return s.object(t)
	}
	if s.named[name] == nil {
		s.named[name] = schema{} // ends the recursion
		s.named[name] = s.object(t)
	}
	return schema{"$ref": s.prefix + name}
}

// object describes a struct, field by field.
func (s *schemas) object(t reflect.Type) schema {
	properties, required := schema{}, []string{}
	for _, f := range fieldsOf(t) {
		properties[f.name] = s.property(f)
		if !f.optional {
			required = append(required, f.name)
		}
	}
	o := schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

func (s *schemas) property(f field) schema {
	p := s.of(f.typ)
	p["description"] = f.doc
	// Bounds and values are those of the elements, where there are any.
	inner := p
	if items, ok := p["items"].(schema); ok {
		inner = items
	}
	if each, ok := p["additionalProperties"].(schema); ok {
		inner = each
	}
	if len(f.enum) > 0 {
		inner["enum"] = f.enum
	}
	if f.format != "" {
		inner["format"] = f.format
	}
	if word := floors[p["type"]]; word != "" && f.min > 0 {
		p[word] = f.min
	}
	if word := ceilings[p["type"]]; word != "" && f.max > 0 {
		p[word] = f.max
	}
	if eg := f.value(); eg != nil && p["$ref"] == nil && inner["$ref"] == nil && p["additionalProperties"] == nil {
		p["examples"] = []any{eg}
	}
	return p
}

// floors and ceilings are the words for min and max by type.
var (
	floors   = map[any]string{"integer": "minimum", "number": "minimum", "array": "minItems"}
	ceilings = map[any]string{"integer": "maximum", "number": "maximum", "array": "maxItems"}
)

// value is the field's example as a value, or nil.
func (f field) value() any {
	if f.eg == "" {
		return nil
	}
	switch f.kind() {
	case "a text":
		return f.eg
	case "a list":
		return []string{f.eg}
	case "a whole number":
		n, err := strconv.ParseFloat(f.eg, 64)
		if err != nil {
			panic("contract: " + f.name + " has an example that is no number")
		}
		return n
	}
	return nil
}

// rest returns the schema of a struct without some of its fields, or nil where
// none are left.
func (s *schemas) rest(t reflect.Type, without []string) schema {
	o := s.object(t)
	properties := o["properties"].(schema)
	for _, name := range without {
		delete(properties, name)
	}
	if len(properties) == 0 {
		return nil
	}
	if required, ok := o["required"].([]string); ok {
		required = slices.DeleteFunc(required, func(name string) bool { return slices.Contains(without, name) })
		if o["required"] = required; len(required) == 0 {
			delete(o, "required")
		}
	}
	return o
}
