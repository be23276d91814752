package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// writeYAML prints v, an object or list that JSON can hold, for people: one
// thing a line, with the keys of objects in order.
func writeYAML(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber() // as they were written
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return err
	}
	var p yamlPage
	p.block(tree, "")
	_, err = w.Write(p.Bytes())
	return err
}

// A yamlPage is what has been printed so far.
type yamlPage struct{ bytes.Buffer }

// block prints an object or list, each of its lines after indent.
func (p *yamlPage) block(v any, indent string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			p.WriteString(indent + yamlText(key) + ":")
			if inner := v[key]; yamlNests(inner) {
				p.WriteString("\n")
				p.block(inner, indent+"  ")
			} else {
				p.WriteString(" " + yamlLeaf(inner) + "\n")
			}
		}
	case []any:
		for _, inner := range v {
			if yamlNests(inner) {
				begin := p.Len() + len(indent)
				p.block(inner, indent+"  ")
				p.Bytes()[begin] = '-'
			} else {
				p.WriteString(indent + "- " + yamlLeaf(inner) + "\n")
			}
		}
	}
}

// yamlNests reports whether v needs lines of its own.
func yamlNests(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// yamlLeaf is a value that fits into the line of its key.
func yamlLeaf(v any) string {
	if text, ok := v.(string); ok {
		return yamlText(text)
	}
	b, _ := json.Marshal(v) // it was JSON a moment ago
	return string(b)
}

// plainText is what nobody takes for anything but a text, yamlWords apart.
var plainText = regexp.MustCompile(`^[A-Za-z$]([A-Za-z0-9 ,.;()/'_-]*[A-Za-z0-9,.;()/'_-])?$`)

// yamlWords are what some reader of YAML takes for a truth or for nothing.
var yamlWords = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}

// yamlText is a text, as in JSON where YAML might take it for something else.
// What JSON does not escape and YAML refuses is escaped as well.
func yamlText(s string) string {
	if plainText.MatchString(s) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text always encodes
	var b strings.Builder
	for _, r := range strings.TrimSuffix(quoted.String(), "\n") {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
