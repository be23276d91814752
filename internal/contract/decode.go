package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A plan is what decoding into one struct needs to know, found out once.
type plan struct {
	fields               []planned
	room, person, reason int // fields that the audit log tells, or -1
}

// A planned field is one field of an input.
type planned struct {
	field
	index int
}

func planOf(t reflect.Type) *plan {
	p := &plan{room: -1, person: -1, reason: -1}
	for i := range t.NumField() {
		f := planned{fieldOf(t.Field(i)), i}
		p.fields = append(p.fields, f)
		switch f.name {
		case "room":
			p.room = i
		case "person":
			p.person = i
		case "reason":
			p.reason = i
		}
	}
	return p
}

// audit returns what the input says for the audit log.
func (p *plan) audit(in reflect.Value) audit {
	text := func(i int) string {
		if i < 0 {
			return ""
		}
		return in.Field(i).String()
	}
	return audit{room: chat.RoomID(text(p.room)), about: chat.PersonID(text(p.person)), detail: text(p.reason)}
}

// decode reads data, a JSON object or nothing, into what in points to. Fields
// that the struct does not have are ignored. The error is a *chat.Error that
// names the field and shows a right one.
func (p *plan) decode(data json.RawMessage, in reflect.Value) error {
	if len(data) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	if err := json.Unmarshal(data, in.Interface()); err != nil {
		return p.explain(err)
	}
	for _, f := range p.fields {
		if err := f.check(in.Elem().Field(f.index), data); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) explain(err error) error {
	if told := (*chat.Error)(nil); errors.As(err, &told) {
		return told
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		name, _, _ := strings.Cut(wrong.Field, ".")
		for _, f := range p.fields {
			if f.name == name {
				return f.wrong("must be " + f.kind())
			}
		}
	}
	return invalid("The input must be one JSON object, like " + p.example() + ".")
}

// example is an object with all fields that are needed.
func (p *plan) example() string {
	var parts []string
	for _, f := range p.fields {
		if !f.optional {
			parts = append(parts, fmt.Sprintf("%q: %s", f.name, f.example()))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// check holds the value to the field's tags.
func (f planned) check(v reflect.Value, data json.RawMessage) error {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	} else if v.IsZero() {
		if f.optional || given(data, f.name) && v.Kind() == reflect.String && len(f.enum) == 0 {
			return nil // an empty text is for the rules to judge
		}
		if v.Kind() != reflect.Bool || !given(data, f.name) {
			return f.wrong("is missing")
		}
	}
	switch v.Kind() {
	case reflect.String:
		return f.checkText(v.String())
	case reflect.Int, reflect.Int64:
		return f.checkNumber(v.Int())
	case reflect.Uint64:
		return f.checkNumber(int64(min(v.Uint(), math.MaxInt64)))
	case reflect.Slice:
		if f.max > 0 && v.Len() > f.max || v.Len() < f.min {
			return f.wrong(fmt.Sprintf("must hold %d to %d values", f.min, f.max))
		}
		for i := range v.Len() {
			if e := v.Index(i); e.Kind() == reflect.String && f.checkText(e.String()) != nil {
				return f.checkText(e.String())
			}
		}
	}
	return nil
}

func (f planned) checkText(s string) error {
	if len(f.enum) > 0 && !slices.Contains(f.enum, s) {
		return f.wrong("must be one of " + strings.Join(f.enum, ", "))
	}
	return nil
}

func (f planned) checkNumber(n int64) error {
	most := f.max
	if most == 0 {
		most = 1 << 53 // what every language's numbers hold exactly
	}
	if n < int64(f.min) || n > int64(most) {
		return f.wrong("must be a number from " + strconv.Itoa(f.min) + " to " + strconv.Itoa(most))
	}
	return nil
}

// wrong returns the error for the field.
func (f planned) wrong(what string) error {
	return invalid(fmt.Sprintf("The field %q %s, like {%q: %s}.", f.name, what, f.name, f.example()))
}

// given reports whether the object has the field, which is asked only when its
// value is the zero one.
func given(data json.RawMessage, name string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(data, &object) == nil && object[name] != nil && string(object[name]) != "null"
}
