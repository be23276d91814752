package socketio

import (
	"encoding/base64"
	"encoding/json"
	"errors"
)

// A placeholder is the object {"_placeholder":true,"num":n} that stands in a
// binary packet's JSON for its attachment number n.
type placeholder struct {
	start, end int
	num        int // -1: no whole number
}

var errPlaceholder = errors.New("placeholder without an attachment")

// frame is one open array or object on the way through a JSON value.
type frame struct {
	start  int
	object bool
	isKey  bool // the next string is a key
	key    key  // the key that the next value belongs to
	marked bool // "_placeholder": true
	num    int
}

type key uint8

const (
	keyOther key = iota
	keyPlaceholder
	keyNum
)

// findPlaceholders appends the placeholders in data, which must be valid JSON,
// in order of appearance. Like the reference decoder it looks at nothing but
// the two keys; of a placeholder inside a placeholder only the outer counts.
func findPlaceholders(dst []placeholder, data []byte) []placeholder {
	var stack []frame
	top := func() *frame {
		if len(stack) == 0 {
			return &frame{}
		}
		return &stack[len(stack)-1]
	}
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case '{', '[':
			top().value(nil)
			stack = append(stack, frame{start: i, object: c == '{', isKey: c == '{', num: -1})
			i++
		case '}', ']':
			f := *top()
			stack = stack[:len(stack)-1]
			i++
			if !f.marked {
				break
			}
			for len(dst) > 0 && dst[len(dst)-1].start > f.start {
				dst = dst[:len(dst)-1]
			}
			dst = append(dst, placeholder{f.start, i, f.num})
		case ',':
			f := top()
			f.isKey = f.object
			i++
		case ':', ' ', '\t', '\n', '\r':
			i++
		case '"':
			end, err := scanString(data, i)
			if err != nil {
				return dst
			}
			if f := top(); f.isKey {
				f.isKey = false
				f.key = classify(data[i:end])
			} else {
				f.value(nil)
			}
			i = end
		default:
			end := scalarEnd(data, i)
			top().value(data[i:end])
			i = end
		}
	}
	return dst
}

// value notes a member's value; scalar is nil for strings, objects and arrays.
func (f *frame) value(scalar []byte) {
	switch f.key {
	case keyPlaceholder:
		f.marked = string(scalar) == "true"
	case keyNum:
		f.num = wholeNumber(scalar)
	}
	f.key = keyOther
}

func scalarEnd(data []byte, i int) int {
	for i++; i < len(data); i++ {
		switch data[i] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return i
		}
	}
	return i
}

func classify(quoted []byte) key {
	switch name := string(quoted[1 : len(quoted)-1]); name {
	case "_placeholder":
		return keyPlaceholder
	case "num":
		return keyNum
	}
	for _, c := range quoted {
		if c != '\\' {
			continue
		}
		var name string
		if json.Unmarshal(quoted, &name) != nil {
			return keyOther
		}
		switch name {
		case "_placeholder":
			return keyPlaceholder
		case "num":
			return keyNum
		}
		break
	}
	return keyOther
}

// wholeNumber returns the value of up to three digits, -1 for anything else.
func wholeNumber(digits []byte) int {
	if len(digits) == 0 || len(digits) > 3 {
		return -1
	}
	n := 0
	for _, c := range digits {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// checkPlaceholders reports whether every placeholder in data has an
// attachment.
func checkPlaceholders(data []byte, attachments int) error {
	for _, p := range findPlaceholders(nil, data) {
		if p.num < 0 || p.num >= attachments {
			return errPlaceholder
		}
	}
	return nil
}

// inlineAttachments replaces placeholders by base64 strings, the form in which
// encoding/json reads and writes byte slices.
func inlineAttachments(data []byte, attachments [][]byte) (json.RawMessage, error) {
	found := findPlaceholders(nil, data)
	if len(found) == 0 {
		return data, nil
	}
	var out []byte
	last := 0
	for _, p := range found {
		if p.num < 0 || p.num >= len(attachments) {
			return nil, errPlaceholder
		}
		out = append(out, data[last:p.start]...)
		out = append(out, '"')
		out = base64.StdEncoding.AppendEncode(out, attachments[p.num])
		out = append(out, '"')
		last = p.end
	}
	return append(out, data[last:]...), nil
}
