package doors

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/test/client"
	samples "github.com/causerie-chat/causerie/testdata/events"
	"go.yaml.in/yaml/v3"
)

// A described act is what docs/asyncapi.yaml says of an event.
type described struct {
	name   string
	codes  []string
	fields map[string]string // name to JSON Schema type
	needed []string
	silent bool
}

// table reads the acts that have events from the docs.
func table(t *testing.T) []described {
	t.Helper()
	page, err := os.ReadFile("../../docs/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Operations map[string]struct {
			Action string
			Reply  *struct{}
			Errors []string `yaml:"x-errors"`
		}
		Components struct {
			Messages map[string]struct {
				Name    string
				Payload struct {
					Properties map[string]struct{ Type string }
					Required   []string
				}
			}
		}
	}
	if err := yaml.Unmarshal(page, &doc); err != nil {
		t.Fatal(err)
	}
	var acts []described
	for _, key := range slices.Sorted(maps.Keys(doc.Operations)) {
		o, m := doc.Operations[key], doc.Components.Messages[key]
		if o.Action != "receive" {
			continue
		}
		a := described{name: m.Name, codes: o.Errors, fields: map[string]string{}, needed: m.Payload.Required, silent: o.Reply == nil}
		for name, p := range m.Payload.Properties {
			a.fields[name] = p.Type
		}
		acts = append(acts, a)
	}
	return acts
}

// everywhere are the codes that lists of errors leave out, but for internal
// and unavailable, which no input may bring about.
var everywhere = []string{"unauthorized", "rate-limited"}

// wrong are values that a field of a type cannot have; odd ones it might.
var (
	wrong = map[string][]string{
		"string":  {"7", "-1.5", "true", "[]", `["x"]`, "{}", `{"toString":"x"}`},
		"integer": {`"1"`, "1.5", "-1", "1e999", "1e308", "9007199254740993", "18446744073709551616", "true", "[1]", "{}"},
		"boolean": {`"true"`, "1", "0", "[]", "{}"},
		"array":   {`"x"`, "7", "{}", "true", "[[[]]]", "[7]", "[{}]"},
		"object":  {`"x"`, "7", "true", "[]", "[{}]"},
	}
	odd = map[string][]string{
		"string": {
			`""`, `"\u0000"`, `"\ud800"`, `"__proto__"`, `"\r\nFLUSHALL"`, `"../../etc"`,
			`"` + strings.Repeat("x", 200_000) + `"`, `"` + strings.Repeat("\u0301", 20_000) + `"`,
		},
		"integer": {"0", "9007199254740992"},
		"array":   {"[]", "[null]", `["` + strings.Repeat("x", 100_000) + `"]`, "[" + strings.Repeat(`"x",`, 20_000) + `"x"]`},
		"object":  {"{}", `{"__proto__":{}}`, `{"lobby":null}`, `{"lobby":{"seq":-1}}`, `{"":{"seq":0,"fp":""}}`},
	}
)

// An offender is somebody with all the power there is who sends what nobody
// should.
type offender struct {
	*house
	name string
	conn *client.Client
	room string
	seq  uint64
	me   struct{ ID, Role string }
}

// come connects the offender if the last thing it sent has ended that.
func (o *offender) come() {
	o.t.Helper()
	if o.conn != nil && o.conn.Err() == nil {
		return
	}
	var told struct{ Me struct{ ID, Role string } }
	o.conn = o.arrive(siteToken(o.name, time.Now().Add(time.Hour)), &told)
	o.me = told.Me
}

// base is a right input for an act, as raw fields.
func (o *offender) base(a described, victim string) map[string]json.RawMessage {
	o.t.Helper()
	b, err := samples.Files.ReadFile("acts/" + a.name + ".json")
	if err != nil {
		o.t.Fatal(err)
	}
	var sample struct{ In map[string]json.RawMessage }
	if err := json.Unmarshal(b, &sample); err != nil {
		o.t.Fatal(err)
	}
	for name, real := range map[string]any{"room": o.room, "seq": o.seq, "person": victim} {
		if _, has := sample.In[name]; has && a.fields[name] != "array" {
			sample.In[name], _ = json.Marshal(real)
		}
	}
	delete(sample.In, "id") // each is an act of its own
	return sample.In
}

