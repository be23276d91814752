package socketio

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

type photo struct {
	Name  string `json:"name"`
	Bytes []byte `json:"bytes"`
	Thumb Binary `json:"thumb,omitempty"`
	Skip  []byte `json:"-"`
	inner []byte
	Next  *photo `json:"next,omitempty"`
}

type stamped struct {
	photo
	When time.Time
	Any  any
	List []any
	Map  map[string]any
	Two  [2][]byte
}

type loop struct{ Next *loop }

// TestEncodeEvent checks what becomes of Go values.
func TestEncodeEvent(t *testing.T) {
	const p0, p1 = `{"_placeholder":true,"num":0}`, `{"_placeholder":true,"num":1}`
	buf := []byte("same")
	for _, test := range []struct {
		name        string
		args        []any
		want        string
		attachments []string
	}{
		{"none", nil, `["e"]`, nil},
		{"scalars", []any{nil, true, 1, int64(-2), uint64(math.MaxUint64), 1.5, "x"}, `["e",null,true,1,-2,18446744073709551615,1.5,"x"]`, nil},
		{"text", []any{"<b>&\u2028\"\\\n\x1e\xff日本"}, `["e","<b>&\u2028\"\\\n\u001e\ufffd日本"]`, nil},
		{"raw", []any{json.RawMessage(` {"a":1e999,"a":[ ]} `), json.RawMessage(nil)}, `["e", {"a":1e999,"a":[ ]} ,null]`, nil},
		{"html", []any{map[string]string{"a": "<&>"}}, `["e",{"a":"<&>"}]`, nil},
		{"bytes", []any{[]byte("a"), Binary("b"), []byte(nil), []byte{}}, `["e",` + p0 + `,` + p1 + `,null,{"_placeholder":true,"num":2}]`, []string{"a", "b", ""}},
		{"same bytes twice", []any{buf, buf}, `["e",` + p0 + `,` + p0 + `]`, []string{"same"}},
		{"struct", []any{photo{Name: "x", Bytes: []byte("a"), Skip: []byte("s"), inner: []byte("i")}}, `["e",{"name":"x","bytes":` + p0 + `}]`, []string{"a"}},
		{"pointer", []any{&photo{Name: "x", Next: &photo{Thumb: Binary("t"), Bytes: []byte("b")}}}, `["e",{"name":"x","bytes":null,"next":{"name":"","bytes":` + p0 + `,"thumb":` + p1 + `}}]`, []string{"b", "t"}},
		{"map and list", []any{map[string]any{"k": []any{1, []byte("a")}, "n": nil}}, `["e",{"k":[1,` + p0 + `],"n":null}]`, []string{"a"}},
		{"array", []any{[2][]byte{[]byte("a"), nil}}, `["e",[` + p0 + `,null]]`, []string{"a"}},
		{"no bytes after all", []any{map[string]any{"k": 1}}, `["e",{"k":1}]`, nil},
		{"self-encoding", []any{time.Unix(0, 0).UTC(), json.Number("12345678901234567890")}, `["e","1970-01-01T00:00:00Z",12345678901234567890]`, nil},
		{"passed on", []any{Raw{json.RawMessage(`{"x":` + p1 + `}`), [][]byte{[]byte("a"), []byte("b")}}}, `["e",{"x":` + p0 + `}]`, []string{"b"}},
		{"placeholder without attachments", []any{json.RawMessage(p1)}, `["e",` + p1 + `]`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := encodeEvent("e", test.args)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(o.data); got != test.want && strings.ReplaceAll(got, "\u2028", `\u2028`) != test.want {
				t.Errorf("data:\n got %s\nwant %s", got, test.want)
			}
			if got, want := fmt.Sprintf("%q", o.attachments), fmt.Sprintf("%q", test.attachments); got != want {
				t.Errorf("attachments:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestEncodeEvent_unchanged checks that encoding leaves the program's values
// alone.
func TestEncodeEvent_unchanged(t *testing.T) {
	v := stamped{photo: photo{Bytes: []byte("p")}, Any: []byte("any"), List: []any{[]byte("l")}, Map: map[string]any{"m": []byte("m")}, Two: [2][]byte{[]byte("t")}}
	before := fmt.Sprintf("%+v", v)
	if _, err := encodeEvent("e", []any{v, &v}); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprintf("%+v", v); after != before {
		t.Errorf("value:\n got %s\nwant %s", after, before)
	}
}

// TestEncodeEvent_refused checks what cannot be sent.
func TestEncodeEvent_refused(t *testing.T) {
	endless := &loop{}
	endless.Next = endless
	list := []any{nil}
	list[0] = list
	eleven := make([]any, 11)
	for i := range eleven {
		eleven[i] = []byte{byte(i)}
	}
	stray := json.RawMessage(`{"_placeholder":true,"num":0}`)
	for _, test := range []struct {
		name  string
		event string
		args  []any
		want  error // nil: any
	}{
		{"reserved name", "disconnect", nil, ErrReservedEvent},
		{"11 attachments", "e", eleven, ErrTooManyAttachments},
		{"stray placeholder", "e", []any{stray, []byte("a")}, ErrStrayPlaceholder},
		{"stray placeholder in a map", "e", []any{map[string]any{"_placeholder": true, "num": 0}, []byte("a")}, ErrStrayPlaceholder},
		{"stray placeholder beside its own", "e", []any{map[string]any{"a": map[string]any{"_placeholder": true}, "b": []byte("b")}}, ErrStrayPlaceholder},
		{"raw that is not JSON", "e", []any{json.RawMessage("{")}, errJSON},
		{"raw that is not UTF-8", "e", []any{json.RawMessage("\"\xff\"")}, errJSON},
		{"raw with attachments that is not UTF-8", "e", []any{Raw{json.RawMessage("\"\xff\""), nil}}, errJSON},
		{"raw with a separator", "e", []any{json.RawMessage("\"\x1e\"")}, errJSON},
		{"raw too deep", "e", []any{json.RawMessage(strings.Repeat("[", 5000) + strings.Repeat("]", 5000))}, errDepth},
		{"placeholder of nothing", "e", []any{Raw{stray, nil}}, errPlaceholder},
		{"channel", "e", []any{make(chan int)}, nil},
		{"not a number", "e", []any{math.NaN()}, nil},
		{"cycle", "e", []any{endless}, nil},
		{"cycle that may hold bytes", "e", []any{list}, errTooDeep},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := encodeEvent(test.event, test.args)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("error:\n got %v\nwant %v", err, test.want)
			}
		})
	}
}

// TestEvent_Bind checks that arguments come out as they went in.
func TestEvent_Bind(t *testing.T) {
	in := photo{Name: "x", Bytes: []byte{0, 1, 255}, Thumb: Binary("t")}
	o, err := encodeEvent("e", []any{in, 7, "surplus"})
	if err != nil {
		t.Fatal(err)
	}
	args, err := scanArray(nil, o.data, 128)
	if err != nil {
		t.Fatal(err)
	}
	e := &Event{Args: args[1:], Attachments: o.attachments}
	var out photo
	var n int
	if err := e.Bind(&out, &n); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", out) != fmt.Sprintf("%+v", in) || n != 7 {
		t.Errorf("bound:\n got %+v, %d\nwant %+v, 7", out, n, in)
	}
	missing := "unchanged"
	if err := e.Bind(nil, nil, nil, &missing); err != nil || missing != "unchanged" {
		t.Errorf("missing argument: %q, %v", missing, err)
	}
	if err := e.Bind(&n); err == nil {
		t.Error("an object was bound to a number")
	}
}
