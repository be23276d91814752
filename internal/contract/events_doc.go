package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
	samples "github.com/causerie-chat/causerie/testdata/events"
)

// WriteEvents prints docs/events.md.
func WriteEvents(w io.Writer) error {
	d := &page{forms: newSchemas("#")}
	d.print(introduction)
	d.chain()
	d.print(resumption)
	d.act(resuming)
	d.print("\n## What a client asks for\n\n", acting)
	for _, s := range sections {
		d.print("\n### ", s.Title, "\n\n", s.Intro, "\n")
		for _, a := range s.Acts {
			d.act(a)
		}
	}
	d.print("\n## What the server tells\n")
	for _, e := range Events() {
		d.event(e)
	}
	d.allForms()
	d.print(conclusion)
	if d.err != nil {
		return d.err
	}
	_, err := d.text.WriteTo(w)
	return err
}

// A page is docs/events.md as it is written.
type page struct {
	text  bytes.Buffer
	forms *schemas // that were named, to be described at the end
	order []reflect.Type
	err   error
}

func (d *page) print(parts ...string) {
	for _, p := range parts {
		d.text.WriteString(p)
	}
}

// chain shows the cursor rule on a room that a reader can compute.
func (d *page) chain() {
	type link struct {
		Seq uint64           `json:"seq"`
		ID  string           `json:"id"`
		FP  chat.Fingerprint `json:"fp"`
	}
	var links []link
	d.sample("chain.json", &links)
	d.print("\n| seq | id | fp |\n| --- | --- | --- |\n| 0 | | `0000000000000000` |\n")
	for _, l := range links {
		fmt.Fprintf(&d.text, "| %d | `%s` | `%s` |\n", l.Seq, l.ID, l.FP)
	}
	if len(links) > 1 {
		raw := strings.ReplaceAll(links[1].ID, "-", "")
		fmt.Fprintf(&d.text, "\nThe second one: SHA-1 of the 24 bytes `%s` `%s` begins with `%s`.\n", links[0].FP, raw, links[1].FP)
	}
}

func (d *page) act(a *Act) {
	fmt.Fprintf(&d.text, "\n#### `%s`\n\n%s", a.Name, a.Summary)
	if a.Note != "" {
		d.print(" ", a.Note)
	}
	d.print("\n\nWho: ", maySentences[a.May])
	if a.Scope != ScopeNone {
		d.print(" Scope: ", string(a.Scope), ".")
	}
	d.print(" Rate: ", string(a.Class), ".")
	if a.Method != "" {
		fmt.Fprintf(&d.text, " HTTP: `%s %s`.", a.Method, a.Path)
	}
	switch {
	case a.Event == "":
		d.print(" There is no event for it.")
	case a.Method == "":
		d.print(" There is no HTTP route for it.")
	}
	if a.Power {
		d.print(" It is in the audit log.")
	}
	if len(a.Errors) > 0 {
		d.print(" Errors: ")
		for i, c := range a.Errors {
			d.print([]string{"", ", "}[min(i, 1)], "`", string(c), "`")
		}
		d.print(".")
	}
	d.print("\n")
	d.fields("in", a.In)
	if !a.Silent {
		d.fields("out", a.Out)
	}
	var sample struct{ In, Out json.RawMessage }
	d.sample("acts/"+a.Name+".json", &sample)
	d.print("\n```\n→ ", a.Name, " ", d.line(sample.In), "\n")
	if !a.Silent {
		d.print("← ack ", strings.Replace(`{"ok": true, `+strings.TrimPrefix(d.line(sample.Out), "{"), ", }", "}", 1), "\n")
	}
	d.print("```\n")
}

func (d *page) event(e *Told) {
	fmt.Fprintf(&d.text, "\n#### `%s`, told\n\n%s", e.Event, e.Summary)
	if e.Note != "" {
		d.print(" ", e.Note)
	}
	d.print("\n")
	d.fields("", e.Payload)
	var sample json.RawMessage
	d.sample("told/"+e.Event+".json", &sample)
	d.print("\n```\n← ", e.Event, " ", d.line(sample), "\n```\n")
}

// fields is a table of what a form holds, or a word where it is a form of its
// own.
func (d *page) fields(title string, t reflect.Type) {
	fields := fieldsOf(t)
	if len(fields) == 0 {
		return
	}
	if title == "" {
		title = "field"
	}
	fmt.Fprintf(&d.text, "\n| %s | | |\n| --- | --- | --- |\n", title)
	for _, f := range fields {
		mark := ""
		if f.optional {
			mark = "?"
		}
		fmt.Fprintf(&d.text, "| `%s`%s | %s | %s |\n", f.name, mark, d.typeOf(f), strings.ReplaceAll(f.doc, "|", `\|`))
	}
}

// typeOf names the values of a field in a word or two.
func (d *page) typeOf(f field) string {
	if len(f.enum) > 0 && bare(f.typ).Kind() != reflect.Map {
		return "`" + strings.Join(f.enum, "`, `") + "`" + map[bool]string{true: ", a list"}[f.kind() == "a list"]
	}
	return d.named(f.typ)
}

func (d *page) named(t reflect.Type) string {
	t = bare(t)
	switch {
	case t == millisType:
		return "time"
	case t == fingerprintType:
		return "fp"
	case t == idType:
		return "UUID"
	case t == objectType:
		return "object"
	}
	switch t.Kind() {
	case reflect.Struct:
		return d.form(t)
	case reflect.Slice:
		return "list of " + d.named(t.Elem())
	case reflect.Map:
		return "object of " + d.named(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	}
	return "number"
}

// form links to a struct's own table.
func (d *page) form(t reflect.Type) string {
	name := t.Name()
	if name[0] >= 'a' {
		return "the fields of `settings-change`"
	}
	if d.forms.named[name] == nil {
		d.forms.named[name] = schema{}
		d.order = append(d.order, t)
	}
	return "[" + name + "](#" + strings.ToLower(name) + ")"
}

func (d *page) allForms() {
	d.print("\n## Forms\n\nA `?` marks fields that can be absent. Times are milliseconds since 1970.\n")
	for i := 0; i < len(d.order); i++ { // describing one can name another
		fmt.Fprintf(&d.text, "\n### %s\n", d.order[i].Name())
		d.fields("", d.order[i])
	}
}

// sample reads a file of testdata/events.
func (d *page) sample(name string, into any) {
	b, err := samples.Files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("contract: sample %s: %w", name, err)
	}
}

// line is JSON on one line, with spaces for reading.
func (d *page) line(b json.RawMessage) string {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil && d.err == nil {
		d.err = err
	}
	var s strings.Builder
	quoted := false
	compact := out.String()
	for i, c := range compact {
		s.WriteRune(c)
		if c == '"' && (i == 0 || compact[i-1] != '\\') {
			quoted = !quoted
		}
		if !quoted && (c == ',' || c == ':') {
			s.WriteByte(' ')
		}
	}
	return s.String()
}