// with returns the input with one field as it is given.
func with(in map[string]json.RawMessage, field, value string) string {
	fields := []string{fmt.Sprintf("%q:%s", field, value)}
	for name, v := range in {
		if name != field {
			fields = append(fields, fmt.Sprintf("%q:%s", name, v))
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// try sends an act with raw arguments and returns what came of it: "ok", a code
// or "closed".
func (o *offender) try(a described, args string, attachments ...[]byte) string {
	o.t.Helper()
	o.come()
	answers, err := o.conn.Raw(fmt.Sprintf("[%q%s]", a.name, args), attachments...)
	if err != nil {
		return "closed"
	}
	if a.silent {
		return o.alive()
	}
	select {
	case answer, ok := <-answers:
		var told ack
		switch {
		case !ok:
			return "closed"
		case len(answer) != 1 || json.Unmarshal(answer[0], &told) != nil:
			o.t.Errorf("%s was answered with %s", a.name, answer)
		case told.OK:
			return "ok"
		}
		return told.Error.Code
	case <-time.After(patience):
		return "nothing"
	}
}

// alive asks a question whose answer comes after what was sent before.
func (o *offender) alive() string {
	if _, err := o.act(o.conn, "me", nil); err != nil {
		return "closed"
	}
	return "ok"
}

// expect tries and holds the outcome to what may come of it.
func (o *offender) expect(a described, what, args string, may ...string) {
	o.t.Helper()
	if got := o.try(a, args); !slices.Contains(may, got) {
		o.t.Errorf("%s, %s %.80s: got %s, want one of %v", a.name, what, args, got, may)
	}
}

// offend sends everything wrong that an act can be sent.
func (o *offender) offend(a described, victim string) {
	refused := append(slices.Clone(a.codes), everywhere...)
	if a.silent {
		refused = append(refused, "ok") // nothing is told
	}
	any := append([]string{"ok"}, refused...)
	in := o.base(a, victim)
	for field, kind := range maps.All(a.fields) {
		for _, value := range wrong[kind] {
			o.expect(a, "wrong", ","+with(in, field, value), refused...)
		}
		for _, value := range append([]string{"null"}, odd[kind]...) {
			o.expect(a, "odd", ","+with(in, field, value), any...)
		}
		right := "null"
		if in[field] != nil {
			right = string(in[field])
		}
		o.expect(a, "twice", ","+strings.TrimSuffix(with(in, field, "[[]]"), "}")+fmt.Sprintf(",%q:%s}", field, right), any...)
	}
	for _, field := range a.needed {
		without := maps.Clone(in)
		delete(without, field)
		b, _ := json.Marshal(without)
		o.expect(a, "without "+field, ","+string(b), refused...)
	}
	b, _ := json.Marshal(in)
	whole := string(b)
	if len(a.fields) > 0 {
		for _, args := range []string{`,7`, `,"x"`, `,true`, `,[` + whole + `]`, `,[]`} {
			o.expect(a, "no object", args, refused...)
		}
	}
	forged := `,"author":{"id":"` + victim + `","name":"Victim"},"at":1,"fp":"0000000000000000","role":"owner","type":"ban","__proto__":{"role":"owner"}}`
	for what, args := range map[string]string{
		"nothing": "", "null": ",null", "more arguments": "," + whole + `,{"x":1},[],7`,
		"a long key": "," + with(in, strings.Repeat("k", 50_000), "1"),
		"many fields": "," + with(in, "x0", "1"+func() (s string) {
			for i := range 5000 {
				s += fmt.Sprintf(`,"x%d":1`, i+1)
			}
			return
		}()),
		"forged": "," + strings.TrimSuffix(with(in, "seqs", "1"), "}") + forged,
	} {
		o.expect(a, what, args, any...)
	}
	if got := o.try(a, `,{"_placeholder":true,"num":0}`, []byte("\x00\xff")); !slices.Contains(append(any, "closed"), got) {
		o.t.Errorf("%s with an attachment: got %s", a.name, got)
	}
	for what, args := range map[string]string{
		"deep": "," + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "deep in a field": `,{"x":` + strings.Repeat(`{"x":`, 10_000) + "1" + strings.Repeat("}", 10_001),
		"no number": `,{"x":NaN}`, "no JSON": `,{"x":`, "no UTF-8": ",{\"x\":\"\xff\xfe\"}",
		"too large": `,{"x":"` + strings.Repeat("x", 1_000_001) + `"}`, "a placeholder of nothing": `,{"x":{"_placeholder":true,"num":-1}}`,
	} {
		if got := o.try(a, args); got != "closed" && !(what == "a placeholder of nothing" && slices.Contains(any, got)) {
			o.t.Errorf("%s, %s: got %s, want the connection closed", a.name, what, got)
		}
	}
}

// A neighbour talks in a room of their own meanwhile.
type neighbour struct {
	*house
	conn  *client.Client
	room  string
	heard uint64
}

// talk says something and hears it, and nothing else.
func (n *neighbour) talk() {
	n.t.Helper()
	said, err := n.act(n.conn, "message-send", map[string]any{"room": n.room, "text": "Good morning"})
	if err != nil || !said.OK {
		n.t.Fatalf("the neighbour said something: %s, %v", said.raw, err)
	}
	for {
		var e struct {
			Room, Type string
			Seq        uint64
		}
		if err := json.Unmarshal(n.next(n.conn, "entry"), &e); err != nil {
			n.t.Fatal(err)
		}
		if e.Room != n.room {
			continue
		}
		if e.Type != "message" || n.heard != 0 && e.Seq != n.heard+1 {
			n.t.Fatalf("the neighbour heard %+v after %d", e, n.heard)
		}
		n.heard = e.Seq
		return
	}
}

// made makes a room and returns its id.
func (h *house) made(token, name string) string {
	h.t.Helper()
	var room struct{ ID string }
	if err := json.Unmarshal(h.done("POST", "/rooms", token, map[string]any{"kind": "private", "name": name}).body["room"], &room); err != nil {
		h.t.Fatal(err)
	}
	return room.ID
}

// Whatever an event is sent with, the answer is one that the docs list, or the
// connection is closed where they say so; what a payload claims about who and
// when is not believed; and the others notice nothing.
func TestHostile_everyEvent(t *testing.T) {
	h := open(t, "--jwt-issuer", "site", "--jwt-secret", siteSecret, "--jwt-roles", "yes", "--send-rate", "0")
	n := &neighbour{house: h, conn: h.arrive(h.owner, nil), room: h.made(h.owner, "Next door")}
	h.next(n.conn, "room-added")
	n.talk()
	victim := h.done("GET", "/me", siteToken("Victim", time.Now().Add(time.Hour)), nil)
	var person struct{ ID string }
	if err := json.Unmarshal(victim.body["me"], &person); err != nil {
		t.Fatal(err)
	}
	for i, a := range table(t) {
		t.Run(a.name, func(t *testing.T) {
			mine := *h
			mine.t = t
			o := &offender{house: &mine, name: fmt.Sprint("Offender ", i)}
			began := time.Now().Add(-time.Minute).UnixMilli()
			o.come()
			o.room = mine.made(siteToken(o.name, time.Now().Add(time.Hour)), "Yard")
			kept, err := o.act(o.conn, "message-send", map[string]any{"room": o.room, "text": "Good morning"})
			if err != nil || !kept.OK {
				t.Fatalf("%s, %v", kept.raw, err)
			}
			var at struct{ Seq uint64 }
			_ = json.Unmarshal(kept.raw, &at)
			o.seq = at.Seq
			me := o.me
			o.offend(a, person.ID)
			n.talk()
			o.come()
			if o.me != me {
				t.Errorf("the offender came as %+v and is now %+v", me, o.me)
			}
			o.authored(began)
		})
	}
	for _, line := range strings.Split(h.Logs(), "\n") {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "event failed") || strings.Contains(line, "panic") {
			t.Errorf("the log says %.300s", line)
		}
	}
	if a := h.ask("GET", "/me", h.owner, nil); a.status != http.StatusOK {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
}

// authored looks for entries in the offender's room that are not its own, or of
// another time.
func (o *offender) authored(began int64) {
	o.t.Helper()
	told, err := o.act(o.conn, "history", map[string]any{"room": o.room, "limit": 200})
	if err != nil {
		o.t.Fatal(err)
	}
	var page struct {
		Messages []struct {
			Author struct{ ID string }
			At     int64
			Type   string
		}
	}
	_ = json.Unmarshal(told.raw, &page)
	for _, m := range page.Messages {
		if m.Author.ID != o.me.ID || m.At < began || m.Type == "ban" {
			o.t.Errorf("there is an entry of %+v, want it of %s", m, o.me.ID)
		}
	}
}
