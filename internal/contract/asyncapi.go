package contract

import "io"

// WriteAsyncAPI prints docs/asyncapi.yaml: the namespace /chat as AsyncAPI 3.
func WriteAsyncAPI(w io.Writer) error {
	forms := newSchemas("#/components/schemas/")
	messages, operations := schema{}, schema{}
	sent := schema{} // by the client
	forms.named["Refused"] = schema{"type": "object", "required": []string{"ok", "error"}, "properties": schema{
		"ok": schema{"const": false}, "error": forms.of(errorType),
	}}
	for _, a := range append([]*Act{resuming}, Table()...) {
		if a.Event == "" {
			continue
		}
		name := "do-" + a.Event
		message := schema{"name": a.Event, "summary": a.Summary, "payload": forms.of(a.In)}
		messages[name] = message
		sent[name] = schema{"$ref": "#/components/messages/" + name}
		operation := schema{
			"action": "receive", "channel": schema{"$ref": "#/channels/chat"}, "summary": a.Summary,
			"messages": []schema{{"$ref": "#/channels/chat/messages/" + name}},
			"x-may":    a.May, "x-rate": a.Class, "x-scope": a.Scope, "x-errors": a.Errors,
		}
		if !a.Silent {
			messages[name+"-ack"] = schema{"name": a.Event, "summary": "The ack of " + a.Event + ".", "payload": schema{
				"oneOf": []schema{{"allOf": []schema{okSchema, forms.of(a.Out)}}, {"$ref": forms.prefix + "Refused"}},
			}}
			sent[name+"-ack"] = schema{"$ref": "#/components/messages/" + name + "-ack"}
			operation["reply"] = schema{
				"channel":  schema{"$ref": "#/channels/chat"},
				"messages": []schema{{"$ref": "#/channels/chat/messages/" + name + "-ack"}},
			}
		}
		operations[name] = operation
	}
	for _, e := range Events() {
		name := "told-" + e.Event
		messages[name] = schema{"name": e.Event, "summary": e.Summary, "payload": forms.of(e.Payload)}
		sent[name] = schema{"$ref": "#/components/messages/" + name}
		operations[name] = schema{
			"action": "send", "channel": schema{"$ref": "#/channels/chat"}, "summary": e.Summary,
			"messages": []schema{{"$ref": "#/channels/chat/messages/" + name}},
		}
	}
	return writeYAML(w, schema{
		"asyncapi": "3.0.0",
		"info": schema{
			"title": "Causerie", "version": "1",
			"description": "The namespace /chat over Socket.IO. An act is an event with one object; its ack is the reply. See events.md.",
		},
		"defaultContentType": "application/json",
		"channels":           schema{"chat": schema{"address": "/chat", "messages": sent}},
		"operations":         operations,
		"components":         schema{"schemas": forms.named, "messages": messages},
	})
}

var okSchema = schema{"type": "object", "required": []string{"ok"}, "properties": schema{"ok": schema{"const": true}}}
