package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 256 << 10

// A refusal is an error under a status that no code has.
type refusal struct {
	status int
	contract.Error
}

func refusalOf(status int, message string) *refusal {
	return &refusal{status, contract.Error{Code: chat.CodeInvalid, Message: message}}
}

// An intake turns requests into the input of one act: the body (of GET and
// DELETE the query) and the path fill the same object, and the path has the
// last word.
type intake struct {
	fields    map[string]reflect.Kind
	lists     map[string]bool
	wildcards []string
	body      bool // the act has one
}

func intakeOf(a *contract.Act) intake {
	in := intake{fields: make(map[string]reflect.Kind), lists: make(map[string]bool), body: a.HasBody()}
	for _, f := range reflect.VisibleFields(a.In) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		t := f.Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
			in.lists[name], in.fields[name] = true, t.Elem().Kind()
		default:
			in.fields[name] = t.Kind()
		}
	}
	for part := range strings.SplitSeq(a.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			in.wildcards = append(in.wildcards, strings.TrimRight(name, ".}"))
		}
	}
	return in
}

// read returns the input that r holds.
func (in intake) read(w http.ResponseWriter, r *http.Request) (map[string]json.RawMessage, *refusal) {
	input := make(map[string]json.RawMessage)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil && len(in.fields) > 0 {
		return nil, refusalOf(http.StatusBadRequest, "The part of the address after the question mark is not well encoded: write what is no letter or digit as %3B.")
	}
	for name, values := range query {
		kind, ok := in.fields[name]
		switch {
		case !ok: // as unknown fields everywhere
		case in.body:
			// Addresses are written into logs on the way, and what is sent can be
			// a password.
			return nil, refusalOf(http.StatusBadRequest, fmt.Sprintf("Send %q in the body, and not in the address.", name))
		default:
			input[name] = in.values(name, kind, values)
		}
	}
	if refused := in.readBody(w, r, input); refused != nil {
		return nil, refused
	}
	for _, name := range in.wildcards {
		input[name] = value(in.fields[name], r.PathValue(name))
	}
	return input, nil
}

func (in intake) readBody(w http.ResponseWriter, r *http.Request, input map[string]json.RawMessage) *refusal {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return refusalOf(http.StatusRequestEntityTooLarge, "The request is too large: send at most 256 KB.")
	}
	if err != nil {
		return refusalOf(http.StatusBadRequest, "The request ended too early. Send it again.")
	}
	if len(body) == 0 {
		return nil
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return refusalOf(http.StatusUnsupportedMediaType, "Send JSON, with the header Content-Type: application/json.")
	}
	if !utf8.Valid(body) {
		return refusalOf(http.StatusBadRequest, "The body must be JSON in UTF-8.")
	}
	if json.Unmarshal(body, &input) != nil {
		return refusalOf(http.StatusBadRequest, `The body must be one JSON object, like {"text": "hello"}.`)
	}
	// encoding/json takes other spellings of a name for the field, also beside
	// the right one, and so would have the last word over the path.
	maps.DeleteFunc(input, func(name string, _ json.RawMessage) bool { _, known := in.fields[name]; return !known })
	return nil
}

func (in intake) values(name string, kind reflect.Kind, values []string) json.RawMessage {
	if !in.lists[name] {
		return value(kind, values[len(values)-1])
	}
	list := make([]json.RawMessage, len(values))
	for i, v := range values {
		list[i] = value(kind, v)
	}
	b, _ := json.Marshal(list) // of what value has written
	return b
}

var numbers = []reflect.Kind{
	reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
	reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
}

// value writes text from a URL as the kind of value that its field has. What is
// none stays a text, for the act to say what is wrong with it.
func value(kind reflect.Kind, text string) json.RawMessage {
	switch {
	case kind == reflect.Bool && (text == "true" || text == "false"):
		return json.RawMessage(text)
	case slices.Contains(numbers, kind):
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return strconv.AppendInt(nil, n, 10)
		}
	}
	b, _ := json.Marshal(text) // text always encodes
	return b
}
