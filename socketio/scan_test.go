package socketio

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestScanArray checks what is an array and what its elements are.
func TestScanArray(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct {
		name, in string
		want     []string
		err      error
	}{
		{"empty", `[]`, nil, nil},
		{"spaces", " [ 1 ,\t{ } , \"a\"\r\n] ", []string{`1`, `{ }`, `"a"`}, nil},
		{"scalars", `[true,false,null,-0.5e+10,"x"]`, []string{"true", "false", "null", "-0.5e+10", `"x"`}, nil},
		{"nested", `[{"a":[1,{"b":[]}],"c":{}},[[]]]`, []string{`{"a":[1,{"b":[]}],"c":{}}`, `[[]]`}, nil},
		{"at the limit", deep(8), []string{deep(7)}, nil},
		{"beyond the limit", deep(9), nil, errDepth},
		{"not an array", `{}`, nil, errJSON},
		{"nothing", ``, nil, errJSON},
		{"open", `[1`, nil, errJSON},
		{"open string", `["a`, nil, errJSON},
		{"open escape", `["\`, nil, errJSON},
		{"short escape", `["\u12"]`, nil, errJSON},
		{"comma", `[1,]`, nil, errJSON},
		{"no comma", `[1 2]`, nil, errJSON},
		{"mismatch", `[{]}`, nil, errJSON},
		{"key", `[{a:1}]`, nil, errJSON},
		{"no colon", `[{"a" 1}]`, nil, errJSON},
		{"junk behind", `[]]`, nil, errJSON},
		{"word", `[tru]`, nil, errJSON},
		{"fraction", `[1.]`, nil, errJSON},
		{"exponent", `[1e]`, nil, errJSON},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := scanArray(nil, []byte(test.in), 8)
			if err != test.err {
				t.Fatalf("error:\n got %v\nwant %v", err, test.err)
			}
			if err != nil {
				return
			}
			if len(got) != len(test.want) {
				t.Fatalf("elements:\n got %s\nwant %s", got, test.want)
			}
			for i := range got {
				if string(got[i]) != test.want[i] {
					t.Errorf("element %d:\n got %s\nwant %s", i, got[i], test.want[i])
				}
			}
		})
	}
}

// depth counts the levels of valid JSON.
func depth(data []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

// FuzzScan compares the scanner with encoding/json.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`["a",1,{"b":[true,null]}]`, `[1e999,"\ud800",{"a":1,"a":2}]`, `[[[[[]]]]]`, `{"x":{"y":[]}}`,
		`["\u00e9\n"]`, " [ 1 ] ", `[-0.0e-1]`, `[01]`, `["` + "\x1e" + `"]`, `[{"":""}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 64
		valid := json.Valid(data)
		within := valid && depth(data) <= limit
		if got := scanOne(data, limit) == nil; got != within {
			t.Fatalf("scanOne(%q): got %v, want %v", data, got, within)
		}
		elements, err := scanArray(nil, data, limit)
		isArray := within && bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("["))
		if (err == nil) != isArray {
			t.Fatalf("scanArray(%q): got %v, want array = %v", data, err, isArray)
		}
		if err != nil {
			return
		}
		var want []json.RawMessage
		if err := json.Unmarshal(data, &want); err != nil || len(want) != len(elements) {
			t.Fatalf("scanArray(%q): got %s, want %s (%v)", data, elements, want, err)
		}
		for i := range want {
			if !bytes.Equal(bytes.TrimSpace(want[i]), elements[i]) {
				t.Fatalf("scanArray(%q): element %d: got %s, want %s", data, i, elements[i], want[i])
			}
		}
	})
}

// FuzzPacket feeds the decoder; what it accepts must be what it says.
func FuzzPacket(f *testing.F) {
	for _, seed := range []string{
		`0`, `0/chat,{"a":1}`, `1/chat`, `2["a"]`, `2/chat,12["a",{}]`, `312[]`, `51-["a",{"_placeholder":true,"num":0}]`,
		`510-/x,7[]`, `4{}`, `5-`, `50-`, `42007[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parsePacket(data)
		if err != nil {
			return
		}
		binary := p.typ == typeBinaryEvent || p.typ == typeBinaryAck
		if binary != (p.attachments > 0) || p.attachments > MaxAttachments {
			t.Fatalf("%q: %d attachments", data, p.attachments)
		}
		if len(p.namespace) == 0 || p.namespace[0] != '/' || len(p.namespace) > maxNamespaceLength {
			t.Fatalf("%q: namespace %q", data, p.namespace)
		}
		for _, c := range p.id {
			if !isDigit(c) {
				t.Fatalf("%q: id %q", data, p.id)
			}
		}
		if !bytes.HasSuffix(data, p.payload) {
			t.Fatalf("%q: payload %q", data, p.payload)
		}
	})
}

// TestFindPlaceholders checks which objects stand for attachments.
func TestFindPlaceholders(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []int
	}{
		{"plain", `{"_placeholder":true,"num":3}`, []int{3}},
		{"order of keys", `{"num":3,"_placeholder":true}`, []int{3}},
		{"more keys", `{"x":[{"num":9}],"_placeholder":true,"num":3,"y":"num"}`, []int{3}},
		{"spaces", "{ \"_placeholder\" :\n true , \"num\" : 3 }", []int{3}},
		{"nested", `[{"a":{"_placeholder":true,"num":1}},[{"_placeholder":true,"num":0}]]`, []int{1, 0}},
		{"escaped key", `{"\u005fplaceholder":true,"n\u0075m":2}`, []int{2}},
		{"inside another", `{"_placeholder":true,"num":1,"x":{"_placeholder":true,"num":2}}`, []int{1}},
		{"not true", `{"_placeholder":1,"num":1}`, nil},
		{"true as text", `{"_placeholder":"true","num":1}`, nil},
		{"last value counts", `{"_placeholder":true,"num":1,"_placeholder":false}`, nil},
		{"as values", `["_placeholder",true,"num",1]`, nil},
		{"text for a number", `{"_placeholder":true,"num":"1"}`, []int{-1}},
		{"list for a number", `{"_placeholder":true,"num":[1]}`, []int{-1}},
		{"no number", `{"_placeholder":true}`, []int{-1}},
		{"huge number", `{"_placeholder":true,"num":18446744073709551616}`, []int{-1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := findPlaceholders(nil, []byte(test.in))
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i].num != test.want[i] {
					t.Errorf("placeholder %d: got %d, want %d", i, got[i].num, test.want[i])
				}
			}
		})
	}
}

// FuzzPlaceholders checks that any valid JSON can be searched, and that putting
// attachments in place leaves valid JSON without placeholders.
func FuzzPlaceholders(f *testing.F) {
	for _, seed := range []string{
		`{"_placeholder":true,"num":0}`, `[{"a":{"num":1,"_placeholder":true}},{"_placeholder":true,"num":0}]`,
		`{"_placeholder":true,"num":0,"x":{"_placeholder":true,"num":1}}`, `[[],{},"_placeholder",true]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if scanOne(data, 100) != nil {
			return
		}
		out, err := inlineAttachments(data, [][]byte{[]byte("a"), []byte("b")})
		if err != nil {
			return
		}
		if !json.Valid(out) {
			t.Fatalf("%q became %q", data, out)
		}
		if left := findPlaceholders(nil, out); len(left) > 0 {
			t.Fatalf("%q became %q, with %v", data, out, left)
		}
		e := encoder{}
		if err := e.placeholders(Raw{data, [][]byte{[]byte("a"), []byte("b")}}); err != nil || !json.Valid(e.data) {
			t.Fatalf("%q became %q, %v", data, e.data, err)
		}
	})
}
