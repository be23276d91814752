package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/causerie-chat/causerie/internal/chat"
)

// An Act is one thing that clients may ask for.
type Act struct {
	// Name is the act's own, in kebab case.
	Name string
	// Event is the name of the Socket.IO event, "" for an act that only HTTP
	// has. Otherwise it is Name.
	Event string
	// Method and Path are the route below /api/v1, in the pattern language of
	// http.ServeMux; both are "" for an act that only events have. Wildcards
	// are fields of In.
	Method, Path string
	// Summary is one sentence; Note is what else there is to know, or "".
	Summary, Note string

	May   May
	Class Class
	Scope Scope
	// Power is an act over others: done, it is in the audit log.
	Power bool
	// noted acts are put there by package chat, once however often they are
	// sent; the others have no id that could be sent again.
	noted bool
	// Silent acts are not acknowledged.
	Silent bool

	// In and Out are structs, see Schema.
	In, Out reflect.Type
	// Errors are the codes beyond those that every act has.
	Errors []chat.Code

	plan *plan
	run  func(ctx context.Context, r *request, in any, reply func(any, error))
}

// A request is one act that is being done.
type request struct {
	*House
	Caller
	act   *Act
	actor chat.Actor
	// audit is what the audit log will say of an act of power. It begins with
	// the fields room, person and reason of the input; the act may change it.
	audit audit
}

type audit struct {
	room   chat.RoomID
	about  chat.PersonID
	detail string
}

// A doer is the input of an act, which knows how to do it.
type doer[Out any] interface {
	do(ctx context.Context, r *request) (Out, error)
}

// A starter is the input of an act whose outcome comes later. start must not
// wait, and calls done exactly once.
type starter[Out any] interface {
	start(ctx context.Context, r *request, done func(Out, error))
}

// act completes a with the input In and its output.
func act[In doer[Out], Out any](a Act) *Act {
	return a.complete(reflect.TypeFor[In](), reflect.TypeFor[Out](),
		func(ctx context.Context, r *request, in any, reply func(any, error)) {
			out, err := (*in.(*In)).do(ctx, r)
			reply(out, err)
		})
}

// later is act for a starter.
func later[In starter[Out], Out any](a Act) *Act {
	return a.complete(reflect.TypeFor[In](), reflect.TypeFor[Out](),
		func(ctx context.Context, r *request, in any, reply func(any, error)) {
			(*in.(*In)).start(ctx, r, func(out Out, err error) { reply(out, err) })
		})
}

func (a Act) complete(in, out reflect.Type, run func(context.Context, *request, any, func(any, error))) *Act {
	a.Event = a.Name
	a.In, a.Out, a.run = in, out, run
	a.plan = planOf(in)
	if a.plan.room >= 0 && slices.Contains(a.Errors, chat.CodeForbidden) {
		a.Errors = append(slices.Clip(a.Errors), chat.CodeBanned)
	}
	if (a.May == MayAccount || a.May == MayAdmin) && !slices.Contains(a.Errors, chat.CodeForbidden) {
		a.Errors = append(a.Errors, chat.CodeForbidden)
	}
	if len(a.plan.fields) > 0 && !slices.Contains(a.Errors, chat.CodeInvalid) {
		a.Errors = append([]chat.Code{chat.CodeInvalid}, a.Errors...)
	}
	return &a
}

// httpOnly marks acts whose answer can hold a secret that a page should not
// see, or that come before there is a connection.
func httpOnly(acts []*Act) []*Act {
	for _, a := range acts {
		a.Event = ""
	}
	return acts
}

// Do does the act for c with the input in, a JSON object (nothing is an empty
// one). reply is called exactly once, maybe later and from another goroutine,
// with a value of type Out or with an error; ErrorOf says what the client is
// told of it. Do does not wait longer than the timeouts of the store, and may
// be called at once from many goroutines.
//
// Do checks the login, what a token is good for, and the form of the input; the
// door has checked the rates. Messages that one goroutine sends to one room are
// kept in the order of its calls.
func (a *Act) Do(ctx context.Context, h *House, c Caller, in json.RawMessage, reply func(out any, err error)) {
	if err := a.admit(c); err != nil {
		reply(nil, err)
		return
	}
	input := reflect.New(a.In)
	if err := a.plan.decode(in, input); err != nil {
		reply(nil, err)
		return
	}
	if err := a.plan.checkNames(input.Elem()); err != nil {
		reply(nil, err)
		return
	}
	r := &request{House: h, Caller: c, act: a, actor: c.actor()}
	if a.Power {
		r.audit = a.plan.audit(input.Elem())
		// What the audit log cannot hold must not be done: it would be missing there.
		if utf8.RuneCountInString(r.audit.detail) > chat.MaxReason {
			reply(nil, invalid(fmt.Sprintf("The reason is too long. Use at most %d characters.", chat.MaxReason)))
			return
		}
	}
	a.run(ctx, r, input.Interface(), func(out any, err error) {
		if err != nil {
			reply(nil, err)
			return
		}
		r.record(ctx)
		reply(out, nil)
	})
}

// record writes an act of power down. The act is done: that nobody can read of
// it is for the log of the server, not for whoever did it.
func (r *request) record(ctx context.Context) {
	if !r.act.Power || r.act.noted {
		return
	}
	err := r.Order.Record(context.WithoutCancel(ctx), r.actor, r.act.Name, r.audit.room, r.audit.about, r.audit.detail)
	if err != nil {
		r.Logger.ErrorContext(ctx, "an act of power is missing in the audit log",
			slog.String("act", r.act.Name), slog.String("by", string(r.actor.ID)), slog.Any("error", err))
	}
}
