package socketio

import (
	"context"
	"errors"
	"log/slog"
)

// A ReplyError is what a handler registered with [Handle] returns to tell the
// client more than that it failed.
type ReplyError struct {
	Message string
	Data    any // encoded as JSON; nil means none
}

// Error returns the message.
func (e *ReplyError) Error() string { return e.Message }

// Handle registers a typed handler: the first argument of the event is decoded
// into In and the result becomes the acknowledgement. An argument that does not
// decode, and an error, become the acknowledgement that Options.ErrorReply
// makes of them. Without an acknowledgement asked for, results are dropped.
//
// In may be struct{} for events without arguments, and Out for those without a
// result, which are acknowledged with no arguments. ctx ends with the socket.
func Handle[In, Out any](ns *Namespace, event string, f func(ctx context.Context, s *Socket, in In) (Out, error)) {
	ns.On(event, func(e *Event) {
		var in In
		var out Out
		err := e.Bind(&in)
		if err != nil {
			err = &ReplyError{Message: "Malformed argument."}
		} else {
			out, err = f(e.Socket.Context(), e.Socket, in)
		}
		options := &ns.server.options
		var reply []any
		if err != nil {
			reply = options.ErrorReply(e.Socket, event, err)
		} else if _, none := any(out).(struct{}); !none {
			reply = []any{out}
		}
		if !e.WantsAck() {
			return
		}
		err = e.Ack(reply...)
		if err != nil && !errors.Is(err, ErrDisconnected) && e.Socket.Connected() {
			options.Logger.Error("failed to acknowledge", slog.String("event", event), slog.Any("error", err))
		}
	})
}

// errorReply is the default of Options.ErrorReply.
func errorReply(logger *slog.Logger) func(*Socket, string, error) []any {
	type body struct {
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}
	type reply struct {
		Error body `json:"error"`
	}
	return func(_ *Socket, event string, err error) []any {
		var known *ReplyError
		if errors.As(err, &known) {
			return []any{reply{body{known.Message, known.Data}}}
		}
		logger.Error("handler failed", slog.String("event", event), slog.Any("error", err))
		return []any{reply{body{Message: "Internal error."}}}
	}
}
