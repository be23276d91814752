package contract

import (
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

var (
	errorType = reflect.TypeFor[Error]()
	wildcard  = regexp.MustCompile(`\{(\w+)\}`)
)

// Statuses are the HTTP statuses of the codes: the only place where a code
// becomes a status.
var Statuses = map[chat.Code]int{
	chat.CodeInvalid: 400, chat.CodeUnauthorized: 401, chat.CodeForbidden: 403, chat.CodeBanned: 403, chat.CodeNotFound: 404,
	chat.CodeConflict: 409, chat.CodeTaken: 409, chat.CodeIDTaken: 409, chat.CodeGone: 410,
	chat.CodeRateLimited: 429, chat.CodeUnavailable: 503, chat.CodeInternal: 500,
}

// WriteOpenAPI prints docs/openapi.json: the routes under /api/v1 as OpenAPI
// 3.1.
func WriteOpenAPI(w io.Writer) error {
	forms := newSchemas("#/components/schemas/")
	forms.named["Problem"] = problemSchema
	paths := schema{}
	for _, s := range sections {
		for _, a := range s.Acts {
			if a.Method == "" {
				continue
			}
			path, ok := paths[a.Path].(schema)
			if !ok {
				path = schema{}
				paths[a.Path] = path
			}
			path[strings.ToLower(a.Method)] = a.operation(s.Title, forms)
		}
	}
	return writeJSON(w, schema{
		"openapi": "3.1.0",
		"info": schema{
			"title": "Causerie", "version": "1",
			"description": "What the namespace /chat does, over HTTP. See events.md.",
		},
		"servers":  []schema{{"url": "/api/v1"}},
		"security": []schema{{"bearer": []string{}}, {"cookie": []string{}}},
		"paths":    paths,
		"components": schema{
			"schemas": forms.named,
			"headers": limitHeaders,
			"responses": schema{
				"Problem":     problemResponse("It is not done.", nil),
				"RateLimited": problemResponse("Too much in too short a time: wait for as long as Retry-After says.", headersOf("Retry-After")),
				"Unavailable": problemResponse("The store does not answer. Nothing is lost: send it again with the same id.", schema{"Retry-After": headerRef("Retry-After")}),
			},
			"securitySchemes": schema{
				"bearer": schema{"type": "http", "scheme": "bearer"},
				"cookie": schema{"type": "apiKey", "in": "cookie", "name": "__Host-causerie"},
			},
		},
	})
}

// limitHeaders are what answers say of the caller's allowance, for the class of
// the act.
var limitHeaders = schema{
	"RateLimit-Limit":     header("The most acts of this class that are accepted at once; absent without a limit."),
	"RateLimit-Remaining": header("How many more would be accepted now."),
	"RateLimit-Reset":     header("Seconds until RateLimit-Remaining is RateLimit-Limit again."),
	"Retry-After":         header("Seconds after which trying again makes sense."),
}

func header(description string) schema {
	return schema{"description": description, "schema": schema{"type": "integer", "minimum": 0}}
}

func headerRef(name string) schema { return schema{"$ref": "#/components/headers/" + name} }

// headersOf are the headers of every act's answer, and more.
func headersOf(more ...string) schema {
	headers := schema{}
	for _, name := range append(more, "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset") {
		headers[name] = headerRef(name)
	}
	return headers
}

func problemResponse(description string, headers schema) schema {
	r := schema{
		"description": description,
		"content":     schema{"application/problem+json": schema{"schema": schema{"$ref": "#/components/schemas/Problem"}}},
	}
	if headers != nil {
		r["headers"] = headers
	}
	return r
}

// problems are the answers that have more to say than others.
var problems = map[int]string{429: "RateLimited", 503: "Unavailable"}

var problemSchema = schema{
	"type": "object", "description": "RFC 9457.", "required": []string{"type", "title", "status", "detail", "code"},
	"properties": schema{
		"type": schema{"type": "string"}, "title": schema{"type": "string"}, "status": schema{"type": "integer"},
		"detail":     schema{"type": "string", "description": "What happened and what to do, for people."},
		"code":       schema{"type": "string", "description": "What happened, for programs."},
		"retryAfter": schema{"type": "integer", "description": "Seconds after which trying again makes sense."},
	},
}

func (a *Act) operation(tag string, forms *schemas) schema {
	inPath := []string{}
	for _, m := range wildcard.FindAllStringSubmatch(a.Path, -1) {
		inPath = append(inPath, m[1])
	}
	o := schema{
		"operationId": a.Name, "tags": []string{tag}, "summary": a.Summary,
		"description": strings.TrimSpace("Who: " + maySentences[a.May] + " " + a.Note),
		"parameters":  a.parameters(inPath, forms),
		"responses":   a.responses(forms),
	}
	if a.May == MayAnybody {
		o["security"] = []schema{}
	}
	if rest := forms.rest(a.In, inPath); rest != nil && a.HasBody() {
		o["requestBody"] = schema{
			"required": rest["required"] != nil,
			"content":  schema{"application/json": schema{"schema": rest}},
		}
	}
	return o
}

// HasBody reports whether over HTTP the fields that are not in the path are in
// a body; otherwise they are in the query.
func (a *Act) HasBody() bool { return a.Method != "GET" && a.Method != "DELETE" }

func (a *Act) parameters(inPath []string, forms *schemas) []schema {
	parameters := []schema{}
	for _, f := range fieldsOf(a.In) {
		p := schema{"name": f.name, "description": f.doc, "schema": forms.property(f)}
		switch {
		case strings.Contains(a.Path, "{"+f.name+"}"):
			p["in"], p["required"] = "path", true
		case !a.HasBody():
			p["in"], p["required"] = "query", !f.optional
		default:
			continue
		}
		parameters = append(parameters, p)
	}
	return parameters
}

func (a *Act) responses(forms *schemas) schema {
	responses := schema{"200": schema{
		"description": "It is done.",
		"headers":     headersOf(),
		"content":     schema{"application/json": schema{"schema": forms.of(a.Out)}},
	}}
	general := []chat.Code{chat.CodeUnauthorized, chat.CodeRateLimited, chat.CodeUnavailable, chat.CodeInternal}
	byStatus := make(map[int][]string)
	for _, c := range append(general, a.Errors...) {
		if said := byStatus[Statuses[c]]; !slices.Contains(said, string(c)) {
			byStatus[Statuses[c]] = append(said, string(c))
		}
	}
	if a.HasBody() {
		for status, why := range map[int]string{400: "", 413: ": the body is larger than 256 KB", 415: ": the body is no application/json"} {
			if byStatus[status] == nil {
				byStatus[status] = []string{string(chat.CodeInvalid) + why}
			}
		}
	}
	for status, codes := range byStatus {
		name := problems[status]
		if name == "" {
			name = "Problem"
		}
		responses[strconv.Itoa(status)] = schema{"$ref": "#/components/responses/" + name, "description": strings.Join(codes, ", ") + "."}
	}
	return responses
}

// writeJSON prints v for people, with the keys of objects in order.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
