package socketio

import (
	"bytes"
	"crypto/rand"
	"encoding"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"reflect"
	"sync"
)

// Byte slices inside maps, slices and structs become attachments, yet
// encoding/json knows nothing of attachments. So the value is copied with a
// mark in place of every byte slice, encoding/json does what the tags say, and
// the marks, base64 strings by now, are replaced by placeholders. A mark begins
// with random bytes of this process: no input can contain it.

const (
	markLength = 24 // a multiple of 3: base64 without padding
	maxWalk    = 512
)

var (
	markPrefix = func() (b [markLength - 8]byte) {
		_, _ = rand.Read(b[:]) // never fails
		return b
	}()
	errTooDeep = errors.New("value nested too deep")

	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
)

// reflected encodes any value that has no case of its own.
func (e *encoder) reflected(v any) error {
	if !mayHoldBytes(reflect.TypeOf(v)) {
		return e.marshal(v)
	}
	m := marker{}
	marked, err := m.copy(reflect.ValueOf(v), 0)
	if err != nil {
		return err
	}
	if len(m.found) == 0 {
		return e.marshal(v)
	}
	b, err := marshalJSON(marked.Interface())
	if err != nil {
		return err
	}
	e.foreign = append(e.foreign, b)
	prefix := append([]byte{'"'}, base64.StdEncoding.EncodeToString(markPrefix[:15])...)
	const quoted = markLength/3*4 + 2
	for {
		i := bytes.Index(b, prefix)
		if i < 0 {
			e.data = append(e.data, b...)
			return nil
		}
		e.data = append(e.data, b[:i]...)
		mark, err := base64.StdEncoding.DecodeString(string(b[i+1 : i+quoted-1]))
		if err != nil {
			return err
		}
		e.placeholder(e.attach(m.found[binary.BigEndian.Uint64(mark[markLength-8:])]))
		b = b[i+quoted:]
	}
}

// A marker copies values, with marks in place of byte slices.
type marker struct {
	found [][]byte
}

func (m *marker) mark(v []byte) []byte {
	mark := binary.BigEndian.AppendUint64(markPrefix[:len(markPrefix):len(markPrefix)], uint64(len(m.found)))
	m.found = append(m.found, v)
	return mark
}

// copy returns v, or a copy of it where it holds byte slices.
func (m *marker) copy(v reflect.Value, depth int) (reflect.Value, error) {
	if !v.IsValid() || !mayHoldBytes(v.Type()) {
		return v, nil
	}
	if depth > maxWalk {
		return v, errTooDeep
	}
	depth++
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return m.copyTarget(v, depth)
	case reflect.Map:
		return m.copyMap(v, depth)
	case reflect.Struct:
		return m.copyStruct(v, depth)
	case reflect.Array:
		out := reflect.New(v.Type()).Elem()
		return out, m.copyElements(out, v, depth)
	}
	// A slice: mayHoldBytes has excluded every other kind.
	if v.IsNil() {
		return v, nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return reflect.ValueOf(m.mark(v.Bytes())).Convert(v.Type()), nil
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	return out, m.copyElements(out, v, depth)
}

func (m *marker) copyTarget(v reflect.Value, depth int) (reflect.Value, error) {
	if v.IsNil() {
		return v, nil
	}
	elem, err := m.copy(v.Elem(), depth)
	if err != nil || v.Kind() == reflect.Interface {
		return elem, err
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(elem)
	return out, nil
}

func (m *marker) copyMap(v reflect.Value, depth int) (reflect.Value, error) {
	if v.IsNil() {
		return v, nil
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		elem, err := m.copy(it.Value(), depth)
		if err != nil {
			return v, err
		}
		if !elem.IsValid() {
			elem = it.Value()
		}
		out.SetMapIndex(it.Key(), elem)
	}
	return out, nil
}

func (m *marker) copyStruct(v reflect.Value, depth int) (reflect.Value, error) {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		// An unexported embedded struct may have exported fields, yet cannot
		// be set: its bytes stay base64, as documented at Socket.Emit.
		if !v.Type().Field(i).IsExported() || v.Type().Field(i).Tag.Get("json") == "-" {
			continue
		}
		elem, err := m.copy(v.Field(i), depth)
		if err != nil {
			return v, err
		}
		if elem.IsValid() {
			out.Field(i).Set(elem)
		}
	}
	return out, nil
}

func (m *marker) copyElements(out, v reflect.Value, depth int) error {
	for i := range v.Len() {
		elem, err := m.copy(v.Index(i), depth)
		if err != nil {
			return err
		}
		if elem.IsValid() {
			out.Index(i).Set(elem)
		}
	}
	return nil
}

// holdsBytes caches mayHoldBytes by type: reflect.Type to bool.
var holdsBytes sync.Map

// mayHoldBytes reports whether a value of type t can hold a byte slice that
// encoding/json would write. Types that encode themselves are left alone.
func mayHoldBytes(t reflect.Type) bool {
	if known, ok := holdsBytes.Load(t); ok {
		return known.(bool)
	}
	// Only an answer for the type that was asked for is final: inside a
	// recursive type the inner ones are answered while the outer is open.
	holds := searchBytes(t, map[reflect.Type]bool{})
	holdsBytes.Store(t, holds)
	return holds
}

func searchBytes(t reflect.Type, open map[reflect.Type]bool) bool {
	if open[t] {
		return false
	}
	open[t] = true
	// An interface may hold anything, so its method set says nothing.
	if t.Kind() == reflect.Interface {
		return true
	}
	if encodesItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return !encodesItself(t.Elem())
		}
		return searchBytes(t.Elem(), open)
	case reflect.Pointer, reflect.Map, reflect.Array:
		return searchBytes(t.Elem(), open)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.IsExported() && f.Tag.Get("json") != "-" && searchBytes(f.Type, open) {
				return true
			}
		}
	}
	return false
}

func encodesItself(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Implements(textMarshalerType) ||
		t.Kind() != reflect.Pointer && (reflect.PointerTo(t).Implements(marshalerType) || reflect.PointerTo(t).Implements(textMarshalerType))
}
