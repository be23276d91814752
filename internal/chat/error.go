package chat

import (
	"errors"
	"time"
)

// A Code names a kind of failure. Codes are part of the wire contract: they
// never change their meaning.
type Code string

const (
	// CodeInvalid: the input breaks a rule; sending it again cannot help.
	CodeInvalid Code = "invalid"
	// CodeTaken: the nickname is held by somebody else.
	CodeTaken Code = "nickname-taken"
	// CodeNoNickname: the act needs a nickname first.
	CodeNoNickname Code = "no-nickname"
	// CodeIDTaken: another author's entry in this room has this id.
	CodeIDTaken Code = "id-taken"
	// CodeUnauthorized: who is it? Log in, or the login has ended.
	CodeUnauthorized Code = "unauthorized"
	// CodeForbidden: known, seen, and not allowed.
	CodeForbidden Code = "forbidden"
	// CodeBanned: kept out of a room whose existence is no secret.
	CodeBanned Code = "banned"
	// CodeNotFound: it is not there, or not for this person to know of.
	CodeNotFound Code = "not-found"
	// CodeConflict: something else has happened in between, or already.
	CodeConflict Code = "conflict"
	// CodeGone: it was there and has ended: a deleted message, a used invitation.
	CodeGone Code = "gone"
	// CodeRateLimited: too many in too short a time; wait and send again.
	CodeRateLimited Code = "rate-limited"
	// CodeUnavailable: the store does not answer. Nothing was acknowledged;
	// the same act with the same id may be sent again.
	CodeUnavailable Code = "unavailable"
	// CodeInternal: our own mistake; the log has the details.
	CodeInternal Code = "internal"
)

// An Error is a failure with a sentence for the person it happened to. The
// cause, if any, is for the log only.
type Error struct {
	Code    Code
	Message string
	// RetryAfter is when trying again makes sense, with CodeRateLimited.
	RetryAfter time.Duration
	Cause      error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, &Error{Code: c}) match any error of that code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == "" && t.Cause == nil
}

// Unavailable wraps a store's failure: whatever it was, nothing was
// acknowledged and the act may be tried again.
func Unavailable(cause error) *Error {
	return &Error{
		Code:    CodeUnavailable,
		Message: "The server cannot reach its store at the moment. Nothing is lost: try again in a few seconds.",
		Cause:   cause,
	}
}

// ErrIDTaken is returned by Log.Append for an id that another author's entry
// in the same room already has.
var ErrIDTaken = &Error{
	Code:    CodeIDTaken,
	Message: "Another message in this room already has this id. Make a new id and send again.",
}

// ErrTaken is returned by Presence.Arrive for a nickname that somebody else
// holds.
var ErrTaken = &Error{
	Code:    CodeTaken,
	Message: "This name is taken. Choose another one.",
}

// ErrConflict is returned where a condition of a Commit or of Effects does not
// hold.
var ErrConflict = &Error{
	Code:    CodeConflict,
	Message: "Something else has changed this in the meantime. Look at it again and repeat.",
}

// CodeOf returns the code of err, or CodeInternal for an error that is not of
// this package.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// MessageOf returns the sentence of err that a person may read.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "Internal error."
}
