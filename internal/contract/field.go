package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A field is what the tags of a struct's field say. Forms are written with
//
//	json    the name; omitempty and omitzero make a field optional
//	doc     what it is, for the docs
//	eg      an example, for the docs and for errors
//	enum    the only values, with commas
//	min,max bounds of a number or of a list's length
//	format  as in JSON Schema
//
// in that order. A bound is checked on input and told in the docs, so bounds
// that depend on the server's options stand in Limits instead.
type field struct {
	name, doc, eg, format string
	optional              bool
	min, max              int
	enum                  []string
	typ                   reflect.Type
}

func fieldOf(f reflect.StructField) field {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	read := field{
		name: name, doc: f.Tag.Get("doc"), eg: f.Tag.Get("eg"), format: f.Tag.Get("format"),
		optional: strings.Contains(options, "omit"), typ: f.Type,
	}
	read.min, _ = strconv.Atoi(f.Tag.Get("min"))
	read.max, _ = strconv.Atoi(f.Tag.Get("max"))
	if enum := f.Tag.Get("enum"); enum != "" {
		read.enum = strings.Split(enum, ",")
	}
	return read
}

// fieldsOf returns the fields of a struct, those of embedded structs among
// them.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for f := range fieldsOfType(t) {
		fields = append(fields, fieldOf(f))
	}
	return fields
}

func fieldsOfType(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() && !f.Anonymous && !yield(f) {
				return
			}
		}
	}
}

var (
	fingerprintType = reflect.TypeFor[chat.Fingerprint]()
	idType          = reflect.TypeFor[ID]()
	millisType      = reflect.TypeFor[Millis]()
	objectType      = reflect.TypeFor[json.RawMessage]()
)

func bare(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// kind says in plain words what values the field has.
func (f field) kind() string {
	switch t := bare(f.typ); {
	case t == fingerprintType, t == idType, t.Kind() == reflect.String:
		return "a text"
	case t == objectType, t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "an object"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	}
	return "a whole number"
}

// example is a right value as JSON.
func (f field) example() string {
	eg := f.eg
	if eg == "" && len(f.enum) > 0 {
		eg = f.enum[0]
	}
	switch f.kind() {
	case "a text":
		return quoted(eg)
	case "an object":
		return "{}"
	case "a list":
		if bare(f.typ).Elem().Kind() == reflect.String {
			return "[" + quoted(eg) + "]"
		}
		return "[]"
	case "true or false":
		return "true"
	}
	if eg == "" {
		eg = strconv.Itoa(max(1, f.min))
	}
	return eg
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("contract: an example cannot be written: %v", err))
	}
	return string(b)
}
